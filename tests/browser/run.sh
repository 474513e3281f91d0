#!/usr/bin/env bash
# Runs one browser test; skips, saying so, where Node.js, Chromium or the programs of tests/node are absent.
# PROPD_BROWSER=no skips them all.
#     run.sh test_jobs.mjs
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail

skip() { printf 'skipped: %s\n' "$1"; exit 77; }

[ "${PROPD_BROWSER:-yes}" = yes ] || skip "PROPD_BROWSER=no"
command -v node >/dev/null || skip "Node.js is absent (apt-get install nodejs npm)"
[ -x "${CHROMIUM:-/usr/bin/chromium}" ] || skip "Chromium is absent (apt-get install chromium)"
[ -d "$BUILD/tests/node/node_modules/playwright-core" ] || skip "playwright-core is absent (make node-tools)"
exec node --test "$@"
