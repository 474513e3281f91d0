# SPDX-License-Identifier: Apache-2.0
# Parsers, fed by libFuzzer with what tests/data holds and what it makes of that. It is clang's:
#   ../configure --disable-simd --enable-sanitizers=address,undefined CC=clang CFLAGS='-O1 -g -fsanitize=fuzzer-no-link'
#   make -j fuzz FUZZ_SECONDS=300        each program so long; `make fuzz-csv` runs one
# Inputs that found new code stay in tests/fuzz/corpus/NAME, one that ends a program in tests/fuzz/found-NAME-….
FUZZ_SECONDS = 10
fuzzers = tests/fuzz/fuzz_arrays tests/fuzz/fuzz_backup tests/fuzz/fuzz_csv tests/fuzz/fuzz_cursor tests/fuzz/fuzz_dataset \
	tests/fuzz/fuzz_event_parser tests/fuzz/fuzz_idx tests/fuzz/fuzz_images tests/fuzz/fuzz_layers tests/fuzz/fuzz_models \
	tests/fuzz/fuzz_onnx tests/fuzz/fuzz_part tests/fuzz/fuzz_prediction tests/fuzz/fuzz_preprocessing tests/fuzz/fuzz_text
EXTRA_PROGRAMS = $(fuzzers)
EXTRA_DIST += tests/fuzz/fuzz.h tests/fuzz/fuzz_import.h tests/fuzz/run.sh

fuzz: $(fuzzers:tests/fuzz/fuzz_%=fuzz-%)
fuzz-%: tests/fuzz/fuzz_%
	@FUZZ_SECONDS=$(FUZZ_SECONDS) $(srcdir)/tests/fuzz/run.sh $< $(srcdir)/tests/data
.PHONY: fuzz

fuzz_link = $(AM_LDFLAGS) -fsanitize=fuzzer
fuzz_engine = libengine.la libbase.la $(FORMAT_LIBS)
fuzz_api = libapi.la libdaemon.la libengine.la libstorage.la libbase.la

tests_fuzz_fuzz_arrays_LDADD = $(fuzz_engine)
tests_fuzz_fuzz_arrays_LDFLAGS = $(fuzz_link)
tests_fuzz_fuzz_csv_LDADD = $(fuzz_engine)
tests_fuzz_fuzz_csv_LDFLAGS = $(fuzz_link)
tests_fuzz_fuzz_dataset_LDADD = $(fuzz_engine)
tests_fuzz_fuzz_dataset_LDFLAGS = $(fuzz_link)
tests_fuzz_fuzz_idx_LDADD = $(fuzz_engine)
tests_fuzz_fuzz_idx_LDFLAGS = $(fuzz_link)
tests_fuzz_fuzz_images_LDADD = $(fuzz_engine)
tests_fuzz_fuzz_images_LDFLAGS = $(fuzz_link)
tests_fuzz_fuzz_models_LDADD = $(fuzz_engine)
tests_fuzz_fuzz_models_LDFLAGS = $(fuzz_link)
tests_fuzz_fuzz_onnx_LDADD = $(fuzz_engine)
tests_fuzz_fuzz_onnx_LDFLAGS = $(fuzz_link)
tests_fuzz_fuzz_part_LDADD = $(fuzz_engine)
tests_fuzz_fuzz_part_LDFLAGS = $(fuzz_link)
tests_fuzz_fuzz_preprocessing_LDADD = $(fuzz_engine)
tests_fuzz_fuzz_preprocessing_LDFLAGS = $(fuzz_link)
tests_fuzz_fuzz_text_LDADD = $(fuzz_engine)
tests_fuzz_fuzz_text_LDFLAGS = $(fuzz_link)
tests_fuzz_fuzz_cursor_LDADD = $(fuzz_api)
tests_fuzz_fuzz_cursor_LDFLAGS = $(fuzz_link)
tests_fuzz_fuzz_prediction_LDADD = $(fuzz_api)
tests_fuzz_fuzz_prediction_LDFLAGS = $(fuzz_link)
tests_fuzz_fuzz_event_parser_LDADD = libpropctl.la
tests_fuzz_fuzz_event_parser_LDFLAGS = $(fuzz_link)
tests_fuzz_fuzz_layers_LDADD = libpropctl.la
tests_fuzz_fuzz_layers_LDFLAGS = $(fuzz_link)
tests_fuzz_fuzz_backup_LDADD = libstorage.la libbase.la
tests_fuzz_fuzz_backup_LDFLAGS = $(fuzz_link)
