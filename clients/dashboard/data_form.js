// What a job learns from: dataset, target, the columns that are inputs, and a template by what they are.
// SPDX-License-Identifier: Apache-2.0
import {get} from './api.js';
import {h, labelled, replace, select} from './dom.js';
import {number} from './format.js';
import {applyTemplate, bestTemplate, outputLayer, targetOf, templatesFor} from './templates.js';
import {inputForms} from './training_form.js';
import {link} from './view.js';

const COLUMNS_SHOWN = 200;
const PROPOSED = 50;

function datasetField(editor, choose) {
  const list = h('datalist', {id: 'dataset-names'});
  const input = h('input', {
    name: 'dataset',
    value: editor.document.dataset ?? '',
    list: 'dataset-names',
    autocomplete: 'off',
    placeholder: 'iris',
    onchange: () => choose(input.value.trim()),
  });
  const propose = async () => {
    const {datasets} = await get('/v1/datasets', {
      query: {limit: PROPOSED, name: input.value ? `${input.value.replace(/@.*/, '')}*` : null},
      signal: editor.signal,
    }).catch(() => ({datasets: []}));
    replace(
      list,
      datasets.map(({name, version, rows}) => h('option', {value: `${name}@${version}`}, `${number(rows)} rows`)),
    );
  };
  input.addEventListener('focus', propose, {once: true});
  input.addEventListener('input', propose);
  const help = editor.document.dataset ? null : h('span', null, 'or ', h('a', {href: link('datasets')}, 'upload one'));
  return [labelled('Dataset', input, help), list];
}

function nameField(editor) {
  const input = h('input', {
    name: 'name',
    value: editor.document.name ?? '',
    placeholder: editor.dataset?.name ?? 'the dataset’s',
    maxlength: 64,
    autocomplete: 'off',
    oninput: () => {
      if (input.value.trim()) editor.document.name = input.value.trim();
      else delete editor.document.name;
      editor.changed();
    },
  });
  return h('div', {'data-pointer': '#/name'}, labelled('Name', input, 'of the job and its model'));
}

function targetField(editor, choose) {
  const columns = editor.dataset?.columns.filter(({type}) => type !== 'tensor').map(({name}) => name) ?? [];
  const given = [editor.document.target ?? []].flat();
  if (given.length > 1)
    return labelled(
      'Target',
      h('input', {name: 'target', value: given.join(', '), readonly: true}),
      'several: change them in the JSON',
    );
  const chosen = given[0] ?? (editor.dataset ? targetOf(editor.dataset) : '');
  return labelled(
    'Target',
    select(columns, chosen, choose, {
      name: 'target',
      disabled: columns.length === 0,
      title: columns.length ? null : 'choose a dataset first',
    }),
    'what is learned',
  );
}

function targetName(editor) {
  return [editor.document.target ?? targetOf(editor.dataset)].flat()[0];
}

// Boxes to tick; written down as what is included where something is, else as what is left out.
function featuresField(editor) {
  const names = editor.dataset.columns.map(({name}) => name).filter((name) => name !== targetName(editor));
  const part = (key) => [editor.document.features?.[key] ?? []].flat();
  const isIn = (name) => (part('include').length === 0 || part('include').includes(name)) && !part('exclude').includes(name);
  const toggle = (name, isOn) => {
    const without = (list) => list.filter((each) => each !== name);
    const include = part('include').length ? [...without(part('include')), ...(isOn ? [name] : [])] : [];
    const exclude = part('include').length ? without(part('exclude')) : [...without(part('exclude')), ...(isOn ? [] : [name])];
    const features = {...(include.length ? {include} : {}), ...(exclude.length ? {exclude} : {})};
    if (Object.keys(features).length) editor.document.features = features;
    else delete editor.document.features;
    editor.changed();
  };
  return h(
    'fieldset',
    {class: 'wide', 'data-pointer': '#/features'},
    h('legend', null, 'Inputs'),
    h(
      'div',
      {class: 'row short scroll', tabindex: '0', role: 'group', 'aria-label': 'Inputs'},
      names.slice(0, COLUMNS_SHOWN).map((name) =>
        h(
          'label',
          {class: 'check'},
          h('input', {
            type: 'checkbox',
            name: `feature-${name}`,
            checked: isIn(name),
            onchange: (event) => toggle(name, event.target.checked),
          }),
          ' ',
          name,
        ),
      ),
    ),
    names.length > COLUMNS_SHOWN &&
      h('small', null, `${number(names.length - COLUMNS_SHOWN)} more: use features.exclude in the JSON`),
  );
}

