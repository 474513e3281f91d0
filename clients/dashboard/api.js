// The daemon's HTTP interface. Everything that fails is thrown as a Problem, with the daemon's own words.
// SPDX-License-Identifier: Apache-2.0

// What was refused: status 0 where the daemon could not be reached. `errors` are [{pointer, detail}].
class Problem extends Error {
  constructor(status, document) {
    super(document.detail ?? document.title ?? document.error ?? `status ${status}`);
    this.status = status;
    this.code = document.code ?? '';
    this.errors = document.errors ?? [];
  }
}

const listeners = {lost: [], denied: []};

// Calls `listener` whenever the daemon cannot be reached ('lost') or wants a login ('denied').
export function whenever(event, listener) {
  listeners[event].push(listener);
}

function failed(problem) {
  if (problem.status === 0) listeners.lost.forEach((listener) => listener(problem));
  if (problem.status === 401) listeners.denied.forEach((listener) => listener(problem));
  return problem;
}

function readProblem(status, text) {
  try {
    return failed(new Problem(status, JSON.parse(text)));
  } catch {
    return failed(new Problem(status, {detail: text || `the daemon answered ${status} without a word`}));
  }
}

export function address(path, query = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== '');
  return given.length ? `${path}?${new URLSearchParams(given)}` : path;
}

async function ask(path, options) {
  let answer;
  try {
    answer = await fetch(path, options);
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw failed(new Problem(0, {detail: 'the daemon cannot be reached'}));
  }
  if (answer.status >= 400) throw readProblem(answer.status, await answer.text());
  return answer;
}

// GET: the JSON. options: {query, signal}.
export async function get(path, {query, signal} = {}) {
  return (await ask(address(path, query), {signal, headers: {Accept: 'application/json'}})).json();
}

// GET of what changes now and then: {etag, json}, or null as long as it is still what had `etag`.
export async function getNews(path, {query, signal, etag} = {}) {
  const headers = {Accept: 'application/json', ...(etag && {'If-None-Match': etag})};
  const answer = await ask(address(path, query), {signal, headers});
  return answer.status === 304 ? null : {etag: answer.headers.get('ETag'), json: await answer.json()};
}

// GET: the text.
export async function getText(path, {signal} = {}) {
  return (await ask(path, {signal})).text();
}

// Any other method with a JSON body (or bytes, with their `type`); the JSON of the answer, null where it is empty.
export async function send(method, path, body, {query, signal, type = 'application/json'} = {}) {
  const text = body === undefined ? undefined : type === 'application/json' ? JSON.stringify(body) : body;
  const answer = await ask(address(path, query), {
    method, signal, body: text, headers: body === undefined ? {} : {'Content-Type': type},
  });
  const given = await answer.text();
  return given === '' ? null : JSON.parse(given);
}

// PUT of a file or FormData with progress, 0 to 1: fetch cannot tell it. `signal` breaks it off.
export function upload(method, path, body, onprogress, signal) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, path);
    request.upload.onprogress = (event) => event.lengthComputable && onprogress(event.loaded / event.total);
    request.onload = () => request.status < 400 ? resolve(JSON.parse(request.responseText))
      : reject(readProblem(request.status, request.responseText));
    request.onerror = () => reject(failed(new Problem(0, {detail: 'the upload broke off'})));
    request.onabort = () => reject(new DOMException('the upload was cancelled', 'AbortError'));
    signal?.addEventListener('abort', () => request.abort());
    request.send(body);
  });
}

// A job's events after `seq`, to {state, metrics, log, setting, end}; the browser itself connects again with Last-Event-ID.
// Returns what ends it.
export function listen(job, seq, handlers) {
  const source = new EventSource(address(`/v1/jobs/${job}/events`, {after: seq}));
  for (const [type, handler] of Object.entries(handlers))
    source.addEventListener(type, (event) => handler(JSON.parse(event.data)));
  source.addEventListener('end', () => source.close());
  return () => source.close();
}
