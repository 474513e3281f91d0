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
noinst_PROGRAMS += tests/bench/bench_ingest
tests_bench_bench_ingest_LDADD = libengine.la libbase.la $(FORMAT_LIBS)
noinst_PROGRAMS += tests/bench/bench_network
tests_bench_bench_network_LDADD = libengine.la libbase.la
noinst_PROGRAMS += tests/bench/bench_loop
tests_bench_bench_loop_LDADD = libengine.la libbase.la
noinst_PROGRAMS += tests/bench/bare_server
tests_bench_bare_server_LDADD = $(MICROHTTPD_LIBS)

# Measurements, on a machine that does nothing else: make bench, or make bench BENCH="--quick --only training".
EXTRA_DIST += tests/bench/README.md \
	tests/bench/bench.py tests/bench/bench_jobs.py tests/bench/bench_serving.py tests/bench/data.py tests/bench/external.py tests/bench/growth.py tests/bench/machine.py \
	tests/bench/matrix.py tests/bench/peers.py tests/bench/plot.py tests/bench/profiles.py tests/bench/report.py \
	tests/bench/results.py \
	tests/bench/table.py tests/bench/targets.py tests/bench/training.py tests/bench/uploads.py tests/bench/workloads.py \
	tests/bench/peers/arrays.h tests/bench/peers/arrays.py tests/bench/peers/blas.cc tests/bench/peers/csv_worker.py tests/bench/peers/dlib.cc \
	tests/bench/peers/dnnl.cc tests/bench/peers/fann.cc tests/bench/peers/shapes.h tests/bench/peers/sklearn_worker.py \
	tests/bench/peers/torch_network.py tests/bench/peers/torch_worker.py
bench: all
	$(AM_TESTS_ENVIRONMENT) python3 $(top_srcdir)/tests/bench/bench.py run $(BENCH)
	$(AM_TESTS_ENVIRONMENT) python3 $(top_srcdir)/tests/bench/bench.py report
.PHONY: bench

TESTS += tests/bench/test_bench.py
EXTRA_DIST += tests/bench/test_bench.py
