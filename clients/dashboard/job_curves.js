// The curves of a job: loss, metrics, learning rate and gradient norm, over the same range of steps, at the resolution of the screen.
// SPDX-License-Identifier: Apache-2.0
import {address} from './api.js';
import {createChart} from './chart.js';
import {scaled} from './chart_moves.js';
import {curveControls} from './job_curve_controls.js';
import {describeLoss, modelOf} from './job_curve_models.js';
import {h, replace} from './dom.js';
import {number} from './format.js';
import {askHistory} from './history.js';
import {isFinished} from './job_parts.js';
import {inTurn} from './poll.js';
import * as scales from './scale.js';
import {change} from './view.js';

// Turns of a wheel come in quick succession: the first asks at once, those behind it when they pause.
const SUCCESSION_MS = 100,
  PAUSE_MS = 40;

const GROUPS = [
  {name: 'loss', label: 'Loss', has: (metric) => /^(val_|train_)?loss$/.test(metric)},
  {name: 'metrics', label: 'Validation metrics', has: (metric) => metric.startsWith('val_') && metric !== 'val_loss'},
  {name: 'learning_rate', label: 'Learning rate', has: (metric) => metric === 'learning_rate'},
  {name: 'gradient_norm', label: 'Gradient norm', has: (metric) => metric === 'gradient_norm'},
];

class Curves {
  constructor({job, view, signal, events}) {
    Object.assign(this, {job, signal, events, settings: this.readSettings(view.query)});
    this.charts = Object.fromEntries(
      GROUPS.map(({name, label}) => [name, createChart({label, signal, onzoom: (range) => this.zoom(range)})]),
    );
    this.resolution = h('span', {class: 'faint', role: 'status'});
    this.notes = h('p', {class: 'faint'});
    this.controls = curveControls(this);
    this.element = h(
      'div',
      {class: 'curves'},
      this.controls.element,
      this.resolution,
      this.notes,
      GROUPS.map(({name, label}) => h('div', {class: `card curve-${name}`}, h('h2', null, label), this.charts[name].element)),
      downloads(job),
    );
    this.load = inTurn(() => this.fetch());
  }

  readSettings(query) {
    const range = query.from && query.to ? [Number(query.from), Number(query.to)] : null;
    return {
      x: query.x ?? 'step',
      log: query.log === '1',
      smooth: Math.min(Math.max(Number(query.smooth ?? 0), 0), 0.999),
      range,
      hide: (query.hide ?? '').split(',').filter(Boolean),
    };
  }

  // Changes some of the settings, in the address as well.
  async set(settings) {
    Object.assign(this.settings, settings);
    const {x, log, smooth, range, hide} = this.settings;
    change({
      x: x === 'step' ? null : x,
      log: log ? 1 : null,
      smooth: smooth || null,
      hide: hide.join(','),
      from: range && Math.floor(range[0]),
      to: range && Math.ceil(range[1]),
    });
    try {
      if (settings.x) await this.prepareScale(this.signal);
      this.draw();
      this.controls.update();
    } catch (error) {
      this.fail(error);
    }
  }

  // A range of a chart's x, from whichever of them; null: all. The others follow at once, finer points when they are there.
  zoom(range) {
    this.set({range: range && range.map((x) => this.scale().back(x))});
    const ask = () => this.load().catch((error) => this.fail(error));
    const isFirst = performance.now() - (this.zoomedAt ?? -Infinity) > SUCCESSION_MS;
    this.zoomedAt = performance.now();
    this.element.setAttribute('aria-busy', true);
    this.asked?.abort();
    clearTimeout(this.timer);
    if (isFirst) ask();
    else this.timer = setTimeout(ask, PAUSE_MS);
  }

  step(name) {
    const chart = this.charts.loss;
    if (!chart.graph) return;
    const [from, to] = chart.window();
    const width = to - from;
    chart.zoom(
      {
        in: scaled([from, to], 0.5),
        out: scaled([from, to], 2),
        left: [from - width / 4, to - width / 4],
        right: [from + width / 4, to + width / 4],
        all: null,
      }[name],
    );
  }

