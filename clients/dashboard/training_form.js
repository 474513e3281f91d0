// How to train: forms of the catalog's own tables, what is often set first and the rest folded.
// SPDX-License-Identifier: Apache-2.0
import {rowsOf} from './augmentation_preview.js';
import {find} from './catalog.js';
import {h} from './dom.js';
import {fieldsForm} from './fields_form.js';

const COMMON = ['epochs', 'batch_size', 'optimizer', 'schedule', 'loss', 'validation', 'early_stopping', 'augmentation'];
// Members of the job itself that are no document of their own.
const RUNNING = [
  {name: 'threads', type: 'integer', default: 1, min: 1, max: 256, help: 'cores that this job may use'},
  {name: 'priority', type: 'integer', default: 0, min: -1000, max: 1000, help: 'higher ones run first'},
  {name: 'initial_model', type: 'string', default: null, nullable: true, help: 'a model whose weights it starts from: iris@1'},
  {name: 'tags', type: 'json', default: null, nullable: true, help: 'as in {"team": "vision"}'},
];

// What edits a member of the document that may be absent, and is when nothing is in it.
function memberOf(editor, name) {
  const value = editor.document[name] ?? {};
  const onchange = () => {
    if (Object.keys(value).length) editor.document[name] = value;
    else delete editor.document[name];
    editor.changed();
  };
  return {catalog: editor.catalog, value, pointer: `#/${name}`, onchange};
}

export function trainingForm(editor) {
  const {fields} = find(editor.catalog, 'documents', 'training');
  const kind = editor.dataset ? rowsOf(editor.dataset) : null;
  const rows = kind === 'tables' && editor.document.window ? 'series' : kind;
  const fits = (field, name) =>
    !rows || field.name !== 'augmentation' || find(editor.catalog, 'augmentations', name).fits.includes(rows);
  const shared = {...memberOf(editor, 'training'), fits};
  const common = COMMON.map((name) => fields.find((field) => field.name === name)).filter(Boolean);
  const runningForm = fieldsForm({
    catalog: editor.catalog,
    fields: RUNNING,
    value: editor.document,
    pointer: '#',
    onchange: () => editor.changed(),
  });
  return h(
    'section',
    {class: 'card', 'aria-label': 'Training', 'data-pointer': '#/training'},
    h('h2', null, 'Training'),
    fieldsForm({...shared, fields: common}),
    h(
      'details',
      {class: 'more'},
      h('summary', null, 'More of training'),
      fieldsForm({...shared, fields: fields.filter(({name}) => !COMMON.includes(name))}),
    ),
    h('details', {class: 'more'}, h('summary', null, 'Running'), runningForm),
  );
}

// Windows and preprocessing: how rows become the network's input.
export function inputForms(editor) {
  const preprocessing = find(editor.catalog, 'documents', 'preprocessing');
  const window = {
    name: 'window',
    type: 'object',
    nullable: true,
    default: null,
    object: find(editor.catalog, 'documents', 'window'),
    help: 'sequences cut from rows that follow each other in time',
  };
  return [
    h(
      'details',
      {class: 'more', open: Boolean(editor.document.window)},
      h('summary', null, 'Windows over time'),
      fieldsForm({
        catalog: editor.catalog,
        fields: [window],
        value: editor.document,
        pointer: '#',
        onchange: () => editor.changed(),
      }),
    ),
    h(
      'details',
      {class: 'more'},
      h('summary', null, 'Preprocessing'),
      h('small', null, preprocessing.help),
      fieldsForm({...memberOf(editor, 'preprocessing'), fields: preprocessing.fields}),
    ),
  ];
}
