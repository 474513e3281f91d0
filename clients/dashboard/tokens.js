// Who may do what, for admins: tokens listed, made (the secret is shown once) and revoked.
// SPDX-License-Identifier: Apache-2.0
import {get, send} from './api.js';
import {announce, ask, attempt, confirm} from './announce.js';
import {h, labelled, replace} from './dom.js';
import {time} from './format.js';
import {table} from './tables.js';

const SCOPES = [
  ['read', 'look at its owner’s things'],
  ['predict', 'ask its owner’s models'],
  ['train', 'upload, train, change; the two above too'],
  ['admin', 'everything, of all owners'],
];

function stateOf(token) {
  if (token.revoked_at) return h('span', {class: 'bad'}, `revoked ${time(token.revoked_at)}`);
  if (token.expires_at && new Date(token.expires_at) < new Date())
    return h('span', {class: 'warn'}, `expired ${time(token.expires_at)}`);
  return token.expires_at ? `until ${time(token.expires_at)}` : 'without an end';
}

async function revoke(token, again) {
  if (!(await confirm(`Revoke ${token.name}?`, 'Whoever uses it is refused from the next request on.', 'Revoke'))) return;
  await attempt(async () => {
    await send('DELETE', `/v1/tokens/${token.id}`);
    announce(`${token.name} is revoked`, 'good');
    again();
  });
}

function row(token, again) {
  return h(
    'tr',
    null,
    h('th', {scope: 'row'}, token.name),
    h('td', null, token.owner),
    h('td', null, token.scopes.join(', ')),
    h('td', null, stateOf(token)),
    h('td', null, time(token.used_at)),
    h(
      'td',
      null,
      h(
        'button',
        {
          disabled: Boolean(token.revoked_at),
          title: token.revoked_at ? 'it is revoked' : null,
          onclick: () => revoke(token, again),
        },
        'Revoke …',
        h('span', {class: 'visually-hidden'}, ` ${token.name}`),
      ),
    ),
  );
}

async function showSecret(made) {
  await ask(
    `Token ${made.name}`,
    [
      h('p', null, 'This is shown once; only its SHA-256 is kept. Copy it now:'),
      h('p', null, h('code', {class: 'secret'}, made.token ?? made.secret)),
      h('pre', null, `curl -H "Authorization: Bearer …" ${location.origin}/v1/jobs`),
    ],
    [['', 'I have it', 'primary']],
  );
}

// Asks for a token's name, owner, scopes and end; makes it.
async function make(again) {
  const name = h('input', {name: 'token-name', required: true, maxlength: 64, placeholder: 'ci', autocomplete: 'off'});
  const owner = h('input', {name: 'owner', maxlength: 64, placeholder: 'the token’s name', autocomplete: 'off'});
  const expires = h('input', {name: 'expires', placeholder: '30d, or never', autocomplete: 'off'});
  const boxes = SCOPES.map(([scope, help]) => [
    scope,
    h('input', {type: 'checkbox', name: scope, checked: scope === 'read'}),
    help,
  ]);
  const answer = await ask(
    'New token',
    [
      labelled('Name', name),
      labelled('Owner', owner, 'whose things it sees and makes'),
      labelled('Expires in', expires),
      h(
        'fieldset',
        null,
        h('legend', null, 'Scopes'),
        boxes.map(([scope, box, help]) =>
          h('div', null, h('label', {class: 'check'}, box, ` ${scope} `, h('small', null, help))),
        ),
      ),
    ],
    [
      ['', 'Leave it'],
      ['make', 'Make it', 'primary'],
    ],
  );
  if (answer !== 'make') return;
  const asked = {name: name.value.trim(), scopes: boxes.filter(([, box]) => box.checked).map(([scope]) => scope)};
  if (owner.value.trim()) asked.owner = owner.value.trim();
  if (expires.value.trim()) asked.expires = expires.value.trim();
  const made = await attempt(() => send('POST', '/v1/tokens', asked));
  if (!made) return;
  await showSecret(made);
  again();
}

// The card of tokens; an empty place where there are none to see.
export async function showTokens(place, signal) {
  const session = await get('/v1/session', {signal});
  const isAdmin = session.tokens && session.scopes?.includes('admin');
  const tools = h(
    'p',
    {class: 'faint'},
    session.tokens
      ? 'Tokens are listed for those whose own has the scope admin.'
      : ['Nobody is asked for a token here. ', h('code', null, 'propd --create-token NAME --scope admin'), ' makes the first.'],
  );
  if (!isAdmin) {
    replace(place, h('h2', null, 'Tokens'), tools);
    return;
  }
  const again = () => attempt(() => showTokens(place, signal));
  const {tokens} = await get('/v1/tokens', {query: {limit: 200}, signal});
  replace(
    place,
    h(
      'div',
      {class: 'row'},
      h('h2', null, 'Tokens'),
      h('span', {class: 'spring'}),
      h('button', {class: 'primary', onclick: () => make(again)}, 'New token …'),
    ),
    table(
      'Tokens',
      ['Name', 'Owner', 'Scopes', 'Holds', 'Last used', ''],
      tokens.map((token) => row(token, again)),
    ),
  );
}
