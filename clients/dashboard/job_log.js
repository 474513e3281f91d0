// What happened to a job, newest first, as it happens.
// SPDX-License-Identifier: Apache-2.0
import {h, replace} from './dom.js';
import {number, time} from './format.js';
import {change} from './view.js';

const SHOWN = 200; // at first, and more at a time

// What an event says, by its type.
const SENTENCES = {
  state: ({state, reason}) => `${state}${reason ? `: ${reason}` : ''}`,
  end: ({state, reason}) => `ended, ${state}${reason ? `: ${reason}` : ''}`,
  log: ({message}) => message,
  setting: ({changes, step}) =>
    `${Object.entries(changes ?? {})
      .map(([key, value]) => `${key.replaceAll('_', ' ')} ${JSON.stringify(value)}`)
      .join(', ')}${step === undefined ? '' : ` from step ${number(step)} on`}`,
  metrics: ({epoch, step, metrics}) =>
    `epoch ${number(epoch)}, step ${number(step)}: ${Object.entries(metrics)
      .map(([key, value]) => `${key} ${number(value)}`)
      .join(', ')}`,
};

function row(event) {
  const failed = event.state === 'failed' || event.code;
  return h(
    'tr',
    null,
    h('td', {class: 'number'}, number(event.seq)),
    h('td', null, h('time', {datetime: event.at, title: event.at}, time(event.at))),
    h('td', null, event.type),
    h(
      'td',
      {class: failed ? 'bad' : ''},
      SENTENCES[event.type]?.(event) ?? JSON.stringify(event),
      event.message && event.type !== 'log' && ` ${event.message}`,
    ),
  );
}

export function create({events, view, job}) {
  let kinds = view.query.log_kind ?? 'all',
    shown = SHOWN,
    isTold = false; // that they could not be read, in their place
  const body = h('tbody', null),
    more = h('button', {onclick: () => draw((shown += SHOWN))}, 'Older ones');
  const isShown = ({type}) => kinds === 'all' || (kinds === 'metrics') === (type === 'metrics');
  const draw = () => {
    const list = events.list.filter(isShown);
    replace(body, list.slice(-shown).reverse().map(row));
    more.hidden = list.length <= shown;
    isTold = false;
  };
  const choose = (event) => {
    kinds = event.target.value;
    change({log_kind: kinds === 'all' ? null : kinds});
    draw();
  };
  const choice = (value, text) =>
    h('label', {class: 'choice'}, h('input', {type: 'radio', name: 'log_kind', value, checked: kinds === value, onchange: choose}), text);
  events.watchers.push(draw);
  const failed = (error) => {
    if (error.name === 'AbortError') return;
    isTold = true;
    replace(body, h('tr', null, h('td', {colspan: 4, class: 'bad'}, error.message)));
  };
  const update = () => events.all().then(() => isTold && draw(), failed);
  draw();
  const element = h(
    'div',
    {class: 'log'},
    h(
      'fieldset',
      {class: 'row choices'},
      h('legend', {class: 'visually-hidden'}, 'Which events'),
      choice('all', 'Everything'),
      choice('metrics', 'Metrics'),
      choice('others', 'All but metrics'),
      h('a', {href: `/v1/jobs/${job.id}/events?after=0&format=ndjson`, download: `${job.id}-events.ndjson`}, 'NDJSON'),
    ),
    h(
      'div',
      {class: 'card scroll', tabindex: 0, role: 'region', 'aria-label': 'Events'},
      h(
        'table',
        null,
        h('caption', {class: 'visually-hidden'}, 'Events, newest first'),
        h(
          'thead',
          null,
          h(
            'tr',
            null,
            h('th', {scope: 'col', class: 'number'}, 'No.'),
            ['At', 'Type', 'What'].map((text) => h('th', {scope: 'col'}, text)),
          ),
        ),
        body,
      ),
    ),
    more,
  );
  return {element, update};
}
