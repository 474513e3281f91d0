// The colours of the style sheet, for what is drawn on a canvas; and word of when they change.
// SPDX-License-Identifier: Apache-2.0

const CURVES = 8;

// The value of a CSS variable: colour('line').
export function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

// "rgb(31,95,191)" of "#1f5fbf", or of it mixed with the card behind it where `share` is less than 1.
export function solid(name, share = 1) {
  const [full, behind] = [channels(name), channels('card')];
  return `rgb(${full.map((value, i) => Math.round(share * value + (1 - share) * behind[i])).join(',')})`;
}

// [red, green, blue] of a CSS variable.
export function channels(name) {
  const text = colour(name);
  return [1, 3, 5].map((at) => parseInt(text.slice(at, at + 2), 16));
}

// The curves' colours go round.
export function curve(index) {
  return `curve-${(index % CURVES) + 1}`;
}

// Calls `redraw` when light becomes dark or the other way round.
export function onScheme(redraw, signal) {
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw, {signal});
}
