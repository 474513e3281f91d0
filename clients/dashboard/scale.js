// Between steps and what a curve's x is read in: steps, epochs, or time since the start.
// SPDX-License-Identifier: Apache-2.0
import {duration, number} from './format.js';

// The place of `value` in the ascending `from`, carried over to `to`; outside, the nearest piece goes on.
function interpolate(from, to, value) {
  let low = 0,
    high = from.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (from[middle] <= value) low = middle;
    else high = middle;
  }
  const width = from[high] - from[low];
  return width === 0 ? to[low] + (value - from[low]) : to[low] + ((to[high] - to[low]) * (value - from[low])) / width;
}

// Pairs of [step, x] that ascend in both. A run that went back (a rollback) is told by its last way.
function ascending(pairs) {
  const kept = [];
  for (const [step, x] of pairs) {
    while (kept.length && kept.at(-1)[0] >= step) kept.pop();
    if (!kept.length || x > kept.at(-1)[1]) kept.push([step, x]);
  }
  return kept;
}

// {name, of(step), back(x), text(x)} through pairs of [step, x]; a pair alone is no scale: x is the step then.
function through(name, pairs, text) {
  const kept = ascending(pairs);
  if (kept.length < 2) return steps;
  const [from, to] = [kept.map(([step]) => step), kept.map(([, x]) => x)];
  return {name, of: (step) => interpolate(from, to, step), back: (x) => interpolate(to, from, x), text};
}

export const steps = {name: 'step', of: (step) => step, back: (x) => x, text: (x) => (Number.isInteger(x) ? number(x) : '')};

// By a series with a point an epoch: each ends with its step.
export function epochs(series) {
  const pairs = series ? series.step.map((step, i) => [step, series.epoch[i]]) : [];
  return through('epoch', [[0, 0], ...pairs], (x) => number(x, 5));
}

// Steps have no times of their own in the history: between two events that name step and time (at least every five seconds of a
// run) they are taken to go evenly. A pause is a jump.
export function times(job, events) {
  const start = Date.parse(job.started_at ?? job.created_at);
  const pairs = events
    .filter(({step, type}) => step !== undefined && type === 'metrics')
    .map(({step, at}) => [step, (Date.parse(at) - start) / 1000]);
  const end = job.finished_at ? [[job.step, (Date.parse(job.finished_at) - start) / 1000]] : [];
  return through('time', [[0, 0], ...pairs, ...(end.length && end[0][0] > (pairs.at(-1)?.[0] ?? 0) ? end : [])], (x) =>
    duration(Math.max(x, 0)),
  );
}
