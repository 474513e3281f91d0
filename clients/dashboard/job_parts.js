// Pieces that tell of a job wherever one is shown.
// SPDX-License-Identifier: Apache-2.0
import {h, replace} from './dom.js';
import {duration, NOTHING, number, percent} from './format.js';
import {link} from './view.js';

export const STATES = ['queued', 'running', 'paused', 'succeeded', 'failed', 'cancelled'];

export function isFinished(job) {
  return ['succeeded', 'failed', 'cancelled'].includes(job.state);
}

export function badge(state) {
  return h('span', {class: `badge state-${state}`}, state);
}

export function jobLink(job) {
  return h('a', {href: link('job', job.id), title: job.name ? `${job.name}, ${job.id}` : job.id}, job.name ?? job.id);
}

// A bar, with its share and the epochs beside it.
export function progressBar(job) {
  return [
    h('progress', {max: 1, value: job.progress, 'aria-label': `Progress of ${job.name ?? job.id}`}),
    h('small', null, ` ${percent(job.progress)}`),
  ];
}

export function epochsText(job) {
  return job.epochs === null ? number(job.epoch) : `${number(job.epoch)} / ${number(job.epochs)}`;
}

// How long it still takes, or has taken.
export function timeText(job) {
  if (job.state === 'running' && job.eta_s !== null) return `${duration(job.eta_s)} left`;
  return job.running_s ? duration(job.running_s) : NOTHING;
}

export function bestText(best) {
  return best ? `${best.metric} ${number(best.value)}` : NOTHING;
}

// Fills an element anew where it would read otherwise, so that what has the focus keeps it and nothing is read out twice.
export function refill(element, children) {
  const made = children.filter(Boolean);
  const text = made.map((child) => child.textContent).join('\n');
  if (element.dataset.text === text) return;
  element.dataset.text = text;
  replace(element, made);
}
