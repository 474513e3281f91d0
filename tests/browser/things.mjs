// Files and gestures that the tests of datasets, new jobs and models share.
// SPDX-License-Identifier: Apache-2.0
import {execFileSync} from 'node:child_process';
import {mkdtempSync, readFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {close} from './harness.mjs';

// The IDX pair that clients/demo/digits.c draws: {images, labels} as bytes, and their paths.
export function digits(rows) {
  const folder = mkdtempSync(join(tmpdir(), 'propd-digits-'));
  const paths = [join(folder, 'train-images'), join(folder, 'train-labels')];
  execFileSync(process.env.DIGITS ?? join(process.env.BUILD ?? '.', 'digits'), [String(rows), '1', ...paths]);
  return {folder, paths, images: readFileSync(paths[0]), labels: readFileSync(paths[1])};
}

export async function uploadDigits(daemon, rows, name = 'digits') {
  const {images, labels} = digits(rows);
  const form = new FormData();
  form.append('features', new Blob([images]));
  form.append('labels', new Blob([labels]));
  const answer = await fetch(`${daemon.url}/v1/datasets?name=${name}`, {method: 'POST', body: form});
  if (answer.status !== 201) throw new Error(await answer.text());
  return answer.json();
}

// Reviews of words that are good or bad, a mood each.
export function reviews(rows = 240) {
  const words = {good: ['great', 'fine', 'lovely', 'superb'], bad: ['awful', 'poor', 'sad', 'dull']};
  const others = ['the', 'food', 'was', 'and', 'room', 'service', 'we', 'came', 'town', 'very', 'quite'];
  const line = (i) => {
    const mood = i % 2 ? 'good' : 'bad';
    const text = Array.from({length: 9}, (_, k) => (k % 3 ? others[(i * 7 + k * 3) % others.length] : words[mood][(i + k) % 4]));
    return `${text.join(' ')} ${i},${mood}`;
  };
  return ['review,mood', ...Array.from({length: rows}, (_, i) => line(i))].join('\n');
}

// A figure a day that goes up and down with the weeks.
export function sales(rows = 300) {
  const day = (i) => new Date(Date.UTC(2025, 0, 1 + i)).toISOString().slice(0, 10);
  const line = (i) =>
    `${day(i)},${(10 + 8 * Math.sin(i / 30)).toFixed(2)},${(100 + 40 * Math.sin((i * 2 * Math.PI) / 7)).toFixed(2)}`;
  return ['day,temperature,sales', ...Array.from({length: rows}, (_, i) => line(i))].join('\n');
}

// Drops files, [{name, bytes}], on the page as a person does.
export async function drop(page, files) {
  const plain = files.map(({name, bytes}) => ({name, bytes: Buffer.from(bytes).toString('base64')}));
  const transfer = await page.evaluateHandle((given) => {
    const data = new DataTransfer();
    for (const {name, bytes} of given)
      data.items.add(new File([Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0))], name));
    return data;
  }, plain);
  for (const type of ['dragenter', 'dragover', 'drop']) await page.dispatchEvent('main', type, {dataTransfer: transfer});
}

// Closes a page on which something was to be refused, which the browser notes on its console; anything else that it notes still fails.
export async function closeRefused(page) {
  page.problems = page.problems.filter((problem) => !/the server responded with a status of 4\d\d/.test(problem));
  await close(page);
}
