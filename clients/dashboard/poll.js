// Looking again and again, while somebody looks at the page.
// SPDX-License-Identifier: Apache-2.0

function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      {once: true},
    );
  });
}

function seen(signal) {
  if (document.visibilityState === 'visible') return null;
  return new Promise((resolve) => {
    document.addEventListener('visibilitychange', resolve, {once: true, signal});
    signal.addEventListener('abort', resolve, {once: true});
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

// A function that runs `action` at most once at a time, and once more where it was called meanwhile.
export function inTurn(action) {
  let running = null,
    again = false;
  return function run() {
    if (running) {
      again = true;
      return running;
    }
    running = action().finally(() => {
      running = null;
      if (again) {
        again = false;
        run().catch(() => {});
      }
    });
    return running;
  };
}
