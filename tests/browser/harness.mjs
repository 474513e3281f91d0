// What the browser tests stand on: a real daemon on a free port, Chromium, pages that tolerate no error on their console, axe-core.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {mkdtempSync, mkdirSync, readFileSync, rmSync} from 'node:fs';
import {createRequire} from 'node:module';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {createInterface} from 'node:readline';

const build = process.env.BUILD ?? '.';
const require = createRequire(join(build, 'tests/node/package.json'));
const {chromium} = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

export const SOURCE = process.env.SOURCE ?? '.';
export const PATIENCE = Number(process.env.PROPD_TEST_PATIENCE ?? 1);
export const IRIS = join(SOURCE, 'clients/demo/iris.csv');

export class Daemon {
  // options: those of propd without dashes, {cores: 2}.
  static async start(options = {}, folder = mkdtempSync(join(tmpdir(), 'propd-browser-'))) {
    const daemon = new Daemon();
    daemon.folder = folder;
    const words = Object.entries({data: folder, listen: '127.0.0.1:0', ...options}).map(([key, value]) => `--${key}=${value}`);
    daemon.process = spawn(process.env.PROPD ?? './propd', words, {stdio: ['ignore', 'pipe', 'ignore']});
    for await (const line of createInterface({input: daemon.process.stdout})) {
      daemon.url = line.replace('listening on ', '');
      return daemon;
    }
    throw new Error('the daemon did not start');
  }

  async stop({signal = 'SIGTERM', keep = false} = {}) {
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.kill(signal);
    await ended;
    if (!keep) rmSync(this.folder, {recursive: true, force: true});
  }

  // The JSON of an answer; fails the test where it is an error.
  async call(method, path, body, headers = {}) {
    const isPlain = body === undefined || typeof body === 'string' || body instanceof Uint8Array;
    const type = isPlain ? {} : {'Content-Type': 'application/json'};
    const answer = await fetch(this.url + path, {method, body: isPlain ? body : JSON.stringify(body), headers: {...type, ...headers}});
    const text = await answer.text();
    assert.ok(answer.status < 400, `${method} ${path}: ${answer.status} ${text}`);
    return text === '' ? null : JSON.parse(text);
  }

  get(path) {
    return this.call('GET', path);
  }

  post(path, body = {}) {
    return this.call('POST', path, body);
  }

  upload(name, bytes, query = '') {
    return this.call('PUT', `/v1/datasets/${name}${query}`, bytes);
  }

  // Submits a job and waits for its end; the job.
  async train(document) {
    const {id} = await this.post('/v1/jobs', document);
    return eventually(async () => {
      const job = await this.get(`/v1/jobs/${id}`);
      return ['succeeded', 'failed', 'cancelled'].includes(job.state) && job;
    });
  }
}

// An MLP with these hidden widths.
export function dense(...units) {
  return {layers: [...units.map((n) => ({type: 'dense', units: n, activation: 'relu'})), {type: 'dense', units: 'auto', activation: 'softmax'}]};
}

// What `look` gives once that is true.
export async function eventually(look, seconds = 30) {
  const end = Date.now() + seconds * 1000 * PATIENCE;
  for (;;) {
    const found = await look();
    if (found) return found;
    assert.ok(Date.now() < end, `still not so after ${seconds} s: ${look}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export function launch() {
  return chromium.launch({executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu']});
}

// A page on the dashboard. page.problems gathers what the console calls an error, and what asks for anything from elsewhere.
export async function open(browser, daemon, view = '#/jobs', options = {}) {
  const context = await browser.newContext({viewport: {width: 1280, height: 900}, ...options});
  const page = await context.newPage();
  page.setDefaultTimeout(30000 * PATIENCE);
  page.problems = [];
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && page.problems.push(`${message.text()} ${message.location().url}`));
  page.on('pageerror', (error) => page.problems.push(String(error)));
  page.on('request', (request) => /^(https?|wss?):/.test(request.url()) && !request.url().startsWith(daemon.url) && page.problems.push(`asks ${request.url()}`));
  await page.goto(`${daemon.url}/${view}`);
  // The page's scripts come after the frame's.
  await page.locator('main h1, dialog').first().waitFor();
  return page;
}

// Closes the page; fails where it had problems.
export async function close(page) {
  await page.context().close();
  assert.deepEqual(page.problems, []);
}

// Nothing that axe-core calls serious or critical.
export async function assertAccessible(page) {
  await page.evaluate(axe);
  const {violations} = await page.evaluate(() => window.axe.run(document, {resultTypes: ['violations']}));
  const grave = violations.filter(({impact}) => ['serious', 'critical'].includes(impact));
  assert.deepEqual(grave.map(({id, nodes}) => `${id}: ${nodes.map((node) => node.html).slice(0, 3).join(' ')}`), []);
}

// A picture for the documents: where PROPD_SCREENSHOTS names a folder (docs/screenshots), else in the build folder.
export async function screenshot(page, name) {
  const folder = process.env.PROPD_SCREENSHOTS ?? join(build, 'tests/browser/screenshots');
  mkdirSync(folder, {recursive: true});
  await page.screenshot({path: join(folder, `${name}.png`)});
}
