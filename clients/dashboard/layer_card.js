// One layer of the network builder: what it is, the fields that matter at once, the rest folded, where its input comes from.
// SPDX-License-Identifier: Apache-2.0
import {find} from './catalog.js';
import {h} from './dom.js';
import {fieldsForm, put, wordsOf} from './fields_form.js';
import {layerNames} from './new_draft.js';

const FOLDED = [
  'name',
  'input',
  'l1',
  'l2',
  'bias_l1',
  'bias_l2',
  'max_norm',
  'use_bias',
  'dilation',
  'groups',
  'momentum',
  'epsilon',
];
const JOINING = ['add', 'multiply', 'concat'];
const WEIGHTS = ['l1', 'l2', 'bias_l1', 'bias_l2', 'max_norm'];

function isFolded({type}, name) {
  if (name === 'input') return !JOINING.includes(type);
  return FOLDED.includes(name) || name.endsWith('_initializer');
}

// The layers that one may take its input from, as boxes to tick; none is the layer before.
function inputsField(builder, layer, at) {
  return (form, field) => {
    const names = ['input', ...layerNames(builder.layers).slice(0, at)];
    const chosen = () => [layer.input ?? []].flat();
    const toggle = (i, name, isOn) => {
      const real = i === 0 ? 'input' : builder.nameOf(i - 1);
      const next = isOn ? [...chosen(), real] : chosen().filter((each) => each !== name);
      put(form, field, next.length ? next : undefined);
    };
    return h(
      'fieldset',
      {class: 'wide', 'data-pointer': `${form.pointer}/input`},
      h('legend', null, 'input'),
      h('small', null, 'none ticked: the layer before'),
      h(
        'div',
        {class: 'row'},
        names.map((name, i) =>
          h(
            'label',
            {class: 'check'},
            h('input', {
              type: 'checkbox',
              name: `input-${name}`,
              checked: chosen().includes(name),
              onchange: (event) => toggle(i, name, event.target.checked),
            }),
            ' ',
            name,
          ),
        ),
      ),
    );
  };
}

function buttons(builder, layer, at) {
  const last = builder.layers.length - 1;
  const words = `${layer.type}, layer ${at + 1}`;
  return h(
    'span',
    {class: 'row close'},
    h(
      'button',
      {
        type: 'button',
        class: 'quiet up',
        disabled: at === 0,
        title: at === 0 ? 'it is the first' : 'Up (Alt+↑)',
        'aria-label': `Move ${words} up`,
        onclick: () => builder.move(at, -1),
      },
      '↑',
    ),
    h(
      'button',
      {
        type: 'button',
        class: 'quiet down',
        disabled: at === last,
        title: at === last ? 'it is the last' : 'Down (Alt+↓)',
        'aria-label': `Move ${words} down`,
        onclick: () => builder.move(at, 1),
      },
      '↓',
    ),
    h(
      'button',
      {type: 'button', class: 'quiet', title: 'Remove', 'aria-label': `Remove ${words}`, onclick: () => builder.remove(at)},
      '×',
    ),
  );
}

function keys(builder, at) {
  return (event) => {
    const by = {ArrowUp: -1, ArrowDown: 1}[event.key];
    if (!event.altKey || !by) return;
    event.preventDefault();
    builder.move(at, by);
  };
}

// Which layer it is; takes the focus after a move.
function grip(layer, at) {
  const name = layer.name ? h('span', {class: 'faint'}, ` ${layer.name}`) : null;
  return h('span', {class: 'grip', tabindex: '-1'}, h('span', {class: 'index'}, at + 1), h('strong', null, layer.type), name);
}

export function layerCard(builder, layer, at) {
  const pointer = `#/network/layers/${at}`;
  const type = find(builder.editor.catalog, 'layers', layer.type);
  if (!type)
    return h(
      'li',
      {class: 'layer', 'data-pointer': pointer},
      h('div', {class: 'row'}, grip(layer, at), h('span', {class: 'spring'}), buttons(builder, layer, at)),
    );
  const hasWeights = type.fields.some(({name}) => name.endsWith('_initializer'));
  const fields = type.fields.filter(({name}) => hasWeights || !WEIGHTS.includes(name));
  const form = {
    catalog: builder.editor.catalog,
    value: layer,
    pointer,
    onchange: () => builder.editor.changed(),
    custom: {input: inputsField(builder, layer, at)},
  };
  const part = (folded) => fieldsForm({...form, fields: fields.filter(({name}) => isFolded(layer, name) === folded)});
  return h(
    'li',
    {class: 'layer', 'data-pointer': pointer, onkeydown: keys(builder, at)},
    h(
      'div',
      {class: 'row'},
      grip(layer, at),
      h('span', {class: 'shape faint'}),
      h('span', {class: 'spring'}),
      buttons(builder, layer, at),
    ),
    part(false),
    h('details', {class: 'more'}, h('summary', null, `More of ${wordsOf(layer.type)}`), part(true)),
  );
}
