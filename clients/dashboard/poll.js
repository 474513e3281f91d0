// Looking again and again, while somebody looks at the page; and asking again where what is asked for has changed.
// SPDX-License-Identifier: Apache-2.0

function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener('abort', end);
  });
}

function seen(signal) {
  if (document.visibilityState === 'visible') return null;
  return new Promise((resolve) => {
    const end = () => {
      document.removeEventListener('visibilitychange', end);
      signal.removeEventListener('abort', end);
      resolve();
    };
    document.addEventListener('visibilitychange', end);
    signal.addEventListener('abort', end);
  });
}

// Calls `look` every so often until the page ends. Where it fails (a daemon that is away) it is tried again, more seldom; `onfail`
// is told, and whoever tells the user decides there how.
export async function repeat(look, signal, milliseconds = 1000, onfail = () => {}) {
  let failures = 0;
  while (!signal.aborted) {
    await pause(milliseconds * Math.min(1 + failures, 5), signal);
    await seen(signal);
    if (signal.aborted) return;
    try {
      await look();
      failures = 0;
    } catch (error) {
      if (signal.aborted) return;
      failures++;
      onfail(error);
    }
  }
}

// A function that runs `action` at most once at a time, and once more where it was called meanwhile: such a call gets what comes of the
// run that it asked for, not of the one before.
export function inTurn(action) {
  let running = null,
    next = null;
  return function run() {
    if (running)
      return (next ??= running
        .catch(() => {})
        .then(() => {
          next = null;
          return run();
        }));
    running = action().finally(() => (running = null));
    return running;
  };
}

// A function that calls action(signal, …) a little after it was called itself, and for its newest call alone: the one before is not made
// or its signal is aborted, so that an older answer never comes over a newer one. Whatever is under way ends with `signal`; stop() ends it.
export function newest(milliseconds, signal, action) {
  let waiting = null,
    asking = null;
  const stop = () => {
    clearTimeout(waiting);
    asking?.abort();
  };
  const run = (...given) => {
    stop();
    if (signal.aborted) return;
    asking = new AbortController();
    waiting = setTimeout(action, milliseconds, asking.signal, ...given);
  };
  signal.addEventListener('abort', stop);
  return Object.assign(run, {stop});
}
