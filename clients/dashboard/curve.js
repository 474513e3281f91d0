// A line of some hundred points as SVG, with its axes' ends, a sentence for those who do not see it and a table of its values to open.
// Histories of training, which are long and are zoomed, have charts of their own.
// SPDX-License-Identifier: Apache-2.0
import {h, svg} from './dom.js';
import {number} from './format.js';

const WIDTH = 320;
const HEIGHT = 90;
const TABLE_ROWS = 50;

function pathOf(x, y, {left, right, low, high}) {
  const across = (value) => right === left ? WIDTH / 2 : (value - left) / (right - left) * WIDTH;
  const down = (value) => high === low ? HEIGHT / 2 : HEIGHT - 2 - (value - low) / (high - low) * (HEIGHT - 4);
  return x.map((value, i) => `${i ? 'L' : 'M'}${across(value).toFixed(1)} ${down(y[i]).toFixed(1)}`).join('');
}

function boundsOf(x, series, fromZero) {
  const all = series.flatMap(({y}) => y).filter(Number.isFinite);
  return {left: x[0], right: x.at(-1), low: fromZero ? Math.min(0, ...all) : Math.min(...all), high: Math.max(...all)};
}

function tableOf(x, series, {head, format}) {
  const stride = Math.max(1, Math.ceil(x.length / TABLE_ROWS));
  const rows = x.map((value, i) => [value, i]).filter(([, i]) => i % stride === 0 || i === x.length - 1);
  return h('details', {class: 'values'}, h('summary', null, 'Values'), h('div', {class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Values'}, h('table', null,
    h('caption', {class: 'visually-hidden'}, series.map(({name}) => name).join(', ')),
    h('thead', null, h('tr', null, h('th', {scope: 'col', class: 'number'}, head), series.map(({name}) => h('th', {scope: 'col', class: 'number'}, name)))),
    h('tbody', null, rows.map(([value, i]) => h('tr', null, h('td', {class: 'number'}, number(value)), series.map(({y}) => h('td', {class: 'number'}, format(y[i])))))))));
}

function sentence(series, format) {
  return series.map(({name, y}) => `${name}: now ${format(y.at(-1))}, from ${format(Math.min(...y))} to ${format(Math.max(...y))}`).join('; ');
}

// series: [{name, y}] over the same x. options: {title, head: the name of x, format, fromZero, withTable, summary: a sentence}.
export function curve(x, series, {title, head = 'x', format = number, fromZero = false, withTable = true, summary} = {}) {
  if (x.length < 2) return h('p', {class: 'faint'}, `${title}: not enough values yet.`);
  const bounds = boundsOf(x, series, fromZero);
  const lines = series.map(({y}, i) => svg('path', {d: pathOf(x, y, bounds), class: `line curve-${i + 1}`, fill: 'none', 'vector-effect': 'non-scaling-stroke'}));
  return h('figure', {class: 'curve'}, h('figcaption', null, title, series.length > 1 && h('span', {class: 'legend'}, series.map(({name}, i) => h('span', {class: `key curve-${i + 1}`}, name)))),
    h('div', {class: 'plot'}, h('span', {class: 'high'}, format(bounds.high)), h('span', {class: 'low'}, format(bounds.low)),
      svg('svg', {viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', role: 'img', 'aria-label': `${title}. ${summary ?? sentence(series, format)}`}, lines)),
    withTable && tableOf(x, series, {head, format}));
}
