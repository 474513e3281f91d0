// What augmentation makes of some rows, before anything is trained: POST /v1/augmentations:preview. The list is in the URL (?list=).
// SPDX-License-Identifier: Apache-2.0
import {send} from './api.js';
import {describe} from './announce.js';
import {catalog, find} from './catalog.js';
import {isImage} from './dataset_rows.js';
import {h, labelled, replace, select} from './dom.js';
import {fieldsForm} from './fields_form.js';
import {number} from './format.js';
import {newest} from './poll.js';
import {showProblems} from './problems.js';
import {figureCell, table} from './tables.js';
import {change, current} from './view.js';

const WAIT_MS = 300;
const NUMBERS_SHOWN = 24;

// A picture of a data: URL on a canvas: the security policy keeps such URLs out of <img>.
async function pictureOf(url, words) {
  const bytes = Uint8Array.from(atob(url.split(',')[1]), (letter) => letter.charCodeAt(0));
  const bitmap = await createImageBitmap(new Blob([bytes], {type: 'image/png'}));
  const canvas = h('canvas', {width: bitmap.width, height: bitmap.height, class: 'pixels', role: 'img', 'aria-label': words});
  canvas.getContext('2d').drawImage(bitmap, 0, 0);
  return canvas;
}

async function imagePairs(rows) {
  const pairs = await Promise.all(
    rows.map(async ({row, label, before, after}) =>
      h(
        'li',
        null,
        await pictureOf(before, `Row ${row} before`),
        h('span', {'aria-hidden': 'true'}, '→'),
        await pictureOf(after, `Row ${row} after`),
        h('span', null, label ?? ''),
      ),
    ),
  );
  return h('ul', {class: 'pairs'}, pairs);
}

function flat(values) {
  return [values].flat(Infinity);
}

// Numbers as the network sees them, what changed in bold.
function numberRow({row, before}, kind, values) {
  const cells = flat(values)
    .slice(0, NUMBERS_SHOWN)
    .map((value, i) => figureCell(number(value, 3), value === flat(before)[i] ? '' : 'changed'));
  return h('tr', null, h('th', {scope: 'row'}, kind === 'before' ? `row ${row}` : ''), h('td', {class: 'faint'}, kind), cells);
}

function numberPairs({rows, columns}) {
  const width = Math.min(flat(rows[0].before).length, NUMBERS_SHOWN);
  const heads = Array.from({length: width}, (_, i) => [columns?.[i] ?? i, 'number']);
  return table(
    'Rows before and after',
    ['Row', '', ...heads],
    rows.flatMap((row) => [numberRow(row, 'before', row.before), numberRow(row, 'after', row.after)]),
  );
}

// What rows of this dataset are: a kind that the catalog's `fits` has.
export function rowsOf(dataset) {
  if (dataset.columns.some(isImage)) return 'images';
  return dataset.columns.some(({type}) => type === 'tensor') ? 'series' : 'tables';
}

function fitting(all, kind) {
  return (field, name) => find(all, 'augmentations', name)?.fits.includes(kind) ?? true;
}

function readList() {
  try {
    return JSON.parse(current().query.list ?? '[]');
  } catch {
    return [];
  }
}

async function load(state, place, form, signal) {
  if (!state.value.augmentation?.length) {
    showProblems(form, []);
    replace(place, h('p', {class: 'faint'}, 'Add a change: rows before and after it come here.'));
    return;
  }
  const asked = {dataset: state.dataset.id, augmentation: state.value.augmentation, count: 8, epoch: Number(state.epoch)};
  try {
    const answer = await send('POST', '/v1/augmentations:preview', asked, {signal});
    const pairs = typeof answer.rows[0]?.before === 'string' ? await imagePairs(answer.rows) : numberPairs(answer);
    signal.throwIfAborted();
    showProblems(form, []);
    replace(place, pairs);
  } catch (error) {
    if (error.name === 'AbortError') return;
    const left = showProblems(form, error.errors ?? []);
    replace(place, (left.length > 0 || !error.errors?.length) && h('p', {class: 'error', role: 'alert'}, describe(error)));
  }
}

export async function showAugmentation(place, dataset, signal) {
  const all = await catalog();
  const state = {dataset, value: {augmentation: readList()}, epoch: current().query.epoch ?? 1};
  const result = h('div', {class: 'card', 'aria-live': 'polite'});
  const ask = newest(WAIT_MS, signal, (stop) => load(state, result, form, stop));
  const again = () => {
    change({
      list: state.value.augmentation?.length ? JSON.stringify(state.value.augmentation) : null,
      epoch: state.epoch === '1' ? null : state.epoch,
    });
    ask();
  };
  const field = find(all, 'documents', 'training').fields.filter(({name}) => name === 'augmentation');
  const form = h(
    'div',
    {class: 'card'},
    h(
      'p',
      {class: 'faint'},
      'Random changes of the training rows, made anew in every epoch, in this order. Validation and predictions see the rows as they are.',
    ),
    fieldsForm({
      catalog: all,
      fields: field,
      value: state.value,
      pointer: '#',
      onchange: again,
      fits: fitting(all, rowsOf(dataset)),
    }),
    labelled(
      'Epoch',
      select(['1', '2', '3', '4', '5'], String(state.epoch), (epoch) => {
        state.epoch = epoch;
        again();
      }),
    ),
  );
  replace(place, h('div', {class: 'beside'}, form, result));
  ask();
}
