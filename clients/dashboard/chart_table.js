// A chart's values as a table, which is made when it is opened.
// SPDX-License-Identifier: Apache-2.0
import {h, replace} from './dom.js';
import {number} from './format.js';

const ROWS_MAX = 200;

// The values of all lines by x: Map of x to a list of {mid, low, high}.
function cellsByX(lines) {
  const cells = new Map();
  lines.forEach(({points}, column) =>
    points.x.forEach((x, i) => {
      if (!cells.has(x)) cells.set(x, []);
      cells.get(x)[column] = {mid: points.mid[i], low: points.low[i], high: points.high[i]};
    }),
  );
  return cells;
}

const finite = (values) => values.filter((value) => value !== null && value !== undefined);

// Several values of a line as one: their mean, and the least and the most of them, so that no spike is lost.
function together(values) {
  const told = finite(values.map((value) => value?.mid));
  if (told.length === 0) return {mid: null, low: null, high: null};
  return {
    mid: told.reduce((a, b) => a + b) / told.length,
    low: Math.min(...finite(values.map((value) => value?.low))),
    high: Math.max(...finite(values.map((value) => value?.high))),
  };
}

// {every, rows: [[x, values]]}: one row an x; of more than ROWS_MAX, one for every so many.
function gather(lines) {
  const cells = cellsByX(lines);
  const xs = [...cells.keys()].sort((a, b) => a - b);
  const every = Math.ceil(xs.length / ROWS_MAX) || 1;
  const starts = xs.filter((x, i) => i % every === 0);
  return {
    every,
    rows: starts.map((x, row) => [
      x,
      lines.map((line, column) => together(xs.slice(row * every, (row + 1) * every).map((one) => cells.get(one)[column]))),
    ]),
  };
}

function table(label, model) {
  const {every, rows} = gather(model.lines);
  const hasBand = model.lines.map(({band}) => band || every > 1);
  const columns = model.lines.flatMap(({name}, i) => (hasBand[i] ? [name, `${name}, least`, `${name}, most`] : [name]));
  const cell = (value) => h('td', {class: 'number'}, number(value));
  return h(
    'table',
    null,
    h('caption', {class: 'visually-hidden'}, label),
    h(
      'thead',
      null,
      h(
        'tr',
        null,
        [model.xName, ...columns].map((text) => h('th', {scope: 'col', class: 'number'}, text)),
      ),
    ),
    h(
      'tbody',
      null,
      rows.map(([x, values]) =>
        h(
          'tr',
          null,
          h('th', {scope: 'row', class: 'number'}, model.xText(x, true)),
          values.map(({mid, low, high}, i) => (hasBand[i] ? [mid, low, high] : [mid]).map(cell)),
        ),
      ),
    ),
  );
}

// {element, refresh}: `model()` gives what the chart shows.
export function valuesTable(label, model) {
  const place = h('div', {class: 'scroll values-table', tabindex: 0, role: 'region', 'aria-label': `Values of ${label}`});
  const element = h('details', {class: 'chart-values'}, h('summary', null, 'Values'), place);
  const refresh = () => {
    if (!element.open || !model()) return;
    replace(place, table(label, model()));
  };
  element.addEventListener('toggle', refresh);
  return {element, refresh};
}
