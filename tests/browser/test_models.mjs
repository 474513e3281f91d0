// Models: what they are, aliases, files, imports, predictions by form, pasted row and drawing, a look inside, measures, deletion.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {after, before, test} from 'node:test';
import {Daemon, IRIS, assertAccessible, close, dense, eventually, launch, open, screenshot} from './harness.mjs';
import {closeRefused, drop, reviews, sales, uploadDigits} from './things.mjs';

const CNN = {
  layers: [
    {type: 'conv2d', filters: 8, kernel_size: 3, activation: 'relu', padding: 'same'},
    {type: 'max_pool2d', pool_size: 2},
    {type: 'flatten'},
    {type: 'dense', units: 32, activation: 'relu'},
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
    network: dense(16),
    training: {epochs: 60, optimizer: {type: 'adam', learning_rate: 0.02}},
  });
  await daemon.train({dataset: 'iris', network: dense(8), training: {epochs: 3}});
  await uploadDigits(daemon, 600);
  await daemon.train({dataset: 'digits', network: CNN, training: {epochs: 8, optimizer: {type: 'adam', learning_rate: 0.003}}});
});
after(async () => {
  await browser.close();
  await daemon.stop();
});

const answer = (page) => page.getByRole('region', {name: 'Prediction'});

test('the list leads to a model: what it is, where it comes from, its other versions', async () => {
  const page = await open(browser, daemon, '#/models');
  await page.getByRole('link', {name: 'iris@1'}).waitFor();
  await assertAccessible(page);
  await screenshot(page, 'models');
  await page.getByRole('link', {name: 'iris@1'}).click();
  const from = page.getByRole('region', {name: 'Where it comes from'});
  const model = await daemon.get('/v1/models/iris@1');
  await from.getByText(model.sha256).waitFor();
  await from.getByRole('link', {name: 'iris@1'}).waitFor();
  assert.match(await from.getByRole('link', {name: /^job_/}).getAttribute('href'), new RegExp(`#/job/${model.job}`));
  await page
    .getByRole('region', {name: 'What it is'})
    .getByText('sepal_length, sepal_width, petal_length, petal_width')
    .waitFor();
  await assertAccessible(page);
  await screenshot(page, 'model');
  await page.getByLabel('Version', {exact: true}).selectOption('2');
  await page.waitForURL(/iris%402/);
  await close(page);
});

test('an alias is given, moved to another version, and taken away', async () => {
  const page = await open(browser, daemon, '#/models/iris@1');
  await page.getByLabel('New alias of this version').fill('production');
  await page.getByRole('button', {name: 'Give it'}).click();
  await page.locator('h1 ~ .badge').getByText('production').waitFor();
  assert.equal((await daemon.get('/v1/models/iris@production')).version, 1);
  await page.goto(`${daemon.url}/#/models/iris@2`);
  await page.getByRole('button', {name: 'Move here production'}).click();
  await eventually(async () => (await daemon.get('/v1/models/iris@production')).version === 2);
  await page.getByRole('button', {name: 'Delete …'}).click();
  await page.getByRole('button', {name: 'Delete', exact: true}).click();
  await page
    .locator('.notice.bad')
    .getByText(/production/)
    .waitFor();
  await page.getByRole('button', {name: 'Take production away'}).click();
  await page.getByRole('button', {name: 'Take it away'}).click();
  await eventually(async () => (await daemon.get('/v1/models/iris/aliases')).aliases.length === 0);
  await closeRefused(page);
});

test('a prediction by form: live while one types, the same as the API’s, kept by a refresh', async () => {
  const page = await open(browser, daemon, '#/models/iris@1?tab=try');
  await answer(page).getByText('setosa').first().waitFor();
  await page.getByLabel('petal_length').fill('5.9');
  await page.getByLabel('petal_width').fill('2.2');
  await page.getByLabel('sepal_length').fill('6.8');
  const expected = await daemon.post('/v1/models/iris@1:predict', {instances: [[6.8, 3.5, 5.9, 2.2]]});
  assert.equal(expected.labels[0], 'virginica');
  await eventually(async () => (await answer(page).locator('.label').innerText()) === 'virginica');
  const second = [...expected.predictions[0]].sort((a, b) => b - a)[1];
  const text = second < 0.0005 ? '< 0.1 %' : `${(second * 100).toFixed(1)} %`;
  await eventually(async () => (await answer(page).locator('tbody tr').nth(1).innerText()).includes(text));
  await assertAccessible(page);
  await screenshot(page, 'model-try');
  await page.reload();
  await eventually(
    async () =>
      (await page.getByLabel('petal_length').inputValue()) === '5.9' &&
      (await answer(page).locator('.label').innerText()) === 'virginica',
  );
  await page.getByLabel('petal_length').fill('long');
  await answer(page)
    .getByText(/petal_length/)
    .first()
    .waitFor();
  await closeRefused(page);
});

