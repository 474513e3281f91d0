// ROC and precision-recall curves of classes, as pictures of lines.
// SPDX-License-Identifier: Apache-2.0
import {h, labelled, replace, select, svg} from './dom.js';
import {frame, LEFT, SIZE, TOP} from './evaluation_frame.js';
import {number} from './format.js';
import {curve} from './theme.js';
import {change} from './view.js';

const SHOWN_MAX = 8; // colours; more classes are chosen from

const place = (x, y) => `${(LEFT + x * SIZE).toFixed(1)},${(TOP + (1 - y) * SIZE).toFixed(1)}`;

function picture(label, names, lines, chance) {
  return frame(
    label,
    names,
    [0, 1],
    [0, 1],
    [
      chance && svg('polyline', {points: `${place(0, 0)} ${place(1, 1)}`, class: 'chance'}),
      lines.map(({x, y, key}) => svg('polyline', {points: x.map((value, i) => place(value, y[i])).join(' '), class: `roc-line ${key}`})),
    ],
  );
}

function legend(shown) {
  return h(
    'table',
    {class: 'narrow'},
    h('caption', {class: 'visually-hidden'}, 'Areas under the curves'),
    h(
      'thead',
      null,
      h(
        'tr',
        null,
        h('th', {scope: 'col'}, 'Class'),
        h('th', {scope: 'col', class: 'number'}, 'AUC'),
        h('th', {scope: 'col', class: 'number'}, 'Average precision'),
      ),
    ),
    h(
      'tbody',
      null,
      shown.map((one, i) =>
        h(
          'tr',
          null,
          h('th', {scope: 'row'}, h('span', {class: `swatch fill-${curve(i)}`}), String(one.class)),
          h('td', {class: 'number'}, number(one.auc)),
          h('td', {class: 'number'}, number(one.average_precision)),
        ),
      ),
    ),
  );
}

function pictures(shown) {
  const lines = (key, x, y) => shown.map((one, i) => ({x: one[key][x], y: one[key][y], key: curve(i)}));
  const areas = shown.map((one) => `${one.class} ${number(one.auc)}`).join(', ');
  const precisions = shown.map((one) => `${one.class} ${number(one.average_precision)}`).join(', ');
  return [
    h(
      'figure',
      null,
      h('figcaption', null, 'ROC'),
      picture(
        `ROC curves; area under the curve: ${areas}`,
        ['false positive rate', 'true positive rate'],
        lines('roc', 'false_positive_rate', 'true_positive_rate'),
        true,
      ),
    ),
    h(
      'figure',
      null,
      h('figcaption', null, 'Precision and recall'),
      picture(
        `Precision by recall; average precision: ${precisions}`,
        ['recall', 'precision'],
        lines('precision_recall', 'recall', 'precision'),
        false,
      ),
    ),
    legend(shown),
  ];
}

// Of many classes one is chosen, or the first few.
export function classCurves({curves}, view) {
  const figures = h('div', {class: 'row figures-row'});
  const names = curves.map((one) => String(one.class));
  const show = (name) =>
    replace(figures, pictures(names.includes(name) ? curves.filter((one) => String(one.class) === name) : curves.slice(0, SHOWN_MAX)));
  const choose = (name) => {
    change({class: name});
    show(name);
  };
  const all = curves.length > SHOWN_MAX ? `The first ${SHOWN_MAX}` : 'All';
  show(view.query.class);
  return h(
    'div',
    {class: 'card'},
    h('h2', null, 'Curves by threshold'),
    curves.length > 1 && h('div', {class: 'row'}, labelled('Class', select([['', all], ...names], view.query.class ?? '', choose))),
    figures,
  );
}
