// What goes to a shell: text in its quotes, by way of the clipboard.
// SPDX-License-Identifier: Apache-2.0
import {announce} from './announce.js';

// In single quotes, with those within.
export function quoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

// Copies and says so; false where it could not: browsers have a clipboard for pages of HTTPS and of this machine alone.
export async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
    announce(`${what} is in the clipboard`, 'good');
    return true;
  } catch {
    announce('The browser does not give the clipboard', 'bad');
    return false;
  }
}
