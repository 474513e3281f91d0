// A look at the rows of a dataset: as a table, or as images with their labels. The place in it is in the URL (?from=).
// SPDX-License-Identifier: Apache-2.0
import {get} from './api.js';
import {attempt} from './announce.js';
import {h, labelled, replace} from './dom.js';
import {NOTHING, number} from './format.js';
import {table} from './tables.js';
import {change, current} from './view.js';

const ROWS = 25;
const IMAGES = 48;
const COLUMNS_SHOWN = 100;

// Whether the values of a column can be looked at as pictures: bytes of [height, width] or [height, width, channels].
export function isImage({type, shape, integers}) {
  if (type !== 'tensor' || !shape) return false;
  return shape.length === 3 ? [1, 3, 4].includes(shape[2]) : shape.length === 2 && integers && shape[0] > 3 && shape[1] > 3;
}

function imageOf(dataset, row, column) {
  return h('img', {
    src: `/v1/datasets/${dataset.id}/rows/${row}.png?column=${encodeURIComponent(column.name)}`,
    alt: `Row ${row}`,
    loading: 'lazy',
    class: 'pixels',
  });
}

function cell(dataset, column, value, row) {
  if (column.type === 'tensor')
    return h(
      'td',
      null,
      isImage(column) ? imageOf(dataset, row, column) : h('span', {class: 'faint'}, `${column.shape.join(' × ')} numbers`),
    );
  if (value === null || value === undefined)
    return h('td', {class: column.type === 'number' ? 'number faint' : 'faint'}, NOTHING);
  return column.type === 'number'
    ? h('td', {class: 'number'}, number(value, 6))
    : h('td', {class: 'clip', title: String(value)}, String(value));
}

// "Rows 26 to 50 of 150", earlier, later, and a row to go to.
function pager(total, from, step, turn) {
  const goTo = h('input', {
    type: 'number',
    min: 0,
    max: Math.max(total - 1, 0),
    value: from,
    onchange: () => turn(Math.max(0, Math.min(total - 1, Math.floor(Number(goTo.value) || 0)))),
  });
  return h(
    'div',
    {class: 'row paging end'},
    h(
      'button',
      {
        disabled: from === 0,
        title: from === 0 ? 'these are the first rows' : null,
        onclick: () => turn(Math.max(0, from - step)),
      },
      'Earlier',
    ),
    h(
      'button',
      {
        disabled: from + step >= total,
        title: from + step >= total ? 'these are the last rows' : null,
        onclick: () => turn(from + step),
      },
      'Later',
    ),
    h(
      'span',
      {class: 'faint', role: 'status'},
      `Rows ${number(from)} to ${number(Math.min(total, from + step) - 1)} of ${number(total)}`,
    ),
    labelled('From row', goTo),
  );
}

function placeIn(dataset) {
  const from = Math.floor(Number(current().query.from ?? 0)) || 0;
  return Math.max(0, Math.min(from, dataset.rows - 1));
}

function turner(place, dataset, signal, show) {
  return (from) => {
    change({from: from || null});
    attempt(() => show(place, dataset, signal));
  };
}

export async function showRows(place, dataset, signal) {
  const from = placeIn(dataset);
  const {rows, total} = await get(`/v1/datasets/${dataset.id}/rows`, {query: {offset: from, limit: ROWS}, signal});
  const columns = dataset.columns.slice(0, COLUMNS_SHOWN);
  const heads = [['#', 'number'], ...columns.map(({name, type}) => [name, type === 'number' ? 'number' : null])];
  const lines = rows.map((row, i) =>
    h(
      'tr',
      null,
      h('th', {scope: 'row', class: 'number'}, number(from + i)),
      columns.map((column) => cell(dataset, column, row[column.name], from + i)),
    ),
  );
  replace(
    place,
    pager(total, from, ROWS, turner(place, dataset, signal, showRows)),
    table(`Rows of ${dataset.name}`, heads, lines, {kind: 'rows', box: 'card'}),
  );
}

export async function showImages(place, dataset, signal) {
  const from = placeIn(dataset);
  const column = dataset.columns.find(isImage);
  const labels = dataset.columns.filter(({type}) => type !== 'tensor').slice(0, 2);
  const count = Math.min(IMAGES, dataset.rows - from);
  const {rows} = labels.length
    ? await get(`/v1/datasets/${dataset.id}/rows`, {query: {offset: from, limit: count}, signal})
    : {rows: []};
  const text = (i) =>
    labels
      .map(({name}) => rows[i]?.[name])
      .filter((value) => value !== undefined && value !== null)
      .join(', ');
  replace(
    place,
    pager(dataset.rows, from, IMAGES, turner(place, dataset, signal, showImages)),
    h(
      'ul',
      {class: 'thumbnails'},
      Array.from({length: count}, (_, i) =>
        h(
          'li',
          null,
          imageOf(dataset, from + i, column),
          h('span', {title: `row ${from + i}`}, text(i) || `row ${number(from + i)}`),
        ),
      ),
    ),
  );
}
