// A chart of lines with bands around them, drawn by dygraphs: its legend with the values under the cursor, marks, colours of the
// scheme, zoom and cursor by mouse, wheel, touch and keyboard, and its values as a table.
//
// What is drawn is a model, given as often as it changes:
//   lines   [{name, colour, share, band, quiet, points: {x, low, mid, high}}]: colour is a CSS variable, share how strong it is (1);
//           a band is drawn from low to high; quiet: not in the legend; a mid that is null is a gap, one that is absent at an x is
//           passed over
//   marks   [{x, text, colour}]: upright lines
//   extent  [from, to]: all that there is to see; range: what is looked at, null: all; least: the narrowest range
//   log     whether y is logarithmic; xName 'step'; xText(x): an x as it is read
// SPDX-License-Identifier: Apache-2.0
import './dygraph.min.js';
import {watchMoves} from './chart_moves.js';
import {valuesTable} from './chart_table.js';
import {h, replace} from './dom.js';
import {number} from './format.js';
import {colour, onScheme, solid} from './theme.js';

// Its own legend sets style attributes, which the content security policy forbids.
Dygraph.PLUGINS = Dygraph.PLUGINS.filter((plugin) => plugin !== Dygraph.Plugins.Legend);

// Rows as dygraphs wants them: [x, [low, mid, high] or null for each line].
function mergeRows(lines) {
  const xs = [...new Set(lines.flatMap(({points}) => points.x))].sort((a, b) => a - b);
  const at = new Map(xs.map((x, i) => [x, i]));
  const rows = xs.map((x) => [x, ...Array(lines.length).fill(null)]);
  lines.forEach(({points: {x, low, mid, high}}, column) => {
    for (let i = 0; i < x.length; i++) rows[at.get(x[i])][column + 1] = mid[i] === null ? [NaN, NaN, NaN] : [low[i], mid[i], high[i]];
  });
  return rows;
}

function drawMarks(context, area, graph, marks) {
  context.save();
  context.font = '11px system-ui, sans-serif';
  context.setLineDash([4, 3]);
  let row = 0;
  for (const mark of marks) {
    const x = Math.round(graph.toDomXCoord(mark.x)) + 0.5;
    if (x < area.x - 1 || x > area.x + area.w + 1) continue;
    context.strokeStyle = context.fillStyle = colour(mark.colour);
    context.beginPath();
    context.moveTo(x, area.y);
    context.lineTo(x, area.y + area.h);
    context.stroke();
    const isLeft = x + context.measureText(mark.text).width + 6 > area.x + area.w;
    context.textAlign = isLeft ? 'right' : 'left';
    context.fillText(mark.text, x + (isLeft ? -4 : 4), area.y + 11 + 13 * (row++ % 4));
  }
  context.restore();
}

function lineOptions(lines) {
  return Object.fromEntries(
    lines.map(({name, colour: key, share = 1, band, width = 1.6}) => [
      name,
      {color: solid(key, share), strokeWidth: width, fillAlpha: band ? 0.22 : 0},
    ]),
  );
}

function widened([from, to]) {
  return from === to ? [from - 0.5, to + 0.5] : [from, to];
}

// dygraphs' options of a model.
function optionsOf(model, rows) {
  const isSparse = rows.length <= 60;
  return {
    file: rows,
    labels: ['x', ...model.lines.map(({name}) => name)],
    series: lineOptions(model.lines),
    dateWindow: widened(model.range ?? model.extent),
    logscale: model.log,
    drawPoints: isSparse,
    pointSize: 2,
    axisLineColor: colour('line'),
    gridLineColor: solid('line', 0.6),
    underlayCallback: (context, area, graph) => drawMarks(context, area, graph, model.marks),
    axes: {
      x: {axisLabelFormatter: (x) => model.xText(x), pixelsPerLabel: 90},
      y: {axisLabelFormatter: (y) => number(y, 3), axisLabelWidth: 62},
    },
  };
}

const fixed = {
  customBars: true,
  connectSeparatedPoints: true,
  interactionModel: {},
  highlightCircleSize: 3,
  animatedZooms: false,
  axisLabelFontSize: 12,
  rightGap: 8,
};

function legendText(point) {
  if (!point) return '';
  const [low, mid, high] = point;
  return low === mid && high === mid ? number(mid) : `${number(mid)} (${number(low, 3)} … ${number(high, 3)})`;
}

