// Turning the pages of a list. A page knows where the next one begins and not where the one before did: the way here stands in the
// view beside the cursor, so that it leads back after a refresh, too.
// SPDX-License-Identifier: Apache-2.0

function way({before}) {
  return (before ?? '').split(',').filter(Boolean);
}

export const FIRST = {cursor: null, before: null};

// What the view's query becomes.
export function onward(query, next) {
  return {cursor: next, before: [...way(query), query.cursor].filter(Boolean).join(',') || null};
}

export function back(query) {
  const before = way(query);
  return {cursor: before.pop() ?? null, before: before.join(',') || null};
}
