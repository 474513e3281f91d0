// One version of a model: what it is and comes from, a prediction to try, a look inside, measures, files.
// SPDX-License-Identifier: Apache-2.0
import {editAbout, textOfTags} from './about_form.js';
import {get, send} from './api.js';
import {announce, attempt, confirm} from './announce.js';
import {h, replace, select} from './dom.js';
import {number, size, time} from './format.js';
import {showAliases} from './model_aliases.js';
import {showFiles} from './model_files.js';
import {showMeasures} from './model_measures.js';
import {showTrace} from './model_trace.js';
import {showTry} from './model_try.js';
import {chosenTab, tabBar} from './tabs.js';
import {go, link} from './view.js';

const TABS = [['about', 'About'], ['try', 'Try it'], ['trace', 'Look inside'], ['measures', 'Measures'], ['files', 'Files']];

export function addressOf(model, action = '') {
  return `/v1/models/${model.id}${action}`;
}

function layersTable({layers, weights}) {
  return h('div', {class: 'scroll'}, h('table', null, h('caption', {class: 'visually-hidden'}, 'Layers'),
    h('thead', null, h('tr', null, ['Layer', 'Type'].map((head) => h('th', {scope: 'col'}, head)), ['Output', 'Parameters', 'FLOPs'].map((head) => h('th', {scope: 'col', class: 'number'}, head)))),
    h('tbody', null, layers.map((layer) => h('tr', null, h('th', {scope: 'row'}, layer.name), h('td', null, layer.type), h('td', {class: 'number'}, layer.output_shape.join(' × ')),
      h('td', {class: 'number'}, number(layer.parameters)), h('td', {class: 'number'}, number(layer.flops))))),
    h('tfoot', null, h('tr', null, h('th', {scope: 'row', colspan: 3}, 'Weights'), h('td', {class: 'number'}, number(weights)), h('td', null)))));
}

function factList(list) {
  return h('dl', {class: 'facts'}, Object.entries(list).filter(([, value]) => value !== null && value !== undefined && value !== '').map(([name, value]) => [h('dt', null, name), h('dd', null, value)]));
}

function lineage(model) {
  const {lineage: from} = model;
  if (!from) return h('p', {class: 'faint'}, 'Imported from a file that does not say.');
  const dataset = from.dataset;
  return factList({
    Job: from.job && h('a', {href: link('job', from.job)}, from.job), Dataset: dataset && h('a', {href: link('datasets', dataset.id)}, `${dataset.name}@${dataset.version}`),
    'Dataset’s SHA-256': dataset && h('code', null, dataset.sha256), Step: from.step === undefined ? null : number(from.step), Seed: from.spec && String(from.spec.training.seed),
    Engine: from.engine && `${from.engine}, ${from.kernels}`, 'Weights’ SHA-256': h('code', null, model.sha256), 'File’s SHA-256': h('code', null, model.file_sha256),
  });
}

async function showAbout(place, {model, again, signal}) {
  const {description} = model;
  const takes = description.columns ? description.columns.join(', ') : `tensors of ${description.shape.join(' × ')}`;
  const gives = description.classes ? `one of ${number(description.classes.length)} classes: ${description.classes.slice(0, 20).join(', ')}${description.classes.length > 20 ? ' …' : ''}` : [model.lineage?.spec?.target ?? 'numbers'].flat().join(', ');
  const aliases = h('section', {class: 'card', 'aria-label': 'Aliases'});
  replace(place, h('div', {class: 'grid'},
    h('section', {class: 'card', 'aria-label': 'What it is'}, h('h2', null, 'What it is'), factList({Takes: takes, Gives: gives, Made: time(model.created_at), Size: size(model.file_bytes), Owner: model.owner, Tags: textOfTags(model.tags), About: model.about}),
      h('h3', null, 'Metrics'), factList(Object.fromEntries(Object.entries(model.metrics ?? {}).map(([name, value]) => [name, number(value)])))),
    h('section', {class: 'card', 'aria-label': 'Where it comes from'}, h('h2', null, 'Where it comes from'), lineage(model)), aliases),
  h('section', {class: 'card', 'aria-label': 'Layers'}, h('h2', null, 'Layers'), layersTable(description)));
  await showAliases(aliases, model, again, signal);
}

async function remove(model) {
  const name = `${model.name}@${model.version}`;
  if (!await confirm(`Delete ${name}?`, 'Its file is removed for good. The job and its history stay.', 'Delete')) return;
  await attempt(async () => {
    await send('DELETE', addressOf(model));
    announce(`${name} is deleted`, 'good');
    go('models');
  });
}

async function versionChooser(model, signal) {
  const {versions} = await get(`/v1/models/${model.name}/versions`, {query: {limit: 100}, signal});
  if (versions.length < 2) return null;
  return select(versions.map(({version, aliases}) => [version, `version ${version}${aliases.length ? ` · ${aliases.join(', ')}` : ''}`]), model.version,
    (version) => go('models', `${model.name}@${version}`), {'aria-label': 'Version'});
}

// What several parts want to know: the dataset that it learned from, as long as that is there.
async function datasetOf(model, signal) {
  return model.dataset ? get(`/v1/datasets/${model.dataset}`, {signal}).catch((error) => {
    if (error.name === 'AbortError') throw error;
    return null;
  }) : null;
}

export async function showModel(main, view, signal) {
  const model = await get(`/v1/models/${encodeURIComponent(view.name)}`, {signal});
  const place = h('div', {class: 'tab'});
  const again = () => attempt(() => showModel(main, view, signal));
  replace(main, h('div', {class: 'row head'}, h('h1', null, h('a', {href: link('models')}, 'Models'), ' / ', model.name, h('span', {class: 'faint'}, `@${model.version}`)),
    model.aliases.map((alias) => h('span', {class: 'badge'}, alias)), await versionChooser(model, signal), h('span', {class: 'spring'}),
    h('button', {onclick: () => editAbout(addressOf(model), model, again)}, 'Tags and words …'), h('button', {class: 'danger', onclick: () => remove(model)}, 'Delete …')),
  tabBar('Parts of the model', TABS, ['row']), place);
  const parts = {about: showAbout, try: showTry, trace: showTrace, measures: showMeasures, files: showFiles};
  await parts[chosenTab(TABS)](place, {model, dataset: await datasetOf(model, signal), again, signal});
}
