// New job: templates that really train, a network built layer by layer, the check, errors at their fields, the JSON both ways, drafts.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {after, before, test} from 'node:test';
import {Daemon, IRIS, assertAccessible, close, dense, eventually, launch, open, screenshot} from './harness.mjs';
import {closeRefused, reviews, sales, uploadDigits} from './things.mjs';

let browser, daemon;
before(async () => {
  browser = await launch();
  daemon = await Daemon.start({cores: 2});
  await daemon.upload('iris', readFileSync(IRIS));
  await daemon.upload('reviews', reviews());
  await daemon.upload('sales', sales());
  await uploadDigits(daemon, 300);
});
after(async () => {
  await browser.close();
  await daemon.stop();
});

const json = (page) => page.getByLabel('The job as JSON');
const documentOf = async (page) => JSON.parse(await json(page).inputValue());
// Of the document as it is: what the check says of the one before it is marked as busy.
const fine = async (page) => {
  await page.locator('.check .result:not([aria-busy])').waitFor();
  await page.getByText('It can be trained').waitFor();
};
const layer = (page, at) => page.locator('li.layer').nth(at);
const types = (page) => page.locator('li.layer .grip strong').allInnerTexts();

// Presses Train and waits for the end; the job.
async function train(page) {
  await fine(page);
  await page.getByRole('button', {name: 'Train', exact: true}).click();
  await page.waitForURL(/#\/job\//);
  const id = decodeURIComponent(page.url().split('/job/')[1].split('?')[0]);
  return eventually(async () => {
    const job = await daemon.get(`/v1/jobs/${id}`);
    return ['succeeded', 'failed', 'cancelled'].includes(job.state) && job;
  }, 120);
}

test('a table’s template trains iris, with its check beside it', async () => {
  const page = await open(browser, daemon, '#/new');
  await page.getByText('choose a dataset first').first().waitFor();
  assert.ok(await page.getByRole('button', {name: 'Train', exact: true}).isDisabled());
  await assertAccessible(page);
  await page.getByRole('combobox', {name: 'Dataset'}).fill('iris@1');
  await page.getByRole('combobox', {name: 'Dataset'}).press('Tab');
  await fine(page);
  assert.deepEqual(await types(page), ['dense', 'dense', 'dense']);
  assert.match(await layer(page, 0).locator('.shape').innerText(), /→ 32 · 160 parameters/);
  await page.getByRole('region', {name: 'Check'}).getByText('739', {exact: true}).waitFor();
  await page.getByRole('img', {name: /Learning rate. Begins at 0.005/}).waitFor();
  await assertAccessible(page);
  await screenshot(page, 'new-job');
  const job = await train(page);
  assert.equal(job.state, 'succeeded');
  assert.ok(job.metrics.val_accuracy > 0.8, JSON.stringify(job.metrics));
  await close(page);
});

for (const [name, dataset, layers] of [
  ['image', 'digits', /conv2d/],
  ['text', 'reviews', /embedding/],
]) {
  test(`the template of ${name} is chosen by the rows and trains`, async () => {
    const page = await open(browser, daemon, `#/new?dataset=${dataset}`);
    await fine(page);
    assert.match((await types(page)).join(), layers);
    if (name === 'image') await screenshot(page, 'new-job-images');
    const job = await train(page);
    assert.equal(job.state, 'succeeded', JSON.stringify(job.error));
    assert.ok(job.best.value < 2, JSON.stringify(job.best));
    await close(page);
  });
}

test('the template of sequences cuts windows by the date and trains', async () => {
  const page = await open(browser, daemon, '#/new?dataset=sales&template=sequence');
  await fine(page);
  const document = await documentOf(page);
  assert.deepEqual(document.window, {length: 30, by: 'day'});
  assert.ok(await page.getByRole('button', {name: /^image/}).isDisabled());
  await page.getByText('no column holds images').waitFor();
  const job = await train(page);
  assert.equal(job.state, 'succeeded', JSON.stringify(job.error));
  await close(page);
});

test('a network is built layer by layer with the keyboard alone', async () => {
  const page = await open(browser, daemon, '#/new?dataset=iris');
  await fine(page);
  await page.getByLabel('New layer').focus();
  await page.keyboard.type('dropout');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await eventually(async () => (await types(page)).join() === 'dense,dense,dropout,dense');
  assert.ok(
    await layer(page, 2)
      .locator('.grip')
      .evaluate((grip) => grip === document.activeElement),
  );
  await page.keyboard.press('Alt+ArrowUp');
  await eventually(async () => (await types(page)).join() === 'dense,dropout,dense,dense');
  await page.keyboard.press('Tab');
  for (let i = 0; i < 8 && !(await page.evaluate(() => document.activeElement.name === 'rate')); i++)
    await page.keyboard.press('Tab');
  await page.keyboard.press('Control+A');
  await page.keyboard.type('0.4');
  assert.equal((await documentOf(page)).network.layers[1].rate, 0.4);
  await layer(page, 0).getByRole('button', {name: 'Remove dense, layer 1'}).press('Enter');
  await eventually(async () => (await types(page)).join() === 'dropout,dense,dense');
  await layer(page, 0).getByRole('button', {name: /down/}).press('Enter');
  await eventually(async () => (await types(page)).join() === 'dense,dropout,dense');
  assert.ok(
    await layer(page, 1)
      .getByRole('button', {name: /down/})
      .evaluate((button) => button === document.activeElement),
  );
  await fine(page);
  await assertAccessible(page);
  await close(page);
});

test('a wrong value is told at its field, in a folded part too, and goes when it is right', async () => {
  const page = await open(browser, daemon, '#/new?dataset=iris');
  await fine(page);
  const units = layer(page, 0).getByLabel('units');
  await units.fill('0');
  await layer(page, 0).getByText('network.layers[0].units must be between 1 and 65536, not 0').waitFor();
  assert.equal(await units.getAttribute('aria-invalid'), 'true');
  assert.ok(await page.getByText('It cannot be trained yet').isVisible());
  await assertAccessible(page);
  await screenshot(page, 'new-job-wrong');
  await units.fill('many');
  await layer(page, 0)
    .getByText(/units must be .*many/)
    .waitFor();
  await units.fill('8');
  await fine(page);
  assert.equal(await page.locator('.problem:visible').count(), 0);
  const document = await documentOf(page);
  await json(page).fill(JSON.stringify({...document, training: {...document.training, clip_norm: -1}}));
  await page
    .getByRole('region', {name: 'Training'})
    .getByText(/training.clip_norm must be/)
    .waitFor();
  assert.ok(await page.getByLabel('clip norm').isVisible());
  await closeRefused(page);
});

test('branches: a layer takes several inputs by ticking them, which gives names', async () => {
  const page = await open(browser, daemon, '#/new?dataset=iris');
  await fine(page);
  await layer(page, 1).getByLabel('units').fill('32');
  await page.getByLabel('New layer').selectOption('add');
  await page.getByRole('button', {name: 'Add layer'}).click();
  await layer(page, 2).getByLabel('dense_1').check();
  await layer(page, 2).getByLabel('dense_2').check();
  await fine(page);
  const {layers} = (await documentOf(page)).network;
  assert.deepEqual(layers[2], {type: 'add', input: ['dense_1', 'dense_2']});
  assert.deepEqual([layers[0].name, layers[1].name], ['dense_1', 'dense_2']);
  await closeRefused(page);
});

test('form and JSON are one document, both ways; what is no JSON is told with its place and loses nothing', async () => {
  const page = await open(browser, daemon, '#/new?dataset=iris');
  await fine(page);
  await page.locator('[data-pointer="#/training/epochs"] input').fill('7');
  assert.equal((await documentOf(page)).training.epochs, 7);
  await page.getByLabel('optimizer', {exact: true}).selectOption('sgd');
  await page.getByLabel('momentum', {exact: true}).fill('0.9');
  assert.deepEqual((await documentOf(page)).training.optimizer, {type: 'sgd', momentum: 0.9});
  await page.getByLabel('early stopping').uncheck();
  assert.equal((await documentOf(page)).training.early_stopping, undefined);
  await page.getByLabel('validation').uncheck();
  assert.equal((await documentOf(page)).training.validation, null);
  const edited = {...(await documentOf(page)), name: 'mine', features: {exclude: ['sepal_width']}};
  edited.training.epochs = 9;
  await json(page).fill(JSON.stringify(edited, null, 2));
  await eventually(async () => (await page.locator('[data-pointer="#/training/epochs"] input').inputValue()) === '9');
  assert.equal(await page.locator('[data-pointer="#/name"] input').inputValue(), 'mine');
  assert.ok(!(await page.getByLabel('sepal_width').isChecked()));
  await json(page).fill('{\n  "dataset": "iris",\n  "network": oops\n}');
  await page.getByText('Line 3, column 14: a value, as in 1').waitFor();
  assert.ok(await page.getByRole('button', {name: 'Train', exact: true}).isDisabled());
  assert.equal(await page.locator('[data-pointer="#/training/epochs"] input').inputValue(), '9');
  await page.reload();
  await page.getByText(/Line 3, column 14/).waitFor();
  assert.match(await json(page).inputValue(), /oops/);
  assert.equal(await page.locator('[data-pointer="#/training/epochs"] input').inputValue(), '9');
  await page.getByRole('button', {name: 'Go there'}).click();
  assert.equal(await json(page).evaluate((area) => area.value[area.selectionStart]), 'o');
  await page.locator('[data-pointer="#/training/epochs"] input').fill('11');
  assert.equal((await documentOf(page)).training.epochs, 11);
  await page.getByRole('button', {name: 'Bring my text back'}).click();
  assert.match(await json(page).inputValue(), /oops/);
  await json(page).fill('{"dataset": "iris", "network": {"layers": [null]}, "training": 3}');
  await page.getByText(/parts of another type/).waitFor();
  await page.getByText('It cannot be trained yet').waitFor();
  await json(page).fill(JSON.stringify(edited));
  await eventually(async () => (await page.locator('[data-pointer="#/training/epochs"] input').inputValue()) === '9');
  await closeRefused(page);
});

test('what is not submitted survives a refresh, and can be begun anew', async () => {
  const page = await open(browser, daemon, '#/new?dataset=iris');
  await fine(page);
  await page.getByLabel('batch size').fill('5');
  await page.reload();
  await fine(page);
  assert.equal(await page.getByLabel('batch size').inputValue(), '5');
  await page.getByRole('button', {name: 'Start over'}).click();
  await page.getByRole('dialog').getByRole('button', {name: 'Start over', exact: true}).click();
  await page.waitForURL(/#\/new$/);
  assert.equal(await page.getByRole('combobox', {name: 'Dataset'}).inputValue(), '');
  await close(page);
});

test('what was begun by a link is begun anew where the navigation has led to the page itself', async () => {
  const page = await open(browser, daemon, '#/new?dataset=iris');
  await fine(page);
  await page.getByLabel('batch size').fill('5');
  await page.getByRole('navigation', {name: 'Pages'}).getByRole('link', {name: 'New job'}).click();
  await page.waitForURL(/#\/new$/);
  await page.reload();
  await fine(page);
  await page.getByRole('button', {name: 'Start over'}).click();
  await page.getByRole('dialog').getByRole('button', {name: 'Start over', exact: true}).click();
  await page.getByText('choose a dataset first').first().waitFor();
  assert.equal(await page.getByRole('combobox', {name: 'Dataset'}).inputValue(), '');
  await close(page);
});

test('a second press of Train makes no second job, whatever the check says meanwhile', async () => {
  const page = await open(browser, daemon, '#/new?dataset=iris');
  await fine(page);
  let sent = 0,
    send;
  const held = new Promise((resolve) => (send = resolve));
  await page.route('**/v1/jobs', async (route) => {
    sent++;
    await held;
    await route.continue();
  });
  const button = page.getByRole('button', {name: 'Train', exact: true});
  await button.click();
  const checked = page.waitForResponse(/networks:check/);
  await page.getByLabel('batch size').fill('5');
  await checked;
  await fine(page);
  assert.ok(await button.isDisabled());
  send();
  await page.waitForURL(/#\/job\//);
  assert.equal(sent, 1);
  await close(page);
});

test('the dataset typed last is the one that is shown, however late the answer for another', async () => {
  const page = await open(browser, daemon, '#/new');
  let send;
  const held = new Promise((resolve) => (send = resolve));
  await page.route('**/v1/datasets/sales', async (route) => {
    await held;
    await route.continue();
  });
  await json(page).fill('{"dataset": "sales"}');
  await json(page).fill('{"dataset": "iris"}');
  await page.getByLabel('sepal_width').waitFor();
  const late = page.waitForResponse(/datasets\/sales/);
  send();
  await late;
  await page.evaluate(() => new Promise(requestAnimationFrame));
  assert.ok(await page.getByLabel('sepal_width').isVisible());
  assert.equal(await page.getByRole('combobox', {name: 'Dataset'}).inputValue(), 'iris');
  await closeRefused(page);
});

test('a job’s document can be trained again with changes, without its defaults', async () => {
  const job = await daemon.train({
    dataset: 'iris',
    target: 'species',
    network: dense(6),
    training: {epochs: 3, optimizer: 'sgd', schedule: {type: 'cosine', warmup: 1}},
  });
  const page = await open(browser, daemon, `#/new?from=${job.id}`);
  await fine(page);
  const document = await documentOf(page);
  assert.deepEqual(document.network.layers, [
    {type: 'dense', units: 6, activation: 'relu'},
    {type: 'dense', units: 3, activation: 'softmax'},
  ]);
  assert.deepEqual(document.training.schedule, {type: 'cosine', warmup: 1});
  assert.equal(document.training.optimizer, 'sgd');
  assert.equal(document.training.checkpoint, undefined);
  const again = await train(page);
  assert.equal((await daemon.get(`/v1/models/${again.model}`)).sha256, (await daemon.get(`/v1/models/${job.model}`)).sha256);
  await close(page);
});

test('the output follows the target', async () => {
  const page = await open(browser, daemon, '#/new?dataset=iris');
  await fine(page);
  await page.getByLabel('Target', {exact: true}).focus();
  await page.getByLabel('Target', {exact: true}).selectOption('petal_width');
  await page.getByRole('region', {name: 'Check'}).getByText('numbers', {exact: true}).waitFor();
  await fine(page);
  assert.deepEqual((await documentOf(page)).network.layers.at(-1), {type: 'dense', units: 'auto'});
  assert.ok(await page.getByLabel('Target', {exact: true}).evaluate((field) => field === document.activeElement));
  await close(page);
});

test('augmentations are those that fit the rows', async () => {
  const page = await open(browser, daemon, '#/new?dataset=digits');
  await fine(page);
  const list = page.getByLabel('augmentation');
  assert.ok(!(await list.locator('option').allInnerTexts()).includes('jitter'));
  await list.selectOption('random_rotate');
  await page.getByLabel('degrees').fill('20');
  assert.deepEqual((await documentOf(page)).training.augmentation, [{type: 'random_rotate', degrees: 20}]);
  await fine(page);
  await close(page);
});

test('narrow and dark', async () => {
  for (const options of [{viewport: {width: 480, height: 900}}, {colorScheme: 'dark'}]) {
    const page = await open(browser, daemon, '#/new?dataset=iris', options);
    await fine(page);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth));
    await assertAccessible(page);
    await screenshot(page, options.colorScheme ? 'new-job-dark' : 'new-job-narrow');
    await close(page);
  }
});
