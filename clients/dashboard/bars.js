// Small pictures of numbers: a column's histogram, bars of categories, bars of probabilities. Each says in words what it shows.
// SPDX-License-Identifier: Apache-2.0
import {h, svg} from './dom.js';
import {number, percent} from './format.js';

const WIDTH = 160;
const HEIGHT = 36;
const CATEGORIES_SHOWN = 5;

function bar(count, at, {counts, highest, describe}) {
  const width = WIDTH / counts.length;
  const height = count === 0 ? 0 : Math.max(1, (count / highest) * HEIGHT);
  return svg(
    'rect',
    {x: at * width, y: HEIGHT - height, width: Math.max(width - 1, 0.5), height, class: 'count'},
    svg('title', null, describe(at)),
  );
}

// {from, to, counts} as bars; from and to are numbers or dates as text.
export function histogram({from, to, counts}, name) {
  const highest = Math.max(...counts, 1);
  const isNumber = typeof from === 'number';
  const edge = (at) => (isNumber ? number(from + ((to - from) * at) / counts.length) : '');
  const describe = (at) => (isNumber ? `${edge(at)} to ${edge(at + 1)}: ${number(counts[at])}` : number(counts[at]));
  const most = counts.indexOf(highest);
  const ends = isNumber ? [number(from), number(to)] : [from, to];
  const place = isNumber ? `lie between ${edge(most)} and ${edge(most + 1)}` : `in part ${most + 1} of ${counts.length}`;
  const words = `Histogram of ${name} from ${ends[0]} to ${ends[1]}; most values ${place}`;
  return svg(
    'svg',
    {
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      width: WIDTH,
      height: HEIGHT,
      class: 'column-histogram',
      role: 'img',
      'aria-label': words,
    },
    counts.map((count, at) => bar(count, at, {counts, highest, describe})),
  );
}

// The most frequent categories with their shares.
export function categories(list, total) {
  const rest = list.slice(CATEGORIES_SHOWN).reduce((sum, {count}) => sum + count, 0);
  const rows = list.slice(0, CATEGORIES_SHOWN).map(({value, count}) => [String(value), count]);
  const others = list.length - CATEGORIES_SHOWN;
  if (rest > 0) rows.push([others === 1 ? '1 other' : `${number(others)} others`, rest]);
  return h(
    'div',
    {class: 'categories'},
    rows.map(([value, count]) => [
      h('span', {class: 'value', title: value}, value),
      meter(count / Math.max(total, 1)),
      h('span', {class: 'share'}, percent(count / Math.max(total, 1))),
    ]),
  );
}

// A bar of 0 to 1; what it says stands beside it as text.
export function meter(share, kind = '') {
  return h(
    'span',
    {class: `meter ${kind}`, 'aria-hidden': 'true'},
    h('span', {style: {width: `${Math.max(0, Math.min(1, share)) * 100}%`}}),
  );
}

// A row a name with a bar, the largest first. values: [name, value, text].
export function bars(caption, heads, values) {
  const largest = Math.max(...values.map(([, value]) => Math.abs(value)), 1e-12);
  const rows = values.map(([name, value, text, note]) =>
    h(
      'tr',
      null,
      h('th', {scope: 'row'}, name),
      h('td', {class: 'bar-cell'}, meter(Math.abs(value) / largest, value < 0 ? 'negative' : '')),
      h('td', {class: 'number'}, text),
      note !== undefined && h('td', {class: 'number faint'}, note),
    ),
  );
  return h(
    'div',
    {class: 'scroll'},
    h(
      'table',
      {class: 'bars'},
      h('caption', {class: 'visually-hidden'}, caption),
      h(
        'thead',
        {class: 'visually-hidden'},
        h(
          'tr',
          null,
          heads.map((head) => h('th', {scope: 'col'}, head)),
        ),
      ),
      h('tbody', null, rows),
    ),
  );
}
