# SPDX-License-Identifier: Apache-2.0
KERNEL_TESTS = tests/engine/test_activations tests/engine/test_kernels tests/engine/test_passes tests/engine/test_team \
	tests/engine/test_windows
check_PROGRAMS += $(KERNEL_TESTS)
TESTS += $(KERNEL_TESTS)
KERNEL_TEST_LIBS = libkernels.la libbase.la $(CHECK_LIBS)

tests_engine_test_activations_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_activations_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_activations_LDADD = $(KERNEL_TEST_LIBS)
tests_engine_test_kernels_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_kernels_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_kernels_LDADD = $(KERNEL_TEST_LIBS)
tests_engine_test_passes_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_passes_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_passes_LDADD = $(KERNEL_TEST_LIBS)
tests_engine_test_team_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_team_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_team_LDADD = $(KERNEL_TEST_LIBS)
tests_engine_test_windows_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_windows_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_windows_LDADD = $(KERNEL_TEST_LIBS)
