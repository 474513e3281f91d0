// The controls over a job's curves: what x is, logarithmic axis, smoothing, zoom, which curves.
// SPDX-License-Identifier: Apache-2.0
import {h, labelled, replace, select} from './dom.js';
import {nameOf} from './history.js';

const ZOOMS = [
  ['in', '+', 'Zoom in'],
  ['out', '−', 'Zoom out'],
  ['left', '◀', 'Earlier'],
  ['right', '▶', 'Later'],
];

function smoothing(curves) {
  const said = h('output', null);
  const show = (value) => replace(said, Number(value) ? Number(value).toFixed(2) : 'off');
  const range = h('input', {
    type: 'range',
    min: 0,
    max: 0.99,
    step: 0.01,
    value: String(curves.settings.smooth),
    oninput: (event) => {
      show(event.target.value);
      curves.set({smooth: Number(event.target.value)});
    },
  });
  show(curves.settings.smooth);
  return h('div', {class: 'row tight'}, labelled('Smoothing', range), said);
}

// A box a metric; what is not chosen stands in the address, so that new metrics show by themselves.
function choices(curves) {
  const metrics = [...new Set((curves.series ?? []).map(({metric}) => metric))].filter(
    (metric) => !['learning_rate', 'gradient_norm'].includes(metric),
  );
  return metrics.map((metric) =>
    h(
      'label',
      {class: 'choice'},
      h('input', {
        type: 'checkbox',
        checked: !curves.settings.hide.includes(metric),
        onchange: (event) => {
          const others = curves.settings.hide.filter((name) => name !== metric);
          curves.set({hide: event.target.checked ? others : [...others, metric]});
        },
      }),
      nameOf(metric),
    ),
  );
}

// {element, update}: update() after the settings or the series have changed.
export function curveControls(curves) {
  const {settings} = curves;
  const all = h('button', {onclick: () => curves.step('all'), 'aria-label': 'All: show the whole run'}, 'All');
  const log = h('input', {type: 'checkbox', checked: settings.log, onchange: (event) => curves.set({log: event.target.checked})});
  const metrics = h('fieldset', {class: 'row choices'});
  let shown = '';
  const element = h(
    'div',
    {class: 'row curve-controls'},
    labelled(
      'x axis',
      select(
        [
          ['step', 'Steps'],
          ['epoch', 'Epochs'],
          ['time', 'Time'],
        ],
        settings.x,
        (x) => curves.set({x}),
      ),
    ),
    smoothing(curves),
    h('label', {class: 'choice'}, log, 'Logarithmic'),
    h(
      'div',
      {class: 'row tight', role: 'group', 'aria-label': 'Zoom'},
      ZOOMS.map(([name, text, label]) => h('button', {'aria-label': label, title: label, onclick: () => curves.step(name)}, text)),
      all,
    ),
    metrics,
  );
  const update = () => {
    all.disabled = !curves.settings.range;
    all.title = all.disabled ? 'The whole run is shown' : '';
    const names = (curves.series ?? []).map(({metric}) => metric).join();
    if (names === shown) return;
    shown = names;
    replace(metrics, h('legend', {class: 'visually-hidden'}, 'Curves'), choices(curves));
  };
  update();
  return {element, update};
}
