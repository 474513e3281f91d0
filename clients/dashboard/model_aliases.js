// The names that a model's versions have beside their numbers: given, moved to this version, taken away.
// SPDX-License-Identifier: Apache-2.0
import {get, send} from './api.js';
import {announce, attempt, confirm} from './announce.js';
import {h, labelled, replace} from './dom.js';
import {time} from './format.js';
import {table} from './tables.js';
import {link} from './view.js';

function path(model, alias) {
  return `/v1/models/${model.name}/aliases/${encodeURIComponent(alias)}`;
}

async function put(model, alias, again) {
  await attempt(async () => {
    await send('PUT', path(model, alias), {version: model.version});
    announce(`${model.name}@${alias} is version ${model.version} now`, 'good');
    again();
  });
}

async function take(model, alias, again) {
  if (!(await confirm(`Take ${alias} away?`, `Whoever asks for ${model.name}@${alias} is answered 404 then.`, 'Take it away')))
    return;
  await attempt(async () => {
    await send('DELETE', path(model, alias));
    announce(`${alias} is no name any more`, 'good');
    again();
  });
}

function row(model, {alias, version, changed_at: changed}, again) {
  const isHere = version === model.version;
  return h(
    'tr',
    null,
    h('th', {scope: 'row'}, alias),
    h('td', null, isHere ? 'this version' : h('a', {href: link('models', `${model.name}@${version}`)}, `version ${version}`)),
    h('td', {class: 'faint'}, time(changed)),
    h(
      'td',
      null,
      h(
        'span',
        {class: 'row close'},
        h(
          'button',
          {disabled: isHere, title: isHere ? 'it is this version' : null, onclick: () => put(model, alias, again)},
          'Move here',
          h('span', {class: 'visually-hidden'}, ` ${alias}`),
        ),
        h('button', {class: 'quiet', 'aria-label': `Take ${alias} away`, onclick: () => take(model, alias, again)}, '×'),
      ),
    ),
  );
}

export async function showAliases(place, model, again, signal) {
  const {aliases} = await get(`/v1/models/${model.name}/aliases`, {signal});
  const name = h('input', {name: 'alias', maxlength: 64, required: true, placeholder: 'production', autocomplete: 'off'});
  const give = (event) => {
    event.preventDefault();
    put(model, name.value.trim(), again);
  };
  replace(
    place,
    h('h2', null, 'Aliases'),
    aliases.length
      ? table(
          'Aliases',
          ['Alias', 'Version', 'Changed', 'Change'],
          aliases.map((alias) => row(model, alias, again)),
          {hidesHead: true},
        )
      : h(
          'p',
          {class: 'faint'},
          `None yet. An alias such as production names a version for those who ask: ${model.name}@production.`,
        ),
    h('form', {class: 'row end', onsubmit: give}, labelled('New alias of this version', name), h('button', null, 'Give it')),
  );
}