test('a row is pasted as CSV with a header, as CSV without, as JSON; what is none is told', async () => {
  const page = await open(browser, daemon, '#/models/iris@1?tab=try');
  await page.getByText('Paste a row').click();
  const area = page.getByLabel(/CSV, with its header/);
  await area.fill('petal_width;petal_length;species;sepal_length;sepal_width\n2,2;5;"a;b";6;3'.replace('2,2', '2.2'));
  await eventually(
    async () =>
      (await page.getByLabel('petal_width').inputValue()) === '2.2' &&
      (await page.getByLabel('sepal_width').inputValue()) === '3',
  );
  await area.fill('5.1,3.5,1.4,0.2,setosa');
  await eventually(async () => (await page.getByLabel('petal_width').inputValue()) === '0.2');
  await area.fill('{"instances": [{"petal_width": 1.3}]}');
  await eventually(
    async () =>
      (await page.getByLabel('petal_width').inputValue()) === '1.3' &&
      (await page.getByLabel('sepal_length').inputValue()) === '5.1',
  );
  await area.fill('{"petal": 1}');
  await page.getByText(/none of the columns is there/).waitFor();
  await page.getByLabel('Row of iris@1').fill('149');
  await page.getByRole('button', {name: 'Take this row'}).click();
  await eventually(async () => (await answer(page).locator('.label').innerText()) === 'virginica');
  await close(page);
});

// Moves the mouse over the pad through points of a unit square.
async function drawOn(page, points) {
  const box = await page.locator('canvas.pad').boundingBox();
  const at = ([x, y]) => [box.x + x * box.width, box.y + y * box.height];
  await page.mouse.move(...at(points[0]));
  await page.mouse.down();
  for (const point of points.slice(1)) await page.mouse.move(...at(point), {steps: 8});
  await page.mouse.up();
}

// What the network sees, a number a pixel.
const seen = (page) =>
  page.locator('canvas.seen').evaluate((canvas) => {
    const context = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', {willReadFrequently: true});
    context.drawImage(canvas, 0, 0);
    return [...context.getImageData(0, 0, canvas.width, canvas.height).data].filter((_, i) => i % 4 === 0);
  });

test('a digit is drawn with the mouse: centred as MNIST’s are, answered live, kept by a refresh', async () => {
  const page = await open(browser, daemon, '#/models/digits?tab=try');
  await page.locator('canvas.pad').waitFor();
  await drawOn(page, [
    [0.5, 0.2],
    [0.36, 0.28],
    [0.3, 0.5],
    [0.36, 0.72],
    [0.5, 0.8],
    [0.64, 0.72],
    [0.7, 0.5],
    [0.64, 0.28],
    [0.5, 0.2],
  ]);
  await eventually(async () => (await answer(page).locator('.label').innerText()) === '0');
  const pixels = await seen(page);
  const rows = pixels.map((value, i) => (value > 40 ? Math.floor(i / 28) : -1)).filter((row) => row >= 0);
  assert.ok(
    Math.max(...rows) - Math.min(...rows) + 1 >= 18 && Math.max(...rows) - Math.min(...rows) + 1 <= 21,
    `${Math.min(...rows)} ${Math.max(...rows)}`,
  );
  await assertAccessible(page);
  await screenshot(page, 'model-draw');
  await page.reload();
  await eventually(async () => (await answer(page).locator('.label').innerText()) === '0');
  assert.deepEqual(await seen(page), pixels);
  await page.getByRole('button', {name: 'Wipe'}).click();
  await eventually(async () => (await seen(page)).every((value) => value === 0));
  await drawOn(page, [
    [0.5, 0.15],
    [0.5, 0.85],
  ]);
  await eventually(async () => (await answer(page).locator('.label').innerText()) === '1');
  await close(page);
});

