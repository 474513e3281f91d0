// What happened, said where people look and where screen readers listen; and questions before what cannot be undone.
// SPDX-License-Identifier: Apache-2.0
import {h} from './dom.js';

// A notice for some seconds. kind: 'good', 'bad' or none.
export function announce(text, kind = '') {
  const close = h('button', {class: 'quiet', 'aria-label': 'Dismiss', onclick: () => notice.remove()}, '×');
  const notice = h('div', {class: `notice ${kind}`}, h('span', null, text), close);
  document.getElementById('notices').append(notice);
  setTimeout(() => notice.remove(), kind === 'bad' ? 12000 : 5000);
}

// Runs an action of the user; what goes wrong is told. Returns what it gives, undefined where it failed.
export async function attempt(action) {
  try {
    return await action();
  } catch (error) {
    if (error.name !== 'AbortError') announce(describe(error), 'bad');
    return undefined;
  }
}

// A problem with the places it names.
export function describe(error) {
  const places = (error.errors ?? []).map(({pointer, detail}) => pointer && !error.message.includes(detail) ? `${pointer}: ${detail}` : null);
  return [error.message, ...places.filter(Boolean)].join(' · ');
}

// A modal dialog with some content; resolves to what its form's pressed button says, '' where it is closed. A button that says ''
// submits nothing: it looks at no field, and Enter in one presses the first button that does.
export function ask(title, content, buttons) {
  return new Promise((resolve) => {
    const dialog = h('dialog', {'aria-label': title},
      h('form', {method: 'dialog'}, h('h2', null, title), content,
        h('div', {class: 'buttons'}, buttons.map(([value, text, kind]) => {
          const closes = value === '' && {type: 'button', onclick: () => dialog.close('')};
          return h('button', {value, class: kind ?? '', ...closes}, text);
        }))));
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

export async function confirm(title, text, verb) {
  return await ask(title, h('p', null, text), [['', 'No'], ['yes', verb, 'danger']]) === 'yes';
}
