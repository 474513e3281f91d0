// A job's document as JSON, with what submits it again.
// SPDX-License-Identifier: Apache-2.0
import {announce} from './announce.js';
import {h} from './dom.js';
import {link} from './view.js';

// Browsers have a clipboard for pages of HTTPS and of this machine alone.
function copyButton(label, text) {
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    announce('Copied', 'good');
  };
  const can = Boolean(navigator.clipboard);
  return h('button', {onclick: copy, disabled: !can, title: can ? null : 'Browsers allow this over HTTPS only'}, label);
}

// For a shell: quotes within single quotes.
function quoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

export function create({job}) {
  const {webhook, ...spec} = job.spec;
  const text = JSON.stringify(webhook ? {...spec, webhook} : spec, null, 2);
  const curl = `curl ${location.origin}/v1/jobs -d ${quoted(JSON.stringify(spec))}`;
  const element = h(
    'div',
    {class: 'spec'},
    h(
      'div',
      {class: 'row'},
      h('a', {class: 'button primary', href: link('new', '', {from: job.id})}, 'Train again with changes'),
      copyButton('Copy JSON', text),
      copyButton('Copy as curl', curl),
    ),
    h('p', {class: 'faint'}, 'The document as it was understood, every default written out.'),
    h('pre', {tabindex: 0, 'aria-label': 'Document'}, text),
    h('h2', null, 'From a shell'),
    h('pre', {tabindex: 0, 'aria-label': 'curl'}, curl),
  );
  return {element, update: () => {}};
}
