// The curves of several jobs over each other, and in what their documents differ.
// SPDX-License-Identifier: Apache-2.0
import {get} from './api.js';
import {createChart} from './chart.js';
import {h, labelled, replace, select} from './dom.js';
import {number} from './format.js';
import {askHistory, nameOf, pointsOf, positive} from './history.js';
import {createEvents} from './job_events.js';
import {isFinished, jobLink} from './job_parts.js';
import {inTurn} from './poll.js';
import * as scales from './scale.js';
import {curve} from './theme.js';
import {change} from './view.js';

const JOBS_MAX = 8; // as many as there are colours
const PAUSE_MS = 2000;
const METRICS = ['val_loss', 'loss', 'train_loss'];

// The leaves of a document by their paths.
function leaves(value, path = '', found = {}) {
  if (value !== null && typeof value === 'object')
    for (const [key, part] of Object.entries(value)) leaves(part, path ? `${path}.${key}` : key, found);
  else found[path] = value;
  return found;
}

function differences(jobs) {
  const all = jobs.map(({spec: {name, tags, webhook, ...spec}}) => leaves(spec));
  const paths = [...new Set(all.flatMap(Object.keys))].filter((path) => new Set(all.map((one) => JSON.stringify(one[path]))).size > 1);
  return paths.map((path) => [path, all.map((one) => one[path])]);
}

