// The document as JSON beside its form. What is typed becomes the form as soon as it is JSON; until then it is said where it is not.
// SPDX-License-Identifier: Apache-2.0
import {h, replace} from './dom.js';
import {faultOf} from './json_fault.js';
import {copy, quoted} from './shell.js';

// Several short members on a line, as people write documents.
function jsonText(value, indent = '') {
  const flat = JSON.stringify(value);
  if (flat === undefined || typeof value !== 'object' || value === null || indent.length + flat.length < 74) return spaced(value);
  const inner = `${indent}  `;
  if (Array.isArray(value)) return `[\n${value.map((each) => inner + jsonText(each, inner)).join(',\n')}\n${indent}]`;
  return `{\n${Object.entries(value)
    .filter(([, each]) => each !== undefined)
    .map(([key, each]) => `${inner}${JSON.stringify(key)}: ${jsonText(each, inner)}`)
    .join(',\n')}\n${indent}}`;
}

function spaced(value) {
  if (Array.isArray(value)) return `[${value.map(spaced).join(', ')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  return `{${Object.entries(value)
    .filter(([, each]) => each !== undefined)
    .map(([key, each]) => `${JSON.stringify(key)}: ${spaced(each)}`)
    .join(', ')}}`;
}

// editor: {document, text, onjson(document), onfault(text)}. Returns {element, show()}: show() writes the document anew.
export function jsonView(editor) {
  const fault = h('p', {class: 'problem', role: 'alert', hidden: true});
  const area = h('textarea', {
    spellcheck: 'false',
    'aria-label': 'The job as JSON',
    class: 'json',
    rows: 24,
    value: editor.text ?? jsonText(editor.document),
  });
  const tell = (found) => {
    fault.hidden = !found;
    area.setAttribute('aria-invalid', String(Boolean(found)));
    if (!found) return;
    const go = () => {
      area.focus();
      area.setSelectionRange(found.at, Math.min(found.at + 1, area.value.length));
    };
    replace(
      fault,
      `Line ${found.line}, column ${found.column}: ${found.message}. `,
      h('button', {type: 'button', class: 'quiet', onclick: go}, 'Go there'),
    );
  };
  const read = () => {
    const found = faultOf(area.value) ?? notAnObject(area.value);
    tell(found);
    if (found) editor.onfault(area.value);
    else editor.onjson(JSON.parse(area.value));
  };
  area.addEventListener('input', read);
  if (editor.text !== null) tell(faultOf(area.value) ?? notAnObject(area.value));
  const show = () => {
    if (document.activeElement === area) return;
    const lost = area.getAttribute('aria-invalid') === 'true' ? area.value : null;
    area.value = jsonText(editor.document);
    tell(null);
    if (lost !== null) offerBack(fault, lost, area, read);
  };
  return {element: h('section', {class: 'card', 'aria-label': 'JSON'}, toolRow(editor, area), area, fault), show};
}

// A form was changed while the text was no JSON: what had been typed is not thrown away.
function offerBack(place, text, area, read) {
  place.hidden = false;
  const bring = () => {
    area.value = text;
    area.focus();
    read();
  };
  replace(
    place,
    'The form was changed, so that its document stands here in place of your text. ',
    h('button', {type: 'button', class: 'quiet', onclick: bring}, 'Bring my text back'),
  );
}

function notAnObject(text) {
  const value = JSON.parse(text);
  return value && typeof value === 'object' && !Array.isArray(value)
    ? null
    : {at: 0, line: 1, column: 1, message: 'a job is an object, as in {"dataset": "iris", "network": {"layers": []}}'};
}

function toolRow(editor, area) {
  const take = async (text, what) => (await copy(text, what)) || area.select();
  const curl = () => `curl ${location.origin}/v1/jobs -d ${quoted(area.value)}`;
  return h(
    'div',
    {class: 'row'},
    h('h2', null, 'JSON'),
    h('span', {class: 'spring'}),
    h('button', {type: 'button', class: 'quiet', onclick: () => take(area.value, 'The document')}, 'Copy'),
    h('button', {type: 'button', class: 'quiet', onclick: () => take(curl(), 'The curl line')}, 'Copy as curl'),
  );
}
