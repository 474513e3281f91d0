// A row as JSON, for models that take windows of rows or tensors that are no images. The row is in the URL (?row=) while it is short.
// SPDX-License-Identifier: Apache-2.0
import {get} from './api.js';
import {h, labelled} from './dom.js';
import {faultOf} from './json_fault.js';
import {change, current} from './view.js';

const URL_MAX = 2000;

// The first rows of the dataset as a window, or its first tensor.
async function example({model, dataset, signal}) {
  const {columns, shape, window} = model.description;
  if (!dataset) return null;
  const {rows} = await get(`/v1/datasets/${dataset.id}/rows`, {query: {limit: window?.length ?? 1}, signal});
  if (window) return rows.map((row) => columns.map((name) => row[name]));
  const tensor = dataset.columns.find(({type, shape: of}) => type === 'tensor' && of.length <= shape.length);
  return tensor ? rows[0][tensor.name] : columns ? rows.map((row) => columns.map((name) => row[name]))[0] : null;
}

function textOf(value) {
  if (Array.isArray(value?.[0])) return `[\n${value.map((row) => `  ${JSON.stringify(row)}`).join(',\n')}\n]`;
  return JSON.stringify(value);
}

// Returns {element, instance()}: instance is null where the text is no JSON.
export async function jsonForm(context, onchange) {
  const {columns, shape, window} = context.model.description;
  const expected = window
    ? `${window.length} rows, the oldest first, each [${columns.join(', ')}]`
    : `a tensor of ${shape.join(' × ')}`;
  const text = current().query.row ?? textOf(await example(context));
  const said = h('p', {class: 'problem', role: 'alert'});
  const area = h('textarea', {rows: 14, class: 'json', spellcheck: 'false', name: 'instance', value: text});
  const read = () => {
    const fault = faultOf(area.value);
    said.textContent = fault ? `Line ${fault.line}, column ${fault.column}: ${fault.message}` : '';
    return fault ? null : JSON.parse(area.value);
  };
  area.addEventListener('input', () => {
    if (read() === null) return;
    change({row: area.value.length <= URL_MAX ? area.value : null});
    onchange();
  });
  return {element: h('div', null, labelled(`JSON: ${expected}`, area), said), instance: read};
}
