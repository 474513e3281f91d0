// What documents may say, from /v1/catalog: asked for once, and what is made of its tables of fields.
// SPDX-License-Identifier: Apache-2.0
import {get} from './api.js';

let asked = null;

// The catalog; asked for again only after a failure.
export function catalog() {
  asked ??= get('/v1/catalog').catch((error) => {
    asked = null;
    throw error;
  });
  return asked;
}

// The entry of this name in a list ('layers', 'documents', …); undefined where there is none.
export function find(all, list, name) {
  return all[list].find((entry) => entry.name === name);
}

// The list that a variant's choices are from: the first that has all of these names.
export function kindsOf(all, choices) {
  const lists = ['activations', 'initializers', 'losses', 'optimizers', 'schedules', 'augmentations', 'layers'];
  const name = lists.find((list) => choices.every((choice) => find(all, list, choice)));
  return name ? all[name] : [];
}

// {type: 'relu'} of "relu".
export function variantOf(value) {
  return typeof value === 'string' ? {type: value} : (value ?? {});
}

export function isSame(a, b) {
  return JSON.stringify(a) === JSON.stringify(b);
}

// A value without what its field has by itself; undefined where nothing is left.
function pruneValue(all, field, value) {
  if (isSame(value, field.default)) return undefined;
  if (field.type === 'object' && value !== null) return prune(all, field.object.fields, value);
  if (field.type === 'variant' && value !== null) return pruneVariant(all, field, value);
  if (field.type === 'variants' && value !== null) return value.map((each) => pruneVariant(all, field, each));
  return value;
}

function pruneVariant(all, field, value) {
  const {type, ...rest} = variantOf(value);
  const kind = kindsOf(all, field.choices).find((entry) => entry.name === type);
  const kept = kind ? prune(all, kind.fields, rest) : rest;
  return Object.keys(kept).length ? {type, ...kept} : type;
}

// A document without defaults: what somebody would have written. Members without a field stay.
export function prune(all, fields, value) {
  const kept = {};
  for (const [name, member] of Object.entries(value)) {
    const field = fields.find((each) => each.name === name);
    const left = field ? pruneValue(all, field, member) : member;
    if (left !== undefined) kept[name] = left;
  }
  return kept;
}
