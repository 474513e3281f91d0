// A model's file in each format. A format that cannot hold it is told in the daemon's words instead of a broken download.
// SPDX-License-Identifier: Apache-2.0
import {getText} from './api.js';
import {describe} from './announce.js';
import {h, replace} from './dom.js';
import {addressOf} from './model_detail.js';
import {table} from './tables.js';

const FORMATS = [
  ['safetensors', 'everything; comes in again as the same bytes'],
  ['onnx', 'one graph from raw values to answers, for every runtime'],
  ['npz', 'NumPy arrays and the documents as JSON'],
  ['keras', 'JSON for keras.models.model_from_json and TensorFlow.js; without preprocessing'],
  ['c', 'one source file without dependencies, with its own test'],
];

// Asks first whether there is such a file; the browser then fetches it by itself, however large.
async function download(event, said) {
  event.preventDefault();
  const {href} = event.currentTarget;
  const answer = await fetch(href, {method: 'HEAD'}).catch(() => null);
  said.textContent = '';
  if (answer?.ok) {
    location.assign(href);
    return;
  }
  try {
    await getText(href);
  } catch (problem) {
    said.textContent = describe(problem);
  }
}

function row(model, [format, help]) {
  const said = h('p', {class: 'problem', role: 'alert'});
  const href = addressOf(model, `/file?format=${format}`);
  return h(
    'tr',
    null,
    h('th', {scope: 'row'}, format),
    h('td', null, help, said),
    h(
      'td',
      null,
      h(
        'a',
        {class: 'button', href, onclick: (event) => download(event, said)},
        'Download',
        h('span', {class: 'visually-hidden'}, ` ${format}`),
      ),
    ),
  );
}

export function showFiles(place, {model}) {
  replace(
    place,
    h(
      'section',
      {class: 'card', 'aria-label': 'Files'},
      table(
        'Formats',
        ['Format', 'What it holds', 'File'],
        FORMATS.map((format) => row(model, format)),
        {hidesHead: true},
      ),
      h('pre', null, `curl -OJ '${location.origin}/v1/models/${model.name}@${model.version}/file?format=onnx'`),
    ),
  );
}
