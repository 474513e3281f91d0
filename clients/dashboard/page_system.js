// System: what the machine and the daemon are doing, live: cores, memory, queue, storage, request rates, latencies, commits, tokens.
// SPDX-License-Identifier: Apache-2.0
import {get, getText} from './api.js';
import {meter} from './bars.js';
import {curve} from './curve.js';
import {h, replace} from './dom.js';
import {NOTHING, duration, number, percent, size} from './format.js';
import {quantile, quantileBetween, readMetrics, total} from './metrics_text.js';
import {repeat} from './poll.js';
import {facts, figureCell, table} from './tables.js';
import {showTokens} from './tokens.js';
import {link} from './view.js';

const EVERY_MS = 2000;
const LOOKS_KEPT = 150;
const REQUESTS = 'propd_http_requests_total';
const LATENCY = 'propd_http_request_duration_seconds';
const PREDICTIONS = 'propd_prediction_duration_seconds';
const COMMITS = 'propd_commit_duration_seconds';

export function title() {
  return 'System';
}

function gauge(name, used, all, text) {
  return h(
    'section',
    {class: 'card', 'aria-label': name},
    h('h2', null, name),
    h('p', {class: 'large'}, text),
    meter(all ? used / all : 0),
    h('small', null, `${percent(all ? used / all : 0)} used`),
  );
}

function tiles({cores, memory, jobs, storage}, ready) {
  return [
    gauge('Cores', cores.used, cores.total, `${number(cores.used)} of ${number(cores.total)}`),
    gauge('Memory of jobs', memory.used, memory.budget, `${size(memory.used)} of ${size(memory.budget)}`),
    h(
      'section',
      {class: 'card', 'aria-label': 'Queue'},
      h('h2', null, 'Queue'),
      h('p', {class: 'large'}, `${number(jobs.running)} running`),
      h('a', {href: link('jobs', '', {state: 'queued'})}, `${number(jobs.queued)} waiting`),
    ),
    h(
      'section',
      {class: 'card', 'aria-label': 'Storage'},
      h('h2', null, 'Storage'),
      h('p', {class: 'large'}, `${size(storage.free_bytes)} free`),
      h('small', null, `database ${size(storage.database_bytes)}, datasets ${size(storage.dataset_bytes)}`),
    ),
    h(
      'section',
      {class: 'card', 'aria-label': 'Readiness'},
      h('h2', null, 'Readiness'),
      h('p', {class: `large ${ready ? 'good' : 'bad'}`}, ready ? 'takes work' : 'takes no work'),
      h('a', {href: '/v1/backup', download: ''}, 'Download a backup'),
    ),
  ];
}

function about(system) {
  return [
    h('h2', null, 'This propd'),
    facts({
      Version: system.version,
      'Instruction set': system.instruction_set,
      'Up for': duration(system.uptime_s),
      'HTTP library': `libmicrohttpd ${system.http_library}`,
      'JSON library': `jansson ${system.json_library}`,
      Schema: number(system.storage.schema_version),
      Commits: number(system.storage.commits),
      'Reads of the database': number(system.storage.reads),
    }),
    h(
      'p',
      null,
      h('a', {href: '/metrics'}, '/metrics'),
      ' is for Prometheus, ',
      h('a', {href: '/openapi.json?pretty'}, '/openapi.json'),
      ' for programs.',
    ),
  ];
}

// What lies between two looks, as a point of the charts.
function pointOf(before, now) {
  const seconds = (now.at - before.at) / 1000;
  const rate = (name, where) => Math.max(0, total(now.metrics, name, where) - total(before.metrics, name, where)) / seconds;
  return {
    at: now.at,
    requests: rate(REQUESTS),
    errors: rate(REQUESTS, ({status}) => /^[45]/.test(status)),
    predictions: rate(REQUESTS, ({route}) => /predict|infer/.test(route)),
    commits: rate('propd_commits_total'),
    median: quantileBetween(before.metrics, now.metrics, LATENCY, 0.5),
    slow: quantileBetween(before.metrics, now.metrics, LATENCY, 0.99),
    predicted: quantileBetween(before.metrics, now.metrics, PREDICTIONS, 0.99),
    commit: quantileBetween(before.metrics, now.metrics, COMMITS, 0.99),
  };
}

function milliseconds(value) {
  return value === null || value === undefined ? NOTHING : `${number(value * 1000, 3)} ms`;
}

