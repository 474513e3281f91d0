# SPDX-License-Identifier: Apache-2.0
# The dashboard in Chromium, as a person would use it, on a real daemon.
BROWSER_TESTS = \
	tests/browser/test_datasets.mjs \
	tests/browser/test_frame.mjs \
	tests/browser/test_job.mjs \
	tests/browser/test_jobs.mjs \
	tests/browser/test_models.mjs \
	tests/browser/test_new.mjs \
	tests/browser/test_scale.mjs \
	tests/browser/test_system.mjs
TEST_EXTENSIONS += .mjs
MJS_LOG_COMPILER = $(srcdir)/tests/browser/run.sh
TESTS += $(BROWSER_TESTS)
EXTRA_DIST += $(BROWSER_TESTS) tests/browser/harness.mjs tests/browser/run.sh tests/browser/seed_jobs.py tests/browser/things.mjs
