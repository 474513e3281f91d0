// The login: a token is handed over once for a cookie that scripts cannot read.
// SPDX-License-Identifier: Apache-2.0
import {get, send} from './api.js';
import {ask, describe} from './announce.js';
import {h, labelled, replace} from './dom.js';

let asking = null;

async function askForToken() {
  let said = 'This propd wants to know who asks. propd --create-token NAME --scope train makes a token.';
  for (;;) {
    const input = h('input', {type: 'password', name: 'token', autocomplete: 'current-password', required: true, size: 48});
    const answer = await ask('Log in', [h('p', null, said), labelled('Token', input)], [['in', 'Log in', 'primary']]);
    if (answer !== 'in') continue;
    try {
      return await send('POST', '/v1/session', {token: input.value.trim()});
    } catch (problem) {
      said = describe(problem);
    }
  }
}

// Asks until somebody is in, once for all who find out at the same time; then the page is made again.
export function login() {
  asking ??= askForToken().then(() => location.reload());
  return asking;
}

async function logout() {
  await send('DELETE', '/v1/session');
  location.reload();
}

// Who one is, with the way out, where tokens are on.
export async function showWho(place) {
  const session = await get('/v1/session').catch(() => null);
  if (session?.tokens)
    replace(place, h('span', {title: `may: ${session.scopes.join(', ')}`}, session.name), ' ', h('button', {class: 'quiet', onclick: logout}, 'Log out'));
}
