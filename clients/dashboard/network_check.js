// The live check beside the builder: what the daemon says of the document (POST /v1/networks:check), asked a little after each change.
// SPDX-License-Identifier: Apache-2.0
import {send} from './api.js';
import {describe} from './announce.js';
import {curve} from './curve.js';
import {h, replace} from './dom.js';
import {duration, number, size} from './format.js';
import {layersTable} from './layers_table.js';
import {newest} from './poll.js';
import {facts} from './tables.js';

const WAIT_MS = 350;

function layersOf({layers, totals}) {
  return layersTable(layers, {name: 'Total', ...totals}, ['output', 'parameters', 'flops', 'memory']);
}

function gradientText(check) {
  if (!check || check.passed === null) return null;
  return check.passed
    ? h('span', {class: 'good'}, `right (differs by ${number(check.worst, 2)} at most)`)
    : h('span', {class: 'bad'}, `differs by ${number(check.worst, 2)} at ${check.where}`);
}

function pace(ms) {
  if (ms === undefined || ms === null) return null;
  return ms < 1 ? `${number(ms, 2)} ms` : duration(ms / 1000);
}

function factsOf(found) {
  return facts({
    Input: found.input.shape.join(' × '),
    Target: found.target.task === 'classes' ? `${number(found.target.classes.length)} classes` : 'numbers',
    Rows: `${number(found.training_rows)} train, ${number(found.validation_rows)} validate`,
    Steps: `${number(found.steps)} (${number(found.steps_per_epoch)} an epoch)`,
    'A step takes': pace(found.ms_per_step),
    'Predicted time': found.predicted_s === undefined ? null : `at most ${duration(found.predicted_s)}`,
    Memory: size(found.memory),
    Gradients: gradientText(found.gradient_check),
    'Left out': (found.left_out ?? []).map((each) => (typeof each === 'string' ? each : (each.column ?? each.name))).join(', '),
  });
}

function rateCurve({learning_rate: rate}) {
  if (!rate) return null;
  const [first, most, last] = [rate.value[0], Math.max(...rate.value), rate.value.at(-1)].map((value) => number(value));
  const summary = `Begins at ${first}, at most ${most}, ends at ${last} after ${number(rate.step.at(-1))} steps`;
  return curve(rate.step, [{name: 'learning rate', y: rate.value}], {
    title: 'Learning rate',
    head: 'Step',
    fromZero: true,
    summary,
  });
}

function resultOf(found) {
  const warning = 'The loss was not finite within the first steps: lower the learning rate.';
  return [found.diverged && h('p', {class: 'bad'}, warning), factsOf(found), rateCurve(found), layersOf(found)];
}

// onresult(found, problem) is told what came out. Returns {element, again()}.
export function networkCheck(editor, onresult) {
  const hint = () =>
    h('p', {class: 'faint'}, editor.document.dataset ? 'Checking …' : 'Choose a dataset: every change is checked here.');
  const place = h('div', {class: 'result'}, hint());
  const state = h('span', {class: 'faint', role: 'status'});
  const tell = (found, problem) => {
    state.textContent = found ? 'It can be trained' : 'It cannot be trained yet';
    state.className = found ? 'good' : 'bad';
    replace(place, found ? resultOf(found) : h('p', {class: 'error'}, describe(problem)));
    place.removeAttribute('aria-busy');
    onresult(found, problem);
  };
  const check = newest(WAIT_MS, editor.signal, async (signal) => {
    const answer = send('POST', '/v1/networks:check', editor.document, {signal});
    await answer.then(
      (found) => tell(found, null),
      (problem) => problem.name !== 'AbortError' && tell(null, problem),
    );
  });
  // What is shown is of the document before until the answer is there.
  const again = () => {
    if (editor.document.dataset) {
      place.setAttribute('aria-busy', 'true');
      if (state.textContent === '') replace(place, hint());
      return check();
    }
    check.stop();
    place.removeAttribute('aria-busy');
    state.textContent = '';
    return replace(place, hint());
  };
  const head = h('div', {class: 'row'}, h('h2', null, 'Check'), h('span', {class: 'spring'}), state);
  return {element: h('section', {class: 'card check', 'aria-label': 'Check'}, head, place), again};
}
