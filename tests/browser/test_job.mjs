// The page of a job: curves that move while it trains, zoom, axes, smoothing, marks; steering; evaluation, weights, network, log, document.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {after, before, test} from 'node:test';
import {assertAccessible, close, Daemon, dense, eventually, IRIS, launch, open, screenshot} from './harness.mjs';

const ENDLESS = {epochs: 10000000, early_stopping: {patience: 5000000}};
const RESIDUAL = {
  layers: [
    {name: 'stem', type: 'dense', units: 8, activation: 'relu'},
    {name: 'left', type: 'dense', units: 8, activation: 'tanh'},
    {name: 'right', input: 'stem', type: 'dense', units: 8},
    {name: 'sum', type: 'add', input: ['left', 'right', 'stem']},
    {type: 'dense', units: 'auto', activation: 'softmax'},
  ],
};
let browser, daemon;
before(async () => {
  browser = await launch();
  daemon = await Daemon.start({cores: 2});
  await daemon.upload('iris', readFileSync(IRIS), '?target=species');
  await daemon.train({
    dataset: 'iris',
    name: 'done',
    network: dense(16, 8),
    training: {epochs: 60, optimizer: {type: 'adam', learning_rate: 0.01}},
  });
});
after(async () => {
  await browser?.close();
  await daemon?.stop();
});

// A job that runs until its test ends.
async function start(name, t, network = dense(16)) {
  const {id} = await daemon.post('/v1/jobs', {dataset: 'iris', name, network, training: ENDLESS});
  t.after(() => fetch(`${daemon.url}/v1/jobs/${id}:cancel`, {method: 'POST', body: '{}', headers: {'Content-Type': 'application/json'}}));
  await eventually(async () => (await daemon.get(`/v1/jobs/${id}`)).step > 1000);
  return id;
}

const chart = (page, name) => page.getByRole('region', {name, exact: true});
const drawn = (page) => page.locator('.curves[data-stride]').waitFor();
const query = (page) => new URLSearchParams(page.url().split('?')[1] ?? '');
const legend = (page, name) =>
  chart(page, name)
    .locator('.chart-legend li')
    .allTextContents()
    .then((texts) => texts.map((text) => text.trim()).filter(Boolean));

// The values of a chart, as its table has them: rows of texts.
async function values(page, name) {
  const table = chart(page, name).locator('details');
  if ((await table.getAttribute('open')) === null) await table.locator('summary').click();
  return table.locator('tbody tr').evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent)));
}
const lastOf = async (page, name) => Number((await values(page, name)).at(-1)[0].replaceAll(',', ''));

test('the curve goes on while it trains, by the stream of events, and the figures with it', async (t) => {
  const id = await start('running', t);
  const page = await open(browser, daemon, `#/job/${id}`);
  const streams = [];
  page.on('request', (request) => request.url().includes('/events?after=') && streams.push(request.url()));
  await page.reload();
  await drawn(page);
  await eventually(() => streams.length > 0);
  const before = await lastOf(page, 'Loss');
  await eventually(async () => (await lastOf(page, 'Loss')) > before);
  assert.match(await page.getByLabel('Figures', {exact: true}).textContent(), /Patience left/);
  await assertAccessible(page);
  await close(page);
});

test('a zoomed view stays while the job goes on, and All shows the whole run', async (t) => {
  const id = await start('zoomed', t);
  const page = await open(browser, daemon, `#/job/${id}?from=100&to=300`);
  await page.locator('.curves[data-stride="1"]').waitFor();
  const shown = await values(page, 'Loss');
  const step = (await daemon.get(`/v1/jobs/${id}`)).step;
  await eventually(async () => (await daemon.get(`/v1/jobs/${id}`)).step > step + 1000);
  assert.deepEqual(await values(page, 'Loss'), shown);
  assert.equal(query(page).get('from'), '100');
  await page.getByRole('button', {name: 'All: show'}).click();
  await eventually(async () => (await lastOf(page, 'Loss')) > 1000);
  assert.equal(query(page).get('from'), null);
  assert.ok(await page.getByRole('button', {name: 'All: show'}).isDisabled());
  await close(page);
});

