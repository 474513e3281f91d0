// The network as a list of layers that are added, moved and removed, each with the form of its type (layer_card.js).
// SPDX-License-Identifier: Apache-2.0
import {find} from './catalog.js';
import {h, labelled, replace} from './dom.js';
import {number} from './format.js';
import {layerCard} from './layer_card.js';
import {layerNames} from './new_draft.js';

// What a new layer begins with, where the catalog's example is for a tiny network.
const STARTS = {
  dense: {units: 32, activation: 'relu'},
  conv1d: {filters: 32, kernel_size: 3, padding: 'same', activation: 'relu'},
  conv2d: {filters: 16, kernel_size: 3, padding: 'same', activation: 'relu'},
  lstm: {units: 32},
  gru: {units: 32},
  dropout: {rate: 0.25},
  embedding: {units: 32},
  attention: {heads: 4},
  activation: {activation: 'relu'},
  gaussian_noise: {stddev: 0.1},
};
const GROUPS = {
  Dense: ['dense', 'activation'],
  Images: [
    'conv2d',
    'conv2d_transpose',
    'max_pool2d',
    'average_pool2d',
    'global_max_pool2d',
    'global_average_pool2d',
    'upsampling2d',
    'zero_padding2d',
  ],
  Sequences: [
    'conv1d',
    'max_pool1d',
    'average_pool1d',
    'global_max_pool1d',
    'global_average_pool1d',
    'lstm',
    'gru',
    'attention',
    'embedding',
    'positional_embedding',
  ],
  Regularization: ['dropout', 'gaussian_noise', 'batch_norm', 'layer_norm'],
  'Branches and shapes': ['add', 'multiply', 'concat', 'flatten', 'reshape'],
};

function startOf(all, type) {
  if (STARTS[type]) return structuredClone(STARTS[type]);
  const {type: _, input, name, ...fields} = find(all, 'layers', type).example?.layers.at(-1) ?? {};
  return fields;
}

function typeMenu(all) {
  const grouped = Object.values(GROUPS).flat();
  const others = all.layers.map(({name}) => name).filter((name) => !grouped.includes(name));
  const groups = [...Object.entries(GROUPS), ['Others', others]];
  return h(
    'select',
    {name: 'layer-type'},
    groups
      .filter(([, names]) => names.length)
      .map(([label, names]) =>
        h(
          'optgroup',
          {label},
          names.filter((name) => find(all, 'layers', name)).map((name) => h('option', {value: name}, name)),
        ),
      ),
  );
}

function isOutput(layer) {
  return layer?.units === 'auto' && layer.type === 'dense';
}

// In front of the output, else at the end.
function placeForNew(layers) {
  return isOutput(layers.at(-1)) ? layers.length - 1 : layers.length;
}

// Takes a layer's name out of the inputs of others when it goes away.
function forget(layers, name) {
  for (const layer of layers) {
    if (!layer.input) continue;
    const left = [layer.input].flat().filter((each) => each !== name);
    if (left.length) layer.input = left;
    else delete layer.input;
  }
}

class Builder {
  constructor(editor) {
    this.editor = editor;
    this.list = h('ol', {class: 'layers', 'data-pointer': '#/network/layers'});
    this.said = h('p', {class: 'visually-hidden', role: 'status'});
    this.element = h(
      'section',
      {class: 'card', 'aria-label': 'Network', 'data-pointer': '#/network'},
      h('h2', null, 'Network'),
      this.list,
      this.adder(),
      this.said,
    );
    this.show();
  }

  get layers() {
    return this.editor.document.network?.layers;
  }

  adder() {
    const menu = typeMenu(this.editor.catalog);
    const help = h('small', {'aria-live': 'polite'}, find(this.editor.catalog, 'layers', menu.value).help);
    menu.addEventListener('change', () => (help.textContent = find(this.editor.catalog, 'layers', menu.value).help));
    return h(
      'div',
      {class: 'row end adder'},
      labelled('New layer', menu),
      h('button', {type: 'button', onclick: () => this.add(menu.value)}, 'Add layer'),
      help,
    );
  }

  add(type) {
    this.editor.document.network = {layers: [], ...this.editor.document.network};
    if (!Array.isArray(this.layers)) this.editor.document.network.layers = [];
    const at = placeForNew(this.layers);
    this.layers.splice(at, 0, {type, ...startOf(this.editor.catalog, type)});
    this.changed(`${type} is layer ${at + 1}`, at);
  }

  move(at, by) {
    const to = at + by;
    if (to < 0 || to >= this.layers.length) return;
    const [layer] = this.layers.splice(at, 1);
    this.layers.splice(to, 0, layer);
    this.changed(`${layer.type} is layer ${to + 1} now`, to, by < 0 ? '.up' : '.down');
  }

  remove(at) {
    const [layer] = this.layers.splice(at, 1);
    if (layer.name) forget(this.layers, layer.name);
    this.changed(`${layer.type} is removed`, Math.min(at, this.layers.length - 1));
  }

  // A layer that others name must keep its name wherever it stands.
  nameOf(at) {
    this.layers[at].name ??= layerNames(this.layers)[at];
    return this.layers[at].name;
  }

  changed(text, at, button) {
    this.editor.changed();
    this.show();
    this.said.textContent = text;
    const card = this.list.children[at];
    const wanted = card?.querySelector(button ?? '.grip');
    (wanted?.disabled ? card.querySelector('.grip') : wanted)?.focus();
  }

  show() {
    const {layers} = this;
    if (Array.isArray(layers) && layers.length)
      replace(
        this.list,
        layers.map((layer, at) => layerCard(this, layer, at)),
      );
    else replace(this.list, h('li', {class: 'empty'}, 'No layers yet: a dataset brings a network that fits its rows, or add one below.'));
  }

  // Writes what the check says of each layer beside it.
  showCheck(checked) {
    [...this.list.children].forEach((card, i) => {
      const place = card.querySelector('.shape');
      if (place)
        place.textContent = checked?.[i]
          ? `→ ${checked[i].output_shape.join(' × ')} · ${number(checked[i].parameters)} parameters`
          : '';
    });
  }
}

export function networkBuilder(editor) {
  return new Builder(editor);
}
