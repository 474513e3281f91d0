// The head of a job's page: name, state, figures of now, what can be done.
// SPDX-License-Identifier: Apache-2.0
import {describe} from './announce.js';
import {h, replace} from './dom.js';
import {compact, NOTHING, number, time} from './format.js';
import {nameOf} from './history.js';
import {actionButtons} from './job_actions.js';
import {badge, bestText, epochsText, progressBar, refill, timeText} from './job_parts.js';
import {settingsButton} from './job_settings.js';
import {checkpointsButton} from './job_checkpoints.js';
import {link} from './view.js';

// Names of what the figures are, with how each is read off a job. A figure that is null is left out.
const FIGURES = [
  ['Epoch', epochsText],
  ['Step', ({step, steps}) => (steps === null ? number(step) : `${number(step)} / ${number(steps)}`)],
  ['Time', timeText],
  ['Best', ({best}) => (best ? `${bestText(best)} in epoch ${number(best.epoch)}` : null)],
  ['Patience left', ({patience_left: left}) => (left === null ? null : left === 1 ? '1 epoch' : `${number(left)} epochs`)],
  ['Rows/s', ({samples_per_s: pace}) => (pace === null ? null : compact(pace))],
  ['Place in the queue', ({position}) => (position === null ? null : number(position))],
  ['Priority', ({priority}) => number(priority)],
  ['Attempt', ({attempt}) => (attempt > 1 ? number(attempt) : null)],
  ['Dataset', ({spec}) => h('a', {href: link('datasets', spec.dataset)}, spec.dataset)],
  ['Model', ({model}) => (model ? h('a', {href: link('models', model)}, model) : null)],
  ['Submitted', ({created_at: at}) => time(at)],
  ['Ended', ({finished_at: at}) => (at ? time(at) : null)],
  ['Owner', ({owner}) => owner],
  ['Tags', ({tags}) => Object.entries(tags).map(([key, value]) => h('span', {class: 'badge faint'}, `${key}: ${value}`))],
];

function figures(job) {
  return FIGURES.flatMap(([name, read]) => {
    const value = read(job);
    return value === null || value.length === 0 ? [] : [h('div', {class: 'job-figure'}, h('dt', null, name), h('dd', null, value))];
  });
}

function metrics(job) {
  return Object.entries(job.metrics).map(([name, value]) => {
    const shown = value === null ? h('dd', {class: 'bad'}, 'not finite') : h('dd', null, number(value));
    return h('div', {class: 'job-figure'}, h('dt', null, nameOf(name)), shown);
  });
}

function failure({error}) {
  if (!error) return null;
  const places = ['layer', 'tensor', 'step', 'epoch', 'row'].filter((key) => error[key] !== undefined && error[key] !== null);
  return h(
    'div',
    {class: 'card failure', role: 'alert'},
    h('strong', {class: 'bad'}, error.code.replaceAll('_', ' ')),
    ' ',
    error.message,
    places.length > 0 && h('p', {class: 'faint'}, places.map((key) => `${key} ${error[key]}`).join(' · ')),
    error.rows &&
      h(
        'p',
        {class: 'faint'},
        `Rows of the batch: ${error.rows.slice(0, 20).join(', ')}${error.row_count > 20 ? ` … (${error.row_count})` : ''}`,
      ),
  );
}

function verification({verifies, verification: result}) {
  if (!verifies) return null;
  const said = result?.verified === undefined ? 'not compared yet' : result.verified ? 'the same bytes' : 'other bytes';
  return h(
    'p',
    null,
    'Replays ',
    h('a', {href: link('job', verifies)}, verifies),
    ': ',
    h('strong', {class: result?.verified === false ? 'bad' : result?.verified ? 'good' : ''}, said),
  );
}

// {element, update(job), lost(error), reached()}
export function createHead(page, offered, ondone) {
  const state = h('span', {role: 'status'});
  const bar = h('div', {class: 'head-progress'});
  const facts = h('dl', {class: 'figures', 'aria-label': 'Figures'});
  const measured = h('dl', {class: 'figures measured', 'aria-label': 'Newest metrics'});
  const said = h('div', null),
    away = h('p', {class: 'bad', role: 'status'});
  const actions = actionButtons(() => [page.job], ondone, offered);
  const settings = settingsButton(page),
    checkpoints = checkpointsButton(page);
  const update = (job) => {
    refill(state, [badge(job.state)]);
    replace(bar, progressBar(job));
    refill(facts, figures(job));
    refill(measured, metrics(job));
    refill(said, [failure(job), verification(job)]);
    actions.update();
    settings.update();
  };
  update(page.job);
  const element = h(
    'div',
    {class: 'job-head'},
    h('div', {class: 'row'}, h('h1', null, page.job.name ?? NOTHING), state, h('small', null, page.job.id), bar),
    h(
      'div',
      {class: 'row'},
      actions.element,
      settings.element,
      checkpoints,
      h('a', {class: 'button', href: link('new', '', {from: page.job.id})}, 'Train again with changes'),
    ),
    away,
    facts,
    measured,
    said,
  );
  return {
    element,
    update,
    lost: (error) => replace(away, error.status === 404 ? 'This job was deleted.' : `${describe(error)}; trying again.`),
    reached: () => replace(away),
  };
}
