// Forms made of the daemon's own tables of fields (/v1/catalog). A form edits a plain document in place: what is left as it is by
// itself is not written down. What is wrong is said by the daemon, at the control whose data-pointer the error names (problems.js).
// SPDX-License-Identifier: Apache-2.0
import {kindsOf, isSame, variantOf} from './catalog.js';
import {h, labelled, replace, select} from './dom.js';

// "kernel_initializer" as people write it.
export function wordsOf(name) {
  return name.replaceAll('_', ' ');
}

function textOf(value) {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

// What a text means to a field: a number where it is one, else as it was written, for the daemon to judge.
function valueOf(field, text) {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  if (field.type === 'integer' || field.type === 'number') return Number.isFinite(Number(trimmed)) ? Number(trimmed) : trimmed;
  if (field.type === 'strings')
    return trimmed
      .split(',')
      .map((each) => each.trim())
      .filter(Boolean);
  if (field.type === 'sizes') return sizesOf(trimmed);
  if (field.type === 'json') return jsonOf(trimmed);
  return trimmed;
}

function sizesOf(text) {
  const sizes = text
    .split(/[\s,×x]+/)
    .filter(Boolean)
    .map((each) => (Number.isFinite(Number(each)) ? Number(each) : each));
  return sizes.length === 1 ? sizes[0] : sizes;
}

function jsonOf(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

// Writes a member, or takes it away where it is what stands there by itself.
export function put(form, field, value) {
  if (value === undefined || isSame(value, field.default)) delete form.value[field.name];
  else form.value[field.name] = value;
  form.onchange();
}

function limitsOf(field) {
  const word = field.word ? `${field.word}, or ` : '';
  if (field.min === undefined || field.max === undefined || field.max >= 1e9) return field.word ? `${word}a number` : '';
  if (field.type !== 'integer' && field.type !== 'number') return '';
  return `${word}${field.min} to ${field.max}`;
}

function helpOf(field) {
  return [field.help, limitsOf(field)].filter(Boolean).join(' · ');
}

function textControl(form, field) {
  const isNumber = field.type === 'integer' || field.type === 'number';
  const input = h('input', {
    name: field.name,
    value: textOf(form.value[field.name]),
    placeholder: textOf(field.default) || (field.required ? 'needed' : 'none'),
    inputmode: isNumber && !field.word ? 'decimal' : null,
    autocomplete: 'off',
    spellcheck: 'false',
    oninput: () => put(form, field, valueOf(field, input.value)),
  });
  return input;
}

function choiceControl(form, field) {
  const chosen = form.value[field.name] ?? field.default;
  const values = field.nullable ? [['', 'none'], ...field.choices] : field.choices;
  return select(values, chosen ?? '', (value) => put(form, field, value === '' ? null : value), {name: field.name});
}

function booleanField(form, field) {
  const input = h('input', {
    type: 'checkbox',
    name: field.name,
    checked: form.value[field.name] ?? field.default,
    onchange: () => put(form, field, input.checked),
  });
  return h('label', {class: 'check', title: field.help}, input, ' ', wordsOf(field.name));
}

// The form of what a chosen kind takes, in `place`; `value` is the variant's.
function showKind(form, field, place, value) {
  const kind = kindsOf(form.catalog, field.choices).find(({name}) => name === value.type);
  const change = () => put(form, field, Object.keys(value).length > 1 ? {...value} : value.type);
  replace(
    place,
    kind?.help && h('small', null, kind.help),
    kind &&
      kind.fields.length > 0 &&
      fieldsForm({...form, fields: kind.fields, value, pointer: `${form.pointer}/${field.name}`, onchange: change}),
  );
}

function variantField(form, field) {
  const value = {...variantOf(form.value[field.name] ?? field.default)};
  const place = h('div', {class: 'kind'});
  const choose = (type) => {
    const next = type === '' ? null : {type};
    showKind(form, field, place, next ?? {});
    put(form, field, next ? type : null);
  };
  const byItself = field.default === null || field.default === undefined;
  const choices = byItself ? [['', field.required ? 'choose' : 'by itself'], ...field.choices] : field.choices;
  const control = select(choices, value.type ?? '', choose, {name: field.name});
  showKind(form, field, place, value);
  return h('div', {class: 'variant'}, labelled(wordsOf(field.name), control, field.help), place);
}

function variantsField(form, field) {
  const list = h('ol', {class: 'variants'});
  const values = () => form.value[field.name] ?? [];
  const show = () =>
    replace(
      list,
      values().map((value, at) => variantEntry(form, field, {value, at, show})),
    );
  const add = select(
    [['', 'add …'], ...field.choices.filter((name) => form.fits?.(field, name) ?? true)],
    '',
    (type) => {
      if (type) put(form, field, [...values(), {type}]);
      add.value = '';
      show();
    },
    {name: `${field.name}-add`},
  );
  show();
  return h('div', {class: 'variant wide'}, labelled(wordsOf(field.name), add, field.help), list);
}

function variantEntry(form, field, {value, at, show}) {
  const kind = variantOf(value);
  const entry = {...form, value: {[field.name]: kind}, pointer: `${form.pointer}/${field.name}/${at}`};
  const fields = kindsOf(form.catalog, field.choices).find(({name}) => name === kind.type)?.fields ?? [];
  const change = () =>
    put(
      form,
      field,
      form.value[field.name].map((each, i) => (i === at ? {...kind} : each)),
    );
  const remove = () => {
    put(
      form,
      field,
      form.value[field.name].filter((_, i) => i !== at),
    );
    show();
  };
  return h(
    'li',
    {'data-pointer': entry.pointer},
    h(
      'div',
      {class: 'row'},
      h('strong', null, wordsOf(kind.type)),
      h('button', {type: 'button', class: 'quiet', 'aria-label': `Remove ${kind.type}`, onclick: remove}, '×'),
    ),
    fieldsForm({...entry, fields, value: kind, onchange: change}),
  );
}

// A part that may be absent: a box to tick, and its form while it is ticked.
function objectField(form, field) {
  const isThere = field.default !== null && field.default !== undefined;
  let value = structuredClone(form.value[field.name]) ?? (form.value[field.name] === undefined && isThere ? {} : null);
  const write = () => put(form, field, value && isThere && Object.keys(value).length === 0 ? undefined : value && {...value});
  const place = h('div', {class: 'part'});
  const show = () =>
    replace(
      place,
      value &&
        fieldsForm({...form, fields: field.object.fields, value, pointer: `${form.pointer}/${field.name}`, onchange: write}),
    );
  const input = h('input', {
    type: 'checkbox',
    name: field.name,
    checked: value !== null,
    onchange: () => {
      value = input.checked ? {} : null;
      show();
      write();
    },
  });
  show();
  const title = field.nullable
    ? h('label', {class: 'check'}, input, ' ', wordsOf(field.name))
    : h('span', {class: 'name'}, wordsOf(field.name));
  return h(
    'fieldset',
    {class: 'wide', 'data-pointer': `${form.pointer}/${field.name}`},
    h('legend', null, title),
    h('small', null, field.help),
    place,
  );
}

function fieldOf(form, field) {
  if (form.custom?.[field.name]) return form.custom[field.name](form, field);
  if (field.type === 'boolean') return booleanField(form, field);
  if (field.type === 'variant') return variantField(form, field);
  if (field.type === 'variants') return variantsField(form, field);
  if (field.type === 'object') return objectField(form, field);
  const control = field.type === 'choice' ? choiceControl(form, field) : textControl(form, field);
  return labelled(wordsOf(field.name), control, helpOf(field));
}

// The form of some fields of `value`. form: {catalog, fields, value, pointer: '#/training', onchange, fits: (field, name) => whether a
// list's kind can be used here, custom: {input: (form, field) => element}}. `onchange` is called after each change.
export function fieldsForm(form) {
  return h(
    'div',
    {class: 'fields'},
    form.fields.map((field) => {
      const element = fieldOf(form, field);
      element.dataset.pointer ??= `${form.pointer}/${field.name}`;
      return element;
    }),
  );
}