  fail(error) {
    if (error.name === 'AbortError' || this.signal.aborted) return;
    this.element.setAttribute('aria-busy', false);
    replace(this.notes, h('span', {class: 'bad'}, error.message));
  }

  scale() {
    if (this.settings.x === 'epoch') return scales.epochs(this.epochs);
    if (this.settings.x === 'time') return scales.times(this.job, this.events.list);
    return scales.steps;
  }

  // What x is read from: of a part of the run the history tells too few epochs.
  async prepareScale(signal) {
    if (this.settings.x === 'time') await this.events.all();
    if (this.settings.x !== 'epoch' || this.epochs) return;
    const {series} = await askHistory(this.job.id, {metrics: ['train_loss'], points: 500, signal});
    this.epochs = series.find(({per}) => per === 'epoch');
  }

  async fetch() {
    this.asked = new AbortController();
    const stop = AbortSignal.any([this.asked.signal, this.signal]);
    const points = Math.min(Math.max(Math.round(this.charts.loss.canvas.clientWidth || 900), 200), 900);
    const {range} = this.settings;
    const history = await askHistory(this.job.id, {range, points, signal: stop});
    this.series = history.series;
    this.best = history.best;
    const perEpoch = this.series.find(({per}) => per === 'epoch');
    if (!range) this.epochs = perEpoch;
    await this.prepareScale(stop);
    this.controls.update();
    this.draw();
    this.element.setAttribute('aria-busy', false);
  }

  // The job has gone on, or is shown for the first time. A view that ends before its last step stays as it is.
  update(job) {
    const seen = this.settings.range?.[1] ?? Infinity;
    const isNews = job.step !== this.job.step || job.state !== this.job.state || job.seq !== this.job.seq;
    const wasBefore = this.job.step;
    this.job = job;
    if (!this.series || (isNews && seen >= wasBefore)) return this.load().catch((error) => this.fail(error));
    if (isNews) this.draw();
    return undefined;
  }

  draw() {
    if (!this.series) return;
    const hidden = {count: 0};
    for (const {name, has} of GROUPS) {
      const series = this.series.filter(({metric}) => has(metric) && !this.settings.hide.includes(metric));
      const model = modelOf(this, series, name === 'learning_rate', hidden);
      this.charts[name].draw(model, name === 'loss' ? describeLoss(this.job, series, model) : '', this.nothing(name));
      this.charts[name].element.parentElement.hidden = model.lines.length === 0 && name !== 'loss';
    }
    this.tell(hidden.count);
  }

  nothing(name) {
    if (name === 'loss' && this.settings.hide.length > 0) return 'All curves of the loss are hidden.';
    return isFinished(this.job) ? 'This job ended before its first step.' : 'The curve begins with the first step.';
  }

  tell(hidden) {
    const perStep = this.series.find(({per}) => per === 'step');
    const stride = perStep?.stride ?? 1;
    this.element.dataset.stride = stride;
    replace(
      this.resolution,
      stride === 1 ? 'Every step is drawn.' : `A point is ${number(stride)} steps: their mean, and the band from the least to the most.`,
    );
    replace(this.notes, hidden > 0 ? `${hidden} points at or below zero are not on a logarithmic axis.` : '');
  }
}

function downloads(job) {
  const path = `/v1/jobs/${job.id}/history`;
  const entry = (text, query, name) => h('a', {href: address(path, query), download: name}, text);
  return h(
    'p',
    {class: 'row faint'},
    'The whole history:',
    entry('CSV', {format: 'csv', points: 1000000}, `${job.id}.csv`),
    entry('NDJSON', {format: 'ndjson', points: 1000000}, `${job.id}.ndjson`),
    entry('TensorBoard', {format: 'tfevents'}, `events.out.tfevents.${job.id}`),
  );
}

export function create(context) {
  return new Curves(context);
}
