// What the daemon found wrong, shown at the control that it names.
// SPDX-License-Identifier: Apache-2.0
import {h} from './dom.js';

const CONTROLS = 'input, select, textarea';

function clearProblems(root) {
  root.querySelectorAll('.problem').forEach((each) => each.remove());
  root.querySelectorAll('[aria-invalid]').forEach((each) => {
    each.removeAttribute('aria-invalid');
    each.removeAttribute('aria-errormessage');
  });
  root.querySelectorAll('.has-problem').forEach((each) => each.classList.remove('has-problem'));
}

// The element with the longest beginning of a pointer.
function placeOf(root, pointer) {
  const parts = pointer.split('/');
  for (; parts.length > 1; parts.pop()) {
    const found = root.querySelector(`[data-pointer="${CSS.escape(parts.join('/'))}"]`);
    if (found) return found;
  }
  return null;
}

function openAround(element) {
  for (let at = element.closest('details'); at; at = at.parentElement.closest('details')) at.open = true;
}

function showAt(place, detail, id) {
  const message = h('p', {class: 'problem', id, role: 'alert'}, detail);
  const isGroup = place.matches('li, fieldset, section, ol');
  const control = isGroup ? null : place.querySelector(CONTROLS);
  control?.setAttribute('aria-invalid', 'true');
  control?.setAttribute('aria-errormessage', id);
  place.classList.add('has-problem');
  openAround(place);
  const title = isGroup && place.querySelector(':scope > legend, :scope > .row, :scope > h2');
  if (title) title.after(message);
  else place.append(message);
}

// Shows each error at its place under `root`; returns those that have none.
export function showProblems(root, errors) {
  clearProblems(root);
  return errors.filter(({pointer, detail}, i) => {
    const place = pointer ? placeOf(root, pointer) : null;
    if (place) showAt(place, detail, `problem-${i}`);
    return !place;
  });
}