function templatesField(editor) {
  const target = targetName(editor);
  const best = bestTemplate(editor.dataset, target);
  const use = (name) => {
    for (const key of ['features', 'window', 'preprocessing']) delete editor.document[key];
    Object.assign(editor.document, applyTemplate(name, editor.dataset, target));
    editor.replaced(`The ${name} template is in place`);
  };
  return h(
    'div',
    {class: 'templates wide', role: 'group', 'aria-label': 'Templates'},
    h('span', {class: 'faint'}, 'Begin with a network for'),
    templatesFor(editor.dataset, target).map(({name, reason}) =>
      h(
        'span',
        null,
        h(
          'button',
          {type: 'button', disabled: reason !== null, title: reason, onclick: () => use(name)},
          name,
          name === best && h('span', {class: 'faint'}, ' (fits)'),
        ),
        reason && h('small', null, reason),
      ),
    ),
  );
}

// The dataset of the document, or null where there is none of that name; `loaded` is the name. False where the answer came too late:
// the document has another dataset by then, or the page has ended.
export async function loadDataset(editor) {
  const {dataset} = editor.document;
  const path = `/v1/datasets/${encodeURIComponent(dataset)}`;
  const found = dataset ? await get(path, {signal: editor.signal}).catch(() => null) : null;
  if (editor.signal.aborted || editor.document.dataset !== dataset) return false;
  Object.assign(editor, {dataset: found, loaded: dataset});
  return true;
}

// Puts the network that fits into a document that has none.
export function beginNetwork(editor, wanted) {
  if (!editor.dataset || editor.document.network?.layers?.length) return;
  const target = targetName(editor);
  const possible = templatesFor(editor.dataset, target).find(({name, reason}) => name === wanted && reason === null);
  Object.assign(editor.document, applyTemplate(possible ? wanted : bestTemplate(editor.dataset, target), editor.dataset, target));
}

// An output that takes its width from the target takes its activation from it too.
function followTarget(editor, name) {
  const layers = editor.document.network?.layers;
  const last = layers?.at(-1);
  if (last?.type !== 'dense' || last.units !== 'auto') return;
  const {activation: _, ...rest} = last;
  layers[layers.length - 1] = {...rest, ...outputLayer(editor.dataset, name)};
}

export function dataForm(editor) {
  const chooseDataset = async (name) => {
    editor.document.dataset = name;
    delete editor.document.target;
    delete editor.document.features;
    if (!(await loadDataset(editor))) return;
    beginNetwork(editor);
    editor.replaced(editor.dataset ? `${name}: ${number(editor.dataset.rows)} rows` : null);
  };
  const chooseTarget = (name) => {
    editor.document.target = name;
    followTarget(editor, name);
    editor.replaced(null);
  };
  const at = (pointer, element) => h('div', {'data-pointer': pointer}, element);
  return h(
    'section',
    {class: 'card', 'aria-label': 'Data'},
    h('h2', null, 'Data'),
    h(
      'div',
      {class: 'fields'},
      at('#/dataset', datasetField(editor, chooseDataset)),
      at('#/target', targetField(editor, chooseTarget)),
      nameField(editor),
      editor.dataset && featuresField(editor),
      editor.dataset && templatesField(editor),
    ),
    inputForms(editor),
  );
}
