// The table of jobs: rows that stay where they are while their cells change, so that the focus and what is marked stay, too.
// SPDX-License-Identifier: Apache-2.0
import {h, replace} from './dom.js';
import {number, NOTHING, time} from './format.js';
import {badge, bestText, epochsText, jobLink, progressBar, timeText} from './job_parts.js';

// What a column shows of a job; `reads` is what a cell is made of, where the text is not it all. sort: the list's name for its order.
const COLUMNS = [
  {text: 'Name', sort: 'name', cell: jobLink, isHead: true},
  {
    text: 'State',
    sort: 'state',
    cell: ({state, error}) => [badge(state), error && h('small', {title: error.message}, ` ${error.code.replaceAll('_', ' ')}`)],
  },
  {text: 'Progress', cell: progressBar, reads: ({progress}) => progress, kind: 'progress'},
  {text: 'Epoch', cell: epochsText, kind: 'number'},
  {text: 'Time', cell: timeText, kind: 'number'},
  {text: 'Queue', cell: ({position}) => (position === null ? NOTHING : number(position)), kind: 'number'},
  {text: 'Priority', sort: 'priority', first: '-', cell: ({priority}) => number(priority), kind: 'number'},
  {text: 'Best', sort: 'best', cell: ({best}) => bestText(best), kind: 'number'},
  {text: 'Submitted', sort: 'created_at', first: '-', cell: ({created_at: at}) => time(at)},
  {text: 'Ended', sort: 'finished_at', first: '-', cell: ({finished_at: at}) => time(at)},
  {text: 'Tags', cell: ({tags}) => Object.entries(tags).map(([key, value]) => h('span', {class: 'badge faint'}, `${key}: ${value}`))},
];
const USUAL = '-created_at';

function ordered(sort, {sort: key, first = ''}) {
  if (sort === key) return `-${key}`;
  return sort === `-${key}` ? key : `${first}${key}`;
}

function heading(page, column) {
  if (!column.sort) return h('th', {scope: 'col', class: column.kind}, column.text);
  const sort = page.query.sort ?? USUAL;
  const order = sort === column.sort ? 'ascending' : sort === `-${column.sort}` ? 'descending' : null;
  const arrow = h('span', {'aria-hidden': 'true'}, order === 'ascending' ? ' ▲' : order === 'descending' ? ' ▼' : '');
  return h(
    'th',
    {scope: 'col', class: column.kind, 'aria-sort': order},
    h('button', {dataset: {sort: column.sort}, onclick: () => page.table.sort(ordered(sort, column))}, column.text, arrow),
  );
}

class Row {
  constructor(page, job) {
    this.box = h('input', {
      type: 'checkbox',
      'aria-label': `Select ${job.name ?? job.id}`,
      onclick: (event) => page.table.pick(this.job, event),
    });
    this.cells = COLUMNS.map(({isHead, kind}) => (isHead ? h('th', {scope: 'row', class: kind}) : h('td', {class: kind})));
    this.element = h('tr', {dataset: {job: job.id}}, h('td', null, this.box), this.cells);
    this.told = [];
  }

  update(job) {
    this.job = job;
    COLUMNS.forEach(({cell, reads}, i) => {
      const made = [cell(job)].flat();
      const told = reads ? String(reads(job)) : made.map((part) => part?.textContent ?? part).join('|');
      if (this.told[i] === told) return;
      this.told[i] = told;
      replace(this.cells[i], made);
    });
  }

  showChosen(isChosen) {
    this.box.checked = isChosen;
    this.element.classList.toggle('selected', isChosen);
  }
}

class Table {
  constructor(page) {
    Object.assign(this, {page, rows: new Map(), jobs: []});
    this.body = h('tbody');
    this.head = h('tr');
    this.all = h('input', {
      type: 'checkbox',
      'aria-label': 'Select all on this page',
      onclick: () => page.choose(this.jobs, this.all.checked),
    });
    this.element = h(
      'div',
      {class: 'card scroll jobs-table', hidden: true},
      h('table', null, h('caption', {class: 'visually-hidden'}, 'Jobs'), h('thead', null, this.head), this.body),
    );
    this.showHead();
  }

  showHead() {
    replace(
      this.head,
      h('td', null, this.all),
      COLUMNS.map((column) => heading(this.page, column)),
    );
  }

  sort(sort) {
    this.page.narrow({sort: sort === USUAL ? null : sort});
    this.showHead();
    this.head.querySelector(`[data-sort=${sort.replace('-', '')}]`).focus();
  }

  update(jobs) {
    this.jobs = jobs;
    const rows = jobs.map((job) => {
      const row = this.rows.get(job.id) ?? new Row(this.page, job);
      row.update(job);
      return row;
    });
    this.rows = new Map(rows.map((row) => [row.job.id, row]));
    const isSame = this.body.children.length === rows.length && rows.every((row, i) => this.body.children[i] === row.element);
    if (!isSame) this.body.replaceChildren(...rows.map(({element}) => element));
    this.showChosen();
  }

  showChosen() {
    for (const [id, row] of this.rows) row.showChosen(this.page.chosen.has(id));
    const count = this.jobs.filter(({id}) => this.page.chosen.has(id)).length;
    this.all.checked = count > 0 && count === this.jobs.length;
    this.all.indeterminate = count > 0 && count < this.jobs.length;
  }

  // One job, or with Shift all from the last one that was picked.
  pick(job, event) {
    const isChosen = event.target.checked;
    const [from, to] = [this.jobs.findIndex(({id}) => id === this.picked), this.jobs.indexOf(job)].sort((a, b) => a - b);
    this.page.choose(event.shiftKey && from >= 0 ? this.jobs.slice(from, to + 1) : [job], isChosen);
    this.picked = job.id;
  }
}

export function createTable(page) {
  return new Table(page);
}
