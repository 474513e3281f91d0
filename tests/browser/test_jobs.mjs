// The page of jobs: the live table, filters, order, pages, several at once, curves over each other, and what is asked before.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {after, before, beforeEach, test} from 'node:test';
import {assertAccessible, close, Daemon, dense, eventually, IRIS, launch, open, screenshot} from './harness.mjs';

const ENDLESS = {epochs: 10000000};
let browser, daemon;
before(async () => {
  browser = await launch();
});
beforeEach(async () => {
  await daemon?.stop();
  daemon = await Daemon.start({cores: 1});
  await daemon.upload('iris', readFileSync(IRIS), '?target=species');
});
after(async () => {
  await browser?.close();
  await daemon?.stop();
});

function submit(name, more = {}) {
  return daemon.post('/v1/jobs', {dataset: 'iris', name, network: dense(8), training: {epochs: 5}, ...more});
}

async function trainMany(count) {
  for (let i = 0; i < count; i++)
    await daemon.train({
      dataset: 'iris',
      name: `run-${i}`,
      network: dense(4 * (i + 1)),
      tags: {team: i % 2 ? 'odd' : 'even'},
      training: {epochs: 30 + 10 * i, optimizer: {type: 'adam', learning_rate: 0.002 * (i + 1)}},
    });
}

const rowOf = (page, name) => page.locator('.jobs-table tbody tr').filter({has: page.getByRole('link', {name, exact: true})});
const names = (page) => page.locator('.jobs-table tbody th').allTextContents();
const state = async (name) => (await daemon.get(`/v1/jobs/${name}`)).state;

// Clicks an action for the selected jobs; its dialog's button where there is one.
async function act(page, action, button) {
  await page.getByRole('group', {name: 'Actions'}).getByRole('button', {name: action}).click();
  if (button) await page.getByRole('dialog').getByRole('button', {name: button, exact: true}).click();
}

test('without jobs it says how to make one', async () => {
  const page = await open(browser, daemon);
  await page.getByText('No jobs yet').waitFor();
  await assertAccessible(page);
  await close(page);
});

test('jobs appear and go on in the table without a reload', async () => {
  const page = await open(browser, daemon);
  await page.getByText('No jobs yet').waitFor();
  await submit('first', {training: ENDLESS});
  await submit('second');
  await rowOf(page, 'first').getByText('running').waitFor();
  const cells = rowOf(page, 'first').locator('td');
  const before = await cells.nth(3).textContent();
  await eventually(async () => (await cells.nth(3).textContent()) !== before);
  await rowOf(page, 'first').getByText('left').waitFor();
  assert.equal(await rowOf(page, 'second').locator('td').nth(5).textContent(), '1');
  await page.getByRole('button', {name: 'running 1'}).waitFor();
  await daemon.post('/v1/jobs/first:cancel');
  await rowOf(page, 'second').getByText('succeeded').waitFor();
  assert.match(await rowOf(page, 'second').textContent(), /val_loss \d/);
  await assertAccessible(page);
  await close(page);
});

test('filters and order are the daemon’s, stand in the address, and a refresh shows the same', async () => {
  await trainMany(4);
  await submit('other', {training: ENDLESS});
  const page = await open(browser, daemon);
  await rowOf(page, 'run-0').waitFor();
  await page.getByLabel('Name begins with').fill('run');
  await eventually(async () => (await names(page)).length === 4);
  await page.getByRole('button', {name: 'Name', exact: true}).click();
  await eventually(async () => (await names(page)).join() === 'run-0,run-1,run-2,run-3');
  await page.getByRole('button', {name: 'Name', exact: true}).click();
  await eventually(async () => (await names(page)).join() === 'run-3,run-2,run-1,run-0');
  assert.equal(await page.locator('th[aria-sort]').getAttribute('aria-sort'), 'descending');
  await page.getByLabel('Tag').fill('team:odd');
  await eventually(async () => (await names(page)).join() === 'run-3,run-1');
  await page.reload();
  await eventually(async () => (await names(page)).join() === 'run-3,run-1');
  assert.equal(await page.getByLabel('Name begins with').inputValue(), 'run');
  await page.getByRole('button', {name: /^failed/}).click();
  await page.getByText('No job is like that').waitFor();
  await page.getByRole('button', {name: 'Show all jobs'}).click();
  await eventually(async () => (await names(page)).length === 5);
  await page.getByRole('button', {name: /^running/}).click();
  await eventually(async () => (await names(page)).join() === 'other');
  await close(page);
});

