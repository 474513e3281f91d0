// The checkpoints of a job that are kept, each of which can become a version of its model.
// SPDX-License-Identifier: Apache-2.0
import {get, send} from './api.js';
import {announce, ask, attempt} from './announce.js';
import {h, replace} from './dom.js';
import {number, size} from './format.js';

async function promote(job, {step}, place) {
  const model = await attempt(() => send('POST', `/v1/jobs/${job.id}/checkpoints/${step}:promote`, {}));
  if (!model) return;
  announce(`The checkpoint at step ${number(step)} is ${model.name}@${model.version}`, 'good');
  replace(place, `${model.name}@${model.version}`);
}

function row(job, checkpoint) {
  const place = h('td', null);
  replace(place, h('button', {type: 'button', onclick: () => promote(job, checkpoint, place)}, 'Make it a model'));
  return h(
    'tr',
    null,
    h('th', {scope: 'row', class: 'number'}, number(checkpoint.step)),
    h('td', {class: 'number'}, size(checkpoint.bytes)),
    h('td', null, checkpoint.best ? 'best epoch' : ''),
    place,
  );
}

async function look(job) {
  const list = await attempt(() => get(`/v1/jobs/${job.id}/checkpoints`));
  if (!list) return;
  const content =
    list.checkpoints.length === 0
      ? h(
          'p',
          null,
          'None are kept. A run keeps its newest ones while it is not finished, and the best epoch’s; a short run ends before the first is written.',
        )
      : h(
          'table',
          null,
          h('caption', {class: 'visually-hidden'}, 'Checkpoints'),
          h(
            'thead',
            null,
            h(
              'tr',
              null,
              [
                ['Step', 'number'],
                ['Size', 'number'],
                ['', ''],
                ['As a model', ''],
              ].map(([text, kind]) => (text === '' ? h('td', null) : h('th', {scope: 'col', class: kind}, text))),
            ),
          ),
          h(
            'tbody',
            null,
            list.checkpoints.map((checkpoint) => row(job, checkpoint)),
          ),
        );
  await ask('Checkpoints', content, [['', 'Close']]);
}

export function checkpointsButton(page) {
  return h('button', {onclick: () => look(page.job)}, 'Checkpoints…');
}
