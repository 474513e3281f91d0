// A chart's values as a table, which is made when it is opened.
// SPDX-License-Identifier: Apache-2.0
import {h, replace} from './dom.js';
import {number} from './format.js';

const ROWS_MAX = 200;

function headings(model) {
  const columns = model.lines.flatMap(({name, band}) => (band ? [name, `${name}, least`, `${name}, most`] : [name]));
  return h('thead', null, h('tr', null, [model.xName, ...columns].map((text) => h('th', {scope: 'col', class: 'number'}, text))));
}

// One row an x; of more than ROWS_MAX, every so many.
function bodyRows(model) {
  const cells = new Map();
  model.lines.forEach(({points}, column) => points.x.forEach((x, i) => {
    if (!cells.has(x)) cells.set(x, []);
    cells.get(x)[column] = [points.mid[i], points.low[i], points.high[i]];
  }));
  const xs = [...cells.keys()].sort((a, b) => a - b);
  const every = Math.ceil(xs.length / ROWS_MAX);
  return xs.filter((x, i) => i % every === 0).map((x) => h('tr', null, h('th', {scope: 'row', class: 'number'}, model.xText(x, true)),
    model.lines.map(({band}, column) => (cells.get(x)[column] ?? [null, null, null]).slice(0, band ? 3 : 1)
      .map((value) => h('td', {class: 'number'}, number(value))))));
}

// {element, refresh}: `model()` gives what the chart shows.
export function valuesTable(label, model) {
  const place = h('div', {class: 'scroll values-table', tabindex: 0, role: 'region', 'aria-label': `Values of ${label}`});
  const element = h('details', {class: 'values'}, h('summary', null, 'Values'), place);
  const refresh = () => {
    if (!element.open || !model()) return;
    replace(place, h('table', null, h('caption', {class: 'visually-hidden'}, label), headings(model()), h('tbody', null, bodyRows(model()))));
  };
  element.addEventListener('toggle', refresh);
  return {element, refresh};
}