test('a digit is drawn with keys, and taken from a file or the dataset', async () => {
  const page = await open(browser, daemon, '#/models/digits?tab=try');
  await page.locator('canvas.pad').focus();
  for (let i = 0; i < 7; i++) await page.keyboard.press('ArrowUp');
  await page.keyboard.press(' ');
  await page.getByText('Pen down').waitFor();
  for (let i = 0; i < 14; i++) await page.keyboard.press('ArrowDown');
  await page.keyboard.press(' ');
  await eventually(async () => (await answer(page).locator('.label').innerText()) === '1');
  await page.keyboard.press('Delete');
  await eventually(async () => (await seen(page)).every((value) => value === 0));
  const {
    rows: [row],
  } = await daemon.get('/v1/datasets/digits/rows?offset=7&limit=1');
  await page.getByLabel('Row of digits@1').fill('7');
  await page.getByRole('button', {name: 'Take this row'}).click();
  await eventually(async () => JSON.stringify(await seen(page)) === JSON.stringify(row.features.flat()));
  const expected = await daemon.post('/v1/models/digits:predict', {instances: [row.features]});
  await eventually(async () => (await answer(page).locator('.label').innerText()) === String(expected.labels[0]));
  const png = Buffer.from(await (await fetch(`${daemon.url}/v1/datasets/digits/rows/9.png`)).arrayBuffer());
  await page.locator('input[type=file]').setInputFiles({name: 'nine.png', mimeType: 'image/png', buffer: png});
  const nine = (await daemon.get('/v1/datasets/digits/rows?offset=9&limit=1')).rows[0];
  await eventually(async () => JSON.stringify(await seen(page)) === JSON.stringify(nine.features.flat()));
  await page.locator('input[type=file]').setInputFiles({name: 'no.png', mimeType: 'image/png', buffer: Buffer.from('none')});
  await page.getByText(/no.png is no image/).waitFor();
  await close(page);
});

test('a look inside shows every layer forward and, with a target, every gradient backward', async () => {
  const page = await open(browser, daemon, '#/models/iris@1?tab=trace');
  const trace = page.getByRole('region', {name: 'Trace'});
  await trace.getByRole('heading', {name: /dense_2/}).waitFor();
  await trace.getByText(/The model says setosa/).waitFor();
  assert.equal(await trace.locator('.backward').count(), 0);
  await page.getByLabel('Target').selectOption('virginica');
  await trace.getByText(/with virginica as the target its categorical_crossentropy is/).waitFor();
  const found = await daemon.post('/v1/models/iris@1:trace', {instance: [5.1, 3.5, 1.4, 0.2], target: 'virginica'});
  const gradient = trace.locator('figure.backward', {hasText: 'gradient of kernel'}).first();
  const norm = Number(found.layers[0].gradients['dense_1/kernel'].norm.toPrecision(3));
  assert.ok((await gradient.innerText()).includes(`norm ${norm}`), await gradient.innerText());
  await gradient.getByText('Numbers').click();
  await gradient
    .locator('code')
    .getByText(String(Number(found.layers[0].gradients['dense_1/kernel'].values[0].toPrecision(3))))
    .waitFor();
  await assertAccessible(page);
  await page.reload();
  await trace.getByText(/with virginica as the target/).waitFor();
  await close(page);
});

test('a look inside an image shows the maps of its features', async () => {
  const page = await open(browser, daemon, '#/models/digits?tab=trace');
  await page.getByLabel('Row of digits@1').fill('3');
  await page.getByRole('button', {name: 'Take this row'}).click();
  const layer = page.locator('.trace-layer', {hasText: 'conv2d_1'});
  await eventually(async () => (await layer.locator('figure').nth(1).locator('canvas').count()) === 8);
  const colours = await layer
    .locator('canvas')
    .last()
    .evaluate((canvas) => new Set(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data).size);
  assert.ok(colours > 10, String(colours));
  await page.getByLabel('Target').selectOption('3');
  await page.locator('.backward').first().waitFor();
  await assertAccessible(page);
  await screenshot(page, 'model-trace');
  await close(page);
});

test('a model is measured, and its columns weighed; the URL holds what was asked', async () => {
  const page = await open(browser, daemon, '#/models/iris@1?tab=measures');
  await page.getByLabel('Rows', {exact: true}).selectOption('validation');
  await page.getByRole('button', {name: 'Evaluate'}).click();
  await page.getByRole('table', {name: 'Confusion matrix'}).waitFor();
  const found = await daemon.post('/v1/models/iris@1:evaluate', {rows: 'validation'});
  await page
    .getByRole('region', {name: 'Evaluation'})
    .getByText(String(Number(found.metrics.accuracy.toPrecision(4))), {exact: true})
    .waitFor();
  await page.getByRole('button', {name: 'Importance of columns'}).click();
  await page.getByText(/By how much accuracy/).waitFor();
  await assertAccessible(page);
  await page.reload();
  await page.getByText(/By how much accuracy/).waitFor();
  assert.equal(await page.getByLabel('Rows', {exact: true}).inputValue(), 'validation');
  await page.getByLabel('Dataset').fill('nosuch');
  await page.getByRole('button', {name: 'Evaluate'}).click();
  await page
    .getByRole('alert')
    .getByText(/nosuch/)
    .waitFor();
  await closeRefused(page);
});

