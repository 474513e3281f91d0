// What an owner says of a dataset or a model: tags and a sentence, changed by PATCH.
// SPDX-License-Identifier: Apache-2.0
import {send} from './api.js';
import {announce, ask, attempt} from './announce.js';
import {h, labelled} from './dom.js';
import {tagsOfText, textOfTags} from './tags.js';

// Asks for both and changes them; calls `onchanged` with the changed thing.
export async function editAbout(path, thing, onchanged) {
  const about = h('textarea', {rows: 3, cols: 50, value: thing.about ?? ''});
  const tags = h('textarea', {rows: 3, cols: 50, value: textOfTags(thing.tags ?? {})});
  const answer = await ask(
    `About ${thing.name}`,
    [labelled('In your words', about), labelled('Tags', tags, 'one a line, as in team: vision')],
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
