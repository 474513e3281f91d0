// Models: the list with imports (#/models), and one of them (#/models/iris@2, model_detail.js).
// SPDX-License-Identifier: Apache-2.0
import {send} from './api.js';
import {announce, describe} from './announce.js';
import {h} from './dom.js';
import {dropAnywhere, fileButton, nameOf} from './files.js';
import {number, size, time} from './format.js';
import {showList} from './list_view.js';
import {showModel} from './model_detail.js';
import {link} from './view.js';

const TYPES = '.safetensors,.onnx,.npz,.json,.keras';

export function title(view) {
  return view.name ? `${view.name} · Models` : 'Models';
}

// The metric that people ask for first: of validation before training, and no loss where there is another.
function chosenMetric(metrics) {
  const names = Object.keys(metrics ?? {});
  const wanted =
    ['val_accuracy', 'val_f1', 'val_r2', 'val_rmse', 'val_loss', 'train_loss', 'loss'].find((name) => names.includes(name)) ??
    names[0];
  return wanted ? [wanted, metrics[wanted]] : null;
}

const COLUMNS = [
  {
    text: 'Name',
    sort: 'name',
    isName: true,
    cell: ({name, version}) =>
      h('a', {href: link('models', `${name}@${version}`)}, name, h('span', {class: 'faint'}, `@${version}`)),
  },
  {text: 'Aliases', cell: ({aliases}) => aliases.map((alias) => h('span', {class: 'tag'}, alias))},
  {
    text: 'Quality',
    cell: ({metrics}) => {
      const metric = chosenMetric(metrics);
      return metric && [h('span', {class: 'faint'}, `${metric[0]} `), number(metric[1])];
    },
  },
  {text: 'Size', sort: 'bytes', number: true, cell: (item) => size(item.file_bytes)},
  {text: 'Made', sort: 'created_at', cell: (item) => time(item.created_at)},
  {text: 'Weights', cell: ({sha256}) => h('code', {title: sha256}, sha256.slice(0, 10))},
];

function empty() {
  return h(
    'div',
    {class: 'empty card'},
    h(
      'p',
      null,
      'No models yet. Every job that ends well makes one: ',
      h('a', {href: link('new')}, 'start a job'),
      '. Files (safetensors, ONNX, NPZ, Keras JSON) that are dropped on this page are imported, or sent by',
    ),
    h('pre', null, `curl --data-binary @model.onnx '${location.origin}/v1/models?name=mine'`),
  );
}

async function takeFiles(files, reload) {
  for (const file of files) {
    try {
      const model = await send('POST', '/v1/models', file, {
        query: {name: nameOf(file.name).replace(/@.*$/, '')},
        type: 'application/octet-stream',
      });
      announce(`${model.name}@${model.version} is imported`, 'good');
    } catch (problem) {
      announce(`${file.name}: ${describe(problem)}`, 'bad');
    }
  }
  reload();
}

async function showModels(main, signal) {
  let reload = () => {};
  const take = (files) => takeFiles(files, () => reload());
  dropAnywhere('Drop model files to import them', take, signal);
  reload = await showList(
    main,
    {
      path: '/v1/models',
      key: 'models',
      caption: 'Models',
      columns: COLUMNS,
      empty,
      tools: [fileButton('Import files …', take, {multiple: true, accept: TYPES})],
    },
    signal,
  );
}

export function show(main, view, signal) {
  return view.name ? showModel(main, view, signal) : showModels(main, signal);
}
