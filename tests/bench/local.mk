# SPDX-License-Identifier: Apache-2.0
noinst_PROGRAMS += tests/bench/bench_history
tests_bench_bench_history_SOURCES = tests/bench/bench_history.c
tests_bench_bench_history_LDADD = libstorage.la
noinst_PROGRAMS += tests/bench/bench_kernels
tests_bench_bench_kernels_SOURCES = \
	tests/bench/bench_kernels.c tests/bench/peak.c tests/bench/peak.h tests/bench/products.c tests/bench/products.h
tests_bench_bench_kernels_LDADD = libkernels.la libbase.la
noinst_PROGRAMS += tests/bench/bench_augment
tests_bench_bench_augment_LDADD = libengine.la libbase.la
noinst_PROGRAMS += tests/bench/bench_network
tests_bench_bench_network_LDADD = libengine.la libbase.la

# Measurements; ratios in one run, on a machine that does nothing else.
EXTRA_DIST += tests/bench/bench_mlp.py tests/bench/bench_sequence.py
bench: all tests/bench/bench_kernels tests/bench/bench_history tests/bench/bench_augment tests/bench/bench_network
	tests/bench/bench_kernels
	tests/bench/bench_history
	tests/bench/bench_augment
	$(AM_TESTS_ENVIRONMENT) python3 $(top_srcdir)/tests/bench/bench_mlp.py
	python3 $(top_srcdir)/tests/bench/bench_sequence.py tests/bench/bench_network
.PHONY: bench