class Chart {
  constructor({label, signal, onzoom}) {
    Object.assign(this, {signal, onzoom});
    this.canvas = h('div', {class: 'chart-canvas'});
    this.legend = h('ul', {class: 'chart-legend', 'aria-label': 'Legend'});
    this.summary = h('p', {class: 'visually-hidden'});
    this.spoken = h('div', {class: 'visually-hidden', role: 'status'});
    this.plot = h(
      'div',
      {
        class: 'chart-plot',
        tabindex: 0,
        role: 'group',
        'aria-label': `${label}: plus and minus zoom, Shift with left and right moves, 0 shows all, left and right read values`,
      },
      this.canvas,
    );
    this.empty = h('p', {class: 'faint chart-empty', hidden: true});
    this.table = valuesTable(label, () => this.model);
    this.element = h(
      'section',
      {class: 'chart', 'aria-label': label},
      this.legend,
      this.plot,
      this.empty,
      this.summary,
      this.spoken,
      this.table.element,
    );
    watchMoves(this, signal);
    onScheme(() => this.redraw(), signal);
    const sizes = new ResizeObserver(() => this.canvas.clientWidth > 0 && (this.graph ? this.graph.resize() : this.redraw()));
    sizes.observe(this.canvas);
    signal.addEventListener('abort', () => {
      sizes.disconnect();
      this.graph?.destroy();
      this.graph = null;
    });
  }

  // Shows a model. `describe` is the sentence that stands for the picture, `nothing` what is said where there is none.
  draw(model, describe = '', nothing = 'Nothing recorded yet.') {
    const read = this.rows?.[this.row]?.[0];
    this.given = [model, describe, nothing];
    this.model = model;
    this.rows = mergeRows(model.lines);
    this.plot.hidden = this.rows.length === 0;
    this.empty.hidden = !this.plot.hidden;
    replace(this.empty, this.empty.hidden ? '' : nothing);
    replace(this.summary, describe);
    this.showLegend();
    this.table.refresh();
    this.row = null;
    if (this.rows.length === 0 || this.signal.aborted) return;
    this.drawGraph(optionsOf(model, this.rows));
    if (read !== undefined) this.showValues(this.nearest(read));
  }

  redraw() {
    if (this.given) this.draw(...this.given);
  }

  // What is not to be seen yet is drawn when it is: dygraphs asks for sizes at once.
  drawGraph(options) {
    if (this.graph) return this.graph.updateOptions(options);
    if (this.canvas.clientWidth === 0) return;
    const {file, ...others} = options;
    this.graph = new Dygraph(this.canvas, file, {
      ...fixed,
      ...others,
      highlightCallback: (event, x, points, row) => this.showValues(row),
      unhighlightCallback: () => this.showValues(null),
    });
  }

  showLegend() {
    this.values = this.model.lines.map(() => h('span', {class: 'legend-value'}));
    this.place = h('li', {class: 'faint legend-place'});
    replace(
      this.legend,
      this.model.lines.map(
        ({name, colour: key, quiet}, i) =>
          !quiet && h('li', null, h('span', {class: 'swatch', style: {background: colour(key)}}), name, ' ', this.values[i]),
      ),
      this.place,
    );
  }

  // The row at an x, or the last one before it: whoever reads values goes on doing so while points come.
  nearest(x) {
    const after = this.rows.findIndex(([at]) => at > x);
    return Math.max(0, after < 0 ? this.rows.length - 1 : after - 1);
  }

  // The values of a row of the data beside their names; null: none.
  showValues(row) {
    this.row = row;
    replace(this.place, row === null ? '' : `${this.model.xName} ${this.model.xText(this.rows[row][0], true)}`);
    this.values.forEach((value, i) => replace(value, row === null ? '' : legendText(this.rows[row][i + 1])));
  }

  // Reads the next row with a value, by keyboard.
  moveCursor(by) {
    const [from, to] = this.window();
    const seen = this.rows.flatMap(([x], i) => (x >= from && x <= to ? [i] : []));
    if (seen.length === 0) return;
    const at = seen.indexOf(this.row);
    const row = seen[at < 0 ? (by > 0 ? 0 : seen.length - 1) : Math.min(Math.max(at + by, 0), seen.length - 1)];
    this.graph.setSelection(row);
    this.showValues(row);
    const said = this.model.lines
      .map(({name}, i) => this.rows[row][i + 1] && `${name} ${legendText(this.rows[row][i + 1])}`)
      .filter(Boolean);
    replace(this.spoken, `${this.model.xName} ${this.model.xText(this.rows[row][0], true)}: ${said.join(', ')}`);
  }

  window() {
    return this.model.range ?? this.model.extent;
  }

  // Asks the owner for a range, cut to what there is: it draws what it has at once, and finer data when that has come.
  zoom(range) {
    const [first, last] = this.model.extent;
    let [from, to] = range ?? [first, last];
    const least = Math.min(this.model.least ?? 0, last - first);
    if (to - from < least) [from, to] = [(from + to - least) / 2, (from + to + least) / 2];
    if (from < first) [from, to] = [first, Math.min(to + first - from, last)];
    if (to > last) [from, to] = [Math.max(from - (to - last), first), last];
    this.onzoom(from <= first && to >= last ? null : [from, to]);
  }
}

export function createChart(options) {
  return new Chart(options);
}
