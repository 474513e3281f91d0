// The layers of a network as a table: each caller names the columns that it shows, and what stands below them.
// SPDX-License-Identifier: Apache-2.0
import {h} from './dom.js';
import {number, size} from './format.js';
import {figureCell, table} from './tables.js';

const word = (text) => h('td', null, text);
const shape = (sizes) => sizes.join(' × ');

// Heads, with how the cell is read off a layer and off the totals, which have no text and no shape.
const COLUMNS = {
  type: {head: 'Type', cell: (layer) => word(layer.type ?? '')},
  input: {head: 'Takes', cell: (layer) => word(layer.input?.join(', ') ?? '')},
  output: {head: ['Output', 'number'], cell: (layer) => figureCell(layer.output_shape ? shape(layer.output_shape) : '')},
  parameters: {head: ['Parameters', 'number'], cell: (layer) => figureCell(number(layer.parameters))},
  flops: {head: ['FLOPs a row', 'number'], cell: (layer) => figureCell(layer.flops === undefined ? '' : number(layer.flops))},
  memory: {head: ['Memory', 'number'], cell: (layer) => figureCell(size(layer.memory_bytes))},
};

// totals: {name, parameters, …}, a line as the layers' own.
export function layersTable(layers, totals, names, options) {
  const columns = names.map((name) => COLUMNS[name]);
  const row = (layer) =>
    h(
      'tr',
      null,
      h('th', {scope: 'row'}, layer.name),
      columns.map(({cell}) => cell(layer)),
    );
  return table('Layers', ['Layer', ...columns.map(({head}) => head)], layers.map(row), {...options, foot: row(totals)});
}
