// Residuals of a target that is a number: their histogram, and predictions beside what is true.
// SPDX-License-Identifier: Apache-2.0
import {h, svg} from './dom.js';
import {frame, LEFT, SIZE, TOP} from './evaluation_frame.js';
import {number} from './format.js';

function histogram({mean, deviation, histogram: {edges, counts}}) {
  const most = Math.max(...counts, 1),
    width = SIZE / counts.length;
  const bars = counts.map((count, i) =>
    svg('rect', {
      x: LEFT + i * width,
      y: TOP + SIZE - (SIZE * count) / most,
      width: Math.max(width - 1, 1),
      height: (SIZE * count) / most,
      class: 'weight-bar',
    }),
  );
  const label = `Histogram of residuals, predicted less actual: mean ${number(mean)}, deviation ${number(deviation)}`;
  return h(
    'figure',
    null,
    h('figcaption', null, 'Residuals'),
    frame(label, ['predicted less actual', 'rows'], [edges[0], edges.at(-1)], [0, most], bars),
  );
}

function pairs({actual, predicted}) {
  const all = [...actual, ...predicted].filter((value) => value !== null);
  const low = Math.min(...all),
    span = Math.max(...all) - low || 1;
  const at = (x, y) => [LEFT + ((x - low) / span) * SIZE, TOP + (1 - (y - low) / span) * SIZE];
  const dots = actual.flatMap((x, i) => {
    if (x === null || predicted[i] === null) return [];
    const [cx, cy] = at(x, predicted[i]);
    return [svg('circle', {cx, cy, r: 2, class: 'dot'})];
  });
  const diagonal = svg('line', {x1: LEFT, y1: TOP + SIZE, x2: LEFT + SIZE, y2: TOP, class: 'chance'});
  return h(
    'figure',
    null,
    h('figcaption', null, 'Predicted by actual'),
    frame(
      `Predicted values by actual ones of ${dots.length} rows, in original units`,
      ['actual', 'predicted'],
      [low, low + span],
      [low, low + span],
      [diagonal, dots],
    ),
  );
}

function quantiles({quantiles: {share, value}}) {
  return h(
    'table',
    {class: 'narrow'},
    h('caption', null, 'Quantiles of the residuals'),
    h(
      'thead',
      null,
      h('tr', null, h('th', {scope: 'col', class: 'number'}, 'Share of rows'), h('th', {scope: 'col', class: 'number'}, 'Residual up to')),
    ),
    h(
      'tbody',
      null,
      share.map((one, i) =>
        h('tr', null, h('th', {scope: 'row', class: 'number'}, number(one)), h('td', {class: 'number'}, number(value[i]))),
      ),
    ),
  );
}

export function columnResiduals(column) {
  const figures = ['rmse', 'mae', 'mape', 'r2'].map((key) => `${key} ${number(column[key])}`).join(' · ');
  return h(
    'div',
    {class: 'card'},
    h('h2', null, String(column.column)),
    h('p', {class: 'faint'}, figures),
    h(
      'div',
      {class: 'row figures-row'},
      column.residuals && histogram(column.residuals),
      column.pairs && pairs(column.pairs),
      column.residuals && quantiles(column.residuals),
    ),
  );
}
