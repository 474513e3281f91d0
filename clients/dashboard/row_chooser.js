// A row of the dataset by its number, for the forms that ask a model about one.
// SPDX-License-Identifier: Apache-2.0
import {get} from './api.js';
import {attempt} from './announce.js';
import {h, labelled} from './dom.js';

// `take` gets the row. It writes it into the page's address: an answer that comes when the page is left must not reach it.
export function rowChooser(dataset, take, signal) {
  const input = h('input', {type: 'number', name: 'dataset-row', min: 0, max: dataset.rows - 1, value: 0});
  const load = () =>
    attempt(async () => {
      const query = {offset: Math.floor(Number(input.value)) || 0, limit: 1};
      const {rows} = await get(`/v1/datasets/${dataset.id}/rows`, {query, signal});
      if (rows.length) take(rows[0]);
    });
  return h(
    'div',
    {class: 'row end'},
    labelled(`Row of ${dataset.name}@${dataset.version}`, input),
    h('button', {type: 'button', onclick: load}, 'Take this row'),
  );
}
