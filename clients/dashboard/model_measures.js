// A model measured: its metrics on a dataset, and which columns it needs (permutation importance). What was asked is in the URL.
// SPDX-License-Identifier: Apache-2.0
import {send} from './api.js';
import {describe} from './announce.js';
import {bars} from './bars.js';
import {h, labelled, replace, select} from './dom.js';
import {confusionMatrix} from './evaluation_classes.js';
import {number} from './format.js';
import {addressOf} from './model_detail.js';
import {facts} from './tables.js';
import {change, current} from './view.js';

const ROWS = {all: 'all', training: 'those that it learned from', validation: 'those that were held back'};

function evaluationOf(found) {
  const metrics = Object.fromEntries(Object.entries(found.metrics).map(([name, value]) => [name, number(value)]));
  return [
    facts({
      Rows: number(found.rows),
      Skipped: found.skipped ? number(found.skipped) : null,
      Loss: number(found.loss),
      ...metrics,
    }),
    found.evaluation?.confusion_matrix && confusionMatrix(found.evaluation),
  ];
}

function importanceOf(found) {
  const worst = found.columns[0];
  return [
    h(
      'p',
      {class: 'faint'},
      `By how much ${found.metric} (${number(found.baseline)} on ${number(found.rows)} rows) falls when a column’s values are`,
      ` dealt out at random${worst ? `; most by ${worst.column}` : ''}.`,
    ),
    bars(
      'Importance of columns',
      ['Column', 'Importance', 'Mean', 'Deviation'],
      found.columns
        .slice(0, 100)
        .map(({column, mean, deviation}) => [column, mean, number(mean, 3), `± ${number(deviation, 2)}`]),
    ),
  ];
}

// A button that asks and shows what comes; what cannot be asked is told.
function measure({text, model, action, body, draw, signal}) {
  const place = h('div', {'aria-live': 'polite'}, h('p', {class: 'faint'}, `“${text}” above asks for it.`));
  const run = async () => {
    button.disabled = true;
    place.setAttribute('aria-busy', 'true');
    try {
      replace(place, draw(await send('POST', addressOf(model, action), body(), {signal})));
    } catch (problem) {
      if (problem.name !== 'AbortError') replace(place, h('p', {class: 'error', role: 'alert'}, describe(problem)));
    }
    button.disabled = false;
    place.removeAttribute('aria-busy');
  };
  const button = h(
    'button',
    {
      class: 'primary',
      onclick: () => {
        change({asked: action});
        run();
      },
    },
    text,
  );
  return {button, place, run};
}

// Which rows are measured: {element fields, body()}.
function rowsChooser({lineage}) {
  const {query} = current();
  const {name, version} = lineage?.dataset ?? {};
  const dataset = h('input', {
    name: 'dataset',
    value: query.on ?? '',
    placeholder: name ? `${name}@${version}` : 'iris',
    autocomplete: 'off',
    oninput: () => change({on: dataset.value.trim()}),
  });
  const keep = (value) => change({rows: value === 'all' ? null : value});
  const rows = select(Object.entries(ROWS), query.rows ?? 'all', keep, {name: 'rows'});
  const body = () => ({...(dataset.value.trim() ? {dataset: dataset.value.trim()} : {}), rows: rows.value});
  return {fields: [labelled('Dataset', dataset), labelled('Rows', rows)], body};
}

function card(title, content) {
  return h('section', {class: 'card', 'aria-label': title}, h('h2', null, title), content);
}

export async function showMeasures(place, {model, signal}) {
  const {fields, body} = rowsChooser(model);
  const evaluate = measure({text: 'Evaluate', model, action: ':evaluate', body, draw: evaluationOf, signal});
  const importance = measure({text: 'Importance of columns', model, action: ':importance', body, draw: importanceOf, signal});
  const noColumns = !model.description.columns;
  importance.button.disabled = noColumns;
  importance.button.title = noColumns ? 'this model takes tensors, which have no columns' : '';
  const why = noColumns && h('small', null, 'Tensors have no columns to weigh.');
  const asked = h(
    'section',
    {class: 'card row end', 'aria-label': 'On which rows'},
    fields,
    evaluate.button,
    importance.button,
    why,
  );
  const results = [card('Evaluation', evaluate.place), card('Importance of columns', importance.place)];
  replace(place, asked, h('div', {class: 'grid'}, results));
  const {query} = current();
  if (query.asked === ':evaluate') await evaluate.run();
  if (query.asked === ':importance') await importance.run();
}
