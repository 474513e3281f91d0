// One version of a model: what it is and comes from, a prediction to try, a look inside, measures, files.
// SPDX-License-Identifier: Apache-2.0
import {editAbout} from './about_form.js';
import {get, send} from './api.js';
import {announce, attempt, confirm} from './announce.js';
import {h, replace, select} from './dom.js';
import {number, size, time} from './format.js';
import {layersTable} from './layers_table.js';
import {showAliases} from './model_aliases.js';
import {showFiles} from './model_files.js';
import {showMeasures} from './model_measures.js';
import {showTrace} from './model_trace.js';
import {showTry} from './model_try.js';
import {facts} from './tables.js';
import {chosenTab, tabBar} from './tabs.js';
import {textOfTags} from './tags.js';
import {go, link} from './view.js';

const CLASSES_SHOWN = 20;
const TABS = [
  ['about', 'About'],
  ['try', 'Try it'],
  ['trace', 'Look inside'],
  ['measures', 'Measures'],
  ['files', 'Files'],
];

export function addressOf(model, action = '') {
  return `/v1/models/${model.id}${action}`;
}

function layersOf({layers, weights}) {
  return layersTable(layers, {name: 'Weights', parameters: weights}, ['type', 'output', 'parameters', 'flops']);
}

function lineage(model) {
  const {lineage: from} = model;
  if (!from) return h('p', {class: 'faint'}, 'Imported from a file that does not say.');
  const dataset = from.dataset;
  return facts({
    Job: from.job && h('a', {href: link('job', from.job)}, from.job),
    Dataset: dataset && h('a', {href: link('datasets', dataset.id)}, `${dataset.name}@${dataset.version}`),
    'Dataset’s SHA-256': dataset && h('code', null, dataset.sha256),
    Step: from.step === undefined ? null : number(from.step),
    Seed: from.spec && String(from.spec.training.seed),
    Engine: from.engine && `${from.engine}, ${from.kernels}`,
    'Weights’ SHA-256': h('code', null, model.sha256),
    'File’s SHA-256': h('code', null, model.file_sha256),
  });
}

function takesAndGives({description, lineage: from}) {
  const {columns, shape, classes} = description;
  const some = classes?.slice(0, CLASSES_SHOWN).join(', ');
  return {
    Takes: columns ? columns.join(', ') : `tensors of ${shape.join(' × ')}`,
    Gives: classes
      ? `one of ${number(classes.length)} classes: ${some}${classes.length > CLASSES_SHOWN ? ' …' : ''}`
      : [from?.spec?.target ?? 'numbers'].flat().join(', '),
  };
}

function card(title, ...children) {
  return h('section', {class: 'card', 'aria-label': title}, h('h2', null, title), children);
}

async function showAbout(place, {model, again, signal}) {
  const aliases = h('section', {class: 'card', 'aria-label': 'Aliases'});
  const metrics = Object.fromEntries(Object.entries(model.metrics ?? {}).map(([name, value]) => [name, number(value)]));
  const said = {
    Made: time(model.created_at),
    Size: size(model.file_bytes),
    Owner: model.owner,
    Tags: textOfTags(model.tags, ', '),
    About: model.about,
  };
  replace(
    place,
    h(
      'div',
      {class: 'grid'},
      card('What it is', facts({...takesAndGives(model), ...said}), h('h3', null, 'Metrics'), facts(metrics)),
      card('Where it comes from', lineage(model)),
      aliases,
    ),
    card('Layers', layersOf(model.description)),
  );
  await showAliases(aliases, model, again, signal);
}

async function remove(model) {
  const name = `${model.name}@${model.version}`;
  if (!(await confirm(`Delete ${name}?`, 'Its file is removed for good. The job and its history stay.', 'Delete'))) return;
  await attempt(async () => {
    await send('DELETE', addressOf(model));
    announce(`${name} is deleted`, 'good');
    go('models');
  });
}

async function versionChooser(model, signal) {
  const {versions} = await get(`/v1/models/${model.name}/versions`, {query: {limit: 100}, signal});
  if (versions.length < 2) return null;
  return select(
    versions.map(({version, aliases}) => [version, `version ${version}${aliases.length ? ` · ${aliases.join(', ')}` : ''}`]),
    model.version,
    (version) => go('models', `${model.name}@${version}`),
    {'aria-label': 'Version'},
  );
}

// What several parts want to know: the dataset that it learned from, as long as that is there.
async function datasetOf(model, signal) {
  return model.dataset
    ? get(`/v1/datasets/${model.dataset}`, {signal}).catch((error) => {
        if (error.name === 'AbortError') throw error;
        return null;
      })
    : null;
}

export async function showModel(main, view, signal) {
  const model = await get(`/v1/models/${encodeURIComponent(view.name)}`, {signal});
  const place = h('div', {class: 'tab'});
  const again = () => attempt(() => showModel(main, view, signal));
  replace(
    main,
    h(
      'div',
      {class: 'row head'},
      h(
        'h1',
        null,
        h('a', {href: link('models')}, 'Models'),
        ' / ',
        model.name,
        h('span', {class: 'faint'}, `@${model.version}`),
      ),
      model.aliases.map((alias) => h('span', {class: 'badge'}, alias)),
      await versionChooser(model, signal),
      h('span', {class: 'spring'}),
      h('button', {onclick: () => editAbout(addressOf(model), model, again)}, 'Tags and words …'),
      h('button', {class: 'danger', onclick: () => remove(model)}, 'Delete …'),
    ),
    tabBar('Parts of the model', TABS, ['row']),
    place,
  );
  const parts = {about: showAbout, try: showTry, trace: showTrace, measures: showMeasures, files: showFiles};
  await parts[chosenTab(TABS)](place, {model, dataset: await datasetOf(model, signal), again, signal});
}
