// Jobs.
// SPDX-License-Identifier: Apache-2.0
import {h, replace} from './dom.js';

export const title = () => 'Jobs';

export async function show(main) {
  replace(main, h('h1', null, 'Jobs'));
}
