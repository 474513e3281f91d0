// Confusion matrix and figures by class.
// SPDX-License-Identifier: Apache-2.0
import {h} from './dom.js';
import {number, percent} from './format.js';

const CLASSES_MAX = 60; // a matrix of more is no more read

// A count coloured by its share of the true class: the style sheet does it, for it knows the scheme.
function cell(count, sum, isRight, title) {
  if (count === 0) return h('td', {class: 'number faint', title}, number(count));
  return h('td', {class: `number ${isRight ? 'right' : 'wrong'}`, style: {'--share': `${10 + (30 * count) / sum}%`}, title}, number(count));
}

function matrixRow(name, counts, classes, row) {
  const sum = counts.reduce((a, b) => a + b, 0);
  return h(
    'tr',
    null,
    h('th', {scope: 'row'}, name),
    counts.map((count, column) =>
      cell(
        count,
        sum,
        row === column,
        `${name} taken for ${classes[column]}: ${number(count)} of ${number(sum)} (${percent(sum ? count / sum : 0)})`,
      ),
    ),
  );
}

// box: the class of what scrolls around it.
export function confusionMatrix({classes, confusion_matrix: matrix}, box = '') {
  const names = classes.map(String);
  if (names.length > CLASSES_MAX)
    return h('p', {class: 'faint'}, `The matrix of ${names.length} classes is in the evaluation’s JSON.`);
  return h(
    'div',
    {class: `${box} scroll`, tabindex: 0, role: 'region', 'aria-label': 'Confusion matrix'},
    h(
      'table',
      {class: 'matrix'},
      h('caption', null, 'Confusion matrix: rows are what it is, columns what it was taken for'),
      h(
        'thead',
        null,
        h(
          'tr',
          null,
          h('td', null),
          names.map((name) => h('th', {scope: 'col', class: 'number'}, name)),
        ),
      ),
      h(
        'tbody',
        null,
        matrix.map((counts, row) => matrixRow(names[row], counts, names, row)),
      ),
    ),
  );
}

export function classFigures({per_class: list}) {
  const columns = ['precision', 'recall', 'f1'];
  return h(
    'div',
    {class: 'card scroll', tabindex: 0, role: 'region', 'aria-label': 'Figures by class'},
    h(
      'table',
      null,
      h('caption', null, 'By class'),
      h(
        'thead',
        null,
        h(
          'tr',
          null,
          h('th', {scope: 'col'}, 'Class'),
          ['Precision', 'Recall', 'F1', 'Rows'].map((text) => h('th', {scope: 'col', class: 'number'}, text)),
        ),
      ),
      h(
        'tbody',
        null,
        list.map((one) =>
          h(
            'tr',
            null,
            h('th', {scope: 'row'}, String(one.class)),
            columns.map((key) => h('td', {class: 'number'}, number(one[key], 3))),
            h('td', {class: 'number'}, number(one.support)),
          ),
        ),
      ),
    ),
  );
}
