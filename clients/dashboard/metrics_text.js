// Prometheus' text form of /metrics read, and what two looks at it say: rates, means and quantiles between them.
// SPDX-License-Identifier: Apache-2.0
const LINE = /^([A-Za-z_:][\w:]*)(?:\{(.*)\})? ([^ ]+)/;

function labelsOf(text) {
  return Object.fromEntries(
    [...(text ?? '').matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, name, value]) => [name, value.replace(/\\(.)/g, '$1')]),
  );
}

// {name: [{labels, value}]}.
export function readMetrics(text) {
  const found = {};
  for (const line of text.split('\n')) {
    const [, name, labels, value] = line.match(LINE) ?? [];
    if (name) (found[name] ??= []).push({labels: labelsOf(labels), value: value === '+Inf' ? Infinity : Number(value)});
  }
  return found;
}

// The sum of a metric over its labels, or over those that `where` lets through.
export function total(metrics, name, where = () => true) {
  return (metrics[name] ?? []).filter(({labels}) => where(labels)).reduce((sum, {value}) => sum + value, 0);
}

// [{edge, count}] of what came into a histogram between two looks, cumulative, summed over its other labels.
function bucketsBetween(before, now, name) {
  const countsOf = (metrics) => {
    const counts = new Map();
    for (const {labels, value} of metrics[`${name}_bucket`] ?? []) {
      const edge = labels.le === '+Inf' ? Infinity : Number(labels.le);
      counts.set(edge, (counts.get(edge) ?? 0) + value);
    }
    return counts;
  };
  const old = countsOf(before);
  return [...countsOf(now)].map(([edge, count]) => ({edge, count: count - (old.get(edge) ?? 0)})).sort((a, b) => a.edge - b.edge);
}

// A quantile as Prometheus reckons it: straight within a bucket. null where nothing came.
export function quantileBetween(before, now, name, share) {
  const buckets = bucketsBetween(before, now, name);
  const all = buckets.at(-1)?.count ?? 0;
  if (all <= 0) return null;
  const at = buckets.findIndex(({count}) => count >= share * all);
  const low = at > 0 ? buckets[at - 1] : {edge: 0, count: 0};
  if (buckets[at].edge === Infinity) return low.edge;
  return low.edge + ((buckets[at].edge - low.edge) * (share * all - low.count)) / Math.max(buckets[at].count - low.count, 1e-9);
}

// What a histogram holds of one look alone, as if it had begun at nothing.
export function quantile(now, name, share) {
  return quantileBetween({}, now, name, share);
}
