# SPDX-License-Identifier: Apache-2.0
# Unit tests are libcheck programs, one a source file; each links only its folder's library and those below.
TEST_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
TEST_CPPFLAGS = $(AM_CPPFLAGS) -DTEST_DATA=\"$(abs_top_srcdir)/tests/data\"
if HAVE_CHECK
include tests/base/local.mk
include tests/engine/kernels.mk
include tests/engine/network.mk
include tests/engine/training.mk
include tests/engine/data.mk
include tests/storage/local.mk
include tests/daemon/local.mk
include tests/api/local.mk
endif
include tests/end-to-end/local.mk
