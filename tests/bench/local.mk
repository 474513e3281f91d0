# SPDX-License-Identifier: Apache-2.0
noinst_PROGRAMS += tests/bench/bench_history
tests_bench_bench_history_SOURCES = tests/bench/bench_history.c
tests_bench_bench_history_LDADD = libstorage.la
noinst_PROGRAMS += tests/bench/bench_kernels
tests_bench_bench_kernels_LDADD = libkernels.la libbase.la