test('pages go forth and back', async () => {
  for (let i = 0; i < 53; i++) await submit(`job-${String(i).padStart(2, '0')}`, {training: i === 0 ? ENDLESS : {epochs: 1}});
  const page = await open(browser, daemon, '#/jobs?sort=name');
  await rowOf(page, 'job-49').waitFor();
  assert.equal((await names(page)).length, 50);
  await page.getByRole('button', {name: 'Next'}).click();
  await eventually(async () => (await names(page)).join() === 'job-50,job-51,job-52');
  assert.ok(await page.getByRole('button', {name: 'Next'}).isDisabled());
  await page.reload();
  await eventually(async () => (await names(page)).join() === 'job-50,job-51,job-52');
  await page.getByRole('button', {name: 'First page'}).click();
  await rowOf(page, 'job-00').waitFor();
  await page.getByRole('button', {name: 'Next'}).click();
  await rowOf(page, 'job-50').waitFor();
  await page.getByRole('button', {name: 'Previous'}).click();
  await rowOf(page, 'job-00').waitFor();
  await close(page);
});

test('a refresh on a later page keeps the way back, page by page', async () => {
  for (let i = 0; i < 103; i++) await submit(`job-${String(i).padStart(3, '0')}`, {training: i === 0 ? ENDLESS : {epochs: 1}});
  const page = await open(browser, daemon, '#/jobs?sort=name');
  for (const first of ['job-050', 'job-100']) {
    await page.getByRole('button', {name: 'Next'}).click();
    await rowOf(page, first).waitFor();
  }
  await page.reload();
  await rowOf(page, 'job-100').waitFor();
  for (const first of ['job-050', 'job-000']) {
    await page.getByRole('button', {name: 'Previous'}).click();
    await rowOf(page, first).waitFor();
  }
  assert.ok(await page.getByRole('button', {name: 'Previous'}).isDisabled());
  assert.ok(!page.url().includes('before'));
  await close(page);
});

test('several jobs are paused, resumed, given another priority, cancelled, tried again and deleted', async () => {
  await submit('first', {training: ENDLESS});
  await submit('second', {training: ENDLESS});
  await submit('third', {training: ENDLESS});
  await eventually(async () => (await state('first')) === 'running');
  const page = await open(browser, daemon);
  await rowOf(page, 'first').waitFor();
  assert.ok(await page.getByRole('button', {name: 'Pause', exact: true}).isDisabled());
  await rowOf(page, 'first').getByRole('checkbox').check();
  await rowOf(page, 'second').getByRole('checkbox').check();
  await page.getByText('2 selected').waitFor();
  await act(page, 'Pause');
  await page.getByText('2 jobs paused').waitFor();
  await rowOf(page, 'second').getByText('paused').waitFor();
  assert.equal(await state('second'), 'paused');
  await rowOf(page, 'first').getByRole('checkbox').uncheck();
  await page.getByRole('group', {name: 'Actions'}).getByRole('button', {name: 'Priority'}).click();
  await page.getByLabel('Priority', {exact: true}).fill('7');
  await page.getByRole('dialog').getByRole('button', {name: 'Set'}).click();
  await eventually(async () => (await daemon.get('/v1/jobs/second')).priority === 7);
  await act(page, 'Resume');
  await eventually(async () => (await state('second')) === 'queued' || (await state('second')) === 'running');
  await page.getByLabel('Select all on this page').check();
  await page.getByText('3 selected').waitFor();
  await act(page, 'Cancel', 'Let it run');
  assert.notEqual(await state('third'), 'cancelled');
  await act(page, 'Cancel', 'Cancel and keep nothing');
  await page.getByText('3 jobs cancelled').waitFor();
  for (const name of ['first', 'second', 'third']) await eventually(async () => (await state(name)) === 'cancelled');
  assert.equal((await daemon.get('/v1/models')).models.length, 0);
  await rowOf(page, 'first').getByText('cancelled').waitFor();
  await act(page, 'Try again');
  await eventually(async () => (await daemon.get('/v1/jobs?state=queued,running')).jobs.length === 3);
  await eventually(() => page.getByRole('button', {name: 'Pause', exact: true}).isEnabled());
  await act(page, 'Cancel', 'Cancel and keep the best model');
  await eventually(async () => (await daemon.get('/v1/jobs?state=cancelled')).jobs.length === 3);
  await eventually(() => page.getByRole('button', {name: 'Delete'}).isEnabled());
  await assertAccessible(page);
  await act(page, 'Delete', 'No');
  assert.equal((await daemon.get('/v1/jobs')).jobs.length, 3);
  await act(page, 'Delete', 'Delete');
  await page.getByText('No jobs yet').waitFor();
  await page.getByText('None selected').waitFor();
  await close(page);
});

test('Enter in a question’s field says what is typed, and leaving looks at no field', async () => {
  await submit('typed', {training: ENDLESS});
  const page = await open(browser, daemon);
  await rowOf(page, 'typed').getByRole('checkbox').check();
  const priority = page.getByRole('group', {name: 'Actions'}).getByRole('button', {name: 'Priority'});
  await priority.click();
  await page.getByLabel('Priority', {exact: true}).fill('9');
  await page.keyboard.press('Enter');
  await eventually(async () => (await daemon.get('/v1/jobs/typed')).priority === 9);
  await priority.click();
  await page.getByLabel('Priority', {exact: true}).fill('1.5');
  await page.getByRole('dialog').getByRole('button', {name: 'Leave'}).click();
  await page.getByRole('dialog').waitFor({state: 'hidden'});
  assert.equal((await daemon.get('/v1/jobs/typed')).priority, 9);
  await close(page);
});

