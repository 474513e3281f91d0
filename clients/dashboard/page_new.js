// New job (#/new?dataset=iris, ?from=job_…, ?template=image): forms, a network builder, a live check and the JSON, of one document.
// Whatever is changed in one of them is in the others; what is not submitted survives a refresh (new_draft.js).
// SPDX-License-Identifier: Apache-2.0
import {send} from './api.js';
import {announce, attempt, confirm, describe} from './announce.js';
import {catalog} from './catalog.js';
import {beginNetwork, dataForm, loadDataset} from './data_form.js';
import {h, replace} from './dom.js';
import {jsonView} from './json_view.js';
import {networkBuilder} from './network_builder.js';
import {networkCheck} from './network_check.js';
import {documentOfJob, forgetDraft, saveDraft, savedDraft} from './new_draft.js';
import {showProblems} from './problems.js';
import {trainingForm} from './training_form.js';
import {go, link} from './view.js';

export function title() {
  return 'New job';
}

async function beginDocument(all, query, signal) {
  if (query.from) return documentOfJob(all, query.from, signal);
  return query.dataset ? {dataset: query.dataset} : {};
}

class Editor {
  constructor(main, {begun, all, document, text, signal}) {
    Object.assign(this, {main, begun, catalog: all, document, text, signal, dataset: null, isSending: false});
    this.forms = h('div', {class: 'forms'});
    this.check = networkCheck(this, (found, problem) => this.checked(found, problem));
    this.json = jsonView(this);
    this.submitButton = h('button', {class: 'primary', onclick: () => this.submit()}, 'Train');
    this.reason = h('span', {class: 'faint', role: 'status'});
  }

  show() {
    replace(
      this.main,
      h(
        'div',
        {class: 'row head'},
        h('h1', null, 'New job'),
        h('span', {class: 'spring'}),
        this.reason,
        this.submitButton,
        h('button', {onclick: () => this.startOver()}, 'Start over …'),
      ),
      h('div', {class: 'beside new'}, this.forms, h('div', {class: 'side'}, this.check.element, this.json.element)),
    );
    this.showForms();
    this.allow(this.text ? 'the JSON is not complete' : this.document.dataset ? null : 'choose a dataset first');
    if (!this.text) this.check.again();
  }

  // The forms of the document. JSON may say what no form can show; then the check tells what is wrong with it.
  showForms() {
    try {
      this.builder = networkBuilder(this);
      replace(this.forms, dataForm(this), this.builder.element, trainingForm(this));
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      this.builder = null;
      replace(
        this.forms,
        h(
          'section',
          {class: 'card'},
          h(
            'p',
            {class: 'warn'},
            'This document has parts of another type than the forms can show. The check beside says what is expected.',
          ),
        ),
      );
    }
  }

  // Disables the button with a reason, or enables it.
  allow(reason) {
    this.refusal = reason;
    this.submitButton.disabled = reason !== null || this.isSending;
    this.submitButton.title = reason ?? '';
    this.reason.textContent = reason ?? '';
  }

  // Some form changed the document.
  changed() {
    saveDraft(this.begun, this.document);
    this.text = null;
    this.json.show();
    this.allow(this.document.dataset ? null : 'choose a dataset first');
    this.check.again();
  }

  // Much of it changed: the forms are made again. The focus goes back to the control of the same name.
  replaced(said) {
    const {name} = document.activeElement ?? {};
    this.showForms();
    this.changed();
    if (name) this.forms.querySelector(`[name="${CSS.escape(name)}"]`)?.focus();
    if (said) announce(said);
  }

  async onjson(next) {
    this.document = next;
    this.text = null;
    saveDraft(this.begun, next);
    if (next.dataset !== this.loaded && !(await loadDataset(this))) return;
    // Typing goes on while the dataset comes: whatever was typed last has the forms made.
    if (this.document !== next || this.text !== null) return;
    this.showForms();
    this.allow(next.dataset ? null : 'choose a dataset first');
    this.check.again();
  }

  onfault(text) {
    this.text = text;
    saveDraft(this.begun, this.document, text);
    this.allow('the JSON is not complete');
  }

  checked(found, problem) {
    showProblems(this.forms, problem?.errors ?? []);
    this.builder?.showCheck(found?.layers);
    if (this.text === null)
      this.allow(problem?.status === 422 ? 'the check says what is wrong' : null);
  }

  async submit() {
    // An answer of the check may come meanwhile: a second press would make a second job.
    this.isSending = true;
    this.allow(this.refusal);
    try {
      const job = await send('POST', '/v1/jobs', this.document);
      forgetDraft();
      announce(`${job.name} is submitted`, 'good');
      go('job', job.id);
    } catch (problem) {
      showProblems(this.forms, problem.errors ?? []);
      announce(describe(problem), 'bad');
      this.isSending = false;
      this.allow(this.refusal);
    }
  }

  async startOver() {
    if (!(await confirm('Start over?', 'What was written here is forgotten.', 'Start over'))) return;
    forgetDraft();
    // The address may be that already, where a link of the navigation led here: then going there would be going nowhere.
    history.replaceState(null, '', link('new'));
    await attempt(() => show(this.main, {query: {}}, this.signal));
  }
}

export async function show(main, view, signal) {
  const begun = new URLSearchParams(view.query).toString();
  const [all, saved] = [await catalog(), savedDraft(begun)];
  const document = saved?.document ?? (await beginDocument(all, view.query, signal));
  const editor = new Editor(main, {begun: begun || (saved?.begun ?? ''), all, document, text: saved?.text ?? null, signal});
  await loadDataset(editor);
  if (!saved) beginNetwork(editor, view.query.template);
  if (!saved) editor.json.show();
  signal.throwIfAborted();
  editor.show();
}
