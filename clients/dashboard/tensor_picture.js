// A traced tensor as a picture: feature maps of images, a strip of anything else; its numbers on demand. Positive values have one colour,
// negative ones another, and 0 is the card's own.
// SPDX-License-Identifier: Apache-2.0
import {h, replace} from './dom.js';
import {number} from './format.js';
import {channels, onScheme} from './theme.js';

const MAPS = 32;
const STRIP = 512;
const NUMBERS = 256;

function paint(canvas, values, largest) {
  const [none, more, less] = ['card', 'curve-1', 'curve-2'].map(channels);
  const context = canvas.getContext('2d');
  const image = context.createImageData(canvas.width, canvas.height);
  for (let i = 0; i < canvas.width * canvas.height; i++) {
    const share = Math.min(1, Math.abs(values[i] ?? 0) / largest);
    const full = values[i] < 0 ? less : more;
    image.data.set([...none.map((channel, c) => channel + (full[c] - channel) * share), 255], i * 4);
  }
  context.putImageData(image, 0, 0);
}

// A canvas that is painted again when the colours change.
function picture(width, height, values, largest, attributes) {
  const canvas = h('canvas', {width, height, ...attributes});
  const gone = new AbortController();
  paint(canvas, values, largest);
  onScheme(() => (canvas.isConnected ? paint(canvas, values, largest) : gone.abort()), gone.signal);
  return canvas;
}

// The maps of [height, width, channels] that lie whole among the values, a canvas each.
function maps({shape, values}, largest) {
  const [height, width, channels] = shape;
  const rows = Math.floor(values.length / (width * channels));
  return Array.from({length: Math.min(channels, MAPS)}, (_, c) =>
    picture(
      width,
      Math.min(height, rows),
      values.filter((_, i) => i % channels === c),
      largest,
      {class: 'pixels'},
    ),
  );
}

function drawing(tensor, largest) {
  const {shape, values} = tensor;
  if (shape.length === 3 && shape[0] > 1 && shape[1] > 1 && values.length >= shape[1] * shape[2] * 2)
    return h('div', {class: 'maps'}, maps(tensor, largest));
  const shown = values.slice(0, STRIP);
  return picture(shown.length, 1, shown, largest, {class: 'strip pixels'});
}

function numbers({values, shape}) {
  const place = h('code');
  const details = h(
    'details',
    {
      class: 'value-table',
      ontoggle: () => {
        if (details.open)
          replace(
            place,
            values
              .slice(0, NUMBERS)
              .map((value) => number(value, 3))
              .join('  '),
            shape.reduce((a, b) => a * b, 1) > NUMBERS
              ? `  … the first ${NUMBERS} of ${number(shape.reduce((a, b) => a * b, 1))}`
              : '',
          );
      },
    },
    h('summary', null, 'Numbers'),
    place,
  );
  return details;
}

// name: what it is; kind: 'forward' or 'backward'.
export function tensorPicture(name, tensor, kind = 'forward') {
  if (!tensor || !tensor.values?.length) return null;
  const largest = Math.max(Math.abs(tensor.min), Math.abs(tensor.max), 1e-30);
  const [low, high, mean, norm] = [tensor.min, tensor.max, tensor.mean, tensor.norm].map((value) => number(value, 3));
  const words = `${name} ${tensor.shape.join(' × ')}: ${low} to ${high}, mean ${mean}, norm ${norm}`;
  return h(
    'figure',
    {class: `tensor ${kind}`},
    h('figcaption', null, h('b', null, name), ` ${words.slice(name.length + 1)}`),
    h('div', {role: 'img', 'aria-label': words}, drawing(tensor, largest)),
    numbers(tensor),
  );
}
