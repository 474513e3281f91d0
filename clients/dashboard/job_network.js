// The network of a job as a graph and as a table.
// SPDX-License-Identifier: Apache-2.0
import {send} from './api.js';
import {describe} from './announce.js';
import {h, replace} from './dom.js';
import {number} from './format.js';
import {layersTable} from './layers_table.js';
import {networkGraph} from './network_graph.js';

const COLUMNS = ['type', 'input', 'output', 'parameters', 'flops', 'memory'];

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
        layersTable(check.layers, {name: 'Together', ...check.totals}, COLUMNS, {box: 'card'}),
      );
    } catch (error) {
      if (error.name !== 'AbortError') replace(element, h('p', {class: 'bad', role: 'alert'}, describe(error)));
    }
  };
  load();
  return {element, update: () => {}};
}