test('it is zoomed by dragging, wheel, buttons, double click and keys', async () => {
  const page = await open(browser, daemon, '#/job/done');
  await drawn(page);
  const plot = chart(page, 'Loss').getByRole('group', {name: /^Loss/});
  const range = () => [Number(query(page).get('from')), Number(query(page).get('to'))];
  const box = await plot.boundingBox();
  await page.mouse.move(box.x + box.width * 0.4, box.y + 100);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.6, box.y + 110, {steps: 4});
  await page.mouse.up();
  await eventually(() => range()[0] > 60 && range()[1] < 170);
  const dragged = range();
  await plot.focus();
  await page.mouse.wheel(0, -200);
  await eventually(() => range()[0] > dragged[0] && range()[1] < dragged[1]);
  await plot.dblclick();
  await eventually(() => query(page).get('from') === null);
  for (const key of ['+', '+', 'Shift+ArrowRight']) await plot.press(key);
  await eventually(() => range()[0] > 90);
  await page.getByRole('button', {name: 'Earlier'}).click();
  await eventually(() => range()[0] < 95);
  await page.getByRole('button', {name: 'Zoom in'}).click();
  await plot.press('0');
  await eventually(() => query(page).get('from') === null);
  await plot.press('ArrowRight');
  await page
    .getByRole('status')
    .filter({hasText: /step \d+: training loss/})
    .waitFor();
  assert.match((await legend(page, 'Loss'))[0], /training loss \(each step\) \d/);
  await close(page);
});

test('x by step, epoch or time; logarithmic; smoothing; curves chosen; a refresh shows the same', async () => {
  const page = await open(browser, daemon, '#/job/done');
  await drawn(page);
  await chart(page, 'Loss').getByText('Values').click();
  await page.getByLabel('x axis').selectOption('epoch');
  await chart(page, 'Loss').getByRole('columnheader', {name: 'epoch', exact: true}).waitFor();
  assert.equal(await lastOf(page, 'Validation metrics'), 60);
  await page.getByLabel('x axis').selectOption('time');
  await chart(page, 'Loss').getByRole('columnheader', {name: 'time'}).waitFor();
  assert.match((await values(page, 'Loss')).at(-1)[0], / m?s$/);
  await page.getByLabel('Logarithmic').check();
  await page.getByLabel('Smoothing').fill('0.9');
  await page.getByLabel('training loss (each epoch)').uncheck();
  await eventually(async () => (await legend(page, 'Loss')).join() === 'training loss (each step), smoothed,validation loss, smoothed');
  await page.reload();
  await drawn(page);
  assert.deepEqual(await legend(page, 'Loss'), ['training loss (each step), smoothed', 'validation loss, smoothed']);
  assert.equal(await page.getByLabel('x axis').inputValue(), 'time');
  assert.ok(await page.getByLabel('Logarithmic').isChecked());
  assert.equal(await page.getByLabel('Smoothing').inputValue(), '0.9');
  await close(page);
});

test('smoothing takes the start’s bias out and goes through gaps', async () => {
  const page = await open(browser, daemon);
  const mid = await page.evaluate(async () => {
    const {smoothed} = await import(document.querySelector('script[type=module]').src.replace('main.js', 'history.js'));
    return smoothed({x: [1, 2, 3, 4], mid: [4, 4, null, 8]}, 0.5).mid;
  });
  assert.deepEqual(mid.slice(0, 3), [4, 4, null]);
  assert.ok(Math.abs(mid[3] - (0.125 * 4 + 0.25 * 4 + 0.5 * 8) / 0.875) < 1e-12);
  await close(page);
});

test('a logarithmic axis cuts bands at the least positive value and counts what it leaves out', async () => {
  const page = await open(browser, daemon);
  const cut = await page.evaluate(async () => {
    const {positive} = await import(document.querySelector('script[type=module]').src.replace('main.js', 'history.js'));
    return positive({x: [1, 2, 3], low: [-1, 0, 2], mid: [-0.5, 1, 3], high: [0, 2, 4]});
  });
  assert.deepEqual(cut, {x: [2, 3], low: [1, 2], mid: [1, 3], high: [2, 4], hidden: 1});
  await close(page);
});

