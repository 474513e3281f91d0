// The network of a job as a graph and as a table.
// SPDX-License-Identifier: Apache-2.0
import {send} from './api.js';
import {describe} from './announce.js';
import {h, replace} from './dom.js';
import {number, size} from './format.js';
import {networkGraph} from './network_graph.js';

const COLUMNS = [
  ['Layer'],
  ['Type'],
  ['Takes'],
  ['Output', 'number'],
  ['Parameters', 'number'],
  ['FLOPs a row', 'number'],
  ['Memory', 'number'],
];

function layerRow(layer) {
  const cell = (text) => h('td', {class: 'number'}, text);
  return h(
    'tr',
    null,
    h('th', {scope: 'row'}, layer.name),
    h('td', null, layer.type),
    h('td', null, layer.input.join(', ')),
    cell(layer.output_shape.join(' × ')),
    cell(number(layer.parameters)),
    cell(number(layer.flops)),
    cell(size(layer.memory_bytes)),
  );
}

function table({layers, totals}) {
  const cell = (text) => h('td', {class: 'number'}, text);
  return h(
    'table',
    null,
    h('caption', null, 'Layers'),
    h(
      'thead',
      null,
      h(
        'tr',
        null,
        COLUMNS.map(([text, kind]) => h('th', {scope: 'col', class: kind}, text)),
      ),
    ),
    h('tbody', null, layers.map(layerRow)),
    h(
      'tfoot',
      null,
      h(
        'tr',
        null,
        h('th', {scope: 'row', colspan: 4}, 'Together'),
        cell(number(totals.parameters)),
        cell(number(totals.flops)),
        cell(size(totals.memory_bytes)),
      ),
    ),
  );
}

// What a check takes of the job's document; it is the record of a job that was, so what only counts for queueing is left out.
function documentOf({spec}) {
  const {webhook, tags, priority, name, ...document} = spec;
  return Object.fromEntries(Object.entries(document).filter(([, value]) => value !== null));
}

export function create(context) {
  const element = h('div', {class: 'network'}, h('p', {class: 'faint'}, 'Asking for the network’s shapes …'));
  const load = async () => {
    try {
      const check = await send('POST', '/v1/networks:check', documentOf(context.job), {signal: context.signal});
      replace(
        element,
        h(
          'p',
          null,
          `${number(check.totals.parameters)} parameters in ${number(check.layers.length)} layers; input [${check.input.shape.join(', ')}], output [${check.output_shape.join(', ')}].`,
        ),
        h(
          'div',
          {class: 'card graph-scroll', tabindex: 0, role: 'region', 'aria-label': 'Graph of the network'},
          networkGraph(check.layers, check.input.shape),
        ),
        h('div', {class: 'card scroll', tabindex: 0, role: 'region', 'aria-label': 'Table of layers'}, table(check)),
      );
    } catch (error) {
      if (error.name !== 'AbortError') replace(element, h('p', {class: 'bad', role: 'alert'}, describe(error)));
    }
  };
  load();
  return {element, update: () => {}};
}
