// Which jobs are listed: by state with how many there are of each, name, tag, dataset.
// SPDX-License-Identifier: Apache-2.0
import {get} from './api.js';
import {h, labelled, replace} from './dom.js';
import {number} from './format.js';
import {STATES} from './job_parts.js';
import {newest} from './poll.js';

export const FILTERS = ['state', 'name', 'tag', 'dataset'];
const TYPING_MS = 200;

const TEXTS = [
  ['name', 'Name begins with', 'iris'],
  ['tag', 'Tag', 'team:vision'],
  ['dataset', 'Dataset', 'iris@1'],
];

function stateButtons(query, onchange) {
  const chosen = () => (query.state ?? '').split(',').filter(Boolean);
  const counts = Object.fromEntries(STATES.map((state) => [state, h('span', {class: 'count'})]));
  const buttons = STATES.map((state) =>
    h(
      'button',
      {
        class: `state-${state}`,
        'aria-pressed': chosen().includes(state),
        onclick: (event) => {
          const others = chosen().filter((one) => one !== state);
          const states = others.length < chosen().length ? others : [...others, state];
          event.currentTarget.setAttribute('aria-pressed', states.includes(state));
          onchange({state: states.join(',') || null});
        },
      },
      state,
      ' ',
      counts[state],
    ),
  );
  return {
    element: h('div', {class: 'row tight states', role: 'group', 'aria-label': 'States'}, buttons),
    count: (numbers) => STATES.forEach((state) => replace(counts[state], number(numbers[state]))),
    clear: () => buttons.forEach((button) => button.setAttribute('aria-pressed', false)),
  };
}

function textInput([key, text, example], query, onchange, signal) {
  const typed = newest(TYPING_MS, signal, () => onchange({[key]: input.value.trim() || null}));
  const input = h('input', {
    type: 'search',
    value: query[key] ?? '',
    placeholder: example,
    size: 14,
    oninput: () => typed(),
  });
  const clear = () => {
    typed.stop();
    input.value = '';
  };
  return {clear, element: labelled(text, input)};
}

// {summary, element, count(signal), isSet(), clear()}: onchange gets the changed keys of the query.
export function createFilters(query, onchange, signal) {
  const states = stateButtons(query, onchange);
  const inputs = TEXTS.map((text) => textInput(text, query, onchange, signal));
  const clear = () => {
    states.clear();
    inputs.forEach((input) => input.clear());
    onchange(Object.fromEntries(FILTERS.map((key) => [key, null])));
  };
  const isSet = () => FILTERS.some((key) => query[key]);
  return {
    summary: states.element,
    element: h(
      'div',
      {class: 'row filters', role: 'search'},
      inputs.map(({element}) => element),
    ),
    count: async (signal) => states.count((await get('/v1/system', {signal})).jobs),
    isSet,
    clear,
  };
}
