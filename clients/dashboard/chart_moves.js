// How a chart is zoomed and moved: dragging over it, wheel, double click, touch, keys.
// SPDX-License-Identifier: Apache-2.0
import {h} from './dom.js';

const LEAST_DRAG = 6; // pixels; less is a click

// The range around `centre` that is `factor` times as wide.
export function scaled([from, to], factor, centre = (from + to) / 2) {
  return [centre - (centre - from) * factor, centre + (to - centre) * factor];
}

function moved([from, to], share) {
  return [from + (to - from) * share, to + (to - from) * share];
}

function watchDrag(chart, signal) {
  const shade = h('div', {class: 'chart-drag', hidden: true});
  let start = null;
  const inside = (event) => {
    const area = chart.graph.getArea();
    return Math.min(Math.max(event.clientX - chart.canvas.getBoundingClientRect().left, area.x), area.x + area.w);
  };
  const show = (x) => {
    shade.hidden = false;
    shade.style.left = `${Math.min(start, x)}px`;
    shade.style.width = `${Math.abs(x - start)}px`;
  };
  const end = (event) => {
    if (start === null) return;
    const [a, b] = [start, inside(event)].sort((left, right) => left - right);
    start = null;
    shade.hidden = true;
    if (event.type === 'pointerup' && b - a >= LEAST_DRAG) chart.zoom([chart.graph.toDataXCoord(a), chart.graph.toDataXCoord(b)]);
  };
  chart.plot.append(shade);
  chart.canvas.addEventListener(
    'pointerdown',
    (event) => {
      if (event.button !== 0 || !chart.graph) return;
      start = inside(event);
      chart.canvas.setPointerCapture(event.pointerId);
    },
    {signal},
  );
  chart.canvas.addEventListener('pointermove', (event) => start !== null && show(inside(event)), {signal});
  for (const type of ['pointerup', 'pointercancel']) chart.canvas.addEventListener(type, end, {signal});
}

// Plain wheel turns scroll the page; with Ctrl (a pinch on a touchpad), Shift or over the focused chart they zoom.
function watchWheel(chart, signal) {
  chart.canvas.addEventListener(
    'wheel',
    (event) => {
      if (!chart.graph || !(event.ctrlKey || event.shiftKey || document.activeElement === chart.plot)) return;
      event.preventDefault();
      const turn = event.deltaY || event.deltaX;
      const centre = chart.graph.toDataXCoord(event.clientX - chart.canvas.getBoundingClientRect().left);
      chart.zoom(scaled(chart.window(), turn > 0 ? 1.35 : 1 / 1.35, centre));
    },
    {signal, passive: false},
  );
}

const keys = {
  '+': (chart) => chart.zoom(scaled(chart.window(), 0.5)),
  '=': (chart) => chart.zoom(scaled(chart.window(), 0.5)),
  '-': (chart) => chart.zoom(scaled(chart.window(), 2)),
  '0': (chart) => chart.zoom(null),
  'Home': (chart) => chart.zoom(null),
  'Shift+ArrowLeft': (chart) => chart.zoom(moved(chart.window(), -0.25)),
  'Shift+ArrowRight': (chart) => chart.zoom(moved(chart.window(), 0.25)),
  'ArrowLeft': (chart) => chart.moveCursor(-1),
  'ArrowRight': (chart) => chart.moveCursor(1),
};

function watchKeys(chart, signal) {
  chart.plot.addEventListener(
    'keydown',
    (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      const action = keys[(event.shiftKey && event.key.startsWith('Arrow') ? 'Shift+' : '') + event.key];
      if (!action || !chart.graph) return;
      event.preventDefault();
      action(chart);
    },
    {signal},
  );
}

export function watchMoves(chart, signal) {
  watchDrag(chart, signal);
  watchWheel(chart, signal);
  watchKeys(chart, signal);
  chart.canvas.addEventListener('dblclick', () => chart.graph && chart.zoom(null), {signal});
}
