// Elements, made in one call.
// SPDX-License-Identifier: Apache-2.0

function setAttribute(element, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
  else if (name === 'dataset') Object.assign(element.dataset, value);
  // The content security policy forbids style attributes, and allows this.
  else if (name === 'style') Object.entries(value).forEach(([key, text]) => element.style.setProperty(key, text));
  else if (name === 'value' || name === 'checked' || name === 'selected' || name === 'indeterminate') element[name] = value;
  else element.setAttribute(name, value === true ? '' : value);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) setAttribute(element, name, value);
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

// h('a', {href: '#/jobs', onclick: f}, 'text', [more, …]): text is text, never HTML. Children that are null or false are left out.
export function h(tag, attributes, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

// The same for a picture's elements.
export function svg(tag, attributes, ...children) {
  return fill(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children);
}

export function replace(element, ...children) {
  element.replaceChildren();
  return fill(element, null, children);
}

let lastId = 0;

// A control with its label. `control` gets an id; `help` is read out with it.
export function labelled(text, control, help) {
  control.id ||= `control-${++lastId}`;
  if (help) control.setAttribute('aria-describedby', `${control.id}-help`);
  return h('div', {class: 'field'}, h('label', {for: control.id}, text), control,
    help && h('small', {id: `${control.id}-help`}, help));
}

// A drop-down of values, or of [value, text].
export function select(values, chosen, onchange, attributes) {
  const options = values.map((value) => {
    const [key, text] = Array.isArray(value) ? value : [value, value];
    return h('option', {value: key, selected: String(key) === String(chosen)}, text);
  });
  return h('select', {...attributes, onchange: (event) => onchange(event.target.value)}, options);
}
