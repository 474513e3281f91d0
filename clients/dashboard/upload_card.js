// One file on its way to become a dataset: a look at its first bytes, what can be said otherwise about it, then the upload.
// SPDX-License-Identifier: Apache-2.0
import {address, send, upload} from './api.js';
import {announce, describe} from './announce.js';
import {h, labelled, replace, select} from './dom.js';
import {number, size} from './format.js';
import {figureCell, table} from './tables.js';
import {link} from './view.js';

const LOOK_BYTES = 100000;
const COLUMNS_SHOWN = 200;
const SEPARATORS = {',': 'commas', ';': 'semicolons', '\t': 'tabs', ' ': 'blanks', '|': 'bars'};
const TYPES = ['number', 'boolean', 'category', 'date', 'text'];

// What is said of the file beside its bytes, as of ?target=&types=&missing=&header=.
function optionsOf(state) {
  const types = Object.keys(state.types).length ? JSON.stringify(state.types) : null;
  return {target: state.target, types, missing: state.missing, header: state.header};
}

function typeChooser(state, column, look) {
  if (column.type === 'tensor') return `tensor ${column.shape.join(' × ')}`;
  return select(
    TYPES,
    column.type,
    (type) => {
      state.types[column.name] = type;
      look();
    },
    {'aria-label': `Type of ${column.name}`},
  );
}

function columnsTable(state, columns, look) {
  const rows = columns
    .slice(0, COLUMNS_SHOWN)
    .map((column) =>
      h(
        'tr',
        null,
        h('th', {scope: 'row'}, column.name),
        h('td', null, typeChooser(state, column, look)),
        figureCell(number(column.missing)),
        h('td', {class: 'faint clip'}, (column.examples ?? []).map(String).join(', ')),
      ),
    );
  return table('Columns found', ['Column', 'Type', ['Missing', 'number'], 'Examples'], rows, {box: 'short'});
}

function foundText(state, found) {
  const rows = `${number(found.rows)} rows${state.file.size > LOOK_BYTES ? ' in the first part' : ''}`;
  return [
    found.format,
    found.separator && `separated by ${SEPARATORS[found.separator] ?? found.separator}`,
    found.compression,
    rows,
    `${number(found.columns.length)} columns`,
    found.task,
  ]
    .filter(Boolean)
    .join(' · ');
}

function overrides(state, found, look) {
  const names = found.columns.filter(({type}) => type !== 'tensor').map(({name}) => name);
  const missing = h('input', {
    value: state.missing ?? '',
    placeholder: '-999, unknown',
    oninput: () => {
      state.missing = missing.value.trim() || null;
      clearTimeout(state.waits);
      state.waits = setTimeout(look, 300);
    },
  });
  const set = (key) => (value) => {
    state[key] = value || null;
    look();
  };
  return h(
    'div',
    {class: 'fields'},
    labelled(
      'Target',
      select([['', 'the last column'], ...names.slice(0, 500)], state.target ?? found.target ?? '', set('target')),
      'what jobs predict unless they say otherwise',
    ),
    found.format === 'csv' &&
      labelled('First line has names', select([['', 'found out'], 'yes', 'no'], state.header ?? '', set('header'))),
    labelled('Missing values', missing, 'further words for them, with commas between'),
  );
}

// The parts of a look: what was found or is wrong, what is said about it, the columns. They stay while somebody writes in one of them.
function partsOf(state, place) {
  if (!state.parts) {
    state.parts = {said: h('div'), overrides: h('div'), columns: h('div')};
    replace(place, Object.values(state.parts));
  }
  return state.parts;
}

function showFound(state, place, found, look) {
  const parts = partsOf(state, place);
  const names = found.columns.map(({name}) => name).join('\n');
  replace(
    parts.said,
    h('p', {class: 'faint'}, foundText(state, found)),
    found.warnings.map((warning) => h('p', {class: 'warn'}, warning)),
  );
  if (state.names !== names) replace(parts.overrides, overrides(state, found, look));
  state.names = names;
  const held = parts.columns.contains(document.activeElement) ? document.activeElement.ariaLabel : null;
  replace(parts.columns, columnsTable(state, found.columns, look));
  if (held) [...parts.columns.querySelectorAll('select')].find(({ariaLabel}) => ariaLabel === held)?.focus();
}

function showWrong(state, place, error, look) {
  const forget = () => {
    state.types = {};
    look();
  };
  replace(
    partsOf(state, place).said,
    h('p', {class: 'error', role: 'alert'}, describe(error)),
    Object.keys(state.types).length > 0 && h('button', {type: 'button', onclick: forget}, 'Let propd find out the types'),
  );
}

