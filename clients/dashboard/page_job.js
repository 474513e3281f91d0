// One job: what it does now, its curves, evaluation, weights, network, log and document.
// SPDX-License-Identifier: Apache-2.0
import {get, getNews} from './api.js';
import {h, replace} from './dom.js';
import {createEvents} from './job_events.js';
import {ACTIONS} from './job_actions.js';
import {createHead} from './job_head.js';
import {isFinished} from './job_parts.js';
import * as curves from './job_curves.js';
import * as evaluation from './job_evaluation.js';
import * as log from './job_log.js';
import * as network from './job_network.js';
import * as spec from './job_spec.js';
import * as weights from './job_weights.js';
import {inTurn, repeat} from './poll.js';
import {change, go} from './view.js';

export const title = (view) => `Job ${view.name}`;

// A tab is a module with create(context), which gives {element, update(job)}.
const TABS = {
  curves: {text: 'Curves', module: curves},
  evaluation: {text: 'Evaluation', module: evaluation},
  weights: {text: 'Weights', module: weights},
  network: {text: 'Network', module: network},
  log: {text: 'Log', module: log},
  spec: {text: 'Document', module: spec},
};

// The tab list after the pattern of the ARIA Authoring Practices: arrows move, what has the focus is shown.
function tabList(chosen, onchoose) {
  const names = Object.keys(TABS);
  const tabs = names.map((name) =>
    h('button', {role: 'tab', id: `tab-${name}`, 'aria-controls': 'tab-panel', onclick: () => choose(name)}, TABS[name].text),
  );
  const choose = (name) => {
    tabs.forEach((tab, i) => {
      tab.setAttribute('aria-selected', names[i] === name);
      tab.tabIndex = names[i] === name ? 0 : -1;
    });
    onchoose(name);
  };
  const move = (event) => {
    const by = {ArrowRight: 1, ArrowLeft: -1}[event.key];
    if (!by) return;
    const next = (tabs.indexOf(document.activeElement) + by + tabs.length) % tabs.length;
    tabs[next].focus();
    choose(names[next]);
  };
  return {
    element: h('div', {class: 'job-tabs', role: 'tablist', 'aria-label': 'Parts of the job', onkeydown: move}, tabs),
    start: () => choose(chosen),
  };
}

class JobPage {
  constructor(main, view, signal, job) {
    Object.assign(this, {view, signal, job, shown: null, made: {}});
    this.events = createEvents(job.id, signal);
    this.refresh = inTurn(() => this.look());
    this.head = createHead(this, this.actions(), (action) => (action.name === 'delete' ? go('jobs') : this.lookAgain()));
    this.panel = h('div', {role: 'tabpanel', id: 'tab-panel', tabindex: -1});
    const tabs = tabList(TABS[view.query.tab] ? view.query.tab : 'curves', (name) => this.showTab(name));
    replace(main, this.head.element, tabs.element, this.panel);
    tabs.start();
    this.follow();
    repeat(
      () => this.refresh(),
      signal,
      1000,
      (error) => this.fail(error),
    );
  }

  // Who deletes the job looks at it no more.
  actions() {
    const leave = async (remove, job) => {
      this.isLeaving = true;
      try {
        await this.refresh();
        return await remove(job);
      } catch (error) {
        this.isLeaving = false;
        throw error;
      }
    };
    return ACTIONS.map((action) => (action.name === 'delete' ? {...action, run: (job) => leave(action.run, job)} : action));
  }

  showTab(name) {
    change({tab: name === 'curves' ? null : name});
    this.shown = name;
    this.panel.setAttribute('aria-labelledby', `tab-${name}`);
    this.made[name] ??= TABS[name].module.create(this);
    replace(this.panel, this.made[name].element);
    this.made[name].update(this.job);
  }

  // The stream tells when there is news, at once; the job itself is looked at for what it is. Where nobody looks the news waits: repeat()
  // looks when the page is seen again.
  follow() {
    if (isFinished(this.job)) return;
    this.events.follow(this.job.seq, () => {
      if (document.visibilityState !== 'visible') return;
      if (this.events.seq > 0) this.events.all().catch(() => {});
      this.lookAgain();
    });
  }

  // At once, for something has happened.
  lookAgain() {
    this.refresh().catch((error) => this.fail(error));
  }

  async look() {
    if (this.isLeaving) return;
    const news = await getNews(`/v1/jobs/${this.job.id}`, {signal: this.signal, etag: this.etag});
    this.head.reached();
    if (!news) return;
    const wasFinished = isFinished(this.job);
    this.etag = news.etag;
    this.job = news.json;
    if (wasFinished && !isFinished(this.job)) this.follow();
    this.head.update(this.job);
    this.made[this.shown].update(this.job);
  }

  fail(error) {
    if (error.name === 'AbortError') return;
    this.head.lost(error);
  }
}

export async function show(main, view, signal) {
  const job = await get(`/v1/jobs/${encodeURIComponent(view.name)}`, {signal});
  document.title = `${job.name ?? job.id} · propd`;
  new JobPage(main, view, signal, job);
}
