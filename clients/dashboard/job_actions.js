// What can be done to jobs, one or many: questions first where something is lost, then each in turn, then what came of it.
// SPDX-License-Identifier: Apache-2.0
import {send} from './api.js';
import {announce, ask, confirm, describe} from './announce.js';
import {h, labelled} from './dom.js';
import {tagsOfText, textOfTags} from './tags.js';

const path = (job, verb = '') => `/v1/jobs/${job.id}${verb}`;
const named = (jobs) => (jobs.length === 1 ? `job ${jobs[0].name ?? jobs[0].id}` : `${jobs.length} jobs`);
const capital = (text) => text[0].toUpperCase() + text.slice(1);

async function askCancel(jobs) {
  const choices = [
    ['yes', 'Cancel and keep the best model', 'primary'],
    ['discard', 'Cancel and keep nothing', 'danger'],
    ['', 'Let it run'],
  ];
  const answer = await ask(
    `Cancel ${named(jobs)}?`,
    h('p', null, 'A job that is cancelled with its model kept can be tried again from its last checkpoint.'),
    choices,
  );
  return answer && {keep: answer === 'yes'};
}

async function askDelete(jobs) {
  return (await confirm(`Delete ${named(jobs)}?`, 'History, events and checkpoints are removed for good; models stay.', 'Delete')) && {};
}

async function askPriority(jobs) {
  const input = h('input', {type: 'number', step: 1, value: String(jobs[0].priority)});
  const answer = await ask(`Priority of ${named(jobs)}`, labelled('Priority', input, 'Higher ones run first; 0 is usual.'), [
    ['', 'Leave'],
    ['set', 'Set', 'primary'],
  ]);
  return answer === 'set' && {priority: Number(input.value)};
}

async function askTags(jobs) {
  const [first] = jobs;
  const isSame = jobs.every(({tags}) => JSON.stringify(tags) === JSON.stringify(first.tags));
  const input = h('textarea', {rows: 5, cols: 40, value: isSame ? textOfTags(first.tags) : ''});
  const answer = await ask(
    `Tags of ${named(jobs)}`,
    labelled('Tags', input, 'One a line, as in team: vision. They take the place of those that are there.'),
    [
      ['', 'Leave'],
      ['set', 'Set', 'primary'],
    ],
  );
  return answer === 'set' && {tags: tagsOfText(input.value)};
}

const UNFINISHED = ['queued', 'running', 'paused'];
const FINISHED = ['succeeded', 'failed', 'cancelled'];

// question: resolves to what the request's body is, to something false where the user thinks better of it.
export const ACTIONS = [
  {name: 'pause', text: 'Pause', done: 'paused', states: ['queued', 'running'], run: (job) => send('POST', path(job, ':pause'), {})},
  {name: 'resume', text: 'Resume', done: 'resumed', states: ['paused'], run: (job) => send('POST', path(job, ':resume'), {})},
  {
    name: 'cancel',
    text: 'Cancel…',
    done: 'cancelled',
    states: UNFINISHED,
    question: askCancel,
    run: (job, body) => send('POST', path(job, ':cancel'), body),
  },
  {
    name: 'retry',
    text: 'Try again',
    done: 'queued again',
    states: ['failed', 'cancelled'],
    run: (job) => send('POST', path(job, ':retry'), {}),
  },
  {
    name: 'verify',
    text: 'Verify',
    done: 'queued for verification',
    states: ['succeeded'],
    run: (job) => send('POST', path(job, ':verify'), {}),
  },
  {
    name: 'priority',
    text: 'Priority…',
    done: 'given another priority',
    states: [...UNFINISHED, ...FINISHED],
    question: askPriority,
    run: (job, body) => send('PATCH', path(job), body),
  },
  {
    name: 'tags',
    text: 'Tags…',
    done: 'tagged',
    states: [...UNFINISHED, ...FINISHED],
    question: askTags,
    run: (job, body) => send('PATCH', path(job), body),
  },
  {
    name: 'delete',
    text: 'Delete…',
    done: 'deleted',
    states: FINISHED,
    question: askDelete,
    run: (job) => send('DELETE', path(job)),
    kind: 'danger',
  },
];

// Why an action does not apply to any of the jobs, null where it does.
function objection(action, jobs) {
  if (jobs.length === 0) return 'Select jobs first';
  if (jobs.some(({state}) => action.states.includes(state))) return null;
  return `Only for jobs that are ${action.states.join(' or ')}`;
}

function tellResults(action, jobs, answers) {
  const good = answers.filter(({status}) => status === 'fulfilled').length;
  const bad = answers.flatMap(({status, reason}, i) =>
    status === 'rejected' ? [`${jobs[i].name ?? jobs[i].id}: ${describe(reason)}`] : [],
  );
  if (good > 0)
    announce(
      good === 1
        ? `${capital(named(jobs.filter((job, i) => answers[i].status === 'fulfilled')))} ${action.done}`
        : `${good} jobs ${action.done}`,
      'good',
    );
  if (bad.length > 0) announce(`${bad.length === 1 ? '' : `${bad.length} not ${action.done}. `}${bad.slice(0, 3).join(' · ')}`, 'bad');
}

// Asks, acts on those of the jobs that it applies to, tells; those on which it was done.
async function perform(action, jobs) {
  const fitting = jobs.filter(({state}) => action.states.includes(state));
  const body = action.question ? await action.question(fitting) : {};
  if (!body || fitting.length === 0) return [];
  const answers = [];
  for (const job of fitting) answers.push(...(await Promise.allSettled([action.run(job, body)])));
  tellResults(action, fitting, answers);
  return fitting.filter((job, i) => answers[i].status === 'fulfilled');
}

// A row of buttons for what `jobs()` gives. ondone(action, those on which it was done) follows an action; update() a change of the jobs.
export function actionButtons(jobs, ondone, actions = ACTIONS) {
  const buttons = actions.map((action) =>
    h(
      'button',
      {
        class: action.kind,
        onclick: async () => {
          const done = await perform(action, jobs());
          if (done.length > 0) ondone(action, done);
        },
      },
      action.text,
    ),
  );
  const update = () =>
    actions.forEach((action, i) => {
      const reason = objection(action, jobs());
      buttons[i].disabled = reason !== null;
      buttons[i].title = reason ?? '';
    });
  update();
  return {element: h('div', {class: 'row actions', role: 'group', 'aria-label': 'Actions'}, buttons), update};
}