// Looks at the first bytes with what was said; a wrong file is told in the daemon's words. Only the last look counts.
async function lookAt(state, place, look) {
  const mine = (state.looking = {});
  try {
    const found = await send('POST', '/v1/datasets:inspect', state.file.slice(0, LOOK_BYTES), {
      query: {name: state.name, ...optionsOf(state)},
      type: 'application/octet-stream',
      signal: state.stop.signal,
    });
    if (mine === state.looking) showFound(state, place, found, look);
  } catch (error) {
    if (mine === state.looking && error.name !== 'AbortError') showWrong(state, place, error, look);
  }
}

function formOf({features, labels}) {
  const form = new FormData();
  form.append('features', features);
  form.append('labels', labels);
  return form;
}

function startUpload(state, onprogress) {
  const {signal} = state.stop;
  if (state.features) return upload('POST', address('/v1/datasets', {name: state.name}), formOf(state), onprogress, signal);
  return upload(
    'PUT',
    address(`/v1/datasets/${encodeURIComponent(state.name)}`, optionsOf(state)),
    state.file,
    onprogress,
    signal,
  );
}

// What stands in the card's place when it has become a dataset.
function doneRow(card, made) {
  const name = `${made.name}@${made.version}`;
  return h(
    'div',
    {class: 'row'},
    h('strong', {class: 'good'}, '✓ '),
    h('a', {href: link('datasets', name)}, name),
    h('span', {class: 'faint'}, `${number(made.rows)} rows`),
    h('span', {class: 'spring'}),
    h('a', {class: 'button primary', href: link('new', '', {dataset: name})}, 'Train on this'),
    h('button', {type: 'button', class: 'quiet', 'aria-label': 'Dismiss', onclick: () => card.remove()}, '×'),
  );
}

// The card is again as it was before the upload, with what went wrong.
function tellFailed(state, card, before, error) {
  state.stop = new AbortController();
  card.replaceChildren(...before);
  card.querySelector('.failed')?.remove();
  card.append(
    h(
      'p',
      {class: 'error failed', role: 'alert'},
      error.name === 'AbortError' ? 'The upload was cancelled; nothing of it was kept.' : describe(error),
    ),
  );
}

// While it goes: progress and a way to stop it.
async function sendFile(state, card, ondone) {
  const bar = h('progress', {max: 1, value: 0, 'aria-label': `Upload of ${state.name}`});
  const said = h('span', {class: 'faint'}, '0 %');
  const before = [...card.children];
  const cancel = h('button', {type: 'button', onclick: () => state.stop.abort()}, 'Cancel');
  replace(card, h('div', {class: 'row'}, h('strong', null, state.name), said, h('span', {class: 'spring'}), cancel), bar);
  try {
    const made = await startUpload(state, (share) => {
      bar.value = share;
      said.textContent = share < 1 ? `${Math.floor(share * 100)} %` : 'uploaded; being read …';
    });
    replace(card, doneRow(card, made));
    announce(`${made.name}@${made.version} is uploaded: ${number(made.rows)} rows`, 'good');
    ondone();
  } catch (error) {
    tellFailed(state, card, before, error);
  }
}

// The card of one thing that grouped() gave. `ondone` is called when it has become a dataset.
export function uploadCard(thing, ondone) {
  const state = {...thing, types: {}, target: null, missing: null, header: null, stop: new AbortController()};
  const name = h('input', {
    value: state.name,
    name: 'name',
    maxlength: 64,
    size: 24,
    autocomplete: 'off',
    oninput: () => (state.name = name.value.trim()),
  });
  const place = h('div', {class: 'found', 'aria-live': 'polite'});
  const what = state.features
    ? `${state.features.name} with the labels ${state.labels.name} · ${size(state.features.size + state.labels.size)}`
    : `${state.file.name} · ${size(state.file.size)}`;
  const card = h('section', {class: 'card upload', 'aria-label': `Upload ${state.name}`});
  const look = () => lookAt(state, place, look);
  const close = () => {
    state.stop.abort();
    card.remove();
  };
  replace(
    card,
    h(
      'div',
      {class: 'row end'},
      labelled('Name', name),
      h('span', {class: 'faint'}, what),
      h('span', {class: 'spring'}),
      h('button', {type: 'button', class: 'primary', onclick: () => sendFile(state, card, ondone)}, 'Upload'),
      h('button', {type: 'button', onclick: close}, 'Leave it'),
    ),
    place,
  );
  if (state.file) look();
  return card;
}
