// Datasets: uploads by dropping, a look before them, columns, rows, images, augmentation, versions, deletion.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {after, before, test} from 'node:test';
import {Daemon, IRIS, assertAccessible, close, dense, eventually, launch, open, screenshot} from './harness.mjs';
import {closeRefused, digits, drop, uploadDigits} from './things.mjs';

let browser, daemon;
before(async () => {
  browser = await launch();
  daemon = await Daemon.start({cores: 2});
});
after(async () => {
  await browser.close();
  await daemon.stop();
});

test('a dropped file is looked at, named, uploaded and stands in the list', async () => {
  const page = await open(browser, daemon, '#/datasets');
  await page.getByText('No datasets yet').waitFor();
  await assertAccessible(page);
  await drop(page, [{name: 'My flowers (1).csv', bytes: readFileSync(IRIS)}]);
  await page.getByText('csv · separated by commas · 150 rows').waitFor();
  assert.equal(await page.getByLabel('Name', {exact: true}).inputValue(), 'My-flowers-1');
  await assertAccessible(page);
  await screenshot(page, 'datasets-upload');
  await page.getByLabel('Name', {exact: true}).fill('iris');
  await page.getByLabel('Target').selectOption('species');
  await page.getByRole('button', {name: 'Upload', exact: true}).click();
  await page.getByRole('row', {name: /iris@1/}).waitFor();
  const dataset = await daemon.get('/v1/datasets/iris');
  assert.equal(dataset.rows, 150);
  assert.equal(dataset.target, 'species');
  await close(page);
});

test('types and missing words that are said before the upload count', async () => {
  const page = await open(browser, daemon, '#/datasets');
  await drop(page, [{name: 'ages.csv', bytes: 'age,zip,ill\n31,1234,yes\n-9,1235,no\n44,1234,yes\n'}]);
  await page.getByLabel('Type of zip').selectOption('category');
  await eventually(async () => (await page.getByLabel('Type of zip').inputValue()) === 'category');
  await page.getByLabel('Missing values').fill('-9');
  await page.getByLabel('Missing values').press('Tab');
  await page.getByRole('row', {name: /age/}).getByText('1', {exact: true}).waitFor();
  await page.getByRole('button', {name: 'Upload', exact: true}).click();
  await page.getByRole('row', {name: /ages@1/}).waitFor();
  const {columns} = await daemon.get('/v1/datasets/ages');
  assert.equal(columns[1].type, 'category');
  assert.equal(columns[0].missing, 1);
  await close(page);
});

test('a wrong file is told in the daemon’s words, before and at the upload, and nothing is lost', async () => {
  const page = await open(browser, daemon, '#/datasets');
  await drop(page, [
    {name: 'broken.jsonl', bytes: '{"a": 1}\n{"a": oops}\n{"a": 2}\n'},
    {name: 'fine.csv', bytes: 'a,b\n1,2\n3,4\n'},
  ]);
  const card = page.getByRole('region', {name: 'Upload broken'});
  await card.getByText(/line 2/).waitFor();
  await card.getByRole('button', {name: 'Upload', exact: true}).click();
  await card.locator('.failed').waitFor();
  assert.match(await card.locator('.failed').innerText(), /line 2/);
  await assertAccessible(page);
  await card.getByRole('button', {name: 'Leave it'}).click();
  await page.getByRole('region', {name: 'Upload fine'}).waitFor();
  await closeRefused(page);
});

test('two files of images and labels are one dataset of pictures', async () => {
  const page = await open(browser, daemon, '#/datasets');
  const {images, labels} = digits(60);
  await drop(page, [
    {name: 'train-labels-idx1-ubyte', bytes: labels},
    {name: 'train-images-idx3-ubyte', bytes: images},
  ]);
  await page.getByText('train-images-idx3-ubyte with the labels train-labels-idx1-ubyte').waitFor();
  assert.equal(await page.getByLabel('Name', {exact: true}).inputValue(), 'train');
  await page.getByLabel('Name', {exact: true}).fill('pairs');
  await page.getByRole('button', {name: 'Upload', exact: true}).click();
  await page.getByRole('link', {name: 'pairs@1'}).first().click();
  await page.getByRole('link', {name: 'Images'}).click();
  await eventually(() =>
    page.evaluate(
      () => [...document.querySelectorAll('.thumbnails img')].filter((image) => image.naturalWidth === 28).length >= 10,
    ),
  );
  const rows = await daemon.get('/v1/datasets/pairs/rows?limit=1');
  assert.equal(await page.locator('.thumbnails li span').first().innerText(), String(rows.rows[0].label));
  await assertAccessible(page);
  await screenshot(page, 'dataset-images');
  await close(page);
});

