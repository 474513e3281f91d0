// Changing what a job trains by while it runs.
// SPDX-License-Identifier: Apache-2.0
import {send} from './api.js';
import {announce, ask, attempt} from './announce.js';
import {h, labelled} from './dom.js';
import {isFinished} from './job_parts.js';

// Fields of the PATCH: where the document has the value that counts until it is changed, and why it may not apply.
const FIELDS = [
  {key: 'learning_rate', text: 'Learning rate', read: ({training}) => training.optimizer.learning_rate, step: 'any'},
  {key: 'epochs', text: 'Epochs', read: ({training}) => training.epochs, step: 1},
  {
    key: 'patience',
    text: 'Patience',
    read: ({training}) => training.early_stopping?.patience,
    step: 1,
    without: 'this job has no early stopping',
  },
  {key: 'l1', text: 'L1', read: ({training}) => training.l1, step: 'any'},
  {key: 'l2', text: 'L2', read: ({training}) => training.l2, step: 'any'},
];

// The value now: that of the last change, else the document's.
function current(job, {key, read}) {
  const changed = job.settings.map(({changes}) => changes[key]).filter((value) => value !== undefined);
  return changed.at(-1) ?? read(job.spec);
}

async function change(page) {
  const {job} = page;
  const inputs = FIELDS.map((field) => {
    const value = current(job, field);
    const isAbsent = value === undefined || value === null;
    const input = h('input', {
      type: 'number',
      min: 0,
      step: field.step,
      value: isAbsent ? '' : String(value),
      disabled: isAbsent && field.without !== undefined,
    });
    return {...field, input, value, element: labelled(field.text, input, input.disabled ? field.without : undefined)};
  });
  const help = h(
    'p',
    {class: 'faint'},
    'Takes effect at the next step, is marked on the curves, and is part of the record that the model is verified by.',
  );
  const answer = await ask(
    'Change settings',
    [
      help,
      h(
        'div',
        {class: 'grid settings-fields'},
        inputs.map(({element}) => element),
      ),
    ],
    [
      ['', 'Leave'],
      ['change', 'Change', 'primary'],
    ],
  );
  const changes = Object.fromEntries(
    inputs
      .filter(({input, value}) => input.value !== '' && Number(input.value) !== value)
      .map(({key, input}) => [key, Number(input.value)]),
  );
  if (answer !== 'change' || Object.keys(changes).length === 0) return;
  if ((await attempt(() => send('PATCH', `/v1/jobs/${job.id}`, changes))) === undefined) return;
  announce('Settings changed', 'good');
  page.lookAgain();
}

// {element, update}
export function settingsButton(page) {
  const button = h('button', {onclick: () => change(page)}, 'Change settings…');
  const update = () => {
    button.disabled = isFinished(page.job);
    button.title = button.disabled ? 'A finished job trains no more; train again with changes instead' : '';
  };
  update();
  return {element: button, update};
}
