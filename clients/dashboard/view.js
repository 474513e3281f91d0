// The view is in the URL: #/page/name?key=value. A refresh, a bookmark or a message to a colleague shows the same.
// SPDX-License-Identifier: Apache-2.0

// {page: 'job', name: 'iris', query: {x: 'time'}} of the address bar.
export function current() {
  const [path, query = ''] = location.hash.replace(/^#\/?/, '').split('?');
  const [page, ...rest] = path.split('/');
  return {page: page || 'jobs', name: rest.map(decodeURIComponent).join('/'), query: Object.fromEntries(new URLSearchParams(query))};
}

// The link to a view. Keys without a value are left out.
export function link(page, name = '', query = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== '');
  const path = `#/${page}${name ? `/${encodeURIComponent(name)}` : ''}`;
  return given.length ? `${path}?${new URLSearchParams(given)}` : path;
}

// Another page.
export function go(page, name, query) {
  location.hash = link(page, name, query);
}

// The same page with some keys changed, without a new entry in the history and without the page being made again.
export function change(query) {
  const view = current();
  history.replaceState(null, '', link(view.page, view.name, {...view.query, ...query}));
}
