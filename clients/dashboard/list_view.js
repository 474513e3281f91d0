// A list of the daemon's things as a table: search by the beginning of a name, orders, pages by cursor, all of it in the URL.
// SPDX-License-Identifier: Apache-2.0
import {getNews} from './api.js';
import {announce} from './announce.js';
import {h, replace} from './dom.js';
import {back, FIRST, onward} from './paging.js';
import {newest, repeat} from './poll.js';
import {change, current} from './view.js';

const LIMIT = 50;
const EVERY_MS = 3000;
const SEARCH_MS = 200;

// A head that sorts: the first press in its own direction, the next in the other.
function head({text, sort, number}, view, load) {
  if (!sort) return h('th', {scope: 'col', class: number ? 'number' : null}, text);
  const chosen = view.sort === sort ? 'ascending' : view.sort === `-${sort}` ? 'descending' : null;
  const press = () => {
    change({sort: chosen === 'ascending' ? `-${sort}` : sort, ...FIRST});
    load();
  };
  return h(
    'th',
    {scope: 'col', class: number ? 'number' : null, 'aria-sort': chosen},
    h(
      'button',
      {onclick: press},
      text,
      h('span', {'aria-hidden': 'true'}, chosen === 'ascending' ? ' ▲' : chosen === 'descending' ? ' ▼' : ''),
    ),
  );
}

function pager(answer, load) {
  const {query} = current();
  const {cursor} = query;
  const turn = (place) => () => {
    change(place);
    load();
  };
  if (!cursor && !answer.next) return null;
  const noneBefore = cursor ? null : 'this is the first page';
  return h(
    'div',
    {class: 'row paging'},
    h('button', {disabled: !cursor, title: noneBefore, onclick: turn(FIRST)}, 'First page'),
    h('button', {disabled: !cursor, title: noneBefore, onclick: turn(back(query))}, 'Previous page'),
    h(
      'button',
      {disabled: !answer.next, title: answer.next ? null : 'this is the last page', onclick: turn(onward(query, answer.next))},
      'Next page',
    ),
  );
}

function table(list, answer, load) {
  const {query} = current();
  return h(
    'div',
    {class: 'scroll'},
    h(
      'table',
      null,
      h('caption', {class: 'visually-hidden'}, list.caption),
      h(
        'thead',
        null,
        h(
          'tr',
          null,
          list.columns.map((column) => head(column, query, load)),
        ),
      ),
      h(
        'tbody',
        null,
        answer[list.key].map((item) =>
          h(
            'tr',
            null,
            list.columns.map(({cell, number, isName}) =>
              h(isName ? 'th' : 'td', {class: number ? 'number' : null, scope: isName ? 'row' : null}, cell(item)),
            ),
          ),
        ),
      ),
    ),
  );
}

function searchField(list, load, signal) {
  const search = newest(SEARCH_MS, signal, () => {
    change({name: input.value.trim(), ...FIRST});
    load();
  });
  const input = h('input', {
    type: 'search',
    'aria-label': `${list.caption} whose name begins with`,
    placeholder: 'Name begins with …',
    value: current().query.name ?? '',
    oninput: () => search(),
  });
  return input;
}

// list: {path, key, caption, columns: [{text, sort, cell, number, isName}], empty: () => element, tools: [elements]}.
// Fills `main` and keeps it fresh until `signal` is aborted.
export async function showList(main, list, signal) {
  const place = h('div', {'aria-busy': 'true'});
  let shown = null,
    newestAsked = null;
  // Of several that are under way the one that was asked for last counts.
  const load = async () => {
    const {name, sort, cursor} = current().query;
    const query = {limit: LIMIT, name: name && `${name}*`, sort, cursor};
    const view = JSON.stringify(query);
    const mine = (newestAsked = {});
    const news = await getNews(list.path, {query, signal, etag: shown?.view === view ? shown.etag : null});
    if (!news || mine !== newestAsked) return;
    shown = {view, etag: news.etag};
    const answer = news.json;
    const focused = [...place.querySelectorAll('button')].indexOf(document.activeElement);
    const rows = answer[list.key].length;
    replace(
      place,
      rows ? table(list, answer, safely) : name ? h('p', {class: 'empty'}, `No name begins with “${name}”.`) : list.empty(),
      pager(answer, safely),
    );
    place.removeAttribute('aria-busy');
    if (focused >= 0) place.querySelectorAll('button')[focused]?.focus();
  };
  const tell = (error) => error.name !== 'AbortError' && error.status && announce(error.message, 'bad');
  const safely = () => load().catch(tell);
  replace(
    main,
    h(
      'div',
      {class: 'row head'},
      h('h1', null, list.caption),
      h('span', {class: 'spring'}),
      searchField(list, safely, signal),
      list.tools,
    ),
    list.above,
    place,
  );
  await load();
  repeat(async () => place.contains(document.activeElement) || load(), signal, EVERY_MS, tell);
  return safely;
}
