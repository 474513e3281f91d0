// One dataset: its columns with their numbers and histograms, its rows, its images, what augmentation makes of them.
// SPDX-License-Identifier: Apache-2.0
import {editAbout} from './about_form.js';
import {showAugmentation} from './augmentation_preview.js';
import {get, send} from './api.js';
import {announce, attempt, confirm} from './announce.js';
import {categories, histogram} from './bars.js';
import {isImage, showImages, showRows} from './dataset_rows.js';
import {h, replace, select} from './dom.js';
import {number, percent, size, time} from './format.js';
import {facts, figureCell, table} from './tables.js';
import {chosenTab, tabBar} from './tabs.js';
import {textOfTags} from './tags.js';
import {go, link} from './view.js';

const COLUMNS_SHOWN = 500;

function picture(column, rows) {
  if (column.histogram) return histogram(column.histogram, column.name);
  return column.categories ? categories(column.categories, rows - column.missing) : null;
}

function range(value) {
  return typeof value === 'number' || value === undefined ? number(value) : value;
}

function columnRow(column, dataset) {
  const isTarget = [dataset.target].flat().includes(column.name);
  const type = column.type === 'tensor' ? `tensor ${column.shape.join(' × ')}` : column.type;
  const missing = column.missing ? `${number(column.missing)} (${percent(column.missing / dataset.rows)})` : '0';
  return h(
    'tr',
    null,
    h('th', {scope: 'row'}, column.name, isTarget && h('span', {class: 'badge target'}, 'target')),
    h('td', null, type),
    figureCell(missing, column.missing ? 'warn' : ''),
    figureCell(number(column.distinct)),
    [column.min, column.max, column.mean, column.deviation].map((value) => figureCell(range(value))),
    h('td', null, picture(column, dataset.rows)),
  );
}

function showColumns(place, dataset) {
  const figures = ['Missing', 'Distinct', 'Min', 'Max', 'Mean', 'Deviation'].map((text) => [text, 'number']);
  const rows = dataset.columns.slice(0, COLUMNS_SHOWN).map((column) => columnRow(column, dataset));
  const hidden = dataset.columns.length - COLUMNS_SHOWN;
  replace(
    place,
    table(`Columns of ${dataset.name}`, ['Column', 'Type', ...figures, 'Distribution'], rows, {box: 'card'}),
    hidden > 0 &&
      h(
        'p',
        {class: 'faint'},
        `${number(hidden)} more columns are in `,
        h('a', {href: `/v1/datasets/${dataset.id}?pretty`}, 'the JSON'),
        '.',
      ),
  );
}

function factsOf(dataset) {
  const list = {
    Rows: number(dataset.rows),
    Columns: number(dataset.columns.length),
    File: `${dataset.format}, ${size(dataset.bytes)}`,
    Target: dataset.target === null ? 'the last column' : [dataset.target].flat().join(', '),
    Uploaded: time(dataset.created_at),
    'SHA-256': h('code', {title: dataset.sha256}, dataset.sha256.slice(0, 16), '…'),
    Owner: dataset.owner,
    Tags: textOfTags(dataset.tags, ', '),
    About: dataset.about,
  };
  return facts(list, 'card wide');
}

async function remove(dataset) {
  const name = `${dataset.name}@${dataset.version}`;
  if (
    !(await confirm(
      `Delete ${name}?`,
      `${number(dataset.rows)} rows are removed for good. Models that learned from them stay.`,
      'Delete',
    ))
  )
    return;
  await attempt(async () => {
    await send('DELETE', `/v1/datasets/${dataset.id}`);
    announce(`${name} is deleted`, 'good');
    go('datasets');
  });
}

async function versionChooser(dataset, signal) {
  const {datasets} = await get('/v1/datasets', {query: {name: dataset.name, limit: 100}, signal});
  if (datasets.length < 2) return null;
  return select(
    datasets.map(({version, rows}) => [version, `version ${version} · ${number(rows)} rows`]),
    dataset.version,
    (version) => go('datasets', `${dataset.name}@${version}`),
    {'aria-label': 'Version'},
  );
}

function head(dataset, versions, again) {
  return h(
    'div',
    {class: 'row head'},
    h(
      'h1',
      null,
      h('a', {href: link('datasets')}, 'Datasets'),
      ' / ',
      dataset.name,
      h('span', {class: 'faint'}, `@${dataset.version}`),
    ),
    versions,
    h('span', {class: 'spring'}),
    h('a', {class: 'button primary', href: link('new', '', {dataset: `${dataset.name}@${dataset.version}`})}, 'Train on this'),
    h('button', {onclick: () => editAbout(`/v1/datasets/${dataset.id}`, dataset, again)}, 'Tags and words …'),
    h('button', {class: 'danger', onclick: () => remove(dataset)}, 'Delete …'),
  );
}

export async function showDataset(main, view, signal) {
  const dataset = await get(`/v1/datasets/${encodeURIComponent(view.name)}`, {signal});
  const versions = await versionChooser(dataset, signal);
  const images = dataset.columns.find(isImage);
  const tabs = [
    ['columns', 'Columns'],
    ['rows', 'Rows'],
    ...(images ? [['images', 'Images']] : []),
    ['augmentation', 'Augmentation'],
  ];
  const place = h('div', {class: 'tab'});
  const again = () => attempt(() => showDataset(main, view, signal));
  replace(main, head(dataset, versions, again), factsOf(dataset), tabBar('Parts of the dataset', tabs), place);
  const parts = {columns: showColumns, rows: showRows, images: showImages, augmentation: showAugmentation};
  await parts[chosenTab(tabs)](place, dataset, signal);
}
