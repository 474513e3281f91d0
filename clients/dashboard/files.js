// Files that somebody chooses or drops: what they would be called, which belong together, dropping them anywhere on the page.
// SPDX-License-Identifier: Apache-2.0
import {h} from './dom.js';

const ENDINGS = /\.(csv|tsv|txt|jsonl|ndjson|json|arff|libsvm|svm|npy|npz|idx|tar|zip|tgz|bin|raw|safetensors|onnx|keras)$/i;

// A name for what a file holds: without endings, in the letters that names have.
export function nameOf(file) {
  let name = file.replace(/\.gz$/i, '');
  while (ENDINGS.test(name)) name = name.replace(ENDINGS, '');
  name = name
    .replace(/[^\w.-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+|-+$/g, '')
    .slice(0, 64);
  return name || 'data';
}

// Dimensions of an IDX file by its first bytes; 0 where it is none, or is compressed.
async function idxRank(file) {
  const bytes = new Uint8Array(await file.slice(0, 4).arrayBuffer());
  return bytes.length === 4 && bytes[0] === 0 && bytes[1] === 0 && bytes[2] >= 8 && bytes[2] <= 14 ? bytes[3] : 0;
}

// Whether a file has features or labels of a pair, by its content, else as MNIST's files are called.
async function roleOf(file) {
  const rank = await idxRank(file);
  if (rank > 0) return rank === 1 ? 'labels' : 'features';
  if (/idx1|labels?\b.*\.(gz|npy)$/i.test(file.name)) return 'labels';
  return /idx3|images?\b.*\.(gz|npy)$|features?\b.*\.npy$/i.test(file.name) ? 'features' : null;
}

// What two files of a pair have in common in their names.
function stemOf(name) {
  return nameOf(name.replace(/[-_.]?(images?|labels?|features?|targets?|idx\d|ubyte)/gi, ''));
}

// [{features, labels}] and [{file}] of many files; a pair is named alike, or the only one.
export async function grouped(files) {
  const known = await Promise.all([...files].map(async (file) => ({file, role: await roleOf(file)})));
  const labels = known.filter(({role}) => role === 'labels');
  const features = known.filter(({role}) => role === 'features');
  const taken = new Set();
  const things = [];
  for (const {file} of features) {
    const partner =
      labels.find((each) => !taken.has(each.file) && stemOf(each.file.name) === stemOf(file.name)) ??
      (labels.length === 1 && features.length === 1 ? labels[0] : null);
    if (!partner) continue;
    taken.add(partner.file).add(file);
    const stem = stemOf(file.name);
    things.push({features: file, labels: partner.file, name: stem === 'data' ? 'images' : stem});
  }
  return [...things, ...known.filter(({file}) => !taken.has(file)).map(({file}) => ({file, name: nameOf(file.name)}))];
}

// A button that chooses files; `accept` as of <input type=file>.
export function fileButton(text, onfiles, {multiple = false, accept = null, kind = ''} = {}) {
  const input = h('input', {
    type: 'file',
    multiple,
    accept,
    class: 'visually-hidden',
    tabindex: '-1',
    'aria-hidden': 'true',
    onchange: () => {
      if (input.files.length) onfiles([...input.files]);
      input.value = '';
    },
  });
  return h('span', null, input, h('button', {type: 'button', class: kind, onclick: () => input.click()}, text));
}

// Takes files dropped anywhere on the page until `signal` is aborted, and shows `text` while some are over it.
export function dropAnywhere(text, onfiles, signal) {
  const veil = h('div', {class: 'veil', hidden: true}, h('p', null, text));
  document.body.append(veil);
  let depth = 0;
  const isFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes('Files');
  const on = (type, listener) => document.addEventListener(type, (event) => isFiles(event) && listener(event), {signal});
  on('dragenter', () => (veil.hidden = ++depth === 0));
  on('dragleave', () => (veil.hidden = --depth <= 0));
  on('dragover', (event) => event.preventDefault());
  on('drop', (event) => {
    event.preventDefault();
    depth = 0;
    veil.hidden = true;
    onfiles([...event.dataTransfer.files]);
  });
  signal.addEventListener('abort', () => veil.remove());
}
