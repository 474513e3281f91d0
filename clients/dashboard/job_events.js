// The events of a job, oldest first: read as far as somebody wants them, then as they come.
// SPDX-License-Identifier: Apache-2.0
import {get, listen} from './api.js';

const EVENTS_MAX = 20000; // of a run of days; the oldest are the ones that count for scales

export function createEvents(id, signal) {
  const events = {list: [], seq: 0, watchers: []};
  let reading = null,
    stop = null;

  const add = (news) => {
    const fresh = news.filter(({seq}) => seq > events.seq);
    if (fresh.length === 0) return;
    events.list.push(...fresh);
    events.seq = fresh.at(-1).seq;
    events.watchers.forEach((watcher) => watcher(fresh));
  };

  const read = async () => {
    let page;
    do {
      page = await get(`/v1/jobs/${id}/events`, {query: {after: events.seq}, signal});
      add(page.events);
    } while (page.more && events.list.length < EVENTS_MAX);
  };

  // All that has happened so far.
  events.all = () => {
    reading ??= read().finally(() => (reading = null));
    return reading;
  };
  // Tells `onevent` of each event after `seq`, until the job ends.
  events.follow = (seq, onevent) => {
    stop?.();
    stop = listen(id, seq, {state: onevent, metrics: onevent, log: onevent, setting: onevent, end: onevent});
  };
  signal.addEventListener('abort', () => stop?.());
  return events;
}
