// All jobs: a page of the list as it is now, filtered and sorted by the daemon; several at once; their curves over each other.
// SPDX-License-Identifier: Apache-2.0
import {get, getNews} from './api.js';
import {describe} from './announce.js';
import {h, replace} from './dom.js';
import {createFilters, FILTERS} from './jobs_filters.js';
import {createTable} from './jobs_table.js';
import {actionButtons} from './job_actions.js';
import {isFinished} from './job_parts.js';
import {back, FIRST, onward} from './paging.js';
import {inTurn, repeat} from './poll.js';
import {change, current, link} from './view.js';

const PAGE = 50;

export const title = () => 'Jobs';

function emptyState(isFiltered, clear) {
  if (isFiltered) return [h('p', null, 'No job is like that.'), h('button', {onclick: clear}, 'Show all jobs')];
  return [
    h('p', null, 'No jobs yet. ', h('a', {href: link('new')}, 'Make one'), ', or from a shell:'),
    h(
      'pre',
      null,
      `curl -T iris.csv ${location.origin}/v1/datasets/iris\ncurl ${location.origin}/v1/jobs -d '{"dataset": "iris", "network": {"layers": [{"type": "dense", "units": "auto", "activation": "softmax"}]}}'`,
    ),
  ];
}

class JobsPage {
  constructor(main, view, signal) {
    Object.assign(this, {signal, query: view.query, jobs: [], next: null, chosen: new Map()});
    (view.query.selected ?? '')
      .split(',')
      .filter(Boolean)
      .forEach((id) => this.chosen.set(id, null));
    this.refresh = inTurn(() => this.look());
    this.filters = createFilters(this.query, (query) => this.narrow(query), signal);
    this.table = createTable(this);
    this.count = h('span', {role: 'status'});
    this.away = h('p', {class: 'bad', role: 'status'});
    this.actions = actionButtons(
      () => this.selection(),
      (action, jobs) => this.acted(action, jobs),
    );
    this.comparison = h('div');
    this.empty = h('div', {class: 'card', hidden: true});
    this.overlay = h('button', {onclick: () => this.toggleCompare()}, 'Overlay curves');
    this.pager = this.createPager();
    replace(
      main,
      h(
        'div',
        {class: 'row'},
        h('h1', null, 'Jobs'),
        this.filters.summary,
        h('a', {class: 'button primary push', href: link('new')}, 'New job'),
      ),
      this.filters.element,
      h('div', {class: 'row selection'}, this.count, this.overlay, this.actions.element),
      this.away,
      this.comparison,
      this.table.element,
      this.empty,
      this.pager,
    );
    this.showSelection();
  }

  createPager() {
    this.first = h('button', {onclick: () => this.turn(FIRST)}, 'First page');
    this.previous = h('button', {onclick: () => this.turn(back(this.query))}, 'Previous');
    this.following = h('button', {onclick: () => this.turn(onward(this.query, this.next))}, 'Next');
    return h('nav', {class: 'row pager', 'aria-label': 'Pages of the list'}, this.first, this.previous, this.following);
  }

  turn(place) {
    this.ask(place);
    window.scrollTo(0, 0);
  }

  // Another list: its first page.
  narrow(query) {
    this.ask({...query, ...FIRST});
  }

  // Asks for another part of the list, in the address as well.
  ask(query) {
    Object.assign(this.query, query);
    change(query);
    this.etag = null;
    this.asked?.abort();
    this.refresh().catch((error) => this.fail(error));
  }

  listQuery() {
    const asked = Object.fromEntries(FILTERS.map((key) => [key, this.query[key]]));
    const name = asked.name && !asked.name.endsWith('*') ? `${asked.name}*` : asked.name;
    return {...asked, name, sort: this.query.sort, cursor: this.query.cursor, limit: PAGE};
  }

  async look() {
    this.asked = new AbortController();
    const news = await getNews('/v1/jobs', {
      query: this.listQuery(),
      etag: this.etag,
      signal: AbortSignal.any([this.asked.signal, this.signal]),
    });
    replace(this.away);
    if (news) {
      this.etag = news.etag;
      this.jobs = news.json.jobs;
      this.next = news.json.next;
      this.show();
    }
    await this.lookAtOthers();
  }

  acted(action, jobs) {
    if (action.name === 'delete') this.choose(jobs, false);
    this.refresh().catch((error) => this.fail(error));
  }

  // Chosen jobs that are not on this page, as long as something happens to them; those that are gone are chosen no more.
  async lookAtOthers() {
    for (const id of [...this.chosen.keys()]) {
      const listed = this.jobs.find((job) => job.id === id);
      const known = this.chosen.get(id);
      if (listed) this.chosen.set(id, listed);
      else if (known && isFinished(known)) continue;
      else
        await get(`/v1/jobs/${id}`, {signal: this.signal}).then(
          (job) => this.chosen.set(id, job),
          (error) => error.status === 404 && this.chosen.delete(id),
        );
    }
    this.showSelection();
  }

  show() {
    this.table.update(this.jobs);
    this.table.element.hidden = this.jobs.length === 0;
    this.empty.hidden = this.jobs.length > 0;
    if (this.jobs.length === 0)
      replace(
        this.empty,
        emptyState(this.filters.isSet() || this.query.cursor, () => this.filters.clear()),
      );
    this.first.disabled = this.previous.disabled = !this.query.cursor;
    this.following.disabled = !this.next;
    this.pager.hidden = !this.query.cursor && !this.next;
  }

  selection() {
    return [...this.chosen.values()].filter(Boolean);
  }

  choose(jobs, isChosen) {
    for (const job of jobs)
      if (isChosen) this.chosen.set(job.id, job);
      else this.chosen.delete(job.id);
    this.showSelection();
  }

  showSelection() {
    const selected = [...this.chosen.keys()].join(',');
    if (selected !== (this.query.selected ?? '')) change({selected: (this.query.selected = selected)});
    replace(this.count, this.chosen.size === 0 ? 'None selected' : `${this.chosen.size} selected`);
    this.overlay.disabled = this.chosen.size === 0;
    this.overlay.title = this.overlay.disabled ? 'Select jobs first' : '';
    this.overlay.setAttribute('aria-pressed', Boolean(this.query.compare));
    this.actions.update();
    this.table.showChosen();
    this.showComparison().catch((error) => this.fail(error));
  }

  // Curves and what draws them come when they are first asked for.
  async showComparison() {
    if (!this.query.compare && !this.compare) return;
    if (!this.compare) {
      const {createCompare} = await import('./jobs_compare.js');
      this.compare ??= createCompare(this);
      replace(this.comparison, this.compare.element);
    }
    this.compare.update(this.query.compare ? this.selection() : []);
  }

  toggleCompare() {
    this.query.compare = this.query.compare ? null : 1;
    change({compare: this.query.compare});
    this.showSelection();
  }

  fail(error) {
    if (error.name !== 'AbortError') replace(this.away, error.status === 0 ? `${describe(error)}; trying again.` : describe(error));
  }
}

export async function show(main, view, signal) {
  const page = new JobsPage(main, current(), signal);
  repeat(
    () => page.refresh(),
    signal,
    1000,
    (error) => page.fail(error),
  );
  repeat(() => page.filters.count(signal), signal, 2000);
  page.filters.count(signal).catch(() => {});
  await page.refresh().catch((error) => page.fail(error));
}
