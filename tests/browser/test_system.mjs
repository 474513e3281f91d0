// System: figures of the machine, rates and latencies drawn while requests come, tokens for admins, the way to a backup.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {after, before, test} from 'node:test';
import {Daemon, IRIS, assertAccessible, close, dense, eventually, launch, open, screenshot} from './harness.mjs';
import {closeRefused} from './things.mjs';

let browser, daemon;
before(async () => {
  browser = await launch();
  daemon = await Daemon.start({cores: 2});
  await daemon.upload('iris', readFileSync(IRIS));
});
after(async () => {
  await browser.close();
  await daemon.stop();
});

const region = (page, name) => page.getByRole('region', {name, exact: true});

test('cores, queue and storage are shown and follow what runs', async () => {
  const page = await open(browser, daemon, '#/system');
  await region(page, 'Cores').getByText('0 of 2').waitFor();
  const jobs = [];
  for (let i = 0; i < 3; i++)
    jobs.push(await daemon.post('/v1/jobs', {dataset: 'iris', network: dense(8), training: {epochs: 10000000}}));
  await region(page, 'Cores').getByText('2 of 2').waitFor();
  await region(page, 'Queue').getByText('2 running').waitFor();
  await region(page, 'Queue').getByText('1 waiting').waitFor();
  await region(page, 'Readiness').getByText('takes work').waitFor();
  for (const {id} of jobs) await daemon.post(`/v1/jobs/${id}:cancel`, {keep: false});
  await region(page, 'Queue').getByText('0 running').waitFor();
  const system = await daemon.get('/v1/system');
  await page.getByText(system.instruction_set, {exact: true}).waitFor();
  await assertAccessible(page);
  await close(page);
});

test('request rates and latencies are drawn from differences, and counted by route', async () => {
  const page = await open(browser, daemon, '#/system');
  await page.getByText('from the third look on').waitFor();
  const chart = page.getByRole('img', {name: /^Requests a second/});
  for (let i = 0; i < 200; i++) await daemon.get('/v1/datasets');
  await chart.waitFor();
  const most = async () =>
    Number((await chart.getAttribute('aria-label')).match(/all: now .*?, from .*? to ([\d.,]+)\/s/)[1].replace(',', ''));
  await eventually(async () => {
    for (let i = 0; i < 50; i++) await daemon.get('/v1/datasets');
    return (await most()) >= 10;
  });
  await page.getByRole('img', {name: /^Answered within/}).waitFor();
  await page.getByRole('img', {name: /^Commits a second/}).waitFor();
  const row = page.getByRole('row', {name: /GET \/v1\/datasets\s/});
  await row.first().waitFor();
  assert.ok(Number((await row.first().locator('td').first().innerText()).replace(',', '')) >= 200);
  await screenshot(page, 'system');
  const commits = page.locator('figure').filter({hasText: 'Commits a second'}).locator('.plot');
  assert.notEqual(await commits.innerText(), '0/s\n0/s');
  await page.getByText('Values').first().click();
  await page.getByRole('columnheader', {name: 'predictions'}).waitFor();
  await page.getByRole('cell', {name: /^-\d+$/}).first().waitFor();
  await page.getByRole('columnheader', {name: 'Seconds from now'}).first().waitFor();
  await assertAccessible(page);
  await close(page);
});

test('a backup is one link away', async () => {
  const page = await open(browser, daemon, '#/system');
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', {name: 'Download a backup'}).click()]);
  assert.ok(readFileSync(await file.path()).length > 1000);
  await close(page);
});

test('an admin makes a token, sees its secret once, and revokes it', async () => {
  const guarded = await Daemon.start({cores: 1});
  const first = await guarded.post('/v1/tokens', {name: 'ann', scopes: ['admin']});
  const secret = first.token ?? first.secret;
  const page = await open(browser, guarded, '#/system');
  await page.getByLabel('Token').fill(secret);
  await page.getByRole('button', {name: 'Log in'}).click();
  await page.getByRole('button', {name: 'New token'}).click();
  await page.getByLabel('Name').fill('ci');
  await page.getByLabel('Expires in').fill('30d');
  await page.getByRole('checkbox', {name: /^predict/}).check();
  await assertAccessible(page);
  await page.getByRole('button', {name: 'Make it'}).click();
  const made = await page.locator('.secret').innerText();
  assert.match(made, /^propd_/);
  const asked = () => fetch(`${guarded.url}/v1/models`, {headers: {Authorization: `Bearer ${made}`}});
  assert.equal((await asked()).status, 200);
  await page.getByRole('button', {name: 'I have it'}).click();
  const row = page.getByRole('row', {name: /^ci/});
  await row.getByText('read, predict').waitFor();
  assert.ok(!(await page.content()).includes(made));
  await assertAccessible(page);
  await row.getByRole('button', {name: /Revoke/}).click();
  await page.getByRole('button', {name: 'Revoke', exact: true}).click();
  await row.getByText(/revoked/).waitFor();
  assert.equal((await asked()).status, 401);
  await closeRefused(page);
  await guarded.stop();
});

test('narrow and dark', async () => {
  for (const options of [{viewport: {width: 480, height: 900}}, {colorScheme: 'dark'}]) {
    const page = await open(browser, daemon, '#/system', options);
    await page.getByRole('img', {name: /^Requests a second/}).waitFor();
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth));
    await assertAccessible(page);
    await screenshot(page, options.colorScheme ? 'system-dark' : 'system-narrow');
    await close(page);
  }
});