test('settings are changed while it runs, and the curves mark where', async (t) => {
  const id = await start('steered', t);
  const page = await open(browser, daemon, `#/job/${id}`);
  await drawn(page);
  await page.getByRole('button', {name: 'Change settings'}).click();
  await page.getByRole('spinbutton', {name: 'Learning rate'}).fill('0.0003');
  await page.getByLabel('Patience').fill('4000000');
  await page.getByRole('dialog').getByRole('button', {name: 'Change', exact: true}).click();
  await page.getByText('Settings changed').waitFor();
  assert.deepEqual((await daemon.get(`/v1/jobs/${id}`)).settings[0].changes, {learning_rate: 0.0003, patience: 4000000});
  // The sentence that stands for the picture names its marks; the curve itself shows the new rate.
  await eventually(async () =>
    /learning rate 0.0003, patience 4,000,000/.test(await chart(page, 'Loss').locator('p.visually-hidden').textContent()),
  );
  await eventually(async () => (await values(page, 'Learning rate')).at(-1)[1] === '0.0003');
  await page.getByRole('button', {name: 'Change settings'}).click();
  assert.equal(await page.getByRole('spinbutton', {name: 'Learning rate'}).inputValue(), '0.0003');
  await page.getByRole('button', {name: 'Leave'}).click();
  await screenshot(page, 'job');
  await close(page);
});

test('it is paused, resumed, cancelled, tried again and deleted', async (t) => {
  const id = await start('moved', t);
  const page = await open(browser, daemon, `#/job/${id}`);
  const actions = page.getByRole('group', {name: 'Actions'});
  const state = () => page.locator('.job-head .badge').first().textContent();
  assert.ok(await actions.getByRole('button', {name: 'Delete'}).isDisabled());
  await actions.getByRole('button', {name: 'Pause'}).click();
  await eventually(async () => (await state()) === 'paused');
  await actions.getByRole('button', {name: 'Resume'}).click();
  await eventually(async () => (await state()) === 'running');
  await actions.getByRole('button', {name: 'Cancel'}).click();
  await page.getByRole('button', {name: 'Cancel and keep the best model'}).click();
  await eventually(async () => (await state()) === 'cancelled');
  await page.getByRole('link', {name: 'moved@1'}).waitFor();
  await page.getByRole('button', {name: 'Checkpoints'}).click();
  await page.getByRole('dialog').getByRole('button', {name: 'Make it a model'}).first().click();
  await page.getByRole('dialog').getByText('moved@2', {exact: true}).waitFor();
  await page.getByRole('button', {name: 'Close'}).click();
  await actions.getByRole('button', {name: 'Try again'}).click();
  await eventually(async () => (await state()) === 'running');
  await page.getByText('Attempt').waitFor();
  const before = await lastOf(page, 'Loss');
  await eventually(async () => (await lastOf(page, 'Loss')) > before);
  await actions.getByRole('button', {name: 'Cancel'}).click();
  await page.getByRole('button', {name: 'Cancel and keep nothing'}).click();
  await eventually(async () => (await state()) === 'cancelled');
  await actions.getByRole('button', {name: 'Delete'}).click();
  await page.getByRole('dialog').getByRole('button', {name: 'Delete'}).click();
  await page.getByRole('heading', {level: 1, name: 'Jobs'}).waitFor();
  await close(page);
});

test('a verification is queued from the page and says what came out', async () => {
  const page = await open(browser, daemon, '#/job/done');
  await page.getByRole('button', {name: 'Verify'}).click();
  await page.getByText('queued for verification').waitFor();
  const [replay] = (await daemon.get('/v1/jobs?sort=-created_at&limit=1')).jobs;
  await page.goto(`${daemon.url}/#/job/${replay.id}`);
  await page.getByText('the same bytes').waitFor();
  await close(page);
  await daemon.call('DELETE', `/v1/jobs/${replay.id}`);
});