test('an upload can be cancelled while it goes', async () => {
  const page = await open(browser, daemon, '#/datasets');
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  await drop(page, [{name: 'big.csv', bytes: `a,b\n${'1,2\n'.repeat(400000)}`}]);
  await page.getByText(/rows in the first part/).waitFor();
  await session.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 0,
    downloadThroughput: -1,
    uploadThroughput: 50000,
  });
  await page.getByRole('button', {name: 'Upload', exact: true}).click();
  await page.getByRole('progressbar').waitFor();
  await page.getByRole('button', {name: 'Cancel', exact: true}).click();
  await page.getByText('The upload was cancelled').waitFor();
  await session.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 0,
    downloadThroughput: -1,
    uploadThroughput: -1,
  });
  assert.ok(!(await daemon.get('/v1/datasets?name=big')).datasets.length);
  await close(page);
});

test('columns have numbers and histograms, rows have pages, and a refresh shows the same', async () => {
  const page = await open(browser, daemon, '#/datasets/iris');
  const row = page.getByRole('row', {name: /petal_width/});
  await row.waitFor();
  assert.match(await row.innerText(), /0\.1\s+2\.5\s+1\.199\s+0\.7597/);
  await row.getByRole('img', {name: /Histogram of petal_width from 0.1 to 2.5/}).waitFor();
  await page
    .getByRole('row', {name: /species/})
    .getByText('setosa')
    .waitFor();
  await assertAccessible(page);
  await screenshot(page, 'dataset');
  await page.getByRole('link', {name: 'Rows', exact: true}).click();
  await page.getByRole('button', {name: 'Later'}).click();
  await page.getByText('Rows 25 to 49 of 150').waitFor();
  assert.match(page.url(), /from=25/);
  await assertAccessible(page);
  await page.reload();
  await page.getByText('Rows 25 to 49 of 150').waitFor();
  const expected = (await daemon.get('/v1/datasets/iris/rows?offset=25&limit=1')).rows[0];
  assert.match(
    await page.locator('table.rows tbody tr').first().innerText(),
    new RegExp(`^25\\s+${expected.sepal_length}\\s+${expected.sepal_width}`),
  );
  await close(page);
});

test('the list is searched and sorted, in the URL', async () => {
  const page = await open(browser, daemon, '#/datasets');
  const names = () => page.locator('tbody th').allInnerTexts();
  await page.getByRole('button', {name: 'Name', exact: true}).click();
  await eventually(async () => (await names())[0]?.startsWith('ages'));
  await page.getByRole('button', {name: /^Name/}).click();
  await eventually(async () => (await names())[0]?.startsWith('pairs'));
  await page.getByRole('searchbox').fill('ir');
  await eventually(async () => (await names()).length === 1);
  assert.match(page.url(), /sort=-name/);
  await page.reload();
  await eventually(async () => JSON.stringify(await names()) === '["iris@1"]');
  await page.getByRole('searchbox').fill('zz');
  await page.getByText('No name begins with “zz”').waitFor();
  await close(page);
});

test('augmentation shows rows before and after, and tells what does not fit at its field', async () => {
  await uploadDigits(daemon, 40);
  const page = await open(browser, daemon, '#/datasets/digits?tab=augmentation');
  await page.getByText('Add a change').waitFor();
  assert.equal(await page.locator('.problem').count(), 0);
  assert.deepEqual(page.problems, []);
  await page.getByLabel('augmentation').selectOption('random_rotate');
  await eventually(() =>
    page.evaluate(() => {
      const [a, b] = [...document.querySelectorAll('.pairs canvas')].map((canvas) =>
        [...canvas.getContext('2d').getImageData(0, 0, 28, 28).data].join(),
      );
      return a && b && a !== b;
    }),
  );
  await assertAccessible(page);
  await screenshot(page, 'augmentation');
  await page.getByLabel('degrees').fill('-4');
  await page.getByText(/degrees must be between 0 and 180, not -4/).waitFor();
  assert.equal(await page.getByLabel('degrees').getAttribute('aria-invalid'), 'true');
  await page.getByLabel('degrees').fill('40');
  await eventually(async () => (await page.locator('.problem').count()) === 0);
  await page.reload();
  await eventually(async () => (await page.getByLabel('degrees').inputValue()) === '40');
  await page.goto(`${daemon.url}/#/datasets/iris?tab=augmentation`);
  await page.getByLabel('augmentation').selectOption('gaussian_noise');
  await page.locator('td.changed').first().waitFor();
  await closeRefused(page);
});