test('files are downloaded as they are, and what a format cannot hold is told', async () => {
  await daemon.upload('reviews', reviews());
  await daemon.train({
    dataset: 'reviews',
    network: {
      layers: [
        {type: 'embedding', units: 4},
        {type: 'global_average_pool1d'},
        {type: 'dense', units: 'auto', activation: 'softmax'},
      ],
    },
    training: {epochs: 1},
  });
  const page = await open(browser, daemon, '#/models/reviews?tab=files');
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', {name: 'Download safetensors'}).click(),
  ]);
  assert.equal(file.suggestedFilename(), 'reviews@1.safetensors');
  const expected = Buffer.from(await (await fetch(`${daemon.url}/v1/models/reviews/file`)).arrayBuffer());
  assert.ok(readFileSync(await file.path()).equals(expected));
  await page.getByRole('link', {name: 'Download onnx'}).click();
  await page.getByText(/column "review" is encoded as text_tokens/).waitFor();
  await assertAccessible(page);
  await closeRefused(page);
});

test('a dropped file is imported as a model; another kind of file is told', async () => {
  const bytes = Buffer.from(await (await fetch(`${daemon.url}/v1/models/iris@1/file?format=onnx`)).arrayBuffer());
  const page = await open(browser, daemon, '#/models');
  await page.getByRole('link', {name: 'iris@1'}).waitFor();
  await drop(page, [{name: 'taken.onnx', bytes}]);
  await page.getByRole('link', {name: 'taken@1'}).waitFor();
  assert.equal((await daemon.get('/v1/models/taken')).sha256, (await daemon.get('/v1/models/iris@1')).sha256);
  await drop(page, [{name: 'words.txt', bytes: 'no model'}]);
  await page
    .locator('.notice.bad')
    .getByText(/words.txt/)
    .waitFor();
  await page.getByRole('link', {name: 'taken@1'}).click();
  await page.getByRole('link', {name: 'Try it'}).click();
  await answer(page).locator('.label').waitFor();
  await page.getByRole('button', {name: 'Delete …'}).click();
  await page.getByRole('button', {name: 'Delete', exact: true}).click();
  await page.waitForURL(/#\/models$/);
  assert.equal((await daemon.get('/v1/models?name=taken')).models.length, 0);
  await closeRefused(page);
});

test('windows of rows and values are asked for as JSON and answered in their own unit', async () => {
  await daemon.upload('sales', sales());
  await daemon.train({
    dataset: 'sales',
    target: 'sales',
    window: {length: 3, by: 'day'},
    network: {
      layers: [
        {type: 'lstm', units: 4},
        {type: 'dense', units: 'auto'},
      ],
    },
    training: {epochs: 2},
  });
  const page = await open(browser, daemon, '#/models/sales?tab=try');
  await answer(page).locator('.value').waitFor();
  const instance = JSON.parse(await page.getByLabel(/JSON: 3 rows/).inputValue());
  const expected = await daemon.post('/v1/models/sales:predict', {instances: [instance]});
  assert.equal(await answer(page).locator('.value').innerText(), String(Number(expected.predictions.flat()[0].toPrecision(5))));
  await page.getByLabel(/JSON: 3 rows/).fill('[[1, 2');
  await page.getByText(/Line 1, column 7: a comma or \] is expected/).waitFor();
  await close(page);
});

test('narrow and dark', async () => {
  for (const [view, options] of [
    ['#/models/iris@1?tab=try', {viewport: {width: 480, height: 900}}],
    ['#/models/iris@1?tab=trace&target=setosa', {colorScheme: 'dark'}],
  ]) {
    const page = await open(browser, daemon, view, options);
    await page.getByText('setosa').last().waitFor();
    await page.locator('.answer .label, .trace-layer').first().waitFor();
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth));
    await assertAccessible(page);
    await screenshot(page, options.colorScheme ? 'model-trace-dark' : 'model-try-narrow');
    await close(page);
  }
});
