// The live check beside the builder: what the daemon says of the document (POST /v1/networks:check), asked a little after each change.
// SPDX-License-Identifier: Apache-2.0
import {send} from './api.js';
import {describe} from './announce.js';
import {curve} from './curve.js';
import {h, replace} from './dom.js';
import {duration, number, size} from './format.js';

const WAIT_MS = 350;

function layersTable({layers, totals}) {
  const cells = (row) => [row.parameters, row.flops].map((value) => h('td', {class: 'number'}, number(value)));
  return h('div', {class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Layers'}, h('table', {class: 'checked'}, h('caption', {class: 'visually-hidden'}, 'Layers with shapes and sizes'),
    h('thead', null, h('tr', null, h('th', {scope: 'col'}, 'Layer'), ['Output', 'Parameters', 'FLOPs', 'Memory'].map((head) => h('th', {scope: 'col', class: 'number'}, head)))),
    h('tbody', null, layers.map((layer) => h('tr', null, h('th', {scope: 'row'}, layer.name), h('td', {class: 'number'}, layer.output_shape.join(' × ')), cells(layer), h('td', {class: 'number'}, size(layer.memory_bytes))))),
    h('tfoot', null, h('tr', null, h('th', {scope: 'row'}, 'Total'), h('td', null), cells(totals), h('td', {class: 'number'}, size(totals.memory_bytes))))));
}

function gradientText(check) {
  if (!check || check.passed === null) return null;
  return check.passed ? h('span', {class: 'good'}, `right (differs by ${number(check.worst, 2)} at most)`) : h('span', {class: 'bad'}, `differs by ${number(check.worst, 2)} at ${check.where}`);
}

function facts(found) {
  const list = {
    Input: found.input.shape.join(' × '), Target: found.target.task === 'classes' ? `${number(found.target.classes.length)} classes` : 'numbers',
    Rows: `${number(found.training_rows)} train, ${number(found.validation_rows)} validate`, Steps: `${number(found.steps)} (${number(found.steps_per_epoch)} an epoch)`,
    'A step takes': found.ms_per_step === undefined || found.ms_per_step === null ? null : duration(found.ms_per_step / 1000) === '0 ms' ? `${number(found.ms_per_step, 2)} ms` : duration(found.ms_per_step / 1000),
    'Predicted time': found.predicted_s === undefined ? null : `at most ${duration(found.predicted_s)}`, Memory: size(found.memory), Gradients: gradientText(found.gradient_check),
    'Left out': found.left_out?.length ? found.left_out.map((each) => typeof each === 'string' ? each : each.column ?? each.name).join(', ') : null,
  };
  return h('dl', {class: 'facts'}, Object.entries(list).filter(([, value]) => value).map(([name, value]) => [h('dt', null, name), h('dd', null, value)]));
}

function rateCurve({learning_rate: rate}) {
  return rate && curve(rate.step, [{name: 'learning rate', y: rate.value}], {title: 'Learning rate', head: 'Step', fromZero: true,
    summary: `Begins at ${number(rate.value[0])}, at most ${number(Math.max(...rate.value))}, ends at ${number(rate.value.at(-1))} after ${number(rate.step.at(-1))} steps`});
}

// onresult(found, problem) is told what came out. Returns {element, again()}.
export function networkCheck(editor, onresult) {
  const place = h('div', {class: 'result'}, h('p', {class: 'faint'}, 'Choose a dataset: every change is checked here.'));
  const state = h('span', {class: 'faint', role: 'status'});
  let waiting = null, asking = null;
  const check = async () => {
    asking?.abort();
    asking = new AbortController();
    place.setAttribute('aria-busy', 'true');
    try {
      const found = await send('POST', '/v1/networks:check', editor.document, {signal: AbortSignal.any([asking.signal, editor.signal])});
      replace(place, found.diverged && h('p', {class: 'bad'}, 'The loss was not finite within the first steps: lower the learning rate.'), facts(found), rateCurve(found), layersTable(found));
      state.textContent = 'It can be trained';
      state.className = 'good';
      onresult(found, null);
    } catch (problem) {
      if (problem.name === 'AbortError') return;
      state.textContent = 'It cannot be trained yet';
      state.className = 'bad';
      replace(place, h('p', {class: 'error'}, describe(problem)));
      onresult(null, problem);
    }
    place.removeAttribute('aria-busy');
  };
  const again = () => {
    clearTimeout(waiting);
    asking?.abort();
    if (editor.document.dataset) waiting = setTimeout(check, WAIT_MS);
  };
  editor.signal.addEventListener('abort', () => clearTimeout(waiting));
  return {element: h('section', {class: 'card check', 'aria-label': 'Check'}, h('div', {class: 'row'}, h('h2', null, 'Check'), h('span', {class: 'spring'}), state), place), again};
}
