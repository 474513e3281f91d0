// A row of columns to ask a model about: a field a column, filled from the dataset, by hand or by pasting. The row is in the URL (?row=).
// SPDX-License-Identifier: Apache-2.0
import {get} from './api.js';
import {h, labelled, replace, select} from './dom.js';
import {number} from './format.js';
import {rowChooser} from './row_chooser.js';
import {rowOfText} from './row_text.js';
import {change, current} from './view.js';

const COLUMNS_SHOWN = 200;
const CATEGORIES_MAX = 500;

function savedRow() {
  try {
    return JSON.parse(current().query.row ?? 'null');
  } catch {
    return null;
  }
}

// The value of a field as the daemon takes it: numbers as numbers, nothing as missing.
function valueOf(text, column) {
  if (text === '' || text === undefined || text === null) return null;
  if (column?.type === 'number' && Number.isFinite(Number(text))) return Number(text);
  return column?.type === 'boolean' ? text === true || text === 'true' : String(text);
}

function helpOf(column) {
  if (column?.type === 'number' && column.min !== undefined)
    return `${number(column.min)} to ${number(column.max)}, mostly about ${number(column.mean)}`;
  return column?.type === 'date' ? `${column.min} to ${column.max}` : null;
}

function controlOf(column, name, value, onchange) {
  if (column?.type === 'boolean') return select([['', 'missing'], 'true', 'false'], value ?? '', onchange, {name});
  if (column?.categories && column.categories.length <= CATEGORIES_MAX) {
    const known = column.categories.map((each) => String(each.value));
    const extra = value !== null && value !== undefined && value !== '' && !known.includes(String(value)) ? [String(value)] : [];
    return select([['', 'missing'], ...known, ...extra], value ?? '', onchange, {name});
  }
  if (column?.type === 'text')
    return h('textarea', {name, rows: 2, value: value ?? '', oninput: (event) => onchange(event.target.value)});
  return h('input', {
    name,
    value: value ?? '',
    inputmode: column?.type === 'number' ? 'decimal' : null,
    placeholder: 'missing',
    autocomplete: 'off',
    oninput: (event) => onchange(event.target.value),
  });
}

function paster(columns, fill) {
  const area = h('textarea', {
    rows: 3,
    placeholder: `${columns.slice(0, 4).join(',')}\n…  or {"${columns[0]}": …}`,
    spellcheck: 'false',
  });
  const said = h('p', {class: 'problem', role: 'alert'});
  const read = () => {
    try {
      fill(rowOfText(area.value, columns));
      said.textContent = '';
    } catch (error) {
      said.textContent = error.message;
    }
  };
  area.addEventListener('input', () => (area.value.trim() ? read() : (said.textContent = '')));
  return h(
    'details',
    {class: 'more'},
    h('summary', null, 'Paste a row'),
    labelled('CSV, with its header or without, or JSON', area),
    said,
  );
}

// Returns {element, instance()}; `onchange` is called after each change.
export async function rowForm({model, dataset, signal}, onchange) {
  const names = model.description.columns;
  const columns = Object.fromEntries(names.map((name) => [name, dataset?.columns.find((column) => column.name === name)]));
  const first = dataset ? (await get(`/v1/datasets/${dataset.id}/rows`, {query: {limit: 1}, signal})).rows[0] : null;
  let row = savedRow() ?? Object.fromEntries(names.map((name) => [name, first?.[name] ?? null]));
  const fields = h('div', {class: 'fields'});
  const changed = () => {
    change({row: JSON.stringify(Object.fromEntries(names.map((name) => [name, row[name] ?? null])))});
    onchange();
  };
  const set = (name) => (value) => {
    row[name] = valueOf(value, columns[name]);
    changed();
  };
  const show = () =>
    replace(
      fields,
      names
        .slice(0, COLUMNS_SHOWN)
        .map((name) => labelled(name, controlOf(columns[name], name, row[name], set(name)), helpOf(columns[name]))),
    );
  const fill = (values) => {
    row = {
      ...row,
      ...Object.fromEntries(names.filter((name) => name in values).map((name) => [name, valueOf(values[name], columns[name])])),
    };
    show();
    changed();
  };
  show();
  const element = h(
    'div',
    null,
    fields,
    names.length > COLUMNS_SHOWN &&
      h('p', {class: 'faint'}, `${number(names.length - COLUMNS_SHOWN)} more columns keep the values of the row that was taken.`),
    paster(names, fill),
    dataset && rowChooser(dataset, fill, signal),
  );
  return {element, instance: () => Object.fromEntries(names.map((name) => [name, row[name] ?? null]))};
}