test('tags are edited, and versions chosen', async () => {
  await daemon.upload('iris', readFileSync(IRIS, 'utf8').split('\n').slice(0, 120).join('\n'));
  const page = await open(browser, daemon, '#/datasets/iris@1');
  await page.getByRole('button', {name: 'Tags and words'}).click();
  await page.getByLabel('Tags').fill('team: flowers\ndraft');
  await page.getByLabel('In your words').fill('Fisher’s');
  await page.getByRole('button', {name: 'Save'}).click();
  await page.getByText('team: flowers, draft').waitFor();
  assert.deepEqual((await daemon.get('/v1/datasets/iris@1')).tags, {team: 'flowers', draft: ''});
  await page.getByLabel('Version').selectOption('2');
  await page.waitForURL(/iris%402/);
  await page.locator('dd').getByText('119', {exact: true}).waitFor();
  await close(page);
});

test('what a job needs is not deleted, and the reason is shown; else it is asked first', async () => {
  const blocker = await daemon.post('/v1/jobs', {
    dataset: 'iris@1',
    target: 'species',
    network: dense(8),
    training: {epochs: 10000000},
  });
  const page = await open(browser, daemon, '#/datasets/iris@1');
  const remove = async () => {
    await page.getByRole('button', {name: 'Delete …'}).click();
    await assertAccessible(page);
    await page.getByRole('button', {name: 'Delete', exact: true}).click();
  };
  await remove();
  await page.locator('.notice.bad').waitFor();
  assert.match(await page.locator('.notice.bad').innerText(), /job/);
  await daemon.post(`/v1/jobs/${blocker.id}:cancel`, {});
  await eventually(async () => (await daemon.get(`/v1/jobs/${blocker.id}`)).state === 'cancelled');
  await remove();
  await page.waitForURL(/#\/datasets$/);
  assert.equal((await daemon.get('/v1/datasets?name=iris')).datasets.length, 1);
  await closeRefused(page);
});

test('narrow and dark screens show all of it', async () => {
  for (const options of [{viewport: {width: 480, height: 900}}, {colorScheme: 'dark'}]) {
    const page = await open(browser, daemon, '#/datasets/iris', options);
    await page.getByRole('row', {name: /petal_width/}).waitFor();
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth));
    await assertAccessible(page);
    await screenshot(page, options.colorScheme ? 'dataset-dark' : 'dataset-narrow');
    await close(page);
  }
});

test('the list’s pages go forth and back, after a refresh too', async () => {
  for (let i = 0; i < 51; i++) await daemon.upload(`many-${String(i).padStart(2, '0')}`, `a,b\n${i},2\n3,4\n`);
  const page = await open(browser, daemon, '#/datasets?sort=name&name=many');
  await page.getByRole('row', {name: /many-00@1/}).waitFor();
  await page.getByRole('button', {name: 'Next page'}).click();
  await page.getByRole('row', {name: /many-50@1/}).waitFor();
  await page.reload();
  await page.getByRole('row', {name: /many-50@1/}).waitFor();
  await page.getByRole('button', {name: 'Previous page'}).click();
  await page.getByRole('row', {name: /many-00@1/}).waitFor();
  assert.ok(await page.getByRole('button', {name: 'Previous page'}).isDisabled());
  await close(page);
});

test('on a narrow screen tables scroll by themselves and the page does not', async () => {
  const page = await open(browser, daemon, '#/datasets?sort=name&name=many', {viewport: {width: 400, height: 800}});
  await page.getByRole('row', {name: /many-00@1/}).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 400);
  await close(page);
});
