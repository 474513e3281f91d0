// A look inside: one row forward through every layer and, with a target, every gradient backward (POST …:trace), with words to it.
// SPDX-License-Identifier: Apache-2.0
import {send} from './api.js';
import {describe} from './announce.js';
import {h, labelled, replace, select} from './dom.js';
import {number, percent} from './format.js';
import {addressOf} from './model_detail.js';
import {instanceForm} from './model_try.js';
import {newest} from './poll.js';
import {tensorPicture} from './tensor_picture.js';
import {change, current} from './view.js';

const WAIT_MS = 250;
const VALUES = 16384;

function sizeOf({shape}) {
  return shape.reduce((a, b) => a * b, 1);
}

// What a layer did with this row, in a sentence.
function forwardWords(layer) {
  const {activation, pre_activation: before} = layer;
  const count = sizeOf(activation);
  const through = count - activation.zeros;
  if (before && activation.zeros > 0)
    return `${number(through)} of ${number(count)} units are on; ${number(activation.zeros)} are 0 for this row, and nothing flows back through them.`;
  if (layer.parameters > 0) return `${number(count)} values out of ${number(layer.parameters)} parameters.`;
  return `${number(count)} values; nothing is learned here.`;
}

function backwardWords(layer) {
  const list = Object.entries(layer.gradients ?? {});
  if (!list.length) return null;
  const [name, largest] = list.reduce((best, each) => (each[1].norm > best[1].norm ? each : best));
  if (largest.norm === 0) return 'No gradient comes here: this row teaches this layer nothing.';
  return `The largest gradient is that of ${name} (norm ${number(largest.norm, 3)}): the next update moves the weights against it.`;
}

function layerPart(layer) {
  const back = backwardWords(layer);
  return h(
    'li',
    {class: 'trace-layer'},
    h('h3', null, layer.name, h('span', {class: 'faint'}, ` ${layer.type} → ${layer.output_shape.join(' × ')}`)),
    h('p', {class: 'faint'}, forwardWords(layer)),
    tensorPicture('before the activation', layer.pre_activation),
    tensorPicture('output', layer.activation),
    back && h('p', {class: 'faint'}, back),
    tensorPicture('gradient by the output', layer.d_output, 'backward'),
    tensorPicture('gradient before the activation', layer.d_pre_activation, 'backward'),
    Object.entries(layer.gradients ?? {}).map(([name, tensor]) =>
      tensorPicture(`gradient of ${name.split('/').at(-1)}`, tensor, 'backward'),
    ),
  );
}

function resultWords(found, target) {
  const said =
    found.label === undefined || found.label === null
      ? [found.prediction]
          .flat(Infinity)
          .slice(0, 6)
          .map((value) => number(value))
          .join(', ')
      : `${found.label} (${percent(Math.max(...[found.prediction].flat()))})`;
  if (!found.loss) return `The model says ${said}. Choose a target to see what it would learn from this row.`;
  const penalty = found.loss.penalty ? ` and ${number(found.loss.penalty, 3)} of penalties` : '';
  return `The model says ${said}; with ${target} as the target its ${found.loss.name} is ${number(found.loss.value)}${penalty}.`;
}

function traceOf(found, target) {
  return [
    h('p', null, resultWords(found, target)),
    h(
      'p',
      {class: 'faint'},
      h('span', {class: 'scale', 'aria-hidden': 'true'}),
      ' negative, 0, positive; each picture by its own largest value',
    ),
    h(
      'ol',
      {class: 'layers'},
      h(
        'li',
        {class: 'trace-layer'},
        h('h3', null, 'Input', h('span', {class: 'faint'}, ` ${found.input.shape.join(' × ')}, as the network sees it`)),
        tensorPicture('input', found.input),
        tensorPicture('gradient by the input', found.d_input, 'backward'),
      ),
      found.layers.map(layerPart),
    ),
  ];
}

function targetField(model, onchange) {
  const {classes} = model.description;
  const chosen = current().query.target ?? '';
  const set = (value) => {
    change({target: value === '' ? null : value});
    onchange();
  };
  if (classes)
    return labelled(
      'Target',
      select([['', 'none: forward alone'], ...classes.map(String)], chosen, set, {name: 'target'}),
      'a label: the loss and every gradient come with it',
    );
  return labelled(
    'Target',
    h('input', {
      name: 'target',
      value: chosen,
      inputmode: 'decimal',
      autocomplete: 'off',
      oninput: (event) => set(event.target.value.trim()),
    }),
    'its value: the loss and every gradient come with it',
  );
}

// The target as the daemon takes it: a class as it is, numbers as numbers.
function targetOf({description}) {
  const text = current().query.target ?? '';
  if (text === '') return {};
  if (description.classes) return {target: description.classes.find((each) => String(each) === text) ?? text};
  const values = text.split(',').map((each) => (Number.isFinite(Number(each)) ? Number(each) : each.trim()));
  return {target: values.length === 1 ? values[0] : values};
}

export async function showTrace(place, context) {
  const {model, signal} = context;
  const result = h(
    'div',
    {'aria-live': 'off'},
    h('p', {class: 'faint'}, 'Give it a row: what every layer makes of it comes here.'),
  );
  let form = null;
  const changed = newest(WAIT_MS, signal, async (stop) => {
    const instance = form?.instance();
    if (!instance) return;
    try {
      const found = await send('POST', addressOf(model, ':trace'), {instance, ...targetOf(model), values: VALUES}, {signal: stop});
      replace(result, traceOf(found, current().query.target));
    } catch (problem) {
      if (problem.name !== 'AbortError') replace(result, h('p', {class: 'error', role: 'alert'}, describe(problem)));
    }
  });
  form = await instanceForm(context, changed);
  replace(
    place,
    h(
      'div',
      {class: 'beside'},
      h('section', {class: 'card', 'aria-label': 'Input'}, h('h2', null, 'Input'), targetField(model, changed), form.element),
      h('section', {class: 'card', 'aria-label': 'Trace'}, h('h2', null, 'Layer by layer'), result),
    ),
  );
  changed();
}