for (const colorScheme of ['light', 'dark'])
  test(`the evaluation has confusion matrix, figures by class and ROC, ${colorScheme}`, async () => {
    const page = await open(browser, daemon, '#/job/done', {colorScheme});
    await page.getByRole('tab', {name: 'Evaluation'}).click();
    const told = await daemon.get('/v1/jobs/done/evaluation');
    const matrix = page.getByRole('table', {name: /^Confusion matrix/}).locator('tbody td');
    await matrix.first().waitFor();
    assert.deepEqual((await matrix.allTextContents()).map(Number), told.confusion_matrix.flat());
    const recall = page
      .getByRole('table', {name: 'By class'})
      .getByRole('row', {name: /^virginica/})
      .getByRole('cell')
      .nth(1);
    assert.ok(Math.abs(Number(await recall.textContent()) - told.per_class[2].recall) < 0.001);
    await page.getByRole('img', {name: /^ROC curves; area under the curve: setosa 1, /}).waitFor();
    await page.getByLabel('Class', {exact: true}).selectOption('virginica');
    assert.equal(await page.locator('.curve-picture .roc-line').count(), 2);
    await assertAccessible(page);
    await page.reload();
    await page.getByRole('img', {name: /^ROC curves; area under the curve: virginica/}).waitFor();
    await close(page);
  });

test('where there is no evaluation it is said why, without asking for one', async () => {
  await daemon.train({dataset: 'iris', name: 'unheld', network: dense(4), training: {epochs: 1, validation: null}});
  const page = await open(browser, daemon, '#/job/unheld?tab=evaluation');
  await page.getByText('No rows were held back for validation').waitFor();
  await close(page);
});

test('the evaluation of numbers has residuals', async () => {
  const {id} = await daemon.train({
    dataset: 'iris',
    target: 'petal_width',
    name: 'width',
    network: {layers: [{type: 'dense', units: 'auto'}]},
    training: {epochs: 30},
  });
  const page = await open(browser, daemon, `#/job/${id}?tab=evaluation`);
  await page.getByRole('img', {name: /^Histogram of residuals/}).waitFor();
  await page.getByRole('img', {name: /^Predicted values by actual ones of \d+ rows/}).waitFor();
  await page.getByRole('table', {name: 'Quantiles of the residuals'}).waitFor();
  await assertAccessible(page);
  await close(page);
});

test('weights are shown by layer and epoch', async () => {
  const page = await open(browser, daemon, '#/job/done?tab=weights');
  await page.getByRole('heading', {name: 'dense_1/kernel'}).waitFor();
  await page.getByLabel('Layer').selectOption('dense_2');
  await page.getByRole('heading', {name: 'dense_2/kernel'}).waitFor();
  const label = () =>
    page
      .getByRole('img', {name: /^Weights: from/})
      .first()
      .getAttribute('aria-label');
  const newest = await label();
  await page.getByLabel('Epoch', {exact: true}).fill('0');
  await page.getByText('epoch 1, step 4').waitFor();
  assert.notEqual(await label(), newest);
  await page.reload();
  await page.getByText('epoch 1, step 4').waitFor();
  assert.equal(await page.getByLabel('Layer').inputValue(), 'dense_2');
  await chart(page, 'Update ratio').locator('canvas').first().waitFor();
  await assertAccessible(page);
  await close(page);
});

test('the network is a graph with branches, shapes and parameters, and a table', async (t) => {
  const id = await start('branched', t, RESIDUAL);
  const page = await open(browser, daemon, `#/job/${id}?tab=network`);
  await page.getByRole('img', {name: /^The network as a graph: 5 layers/}).waitFor();
  assert.deepEqual(await page.locator('.node-name').allTextContents(), ['input', 'stem', 'left', 'right', 'sum', 'dense_4']);
  assert.equal(await page.locator('.network-graph .link').count(), 7);
  // Branches stand beside each other, and no box covers another.
  const boxes = await page.locator('.node rect').evaluateAll((rects) => rects.map((rect) => rect.getBoundingClientRect().toJSON()));
  assert.equal(Math.round(boxes[2].y), Math.round(boxes[3].y));
  for (const [i, a] of boxes.entries())
    for (const b of boxes.slice(i + 1)) assert.ok(a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top);
  const row = page.getByRole('table', {name: 'Layers'}).getByRole('row', {name: /^stem/});
  assert.deepEqual(await row.getByRole('cell').allTextContents(), ['dense', 'input', '8', '40', '64', '1.0 KiB']);
  await assertAccessible(page);
  await screenshot(page, 'job-network');
  await close(page);
});

