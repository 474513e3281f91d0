// A prediction to try: the form that fits what the model takes, and its answer beside it while one types or draws.
// SPDX-License-Identifier: Apache-2.0
import {send} from './api.js';
import {describe} from './announce.js';
import {bars, meter} from './bars.js';
import {h, replace} from './dom.js';
import {number} from './format.js';
import {imageForm} from './image_form.js';
import {jsonForm} from './json_form.js';
import {addressOf} from './model_detail.js';
import {newest} from './poll.js';
import {rowForm} from './row_form.js';
import {quoted} from './shell.js';

const WAIT_MS = 120;
const CLASSES_SHOWN = 20;

// Whether a model's rows are pictures that one can draw.
function takesImages({shape, columns, window}) {
  return !columns && !window && shape.length === 3 && [1, 3].includes(shape[2]);
}

// The form of one row for a model. context: {model, dataset, signal}.
export async function instanceForm(context, onchange) {
  const {description} = context.model;
  if (takesImages(description)) return imageForm(context, onchange);
  if (description.columns && !description.window) return rowForm(context, onchange);
  return jsonForm(context, onchange);
}

// The probabilities of classes, the likeliest first; of yes and no where there is one number.
function probabilities(classes, prediction) {
  const values = [prediction].flat();
  const all = values.length === 1 && classes.length === 2 ? [1 - values[0], values[0]] : values;
  return classes.map((name, i) => [String(name), all[i]]).sort((a, b) => b[1] - a[1]);
}

// Finer than percent(): 99.9 % is not certain.
function shareText(value) {
  return value >= 0.9995 && value < 1 ? '> 99.9 %' : value > 0 && value < 0.0005 ? '< 0.1 %' : `${(value * 100).toFixed(1)} %`;
}

function classesAnswer(classes, prediction, label) {
  const list = probabilities(classes, prediction);
  return [
    h('p', {class: 'label'}, String(label ?? list[0][0])),
    bars(
      'Probabilities',
      ['Class', 'Share', 'Probability'],
      list.slice(0, CLASSES_SHOWN).map(([name, value]) => [name, value, shareText(value)]),
    ),
    list.length > CLASSES_SHOWN && h('p', {class: 'faint'}, `and ${number(list.length - CLASSES_SHOWN)} less likely classes`),
  ];
}

// A value in its own unit, and where it lies among those of the dataset.
function valueAnswer(name, value, column) {
  const place = column?.max > column?.min ? (value - column.min) / (column.max - column.min) : null;
  return h(
    'div',
    null,
    h('span', {class: 'faint'}, name),
    h('p', {class: 'value'}, number(value, 5)),
    place !== null && [meter(place), h('small', null, `the dataset has ${number(column.min)} to ${number(column.max)}`)],
  );
}

function answerOf({model, dataset}, answer) {
  const {classes} = model.description;
  const [prediction] = answer.predictions;
  if (classes) return classesAnswer(classes, prediction, answer.labels?.[0]);
  const names = [model.lineage?.spec?.target ?? []].flat();
  const values = [prediction].flat(Infinity);
  return values.slice(0, CLASSES_SHOWN).map((value, i) =>
    valueAnswer(
      names[i] ?? `output ${i + 1}`,
      value,
      dataset?.columns.find(({name}) => name === names[i]),
    ),
  );
}

function curlLine(model, instance) {
  const body = JSON.stringify({instances: [instance]});
  const shown = body.length > 600 ? `${body.slice(0, 600)}…` : body;
  return `curl ${location.origin}/v1/models/${model.name}@${model.version}:predict -d ${quoted(shown)}`;
}

// Asks after a short pause, and only for the newest.
function asker(context, place, line) {
  return newest(WAIT_MS, context.signal, async (signal, instance) => {
    try {
      const answer = await send('POST', addressOf(context.model, ':predict'), {instances: [instance]}, {signal});
      replace(place, answerOf(context, answer));
    } catch (problem) {
      if (problem.name === 'AbortError') return;
      replace(place, h('p', {class: 'error', role: 'alert'}, describe(problem)));
    }
    line.textContent = curlLine(context.model, instance);
  });
}

export async function showTry(place, context) {
  const answer = h(
    'div',
    {class: 'answer', 'aria-live': 'polite'},
    h('p', {class: 'faint'}, 'The answer comes while you draw or type.'),
  );
  const line = h('pre', {tabindex: '0', role: 'region', 'aria-label': 'The same with curl'});
  const ask = asker(context, answer, line);
  let form = null;
  const changed = () => {
    const instance = form?.instance();
    if (instance) ask(instance);
  };
  form = await instanceForm(context, changed);
  replace(
    place,
    h(
      'div',
      {class: 'beside new'},
      h('section', {class: 'card', 'aria-label': 'Input'}, h('h2', null, 'Input'), form.element),
      h(
        'section',
        {class: 'card', 'aria-label': 'Prediction'},
        h('h2', null, 'Prediction'),
        answer,
        h('details', {class: 'more'}, h('summary', null, 'The same with curl'), line),
      ),
    ),
  );
  changed();
}
