// A network drawn as a graph: layers in rows by their distance from the input, branches beside each other, links that pass over rows
// beside what they pass.
// SPDX-License-Identifier: Apache-2.0
import {svg} from './dom.js';
import {number} from './format.js';

const WIDTH = 200,
  HEIGHT = 58,
  GAP_X = 36,
  GAP_Y = 34,
  PAD = 12,
  PASS = 26;

// nodes: [{name, type, input: [names], …}] in an order in which inputs come first; "input" is what goes in.
function depths(nodes) {
  const depth = new Map([['input', 0]]);
  for (const {name, input} of nodes) depth.set(name, 1 + Math.max(...input.map((from) => depth.get(from) ?? 0)));
  return depth;
}

// Where each stands: rows by depth; within a row by the place of what goes in, so that branches keep their sides. A link over
// several rows holds a narrow place in each of them, which keeps it off the boxes.
function placeAll(nodes) {
  const depth = depths(nodes);
  const rows = [[{name: 'input', width: WIDTH, from: []}]];
  const put = (row, entry) => (rows[row] ??= []).push(entry);
  const routes = [];
  for (const {name, input} of nodes) {
    const at = depth.get(name),
      sources = [];
    input.forEach((from, i) => {
      let last = from;
      const via = [];
      for (let row = depth.get(from) + 1; row < at; row++) {
        const pass = `${from}>${name}#${i}@${row}`;
        put(row, {name: pass, width: PASS, from: [last]});
        via.push((last = pass));
      }
      sources.push(last);
      routes.push({from, to: name, via});
    });
    put(at, {name, width: WIDTH, from: sources});
  }
  return {rows, routes, places: arrange(rows)};
}

// The mean of what `values` says of each, boxes far before links that pass by.
function weighted(entries, values) {
  const weights = entries.map(({width}) => width ** 2);
  const sum = weights.reduce((a, b) => a + b, 0);
  return entries.reduce((total, entry, i) => total + weights[i] * values(entry, i), 0) / sum;
}

// Row by row, each as near below what goes in as the row's order lets it be.
function arrange(rows) {
  const places = new Map();
  rows.forEach((row, y) => {
    const wish = new Map(
      row.map((entry) => [
        entry,
        entry.from.length
          ? weighted(
              entry.from.map((name) => places.get(name)),
              ({x}) => x,
            )
          : 0,
      ]),
    );
    row.sort((a, b) => wish.get(a) - wish.get(b));
    let right = 0;
    const at = row.map(({width}) => (right += width + GAP_X) - GAP_X - width / 2);
    const shift = weighted(row, (entry, i) => wish.get(entry) - at[i]);
    row.forEach(({name, width}, i) => places.set(name, {x: at[i] + shift, y: y * (HEIGHT + GAP_Y), width}));
  });
  return places;
}

function linkPath(points) {
  const [first, ...rest] = points;
  let path = `M${first.x},${first.y}`,
    last = first;
  for (const point of rest) {
    const middle = (last.y + point.y) / 2;
    path += ` C${last.x},${middle} ${point.x},${middle} ${point.x},${point.y}`;
    last = point;
  }
  return path;
}

function linkOf({from, to, via}, places) {
  const start = places.get(from),
    end = places.get(to);
  const between = via.flatMap((name) => [
    {x: places.get(name).x, y: places.get(name).y},
    {x: places.get(name).x, y: places.get(name).y + HEIGHT},
  ]);
  return svg('path', {
    d: linkPath([{x: start.x, y: start.y + HEIGHT}, ...between, {x: end.x, y: end.y}]),
    class: 'link',
    'marker-end': 'url(#arrow)',
  });
}

function box({name, type, output_shape: shape, parameters}, {x, y}) {
  const second = [type, parameters ? `${number(parameters)} parameters` : null].filter((text) => text && text !== 'input').join(' · ');
  return svg(
    'g',
    {transform: `translate(${x - WIDTH / 2} ${y})`, class: `node type-${type}`},
    svg('rect', {width: WIDTH, height: HEIGHT, rx: 7}),
    svg('title', null, `${name}: ${type}, ${shape.join(' × ')}`),
    svg('text', {x: 10, y: 18, class: 'node-name'}, name.length > 24 ? `${name.slice(0, 23)}…` : name),
    [second, `[${shape.join(', ')}]`].filter(Boolean).map((text, i) => svg('text', {x: 10, y: 34 + 16 * i}, text)),
  );
}

const arrow = () =>
  svg(
    'defs',
    null,
    svg(
      'marker',
      {id: 'arrow', viewBox: '0 0 8 8', refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: 'auto-start-reverse'},
      svg('path', {d: 'M0,0 L8,4 L0,8 z', class: 'arrow'}),
    ),
  );

// The picture of `layers` as networks:check tells them, and of what goes in.
export function networkGraph(layers, inputShape) {
  const {routes, places} = placeAll(layers);
  const all = [...places.values()];
  const left = Math.min(...all.map(({x}) => x)) - WIDTH / 2 - PAD,
    right = Math.max(...all.map(({x}) => x)) + WIDTH / 2 + PAD;
  const bottom = Math.max(...all.map(({y}) => y)) + HEIGHT + PAD;
  const nodes = [{name: 'input', type: 'input', output_shape: inputShape, parameters: 0}, ...layers];
  return svg(
    'svg',
    {
      viewBox: `${left} ${-PAD} ${right - left} ${bottom + PAD}`,
      width: right - left,
      height: bottom + PAD,
      class: 'network-graph',
      role: 'img',
      'aria-label': `The network as a graph: ${layers.length} layers from the input [${inputShape.join(', ')}] to ${layers.at(-1).name} [${layers.at(-1).output_shape.join(', ')}]; the table below has all of them`,
    },
    arrow(),
    routes.map((route) => linkOf(route, places)),
    nodes.map((node) => box(node, places.get(node.name))),
  );
}
