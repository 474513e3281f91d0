# SPDX-License-Identifier: Apache-2.0
# check_PROGRAMS += tests/base/test_error
# tests_base_test_error_CFLAGS = $(TEST_CFLAGS)
# tests_base_test_error_CPPFLAGS = $(TEST_CPPFLAGS)
# tests_base_test_error_LDADD = libbase.la $(CHECK_LIBS)
# TESTS += tests/base/test_error
