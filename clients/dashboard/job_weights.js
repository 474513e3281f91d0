// Weights, gradients and update ratios of a job by layer and epoch.
// SPDX-License-Identifier: Apache-2.0
import {get} from './api.js';
import {createChart} from './chart.js';
import {h, labelled, replace, select} from './dom.js';
import {number} from './format.js';
import {histogramFigure, historyFigure} from './weight_figures.js';
import {inTurn} from './poll.js';
import {change} from './view.js';

const RELOAD_MS = 2000;

class Weights {
  constructor({job, signal, view}) {
    Object.assign(this, {job, signal, layer: view.query.layer ?? null, epoch: Number(view.query.epoch) || null, epochs: []});
    this.controls = h('div', {class: 'row'});
    this.tensors = h('div', null);
    this.ratios = createChart({label: 'Update ratio', signal, onzoom: (range) => this.drawRatios(range)});
    this.card = h(
      'div',
      {class: 'card', hidden: true},
      h('h2', null, 'Update ratio by epoch'),
      h(
        'p',
        {class: 'faint'},
        'How much of a tensor its last update of the epoch changed. About 0.001 is healthy; far more is a learning rate that is too high.',
      ),
      this.ratios.element,
    );
    this.element = h('div', {class: 'weights'}, this.controls, this.tensors, this.card);
    this.load = inTurn(() => this.fetch());
  }

  ask(query) {
    return get(`/v1/jobs/${this.job.id}/weights/histograms`, {query, signal: this.signal});
  }

  // Which layers have weights is told by any epoch: the first is kept of nearly every run.
  async findLayers() {
    const first = (await this.ask({epoch: 1})).histograms[0] ?? (await this.ask({})).histograms[0];
    this.layers = first ? Object.keys(first.layers) : null;
    if (this.layers && !this.layers.includes(this.layer)) this.layer = this.layers[0];
  }

  async fetch() {
    this.loadedAt = performance.now();
    this.loadedEpoch = this.job.epoch;
    if (!this.layers) await this.findLayers();
    if (!this.layers)
      return replace(
        this.tensors,
        h('p', {class: 'faint'}, 'No histograms yet: they are taken at the end of epochs, as far as that costs next to nothing.'),
      );
    this.epochs = (await this.ask({layer: this.layer})).histograms;
    this.histories = {};
    this.showControls();
    return this.draw();
  }

  update(job) {
    this.job = job;
    const isDue = this.loadedAt === undefined || (job.epoch !== this.loadedEpoch && performance.now() - this.loadedAt > RELOAD_MS);
    if (isDue) this.reload();
  }

  reload() {
    const tell = (error) => replace(this.tensors, h('p', {class: 'bad'}, error.message));
    this.load().catch((error) => error.name !== 'AbortError' && tell(error));
  }

  // The index of the epoch that is shown; the newest, unless one was chosen.
  place() {
    const at = this.epochs.findIndex(({epoch}) => epoch >= this.epoch);
    return this.epoch && at >= 0 ? at : this.epochs.length - 1;
  }

  showControls() {
    const last = this.epochs.length - 1;
    if (this.slider?.isConnected && this.controls.dataset.layer === this.layer) {
      this.slider.max = last;
      this.slider.value = String(this.place());
      return;
    }
    this.controls.dataset.layer = this.layer;
    this.said = h('output', null);
    this.slider = h('input', {
      type: 'range',
      min: 0,
      max: last,
      step: 1,
      value: String(this.place()),
      oninput: (event) => {
        const at = Number(event.target.value);
        this.epoch = at === this.epochs.length - 1 ? null : this.epochs[at].epoch;
        change({epoch: this.epoch});
        this.draw();
      },
    });
    replace(
      this.controls,
      labelled(
        'Layer',
        select(this.layers, this.layer, (layer) => this.choose(layer)),
      ),
      labelled('Epoch', this.slider),
      this.said,
    );
  }

  choose(layer) {
    this.layer = layer;
    change({layer});
    this.reload();
  }

  draw() {
    const at = this.place();
    const shown = this.epochs[at];
    // Another layer was chosen, and what was read is of the one before: its own comes.
    if (!(this.layer in shown.layers)) return;
    replace(this.said, `epoch ${number(shown.epoch)}, step ${number(shown.step)}${at === this.epochs.length - 1 ? ' (newest)' : ''}`);
    replace(
      this.tensors,
      Object.entries(shown.layers[this.layer]).map(([name, one]) => this.tensorCard(name, one)),
    );
    this.drawRatios(this.ratios.model?.range ?? null);
  }

  tensorCard(name, {weights, gradients, update_ratio: ratio}) {
    return h(
      'div',
      {class: 'card'},
      h('h2', null, name),
      h('p', {class: 'faint'}, `norm ${number(weights.norm)}, update ratio ${number(ratio)}`),
      h(
        'div',
        {class: 'row figures-row'},
        histogramFigure('Weights', weights),
        gradients && histogramFigure('Gradients', gradients),
        this.epochs.length > 1 && (this.histories[name] ??= this.historyOf(name)),
      ),
    );
  }

  // Of all epochs, whichever is chosen: it is drawn once for what was read.
  historyOf(name) {
    const {layer} = this;
    return historyFigure(name, this.epochs.map((epoch) => ({epoch: epoch.epoch, ...epoch.layers[layer][name].weights})));
  }

  drawRatios(range) {
    const names = Object.keys(this.epochs.at(-1).layers[this.layer]);
    const lines = names
      .map((name, i) => {
        const told = this.epochs.filter((epoch) => epoch.layers[this.layer][name].update_ratio > 0);
        const mid = told.map((epoch) => epoch.layers[this.layer][name].update_ratio);
        return {name, colour: `curve-${(i % 8) + 1}`, points: {x: told.map(({epoch}) => epoch), low: mid, mid, high: mid}};
      })
      .filter(({points}) => points.x.length > 0);
    this.card.hidden = lines.length === 0;
    if (lines.length === 0) return;
    const extent = [this.epochs[0].epoch, this.epochs.at(-1).epoch];
    this.ratios.draw(
      {lines, marks: [], extent, range, least: 1, log: true, xName: 'epoch', xText: (x) => number(Math.round(x * 10) / 10)},
      lines.map(({name, points}) => `${name}: ${number(points.mid.at(-1))} in epoch ${points.x.at(-1)}`).join('; '),
    );
  }
}

export function create(context) {
  return new Weights(context);
}
