// Datasets: the list with uploads (#/datasets), and one of them (#/datasets/iris@2, dataset_detail.js).
// SPDX-License-Identifier: Apache-2.0
import {h} from './dom.js';
import {dropAnywhere, fileButton, grouped} from './files.js';
import {number, size, time} from './format.js';
import {showDataset} from './dataset_detail.js';
import {showList} from './list_view.js';
import {uploadCard} from './upload_card.js';
import {link} from './view.js';

export function title(view) {
  return view.name ? `${view.name} · Datasets` : 'Datasets';
}

function tagsOf({tags}) {
  return Object.entries(tags).map(([key, value]) => h('span', {class: 'tag'}, value ? `${key}: ${value}` : key));
}

const COLUMNS = [
  {
    text: 'Name',
    sort: 'name',
    isName: true,
    cell: (item) =>
      h(
        'a',
        {href: link('datasets', `${item.name}@${item.version}`)},
        item.name,
        h('span', {class: 'faint'}, `@${item.version}`),
      ),
  },
  {text: 'Rows', sort: 'rows', number: true, cell: ({rows}) => number(rows)},
  {text: 'File', sort: 'bytes', number: true, cell: ({bytes}) => size(bytes)},
  {
    text: 'Target',
    cell: ({target}) => (target === null ? h('span', {class: 'faint'}, 'last column') : [target].flat().join(', ')),
  },
  {text: 'Tags', cell: (item) => tagsOf(item)},
  {text: 'Uploaded', sort: 'created_at', cell: (item) => time(item.created_at)},
  {
    text: '',
    cell: (item) =>
      h(
        'a',
        {href: link('new', '', {dataset: `${item.name}@${item.version}`})},
        'Train',
        h('span', {class: 'visually-hidden'}, ` on ${item.name}@${item.version}`),
      ),
  },
];

function empty() {
  return h(
    'div',
    {class: 'empty card'},
    h(
      'p',
      null,
      'No datasets yet. Drop a file anywhere on this page (CSV, JSON lines, ARFF, NPY, IDX, an archive of images …), or send one:',
    ),
    h('pre', null, `curl -T iris.csv ${location.origin}/v1/datasets/iris`),
  );
}

async function showDatasets(main, signal) {
  const uploads = h('div', {id: 'uploads'});
  let reload = () => {};
  const take = async (files) => {
    for (const thing of await grouped(files)) uploads.append(uploadCard(thing, () => reload()));
    uploads.lastElementChild?.querySelector('button.primary')?.focus();
  };
  dropAnywhere('Drop files to look at them before they are uploaded', take, signal);
  reload = await showList(
    main,
    {
      path: '/v1/datasets',
      key: 'datasets',
      caption: 'Datasets',
      columns: COLUMNS,
      empty,
      above: uploads,
      tools: [fileButton('Upload files …', take, {multiple: true, kind: 'primary'})],
    },
    signal,
  );
}

export function show(main, view, signal) {
  return view.name ? showDataset(main, view, signal) : showDatasets(main, signal);
}
