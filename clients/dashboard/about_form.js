// What an owner says of a dataset or a model: tags and a sentence, changed by PATCH.
// SPDX-License-Identifier: Apache-2.0
import {send} from './api.js';
import {announce, ask, attempt} from './announce.js';
import {h, labelled} from './dom.js';

// {team: 'vision', draft: ''} of "team: vision, draft".
export function tagsOfText(text) {
  const pairs = text
    .split(',')
    .map((each) => each.trim())
    .filter(Boolean)
    .map((each) => {
      const [key, ...value] = each.split(':');
      return [key.trim(), value.join(':').trim()];
    });
  return Object.fromEntries(pairs);
}

export function textOfTags(tags) {
  return Object.entries(tags)
    .map(([key, value]) => (value ? `${key}: ${value}` : key))
    .join(', ');
}

// Asks for both and changes them; calls `onchanged` with the changed thing.
export async function editAbout(path, thing, onchanged) {
  const about = h('textarea', {rows: 3, cols: 50, value: thing.about ?? ''});
  const tags = h('input', {size: 50, value: textOfTags(thing.tags ?? {})});
  const answer = await ask(
    `About ${thing.name}`,
    [labelled('In your words', about), labelled('Tags', tags, 'with commas between, as in team: vision, draft')],
    [
      ['', 'Leave it'],
      ['save', 'Save', 'primary'],
    ],
  );
  if (answer !== 'save') return;
  const changed = await attempt(() => send('PATCH', path, {about: about.value.trim() || null, tags: tagsOfText(tags.value)}));
  if (!changed) return;
  announce('Saved', 'good');
  onchanged(changed);
}
