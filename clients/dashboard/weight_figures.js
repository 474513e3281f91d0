// Pictures of histograms: one as bars, those of many epochs as a map of density.
// SPDX-License-Identifier: Apache-2.0
import {h, svg} from './dom.js';
import {number} from './format.js';
import {solid} from './theme.js';

const WIDTH = 320,
  HEIGHT = 130,
  BELOW = 20;

export function histogramFigure(title, {min, max, norm, counts}) {
  const most = Math.max(...counts, 1),
    width = WIDTH / counts.length;
  const bars = counts.map((count, i) =>
    svg('rect', {
      x: i * width,
      y: HEIGHT - (HEIGHT * count) / most,
      width: Math.max(width - 0.6, 0.6),
      height: (HEIGHT * count) / most,
      class: 'weight-bar',
    }),
  );
  const zero =
    min < 0 && max > 0
      ? svg('line', {x1: (-min / (max - min)) * WIDTH, x2: (-min / (max - min)) * WIDTH, y1: 0, y2: HEIGHT, class: 'chance'})
      : null;
  const label = `${title}: from ${number(min)} to ${number(max)}, norm ${number(norm)}, ${number(most)} in the fullest of ${counts.length} bins`;
  return h(
    'figure',
    null,
    h('figcaption', null, title),
    svg(
      'svg',
      {viewBox: `0 0 ${WIDTH} ${HEIGHT + BELOW}`, class: 'weight-histogram', role: 'img', 'aria-label': label},
      bars,
      zero,
      svg('line', {x1: 0, x2: WIDTH, y1: HEIGHT, y2: HEIGHT, class: 'axis'}),
      svg('text', {x: 0, y: HEIGHT + 15}, number(min, 3)),
      svg('text', {x: WIDTH, y: HEIGHT + 15, 'text-anchor': 'end'}, number(max, 3)),
    ),
  );
}

// The share of a histogram's values in each of `rows` equal parts of [low, high].
function densities({min, max, counts}, low, high, rows) {
  const shares = Array(rows).fill(0);
  const sum = counts.reduce((a, b) => a + b, 0) || 1;
  counts.forEach((count, i) => {
    const value = min + ((max - min) * (i + 0.5)) / counts.length;
    const row = Math.min(Math.floor(((value - low) / (high - low || 1)) * rows), rows - 1);
    shares[row] += count / sum;
  });
  return shares;
}

// A column an epoch, dark where many weights are.
export function historyFigure(name, history) {
  const told = history.filter(({min}) => min !== null),
    rows = 40;
  const low = Math.min(...told.map(({min}) => min)),
    high = Math.max(...told.map(({max}) => max));
  const label = `Weights of ${name} by epoch, from epoch ${told[0]?.epoch} to ${told.at(-1)?.epoch}: between ${number(low)} and ${number(high)}`;
  const canvas = h('canvas', {width: WIDTH, height: HEIGHT, role: 'img', 'aria-label': label, class: 'density'});
  const context = canvas.getContext('2d'),
    width = WIDTH / told.length;
  told.forEach((one, column) =>
    densities(one, low, high, rows).forEach((share, row) => {
      if (share === 0) return;
      context.fillStyle = solid('curve-1', Math.min(0.15 + share * rows * 0.12, 1));
      context.fillRect(column * width, HEIGHT - ((row + 1) * HEIGHT) / rows, Math.ceil(width), HEIGHT / rows);
    }),
  );
  return h('figure', null, h('figcaption', null, `By epoch, ${number(low, 3)} to ${number(high, 3)}`), canvas);
}
