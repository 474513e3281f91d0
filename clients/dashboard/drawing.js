// A drawing on a pad as the image that a network takes: scaled to 20 of 28 parts and centred by its mass, as MNIST's digits are.
// SPDX-License-Identifier: Apache-2.0
const SHARE = 20 / 28;

// The ink's box on a canvas, or null where there is none.
function boxOf({data, width, height}) {
  let [left, right, top, bottom] = [width, -1, height, -1];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      if (data[(y * width + x) * 4] > 16) {
        left = Math.min(left, x);
        right = Math.max(right, x);
        top = Math.min(top, y);
        bottom = Math.max(bottom, y);
      }
  return right < 0 ? null : {left, top, width: right - left + 1, height: bottom - top + 1};
}

function massOf({data, width, height}) {
  let [sum, x, y] = [0, 0, 0];
  for (let i = 0; i < width * height; i++) {
    sum += data[i * 4];
    x += data[i * 4] * (i % width);
    y += data[i * 4] * Math.floor(i / width);
  }
  return sum ? {x: x / sum, y: y / sum} : {x: (width - 1) / 2, y: (height - 1) / 2};
}

function blank(width, height) {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', {willReadFrequently: true});
  context.fillStyle = '#000';
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = 'high';
  return {canvas, context};
}

// Half as large until the last step is less than that: a thick stroke does not fall through the pixels.
function shrunk(pad, box, width, height) {
  let {canvas, context} = blank(box.width, box.height);
  context.drawImage(pad, box.left, box.top, box.width, box.height, 0, 0, box.width, box.height);
  while (canvas.width > width * 2 && canvas.height > height * 2) {
    const next = blank(Math.ceil(canvas.width / 2), Math.ceil(canvas.height / 2));
    next.context.drawImage(canvas, 0, 0, next.canvas.width, next.canvas.height);
    canvas = next.canvas;
  }
  return canvas;
}

// ImageData of width × height of what is on `pad`, a canvas with white ink on black.
export function centred(pad, width, height) {
  const {canvas, context} = blank(width, height);
  const box = boxOf(pad.getContext('2d').getImageData(0, 0, pad.width, pad.height));
  if (!box) return context.getImageData(0, 0, width, height);
  const scale = (Math.min(width, height) * SHARE) / Math.max(box.width, box.height);
  const size = {width: Math.max(1, Math.round(box.width * scale)), height: Math.max(1, Math.round(box.height * scale))};
  const ink = shrunk(pad, box, size.width, size.height);
  const put = (x, y) => {
    context.fillRect(0, 0, width, height);
    context.drawImage(ink, x, y, size.width, size.height);
    return context.getImageData(0, 0, width, height);
  };
  const [left, top] = [Math.round((width - size.width) / 2), Math.round((height - size.height) / 2)];
  const mass = massOf(put(left, top));
  const kept = (at, by, free) => Math.max(0, Math.min(free, at + by));
  return put(
    kept(left, Math.round((canvas.width - 1) / 2 - mass.x), width - size.width),
    kept(top, Math.round((canvas.height - 1) / 2 - mass.y), height - size.height),
  );
}

// A whole picture brought to width × height, its sides filled with black.
export function fitted(bitmap, width, height) {
  const {context} = blank(width, height);
  const scale = Math.min(width / bitmap.width, height / bitmap.height);
  const size = [Math.max(1, Math.round(bitmap.width * scale)), Math.max(1, Math.round(bitmap.height * scale))];
  context.drawImage(bitmap, Math.floor((width - size[0]) / 2), Math.floor((height - size[1]) / 2), ...size);
  return context.getImageData(0, 0, width, height);
}

// The pixels as nested lists [height][width][channels] of `scale` × 0 to 255; one channel is how bright they are.
export function pixelsOf({data, width, height}, channels, scale = 1) {
  const value = (at) =>
    channels === 1
      ? [Math.round(0.299 * data[at] + 0.587 * data[at + 1] + 0.114 * data[at + 2]) * scale]
      : Array.from({length: channels}, (_, c) => data[at + c] * scale);
  return Array.from({length: height}, (_, y) => Array.from({length: width}, (_, x) => value((y * width + x) * 4)));
}

// The other way round, for pictures that come as numbers.
export function imageOfPixels(pixels, scale = 1) {
  const [height, width] = [pixels.length, pixels[0].length];
  const image = new ImageData(width, height);
  pixels.flat().forEach((values, i) => {
    const [red, green = red, blue = red] = [values].flat();
    image.data.set([red / scale, green / scale, blue / scale, 255], i * 4);
  });
  return image;
}

export function inverted(image) {
  return new ImageData(
    image.data.map((value, i) => (i % 4 === 3 ? value : 255 - value)),
    image.width,
    image.height,
  );
}
