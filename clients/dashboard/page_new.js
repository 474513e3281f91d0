// New job.
// SPDX-License-Identifier: Apache-2.0
import {h, replace} from './dom.js';

export const title = () => 'New job';

export async function show(main) {
  replace(main, h('h1', null, 'New job'));
}
