// Parts of a page as links, the chosen one in the URL (?tab=).
// SPDX-License-Identifier: Apache-2.0
import {h} from './dom.js';
import {current, link} from './view.js';

// tabs: [key, text]; the first is shown where the URL says none. Other keys of the URL are kept only where `kept` lists them.
export function tabBar(label, tabs, kept = []) {
  const {page, name, query} = current();
  const chosen = chosenTab(tabs);
  const rest = Object.fromEntries(kept.map((key) => [key, query[key]]));
  return h(
    'nav',
    {class: 'part-links', 'aria-label': label},
    tabs.map(([key, text], i) =>
      h(
        'a',
        {href: link(page, name, {...rest, tab: i === 0 ? null : key}), 'aria-current': key === chosen ? 'page' : null},
        text,
      ),
    ),
  );
}

export function chosenTab(tabs) {
  const {tab} = current().query;
  return tabs.some(([key]) => key === tab) ? tab : tabs[0][0];
}