test('what fails is told in the daemon’s words', async () => {
  await submit('only', {training: ENDLESS});
  const page = await open(browser, daemon);
  await rowOf(page, 'only').getByRole('checkbox').check();
  await page.getByRole('group', {name: 'Actions'}).getByRole('button', {name: 'Priority'}).click();
  await page.getByLabel('Priority', {exact: true}).fill('99999999');
  await page.getByRole('dialog').getByRole('button', {name: 'Set'}).click();
  await page.getByText(/only: priority must be between/).waitFor();
  await page.context().close();
  // 422 is on the console by the browser's own doing.
  assert.deepEqual(
    page.problems.filter((text) => !text.includes('422')),
    [],
  );
});

test('tags are written as lines', async () => {
  await submit('tagged', {tags: {team: 'vision'}});
  const page = await open(browser, daemon);
  await rowOf(page, 'tagged').getByText('team: vision').waitFor();
  await rowOf(page, 'tagged').getByRole('checkbox').check();
  await page.getByRole('group', {name: 'Actions'}).getByRole('button', {name: 'Tags'}).click();
  assert.equal(await page.getByLabel('Tags', {exact: true}).inputValue(), 'team: vision');
  await page.getByLabel('Tags', {exact: true}).fill('team: sound\nurl: http://x?y=1\ndraft');
  await page.getByRole('dialog').getByRole('button', {name: 'Set'}).click();
  await rowOf(page, 'tagged').getByText('team: sound').waitFor();
  assert.deepEqual((await daemon.get('/v1/jobs/tagged')).tags, {team: 'sound', url: 'http://x?y=1', draft: ''});
  await close(page);
});

test('the keyboard selects a range and opens a job', async () => {
  await trainMany(3);
  const page = await open(browser, daemon, '#/jobs?sort=name');
  await rowOf(page, 'run-0').getByRole('checkbox').focus();
  await page.keyboard.press('Space');
  await page.getByText('1 selected').waitFor();
  await rowOf(page, 'run-2')
    .getByRole('checkbox')
    .click({modifiers: ['Shift']});
  await page.getByText('3 selected').waitFor();
  await rowOf(page, 'run-1').getByRole('link').focus();
  await new Promise((resolve) => setTimeout(resolve, 1500)); // two looks at the list, which must not take the focus
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'run-1');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', {level: 1, name: 'run-1'}).waitFor();
  await close(page);
});

for (const colorScheme of ['light', 'dark'])
  test(`curves of several jobs lie over each other, with what they differ in, ${colorScheme}`, async () => {
    await trainMany(3);
    const page = await open(browser, daemon, '#/jobs?sort=name', {colorScheme});
    for (const name of ['run-0', 'run-1', 'run-2']) await rowOf(page, name).getByRole('checkbox').check();
    await page.getByRole('button', {name: 'Overlay curves'}).click();
    const comparison = page.getByRole('region', {name: 'Comparison'});
    await comparison.locator('canvas').first().waitFor();
    assert.deepEqual(await comparison.locator('.chart-legend li').allTextContents(), ['1. run-0 ', '2. run-1 ', '3. run-2 ', '']);
    const rates = comparison.getByRole('row', {name: /^training.optimizer.learning_rate/}).getByRole('cell');
    assert.deepEqual(await rates.allTextContents(), ['0.002', '0.004', '0.006']);
    await comparison.getByLabel('Curve', {exact: true}).selectOption('val_accuracy');
    await comparison.getByLabel('x axis').selectOption('epoch');
    await comparison.getByText('Values').click();
    await comparison.getByRole('columnheader', {name: 'epoch'}).waitFor();
    assert.equal(await comparison.locator('.values-table tbody tr').count(), 50);
    await page.reload();
    await comparison.locator('canvas').first().waitFor();
    assert.equal(await comparison.getByLabel('Curve', {exact: true}).inputValue(), 'val_accuracy');
    assert.equal(await comparison.getByLabel('x axis').inputValue(), 'epoch');
    await assertAccessible(page);
    await screenshot(page, `jobs-${colorScheme}`);
    await close(page);
  });

test('a daemon that goes is told, and the table goes on when it is back', async () => {
  await submit('kept');
  const page = await open(browser, daemon);
  await rowOf(page, 'kept').getByText('succeeded').waitFor();
  const {folder, url} = daemon;
  await daemon.stop({keep: true});
  await page.getByText('trying again').first().waitFor();
  daemon = await Daemon.start({cores: 1, listen: url.replace('http://', '')}, folder);
  await submit('after');
  await rowOf(page, 'after').waitFor();
  await page.context().close();
});
