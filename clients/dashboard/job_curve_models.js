// What the charts of a job show: its series as lines with bands and smoothed lines, and marks on the way.
// SPDX-License-Identifier: Apache-2.0
import {number} from './format.js';
import {broken, nameOf, pointsOf, positive, smoothed} from './history.js';
import {steps} from './scale.js';

const COLOURS = {loss: 'curve-1', train_loss: 'curve-4', val_loss: 'curve-2', learning_rate: 'curve-5', gradient_norm: 'curve-3'};
const BROKEN_MAX = 5;

function colourOf(metric, place) {
  return COLOURS[metric] ?? `curve-${((place + 2) % 8) + 1}`;
}

// A series as it was recorded and, where it is to be smoothed, faint with the smoothed line over it.
function linesOf(series, place, scale, {log, smooth}, hidden) {
  let points = pointsOf(series, scale);
  if (log) {
    points = positive(points);
    hidden.count += points.hidden;
  }
  const line = {name: nameOf(series.metric), colour: colourOf(series.metric, place), points, band: series.stride > 1};
  if (!smooth) return [line];
  return [
    {...line, name: `${line.name}, as recorded`, share: 0.4, width: 1, quiet: true},
    {name: `${line.name}, smoothed`, colour: line.colour, points: smoothed(points, smooth), width: 2},
  ];
}

function changeText(changes) {
  return Object.entries(changes)
    .map(
      ([key, value]) => `${key.replaceAll('_', ' ')} ${typeof value === 'number' ? number(value) : (value?.type ?? JSON.stringify(value))}`,
    )
    .join(', ');
}

// The best epoch, changes of settings, values that are not finite.
function marksOf({job, best}, series, scale) {
  const settings = job.settings.map(({step, changes}) => ({x: scale.of(step), text: changeText(changes), colour: 'warn'}));
  const bad = series
    .flatMap(broken)
    .slice(0, BROKEN_MAX)
    .map(({step, what}) => ({x: scale.of(step), text: what, colour: 'bad'}));
  const at = best && {
    x: scale.of(best.step),
    text: `best: epoch ${number(best.epoch)}, ${best.metric} ${number(best.value)}`,
    colour: 'good',
  };
  return [...(at ? [at] : []), ...settings, ...bad];
}

// Where steps begin and end in the run so far.
function extentOf(job, series, scale) {
  const last = Math.max(job.step, ...series.map(({step}) => step.at(-1) ?? 0), 1);
  return [scale.of(Math.min(1, last)), scale.of(last)];
}

// `plain`: as it was recorded, whatever is chosen for the others.
export function modelOf(curves, series, plain, hidden) {
  const {job, settings} = curves;
  const scale = curves.scale();
  const choice = plain ? {...settings, log: false, smooth: 0} : settings;
  const shown = series.filter(({step}) => step.length > 0);
  const lines = shown.flatMap((one, place) => linesOf(one, place, scale, choice, hidden));
  return {
    lines,
    marks: marksOf(curves, shown, scale),
    extent: extentOf(job, curves.series, scale),
    range: settings.range?.map(scale.of) ?? null,
    least: scale === steps ? 4 : scale.of(job.step) - scale.of(Math.max(job.step - 4, 0)),
    log: choice.log,
    xName: scale.name,
    xText: scale.text,
  };
}

// The sentence for those who do not see the picture.
export function describeLoss(job, series, model) {
  const told = series
    .filter(({mean}) => mean.length > 0)
    .map(({metric, mean}) => `${nameOf(metric)} goes from ${number(mean[0])} to ${number(mean.at(-1))}`);
  if (told.length === 0) return '';
  const [from, to] = (model.range ?? model.extent).map((x) => model.xText(x));
  const marks = model.marks.map(({text}) => text);
  return `From ${model.xName} ${from} to ${to}: ${[...told, ...marks].join('; ')}.`;
}