test('the log is live, and its kinds are chosen', async (t) => {
  const id = await start('logged', t);
  const page = await open(browser, daemon, `#/job/${id}?tab=log`);
  const rows = page.getByRole('region', {name: 'Events'}).locator('tbody tr');
  await page.getByText('running: cores and memory are free').waitFor();
  const before = await rows.first().textContent();
  await eventually(async () => (await rows.first().textContent()) !== before);
  await page.getByLabel('All but metrics').check();
  assert.equal(await rows.count(), 2);
  await daemon.call('PATCH', `/v1/jobs/${id}`, {learning_rate: 0.002});
  await page.getByText(/^learning rate 0.002 from step/).waitFor();
  await assertAccessible(page);
  await close(page);
});

test('a job that diverged says where, and its curve marks what is not finite', async () => {
  const network = {
    layers: [
      {type: 'dense', units: 300},
      {type: 'dense', units: 'auto', activation: 'softmax'},
    ],
  };
  const {id} = await daemon.train({
    dataset: 'iris',
    name: 'diverged',
    network,
    training: {epochs: 100, optimizer: {type: 'sgd', learning_rate: 1e6}},
  });
  const page = await open(browser, daemon, `#/job/${id}`);
  await page
    .getByRole('alert')
    .getByText(/layer dense_2 · step \d+ · epoch \d+ · row \d+/)
    .waitFor();
  await eventually(async () => /nan/.test(await chart(page, 'Loss').locator('p.visually-hidden').textContent()));
  await assertAccessible(page);
  await close(page);
});

test('the document is there as JSON, as curl, and for another training', async () => {
  const page = await open(browser, daemon, '#/job/done?tab=spec');
  const document = JSON.parse(await page.getByLabel('Document').locator('visible=true').filter({hasText: '{'}).last().textContent());
  assert.equal(document.training.epochs, 60);
  const curl = await page.getByLabel('curl').textContent();
  assert.ok(curl.startsWith(`curl ${daemon.url}/v1/jobs -d '{`));
  const {id} = await daemon.get('/v1/jobs/done');
  assert.equal(await page.getByRole('link', {name: 'Train again with changes'}).first().getAttribute('href'), `#/new?from=${id}`);
  await assertAccessible(page);
  await close(page);
});

test('tabs are moved by arrows, and a refresh shows the same one', async () => {
  const page = await open(browser, daemon, '#/job/done');
  await page.getByRole('tab', {name: 'Curves'}).focus();
  await page.keyboard.press('ArrowRight');
  await page.getByRole('table', {name: 'By class'}).waitFor();
  await page.reload();
  await page.getByRole('table', {name: 'By class'}).waitFor();
  assert.equal(await page.getByRole('tab', {name: 'Evaluation'}).getAttribute('aria-selected'), 'true');
  await close(page);
});

for (const [name, options] of Object.entries({dark: {colorScheme: 'dark'}, narrow: {viewport: {width: 480, height: 900}}}))
  test(`curves are readable and nothing hangs over, ${name}`, async () => {
    const page = await open(browser, daemon, '#/job/done?smooth=0.8', options);
    await drawn(page);
    await assertAccessible(page);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
    if (name === 'dark') await screenshot(page, 'job-dark');
    await close(page);
  });

test('the confusion matrix follows the scheme', async () => {
  const page = await open(browser, daemon, '#/job/done?tab=evaluation');
  const right = page.getByRole('table', {name: /^Confusion matrix/}).locator('td.right').first();
  const look = () => right.evaluate((cell) => [getComputedStyle(cell).backgroundColor, getComputedStyle(cell).color]);
  await right.waitFor();
  const light = await look();
  await page.emulateMedia({colorScheme: 'dark'});
  const dark = await look();
  assert.notEqual(dark[0], light[0]);
  assert.notEqual(dark[1], light[1]);
  await assertAccessible(page);
  await close(page);
});

test('charts are drawn again where the scheme changes', async () => {
  const page = await open(browser, daemon, '#/job/done');
  await drawn(page);
  const swatch = () =>
    page
      .locator('.chart-legend .swatch')
      .first()
      .evaluate((element) => element.style.background);
  const light = await swatch();
  await page.emulateMedia({colorScheme: 'dark'});
  await eventually(async () => (await swatch()) !== light);
  await close(page);
});
