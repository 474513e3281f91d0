// The frame of all pages: navigation, keyboard, refresh, login, a daemon that goes and comes back.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {mkdtempSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {assertAccessible, close, Daemon, launch, open} from './harness.mjs';

let browser, daemon;
before(async () => {
  browser = await launch();
  daemon = await Daemon.start();
});
after(async () => {
  await browser?.close();
  await daemon?.stop();
});

for (const colorScheme of ['light', 'dark'])
  test(`each page of the navigation opens and is accessible, ${colorScheme}`, async () => {
    const page = await open(browser, daemon, '', {colorScheme});
    for (const name of ['Jobs', 'New job', 'Datasets', 'Models', 'System']) {
      await page.getByRole('navigation', {name: 'Pages'}).getByRole('link', {name, exact: true}).click();
      await page.getByRole('heading', {level: 1, name}).waitFor();
      await assertAccessible(page);
    }
    await close(page);
  });

test('the keyboard alone reaches a page, and a refresh shows it again', async () => {
  const page = await open(browser, daemon);
  await page.getByRole('heading', {level: 1, name: 'Jobs'}).waitFor();
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Skip to the page');
  for (let i = 0; i < 4; i++) await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', {level: 1, name: 'Datasets'}).waitFor();
  await page.reload();
  await page.getByRole('heading', {level: 1, name: 'Datasets'}).waitFor();
  await close(page);
});

test('figures are grouped by thousands, whole or not, and neither too long nor too short', async () => {
  const page = await open(browser, daemon);
  const said = await page.evaluate(async () => {
    const {number} = await import(new URL('format.js', document.querySelector('script[type=module]').src));
    return [21648, 177771.26, 1077.648772, 2583014.3, -84845.51, 3.16e10 + 0.5, 12.3456, 0.0001234, 0.0000123, null].map((each) => number(each));
  });
  assert.deepEqual(said, ['21,648', '177,771', '1,077.65', '2,583,014', '-84,845.5', '3.16e+10', '12.35', '0.0001234', '1.23e-5', '–']);
  await close(page);
});

test('where tokens are on, a page asks for one, keeps a wrong one out, and lets a right one in and out', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'propd-browser-'));
  const token = execFileSync(process.env.PROPD, ['--data', folder, '--create-token', 'ann', '--scope', 'train'], {encoding: 'utf8'}).trim();
  const guarded = await Daemon.start({tokens: 'on'}, folder);
  const page = await open(browser, guarded, '#/system');
  await page.getByLabel('Token').fill('propd_wrong');
  await page.getByRole('button', {name: 'Log in'}).click();
  await page.getByRole('dialog').getByText('the token is not known here').waitFor();
  await page.getByLabel('Token').fill(token);
  await page.getByRole('button', {name: 'Log in'}).click();
  await page.getByText('ann').waitFor();
  await page.getByRole('button', {name: 'Log out'}).click();
  await page.getByLabel('Token').waitFor();
  await page.context().close();
  // 401 is on the console by the browser's own doing.
  assert.deepEqual(page.problems.filter((text) => !text.includes('401')), []);
  await guarded.stop();
});
