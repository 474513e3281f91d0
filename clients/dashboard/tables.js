// Tables and lists of facts, made alike on all of these pages.
// SPDX-License-Identifier: Apache-2.0
import {h} from './dom.js';

// heads: 'Text', or ['Text', 'number'] over figures. rows: <tr> elements. options: {foot: a <tr>, hidesHead, kind and box: classes of
// the table and of what scrolls around it}. The caption is read out, and names the box, which keys can scroll.
export function table(caption, heads, rows, {foot, hidesHead = false, kind = null, box = ''} = {}) {
  const cells = heads.map((head) => [head].flat()).map(([text, type]) => h('th', {scope: 'col', class: type}, text));
  return h(
    'div',
    {class: `scroll ${box}`, tabindex: '0', role: 'group', 'aria-label': caption},
    h(
      'table',
      {class: kind},
      h('caption', {class: 'visually-hidden'}, caption),
      h('thead', {class: hidesHead ? 'visually-hidden' : null}, h('tr', null, cells)),
      h('tbody', null, rows),
      foot && h('tfoot', null, foot),
    ),
  );
}

export function figureCell(text, kind = '') {
  return h('td', {class: `number ${kind}`}, text);
}

// Names with what they are; what is null or empty is left out. kind: classes, 'wide' where they stand beside each other.
export function facts(list, kind = '') {
  const given = Object.entries(list).filter(([, value]) => value !== null && value !== undefined && value !== '');
  return h(
    'dl',
    {class: `facts ${kind}`},
    given.map(([name, value]) => h('div', null, h('dt', null, name), h('dd', null, value))),
  );
}
