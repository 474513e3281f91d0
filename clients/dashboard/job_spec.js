// A job's document as JSON, with what submits it again.
// SPDX-License-Identifier: Apache-2.0
import {h} from './dom.js';
import {copy, quoted} from './shell.js';
import {link} from './view.js';

function copyButton(label, text, what) {
  const can = Boolean(navigator.clipboard);
  const title = can ? null : 'Browsers allow this over HTTPS only';
  return h('button', {onclick: () => copy(text, what), disabled: !can, title}, label);
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
      copyButton('Copy JSON', text, 'The document'),
      copyButton('Copy as curl', curl, 'The curl line'),
    ),
    h('p', {class: 'faint'}, 'The document as it was understood, every default written out.'),
    h('pre', {tabindex: 0, 'aria-label': 'Document'}, text),
    h('h2', null, 'From a shell'),
    h('pre', {tabindex: 0, 'aria-label': 'curl'}, curl),
  );
  return {element, update: () => {}};
}
