// A line of some hundred points as SVG, with its axes' ends, a sentence for those who do not see it and a table of its values to open.
// Histories of training, which are long and are zoomed, have charts of their own.
// SPDX-License-Identifier: Apache-2.0
import {h, svg} from './dom.js';
import {number} from './format.js';
import {figureCell, table} from './tables.js';

const WIDTH = 320;
const HEIGHT = 90;
const TABLE_ROWS = 50;

function pathOf(x, y, {left, right, low, high}) {
  const across = (value) => (right === left ? WIDTH / 2 : ((value - left) / (right - left)) * WIDTH);
  const level = low === 0 ? HEIGHT - 2 : HEIGHT / 2;
  const down = (value) => (high === low ? level : HEIGHT - 2 - ((value - low) / (high - low)) * (HEIGHT - 4));
  return x.map((value, i) => `${i ? 'L' : 'M'}${across(value).toFixed(1)} ${down(y[i]).toFixed(1)}`).join('');
}

function boundsOf(x, series, fromZero) {
  const all = series.flatMap(({y}) => y).filter(Number.isFinite);
  return {left: x[0], right: x.at(-1), low: fromZero ? Math.min(0, ...all) : Math.min(...all), high: Math.max(...all)};
}

function tableOf(x, series, {head, format}) {
  const stride = Math.max(1, Math.ceil(x.length / TABLE_ROWS));
  const rows = x.map((value, i) => [value, i]).filter(([, i]) => i % stride === 0 || i === x.length - 1);
  const heads = [head, ...series.map(({name}) => name)].map((text) => [text, 'number']);
  return h(
    'details',
    {class: 'value-table'},
    h('summary', null, 'Values'),
    table(
      series.map(({name}) => name).join(', '),
      heads,
      rows.map(([value, i]) =>
        h(
          'tr',
          null,
          figureCell(number(value)),
          series.map(({y}) => figureCell(format(y[i]))),
        ),
      ),
    ),
  );
}

function legend(series) {
  return (
    series.length > 1 &&
    h(
      'span',
      {class: 'keys'},
      series.map(({name}, i) => h('span', {class: `key curve-${i + 1}`}, name)),
    )
  );
}

function sentence(series, format) {
  return series
    .map(({name, y}) => `${name}: now ${format(y.at(-1))}, from ${format(Math.min(...y))} to ${format(Math.max(...y))}`)
    .join('; ');
}

// series: [{name, y}] over the same x. options: {title, head: the name of x, format, fromZero, summary: a sentence}.
export function curve(x, series, {title, head = 'x', format = number, fromZero = false, summary} = {}) {
  if (x.length < 2) return h('p', {class: 'faint'}, `${title}: not enough values yet.`);
  const bounds = boundsOf(x, series, fromZero);
  const lines = series.map(({y}, i) =>
    svg('path', {d: pathOf(x, y, bounds), class: `line curve-${i + 1}`, fill: 'none', 'vector-effect': 'non-scaling-stroke'}),
  );
  return h(
    'figure',
    {class: 'curve'},
    h('figcaption', null, title, legend(series)),
    h(
      'div',
      {class: 'plot'},
      bounds.high > bounds.low && h('span', {class: 'high'}, format(bounds.high)),
      h('span', {class: 'low'}, format(bounds.low)),
      svg(
        'svg',
        {
          viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
          preserveAspectRatio: 'none',
          role: 'img',
          'aria-label': `${title}. ${summary ?? sentence(series, format)}`,
        },
        lines,
      ),
    ),
    tableOf(x, series, {head, format}),
  );
}
