// A job's history as points of curves: what is asked of the daemon, where buckets lie, smoothing, what a logarithmic axis can show.
// SPDX-License-Identifier: Apache-2.0
import {get} from './api.js';

// Asks for as many buckets as there are pixels to show them. range: [from, to] in steps, null for all; its sides are asked for,
// too, so that curves reach the chart's edges.
export function askHistory(id, {metrics, range, points, signal}) {
  const margin = range ? Math.max((range[1] - range[0]) * 0.02, 1) : 0;
  const query = {
    metric: metrics?.join(','),
    points,
    ...(range && {from: Math.max(Math.floor(range[0] - margin), 0), to: Math.max(Math.ceil(range[1] + margin), 1)}),
  };
  return get(`/v1/jobs/${id}/history`, {query, signal});
}

// {x, low, mid, high} of a series; a bucket without a finite value is a gap.
export function pointsOf(series, scale) {
  return {x: series.step.map(scale.of), low: series.min, mid: series.mean, high: series.max};
}

// Exponential smoothing of the means with the start's bias taken out, as Adam does: the first value is the first point itself.
export function smoothed(points, weight) {
  let sum = 0,
    whole = 0;
  const mid = points.mid.map((value) => {
    if (value === null) return null;
    sum = weight * sum + (1 - weight) * value;
    whole = weight * whole + (1 - weight);
    return sum / whole;
  });
  return {x: points.x, low: mid, mid, high: mid};
}

// What a logarithmic axis can show: bands are cut at the least positive value, and points that are not positive are left out.
// `hidden` counts these.
export function positive(points) {
  const floor = Math.min(...[points.low, points.mid, points.high].flat().filter((value) => value !== null && value > 0));
  const at = points.mid.map((value, i) => i).filter((i) => points.mid[i] === null || points.high[i] > 0);
  const cut = (values) => at.map((i) => (values[i] === null ? null : Math.max(values[i], floor)));
  return {
    x: at.map((i) => points.x[i]),
    low: cut(points.low),
    mid: cut(points.mid),
    high: cut(points.high),
    hidden: points.mid.length - at.length,
  };
}

// The places where something is not finite: [{step, what}].
export function broken(series) {
  return (series.nonfinite ?? []).flatMap((what, i) => (what ? [{step: series.step[i], what}] : []));
}

const NAMES = {loss: 'training loss (each step)', train_loss: 'training loss (each epoch)', val_loss: 'validation loss'};

export function nameOf(metric) {
  return NAMES[metric] ?? metric.replace(/^val_/, 'validation ').replaceAll('_', ' ');
}
