// The document that New job edits. It survives a refresh: the session's storage has it under the URL that it was begun with.
// SPDX-License-Identifier: Apache-2.0
import {get} from './api.js';
import {find, prune, variantOf} from './catalog.js';

const KEY = 'propd.new';

// What was being written under this URL: {document, text}; text where it was no JSON yet.
export function savedDraft(begun) {
  try {
    const saved = JSON.parse(sessionStorage.getItem(KEY));
    return saved && (saved.begun === begun || begun === '') ? saved : null;
  } catch {
    return null;
  }
}

export function saveDraft(begun, document, text = null) {
  sessionStorage.setItem(KEY, JSON.stringify({begun, document, text}));
}

export function forgetDraft() {
  sessionStorage.removeItem(KEY);
}

// Each layer's name: its own, or its type with a count of that type.
export function layerNames(layers) {
  const counts = {};
  return layers.map((layer) => {
    counts[layer.type] = (counts[layer.type] ?? 0) + 1;
    return layer.name ?? `${layer.type}_${counts[layer.type]}`;
  });
}

// A layer without what it has by itself: defaults, the name of its type and place, the layer before as its input.
function pruneLayer(all, layers, i) {
  const {name, input, ...layer} = layers[i];
  const automatic = layerNames(layers.map(({type}) => ({type})));
  const before = i === 0 ? 'input' : layers[i - 1].name;
  const fields = find(all, 'layers', layer.type)?.fields ?? [];
  const kept = prune(all, fields, layer);
  const sizes = fields.filter(({type, name: key}) => type === 'sizes' && Array.isArray(kept[key]) && kept[key].length === 1);
  for (const {name: key} of sizes) kept[key] = kept[key][0];
  return {...kept, ...(name === automatic[i] ? {} : {name}), ...(input?.length === 1 && input[0] === before ? {} : {input})};
}

// A job's spec, which has every default written out, as somebody would have written it.
function documentOfSpec(all, spec) {
  const {network, training, preprocessing, features, window, ...rest} = spec;
  const part = (name, value) => prune(all, find(all, 'documents', name).fields, value ?? {});
  const document = {
    ...rest,
    features: part('features', features),
    window: window ? part('window', window) : null,
    preprocessing: part('preprocessing', preprocessing),
    network: {layers: network.layers.map((_, i) => pruneLayer(all, network.layers, i))},
    training: pruneTraining(all, training),
  };
  return Object.fromEntries(Object.entries(document).filter(([key, value]) => !isByItself(key, value)));
}

// An adam that is like any other is left out; the loss and the metrics that follow from the target are not known here and stay.
function pruneTraining(all, training) {
  const kept = prune(all, find(all, 'documents', 'training').fields, training);
  return kept.optimizer && variantOf(kept.optimizer).type === 'adam' && Object.keys(variantOf(kept.optimizer)).length === 1
    ? {...kept, optimizer: undefined}
    : kept;
}

function isByItself(key, value) {
  if (value === null || value === undefined) return true;
  if (key === 'priority') return value === 0;
  if (key === 'threads') return value === 1;
  return typeof value === 'object' && !Array.isArray(value) && Object.keys(value).length === 0;
}

export async function documentOfJob(all, id, signal) {
  const job = await get(`/v1/jobs/${encodeURIComponent(id)}`, {signal});
  return documentOfSpec(all, job.spec);
}