function differenceTable(jobs) {
  const rows = differences(jobs);
  if (jobs.length < 2) return h('p', {class: 'faint'}, 'Select another job to see in what they differ.');
  if (rows.length === 0) return h('p', {class: 'faint'}, 'Their documents are the same.');
  return h(
    'div',
    {class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Differences'},
    h(
      'table',
      null,
      h('caption', null, 'In what they differ'),
      h(
        'thead',
        null,
        h(
          'tr',
          null,
          h('th', {scope: 'col'}, 'Setting'),
          jobs.map((job, i) => h('th', {scope: 'col'}, h('span', {class: `swatch fill-${curve(i)}`}), jobLink(job))),
        ),
      ),
      h(
        'tbody',
        null,
        rows.map(([path, values]) =>
          h(
            'tr',
            null,
            h('th', {scope: 'row'}, path),
            values.map((value) => h('td', null, value === undefined ? '–' : typeof value === 'number' ? number(value) : String(value))),
          ),
        ),
      ),
    ),
  );
}

class Compare {
  constructor({signal, query}) {
    Object.assign(this, {signal, query, runs: new Map(), range: null});
    this.controls = h('div', {class: 'row'});
    this.note = h('p', {class: 'faint'});
    this.chart = createChart({label: 'Curves of the selected jobs', signal, onzoom: (range) => this.zoom(range)});
    this.table = h('div');
    this.element = h(
      'section',
      {class: 'card', 'aria-label': 'Comparison', hidden: true},
      h('h2', null, 'Comparison'),
      this.controls,
      this.note,
      this.chart.element,
      this.table,
    );
    this.load = inTurn(() => this.fetch());
  }

  // Shows these jobs; none: nothing.
  update(jobs) {
    this.element.hidden = jobs.length === 0;
    this.jobs = jobs.slice(0, JOBS_MAX);
    replace(this.note, jobs.length > JOBS_MAX ? `The first ${JOBS_MAX} of ${jobs.length} are shown.` : '');
    if (jobs.length === 0) return;
    const ids = this.jobs.map(({id}) => id).join();
    const isLive = this.jobs.some((job) => !isFinished(job)) && performance.now() - this.loadedAt > PAUSE_MS;
    if (ids !== this.ids || isLive) this.load();
    this.ids = ids;
  }

  zoom(range) {
    this.range = range;
    this.draw();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.load(), 100);
  }

  metric() {
    const known = this.metrics();
    return known.includes(this.query.metric) ? this.query.metric : (METRICS.find((name) => known.includes(name)) ?? 'loss');
  }

  metrics() {
    return [...new Set([...this.runs.values()].flatMap(({series}) => series.map(({metric}) => metric)))];
  }

  async fetch() {
    this.loadedAt = performance.now();
    try {
      const runs = await Promise.all(this.jobs.map((job) => this.run(job)));
      this.runs = new Map(runs.map((run) => [run.job.id, run]));
      this.draw();
    } catch (error) {
      this.ids = null;
      if (error.name !== 'AbortError') replace(this.note, h('span', {class: 'bad'}, error.message));
    }
  }

  // A run that is over is asked for again only where it is seen otherwise: zoomed, or over time; or where it was tried again.
  async run({id, seq}) {
    const {signal} = this;
    const before = this.runs.get(id);
    const seen = `${this.query.x} ${this.range}`;
    if (before?.seen === seen && before.job.seq === seq && isFinished(before.job)) return before;
    const events = before?.events ?? createEvents(id, signal);
    const job = await get(`/v1/jobs/${id}`, {signal});
    if (this.query.x === 'time') await events.all();
    const range = this.range?.map((x) => (before ? this.scale(before).back(x) : x));
    return {job, events, seen, epochs: before?.epochs, ...(await this.history(id, range))};
  }

  async history(id, range) {
    const {series} = await askHistory(id, {range, points: 500, signal: this.signal});
    return {series, ...(!range && {epochs: series.find(({per}) => per === 'epoch')})};
  }

  scale({job, events, epochs}) {
    if (this.query.x === 'epoch') return scales.epochs(epochs);
    return this.query.x === 'time' ? scales.times(job, events.list) : scales.steps;
  }

  async set(query) {
    Object.assign(this.query, query);
    change(query);
    if (query.x) this.range = null;
    await this.load();
  }

  showControls() {
    const log = h('input', {
      type: 'checkbox',
      checked: this.query.log === '1',
      onchange: (event) => this.set({log: event.target.checked ? '1' : null}),
    });
    replace(
      this.controls,
      labelled(
        'Curve',
        select(
          this.metrics().map((metric) => [metric, nameOf(metric)]),
          this.metric(),
          (metric) => this.set({metric}),
        ),
      ),
      labelled(
        'x axis',
        select(
          [
            ['step', 'Steps'],
            ['epoch', 'Epochs'],
            ['time', 'Time'],
          ],
          this.query.x ?? 'step',
          (x) => this.set({x}),
        ),
      ),
      h('label', {class: 'choice'}, log, 'Logarithmic'),
    );
  }

  draw() {
    const runs = this.jobs.map(({id}) => this.runs.get(id)).filter(Boolean);
    const metrics = this.metrics().join();
    if (this.shown !== metrics) this.showControls();
    this.shown = metrics;
    const isLog = this.query.log === '1';
    const lines = runs.flatMap((run, i) => {
      const series = run.series.find(({metric}) => metric === this.metric());
      if (!series?.step.length) return [];
      const points = pointsOf(series, this.scale(run));
      return [{name: `${i + 1}. ${run.job.name}`, colour: curve(i), points: isLog ? positive(points) : points, band: series.stride > 1}];
    });
    const ends = runs.map((run) => this.scale(run).of(Math.max(run.job.step, 1)));
    const {name, text} = runs.length ? this.scale(runs[0]) : scales.steps;
    this.chart.draw(
      {
        lines,
        marks: [],
        extent: [0, Math.max(...ends, 1e-9)],
        range: this.range,
        least: name === 'step' ? 4 : 1e-6,
        log: isLog,
        xName: name,
        xText: text,
      },
      lines.map((line) => `${line.name} ends at ${number(line.points.mid.at(-1))}`).join('; '),
      'None of them has this curve yet.',
    );
    replace(this.table, differenceTable(runs.map(({job}) => job)));
  }
}

export function createCompare(page) {
  return new Compare(page);
}