function charts(points) {
  const x = points.map(({at}) => Math.round((at - points.at(-1).at) / 1000));
  const line = (name, key) => ({name, y: points.map((point) => point[key] ?? 0)});
  const perSecond = (value) => `${number(value, 3)}/s`;
  return [
    curve(x, [line('all', 'requests'), line('predictions', 'predictions'), line('refused', 'errors')], {
      title: 'Requests a second',
      head: 'Seconds from now',
      format: perSecond,
      fromZero: true,
    }),
    curve(x, [line('99 %', 'slow'), line('half', 'median'), line('predictions, 99 %', 'predicted')], {
      title: 'Answered within',
      head: 'Seconds from now',
      format: milliseconds,
      fromZero: true,
    }),
    curve(x, [line('commits', 'commits')], {title: 'Commits a second', head: 'Seconds from now', format: perSecond, fromZero: true}),
    curve(x, [line('99 %', 'commit')], {title: 'Committed within', head: 'Seconds from now', format: milliseconds, fromZero: true}),
  ].map((figure) => h('section', {class: 'card'}, figure));
}

function routesTable(metrics) {
  const rows = new Map();
  for (const {labels, value} of metrics[REQUESTS] ?? []) {
    const key = `${labels.method} ${labels.route}`;
    const row = rows.get(key) ?? {all: 0, refused: 0};
    rows.set(key, {all: row.all + value, refused: row.refused + (/^[45]/.test(labels.status) ? value : 0)});
  }
  const most = [...rows].sort((a, b) => b[1].all - a[1].all).slice(0, 20);
  const lines = most.map(([route, {all, refused}]) =>
    h(
      'tr',
      null,
      h('th', {scope: 'row'}, h('code', null, route)),
      figureCell(number(all)),
      figureCell(number(refused), refused ? 'warn' : ''),
    ),
  );
  return table('Requests by route since the start', ['Route', ['Requests', 'number'], ['Refused', 'number']], lines);
}

function latencies(metrics) {
  return facts({
    'Requests since the start': number(total(metrics, REQUESTS)),
    'Answered, half within': milliseconds(quantile(metrics, LATENCY, 0.5)),
    'Answered, 99 % within': milliseconds(quantile(metrics, LATENCY, 0.99)),
    'Predicted, half within': milliseconds(quantile(metrics, PREDICTIONS, 0.5)),
    'Predicted, 99 % within': milliseconds(quantile(metrics, PREDICTIONS, 0.99)),
    'Committed, half within': milliseconds(quantile(metrics, COMMITS, 0.5)),
    'Committed, 99 % within': milliseconds(quantile(metrics, COMMITS, 0.99)),
    Connections: number(total(metrics, 'propd_http_connections')),
    'Event streams': number(total(metrics, 'propd_http_streams')),
  });
}

async function look(signal) {
  const [system, text, ready] = await Promise.all([
    get('/v1/system', {signal}),
    getText('/metrics', {signal}),
    fetch('/readyz', {signal}).then(({ok}) => ok),
  ]);
  return {system, metrics: readMetrics(text), ready, at: performance.now()};
}

// Replaces a place, but not under the focus of somebody who reads its values.
function refresh(place, children) {
  const open = [...place.querySelectorAll('details')].map((details) => details.open);
  if (place.contains(document.activeElement)) return;
  replace(place, children);
  place.querySelectorAll('details').forEach((details, i) => (details.open = open[i] ?? false));
}

export async function show(main, view, signal) {
  const places = Object.fromEntries(
    ['tiles', 'charts', 'about', 'latencies', 'routes', 'tokens'].map((name) => [
      name,
      h(['tiles', 'charts'].includes(name) ? 'div' : 'section', {
        class: name === 'tiles' ? 'tiles' : name === 'charts' ? 'tiles charts' : 'card',
      }),
    ]),
  );
  let before = null;
  const points = [];
  const update = async () => {
    const now = await look(signal);
    if (before) points.push(pointOf(before, now));
    if (points.length > LOOKS_KEPT) points.shift();
    before = now;
    refresh(places.tiles, tiles(now.system, now.ready));
    refresh(places.about, about(now.system));
    refresh(places.latencies, [h('h2', null, 'Since the start'), latencies(now.metrics)]);
    refresh(places.routes, [h('h2', null, 'Requests by route'), routesTable(now.metrics)]);
    if (points.length > 1) refresh(places.charts, charts(points));
  };
  replace(
    places.charts,
    h('section', {class: 'card faint'}, 'Request rates, latencies and commits are drawn from the third look on.'),
  );
  await update();
  replace(
    main,
    h('h1', null, 'System'),
    places.tiles,
    places.charts,
    h('div', {class: 'grid'}, places.about, places.latencies),
    places.routes,
    places.tokens,
  );
  await showTokens(places.tokens, signal);
  repeat(update, signal, EVERY_MS);
}
