// The pad that one draws on with a mouse, a finger or a pen, or with keys: arrows move the pen, space puts it down and lifts it.
// SPDX-License-Identifier: Apache-2.0
import {h} from './dom.js';

const SIDE = 280;
const PEN = 22;
const STEP = 14;

function clear(context) {
  context.fillStyle = '#000';
  context.fillRect(0, 0, SIDE, SIDE);
}

function line(context, from, to) {
  Object.assign(context, {strokeStyle: '#fff', lineWidth: PEN, lineCap: 'round', lineJoin: 'round'});
  context.beginPath();
  context.moveTo(from.x, from.y);
  context.lineTo(to.x, to.y + 0.01);
  context.stroke();
}

// Mouse, touch and pen, which browsers tell as one.
function takePointer(pad, context, ondraw) {
  let last = null;
  const at = (event) => ({x: (event.offsetX / pad.clientWidth) * SIDE, y: (event.offsetY / pad.clientHeight) * SIDE});
  pad.addEventListener('pointerdown', (event) => {
    pad.setPointerCapture(event.pointerId);
    last = at(event);
    line(context, last, last);
    ondraw();
  });
  pad.addEventListener('pointermove', (event) => {
    if (!last) return;
    const next = at(event);
    line(context, last, next);
    last = next;
    ondraw();
  });
  for (const type of ['pointerup', 'pointercancel']) pad.addEventListener(type, () => (last = null));
}

function takeKeys(pad, context, {ondraw, say, wipe}) {
  const pen = {x: SIDE / 2, y: SIDE / 2, isDown: false};
  const moves = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};
  const move = ([x, y]) => {
    const from = {...pen};
    pen.x = Math.max(0, Math.min(SIDE, pen.x + x * STEP));
    pen.y = Math.max(0, Math.min(SIDE, pen.y + y * STEP));
    if (pen.isDown) {
      line(context, from, pen);
      ondraw();
    }
    say(
      `Pen ${pen.isDown ? 'down' : 'up'} at ${Math.round((pen.x / SIDE) * 100)} % across, ${Math.round((pen.y / SIDE) * 100)} % down`,
    );
  };
  pad.addEventListener('keydown', (event) => {
    if (!moves[event.key] && ![' ', 'Delete', 'Backspace'].includes(event.key)) return;
    event.preventDefault();
    if (moves[event.key]) move(moves[event.key]);
    else if (event.key === ' ') {
      pen.isDown = !pen.isDown;
      if (pen.isDown) line(context, pen, pen);
      say(`Pen ${pen.isDown ? 'down' : 'up'}`);
      ondraw();
    } else wipe();
  });
}

// Returns {element, pad, wipe()}; `ondraw` is called whenever the drawing changes.
export function drawingPad(ondraw) {
  const pad = h('canvas', {
    width: SIDE,
    height: SIDE,
    class: 'pad',
    tabindex: '0',
    role: 'application',
    'aria-label': 'Drawing pad: arrow keys move the pen, space puts it down or lifts it, Delete wipes it clean',
  });
  const context = pad.getContext('2d', {willReadFrequently: true});
  const said = h('span', {class: 'faint', role: 'status'}, 'Draw here, or with arrow keys and space');
  const wipe = () => {
    clear(context);
    ondraw();
  };
  clear(context);
  takePointer(pad, context, ondraw);
  takeKeys(pad, context, {ondraw, say: (text) => (said.textContent = text), wipe});
  return {element: h('div', null, pad, h('div', null, said)), pad, wipe};
}
