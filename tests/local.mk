# SPDX-License-Identifier: Apache-2.0
EXTRA_DIST += tests/check.h tests/run.h
# Unit tests are libcheck programs, one a source file; each links only its folder's library and those below.
# libcheck's macros for floats promote them.
TEST_CFLAGS = $(AM_CFLAGS) -Wno-double-promotion $(CHECK_CFLAGS)
TEST_CPPFLAGS = $(AM_CPPFLAGS) -DTEST_DATA=\"$(abs_top_srcdir)/tests/data\"
if HAVE_CHECK
include tests/base/local.mk
include tests/engine/kernels.mk
include tests/engine/network.mk
include tests/engine/training.mk
include tests/engine/data.mk
include tests/engine/model.mk
include tests/storage/local.mk
include tests/daemon/local.mk
include tests/api/local.mk
include tests/clients/local.mk
# Those that run under the thread sanitizer: make check TESTS='$(THREAD_TESTS)'.
THREAD_TESTS = tests/engine/test_team $(STORAGE_TESTS) $(DAEMON_THREAD_TESTS) $(API_TESTS)
endif
include tests/fuzz/local.mk
include tests/checks/local.mk
include tests/packaging/local.mk
include tests/end-to-end/local.mk
include tests/node/local.mk
include tests/browser/local.mk
include tests/bench/local.mk
