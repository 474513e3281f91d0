// The square that curves by threshold and residuals are drawn in: its sides with figures and names.
// SPDX-License-Identifier: Apache-2.0
import {svg} from './dom.js';
import {number} from './format.js';

export const SIZE = 300,
  LEFT = 60,
  TOP = 8;
const BELOW = 38,
  RIGHT = 30;
const TICKS = [0, 0.25, 0.5, 0.75, 1];

export function frame(label, [xName, yName], [x0, x1], [y0, y1], content) {
  const xTick = (at) => svg('text', {x: LEFT + at * SIZE, y: TOP + SIZE + 15, 'text-anchor': 'middle'}, number(x0 + at * (x1 - x0), 3));
  const yTick = (at) => svg('text', {x: LEFT - 5, y: TOP + (1 - at) * SIZE + 4, 'text-anchor': 'end'}, number(y0 + at * (y1 - y0), 3));
  return svg(
    'svg',
    {viewBox: `0 0 ${LEFT + SIZE + RIGHT} ${TOP + SIZE + BELOW}`, class: 'curve-picture', role: 'img', 'aria-label': label},
    svg('rect', {x: LEFT, y: TOP, width: SIZE, height: SIZE, class: 'axes'}),
    content,
    TICKS.map(xTick),
    TICKS.map(yTick),
    svg('text', {x: LEFT + SIZE / 2, y: TOP + SIZE + 32, 'text-anchor': 'middle'}, xName),
    svg('text', {transform: `translate(11 ${TOP + SIZE / 2}) rotate(-90)`, 'text-anchor': 'middle'}, yName),
  );
}
