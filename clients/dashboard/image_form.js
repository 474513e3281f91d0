// An image to ask a model about: drawn, from a file, or a row of the dataset. What the network sees is shown; a refresh keeps it.
// SPDX-License-Identifier: Apache-2.0
import {attempt} from './announce.js';
import {isImage} from './dataset_rows.js';
import {h} from './dom.js';
import {centred, fitted, imageOfPixels, inverted, pixelsOf} from './drawing.js';
import {drawingPad} from './drawing_pad.js';
import {fileButton} from './files.js';
import {rowChooser} from './row_chooser.js';

// Larger images are not kept over a refresh: the session's storage is small.
const KEPT_PIXELS = 65536;

// How many of the dataset's units a step of 0 to 255 is: bytes are taken as they are, floats mostly go to 1.
function scaleOf(column) {
  return !column || column.integers || column.max > 1 ? 1 : 1 / 255;
}

function key(model) {
  return `propd.image.${model.id}`;
}

function saved(model) {
  try {
    return JSON.parse(sessionStorage.getItem(key(model)));
  } catch {
    return null;
  }
}

function deep(pixels) {
  return pixels.map((row) => row.map((value) => [value].flat()));
}

// The picture of a file at the network's size.
async function imageOfFile(file, width, height) {
  const bitmap = await createImageBitmap(file).catch(() => {
    throw new Error(`${file.name} is no image that this browser reads: a PNG, JPEG or WebP file is expected`);
  });
  return fitted(bitmap, width, height);
}

// What the network sees, and where it is kept: {canvas, take(pixels, image), pixels()}.
function seenImage(model, onchange) {
  const [height, width] = model.description.shape;
  const words = `What the network sees, ${width} × ${height}`;
  const canvas = h('canvas', {width, height, class: 'seen pixels', role: 'img', 'aria-label': words});
  let pixels = null;
  const take = (next, image) => {
    pixels = next;
    if (width * height <= KEPT_PIXELS) sessionStorage.setItem(key(model), JSON.stringify(pixels));
    canvas.getContext('2d').putImageData(image, 0, 0);
    onchange();
  };
  return {canvas, take, pixels: () => pixels};
}

// Returns {element, instance()}: instance is null as long as nothing is there.
export function imageForm({model, dataset, signal}, onchange) {
  const [height, width, channels] = model.description.shape;
  const column = dataset?.columns.find(isImage);
  const scale = scaleOf(column);
  const seen = seenImage(model, onchange);
  const takeImage = (image) => seen.take(pixelsOf(image, channels, scale), image);
  const takePixels = (given) => seen.take(deep(given), imageOfPixels(given, scale));
  const drawn = drawingPad(() => takeImage(centred(drawn.pad, width, height)));
  const invert = h('input', {type: 'checkbox', name: 'invert'});
  const takeFile = ([file]) =>
    attempt(async () => {
      const image = await imageOfFile(file, width, height);
      takeImage(invert.checked ? inverted(image) : image);
    });
  const before = saved(model);
  if (before?.length === height) takePixels(before);
  const wipe = h('button', {type: 'button', onclick: drawn.wipe}, 'Wipe');
  const tools = [
    wipe,
    fileButton('Image file …', takeFile, {accept: 'image/*'}),
    h('label', {class: 'check'}, invert, ' dark on light: invert files'),
  ];
  const small = h('div', null, h('div', {class: 'faint'}, 'What the network sees'), seen.canvas);
  const chooser = column && rowChooser(dataset, (row) => takePixels(row[column.name]), signal);
  return {
    element: h('div', {class: 'draw'}, h('div', {class: 'pads'}, drawn.element, small), h('div', {class: 'row'}, tools), chooser),
    instance: seen.pixels,
  };
}
