// The frame of all pages: navigation, the page that the URL names, login, a lost connection.
//
// A page is a module with `title(view)` and `show(main, view, signal)`: it fills <main> and lives until `signal` is aborted, which
// ends its requests (hand it to get()), timers and streams.
// SPDX-License-Identifier: Apache-2.0
import {whenever} from './api.js';
import {announce, describe} from './announce.js';
import {h, replace} from './dom.js';
import {login, showWho} from './login.js';
import {current, link} from './view.js';

// The page a path begins with, and the entry of the navigation that it belongs to. A page's scripts come when it is first shown.
const pages = {
  jobs: {load: () => import('./page_jobs.js'), text: 'Jobs'},
  job: {load: () => import('./page_job.js'), under: 'jobs'},
  new: {load: () => import('./page_new.js'), text: 'New job'},
  datasets: {load: () => import('./page_datasets.js'), text: 'Datasets'},
  models: {load: () => import('./page_models.js'), text: 'Models'},
  system: {load: () => import('./page_system.js'), text: 'System'},
};

const main = document.getElementById('main');
let shown = null;

function showNavigation(view) {
  const chosen = pages[view.page]?.under ?? view.page;
  const entries = Object.entries(pages).filter(([, page]) => page.text);
  replace(document.getElementById('pages'), entries.map(([name, {text}]) =>
    h('a', {href: link(name), 'aria-current': name === chosen ? 'page' : null}, text)));
}

function showError(error) {
  if (error.name === 'AbortError' || error.status === 401) return;
  replace(main, h('h1', null, error.status === 404 ? 'Not found' : 'Something went wrong'), h('p', {class: 'error', role: 'alert'}, describe(error)));
}

async function showPage() {
  const view = current();
  const page = pages[view.page];
  shown?.abort();
  const mine = (shown = new AbortController());
  showNavigation(view);
  if (!page) return showError(Object.assign(new Error(`there is no page "${view.page}"`), {status: 404}));
  try {
    const module = await page.load();
    if (mine !== shown) return;
    document.title = `${module.title(view)} · propd`;
    replace(main);
    await module.show(main, view, mine.signal);
  } catch (error) {
    if (mine === shown) showError(error);
  }
}

let lostAt = -Infinity;

function tellLost(problem) {
  if (performance.now() - lostAt < 15000) return;
  lostAt = performance.now();
  announce(`${describe(problem)}; trying again`, 'bad');
}

whenever('denied', login);
whenever('lost', tellLost);
window.addEventListener('hashchange', showPage);
showPage();
showWho(document.getElementById('who'));
