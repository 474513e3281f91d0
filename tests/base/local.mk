# SPDX-License-Identifier: Apache-2.0
base_tests = \
	tests/base/test_bytes \
	tests/base/test_clock \
	tests/base/test_csv_text \
	tests/base/test_digest \
	tests/base/test_error \
	tests/base/test_fields_describe \
	tests/base/test_fields_memory \
	tests/base/test_fields_read \
	tests/base/test_fields_set \
	tests/base/test_fields_write \
	tests/base/test_file_view \
	tests/base/test_json_parse \
	tests/base/test_float_text \
	tests/base/test_json_text \
	tests/base/test_log \
	tests/base/test_nearest \
	tests/base/test_png \
	tests/base/test_process \
	tests/base/test_rng \
	tests/base/test_timing \
	tests/base/test_utf8
check_PROGRAMS += $(base_tests)
TESTS += $(base_tests)

tests_base_test_bytes_CFLAGS = $(TEST_CFLAGS)
tests_base_test_bytes_CPPFLAGS = $(TEST_CPPFLAGS)
tests_base_test_bytes_LDADD = libbase.la $(CHECK_LIBS)

tests_base_test_clock_CFLAGS = $(TEST_CFLAGS)
tests_base_test_clock_CPPFLAGS = $(TEST_CPPFLAGS)
tests_base_test_clock_LDADD = libbase.la $(CHECK_LIBS)

tests_base_test_csv_text_CFLAGS = $(TEST_CFLAGS)
tests_base_test_csv_text_CPPFLAGS = $(TEST_CPPFLAGS)
tests_base_test_csv_text_LDADD = libbase.la $(CHECK_LIBS)

tests_base_test_digest_CFLAGS = $(TEST_CFLAGS)
tests_base_test_digest_CPPFLAGS = $(TEST_CPPFLAGS)
tests_base_test_digest_LDADD = libbase.la $(CHECK_LIBS)

tests_base_test_error_CFLAGS = $(TEST_CFLAGS)
tests_base_test_error_CPPFLAGS = $(TEST_CPPFLAGS)
tests_base_test_error_LDADD = libbase.la $(CHECK_LIBS)

tests_base_test_fields_describe_SOURCES = tests/base/test_fields_describe.c tests/base/example.c tests/base/example.h
tests_base_test_fields_describe_CFLAGS = $(TEST_CFLAGS)
tests_base_test_fields_describe_CPPFLAGS = $(TEST_CPPFLAGS)
tests_base_test_fields_describe_LDADD = libbase.la $(CHECK_LIBS)

tests_base_test_fields_memory_SOURCES = tests/base/test_fields_memory.c tests/base/example.c tests/base/example.h
tests_base_test_fields_memory_CFLAGS = $(TEST_CFLAGS)
tests_base_test_fields_memory_CPPFLAGS = $(TEST_CPPFLAGS)
# Every allocation of the field tables goes through the test, which lets one fail.
tests_base_test_fields_memory_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=malloc -Wl,--wrap=calloc -Wl,--wrap=realloc -Wl,--wrap=strdup -Wl,--wrap=strndup
tests_base_test_fields_memory_LDADD = libbase.la $(CHECK_LIBS)

tests_base_test_fields_read_SOURCES = tests/base/test_fields_read.c tests/base/example.c tests/base/example.h
tests_base_test_fields_read_CFLAGS = $(TEST_CFLAGS)
tests_base_test_fields_read_CPPFLAGS = $(TEST_CPPFLAGS)
tests_base_test_fields_read_LDADD = libbase.la $(CHECK_LIBS)

tests_base_test_fields_set_SOURCES = tests/base/test_fields_set.c tests/base/example.c tests/base/example.h
tests_base_test_fields_set_CFLAGS = $(TEST_CFLAGS)
tests_base_test_fields_set_CPPFLAGS = $(TEST_CPPFLAGS)
tests_base_test_fields_set_LDADD = libbase.la $(CHECK_LIBS)

tests_base_test_fields_write_SOURCES = tests/base/test_fields_write.c tests/base/example.c tests/base/example.h
tests_base_test_fields_write_CFLAGS = $(TEST_CFLAGS)
tests_base_test_fields_write_CPPFLAGS = $(TEST_CPPFLAGS)
tests_base_test_fields_write_LDADD = libbase.la $(CHECK_LIBS)

tests_base_test_file_view_CFLAGS = $(TEST_CFLAGS)
tests_base_test_file_view_CPPFLAGS = $(TEST_CPPFLAGS)
tests_base_test_file_view_LDADD = libbase.la $(CHECK_LIBS)

tests_base_test_json_parse_CFLAGS = $(TEST_CFLAGS)
tests_base_test_json_parse_CPPFLAGS = $(TEST_CPPFLAGS)
tests_base_test_json_parse_LDADD = libbase.la $(CHECK_LIBS)

tests_base_test_float_text_CFLAGS = $(TEST_CFLAGS)
tests_base_test_float_text_CPPFLAGS = $(TEST_CPPFLAGS)
tests_base_test_float_text_LDADD = libbase.la $(CHECK_LIBS)
tests_base_test_json_text_CFLAGS = $(TEST_CFLAGS)
tests_base_test_json_text_CPPFLAGS = $(TEST_CPPFLAGS)
tests_base_test_json_text_LDADD = libbase.la $(CHECK_LIBS)

tests_base_test_log_CFLAGS = $(TEST_CFLAGS)
tests_base_test_log_CPPFLAGS = $(TEST_CPPFLAGS)
tests_base_test_log_LDADD = libbase.la $(CHECK_LIBS)

tests_base_test_nearest_CFLAGS = $(TEST_CFLAGS)
tests_base_test_nearest_CPPFLAGS = $(TEST_CPPFLAGS)
tests_base_test_nearest_LDADD = libbase.la $(CHECK_LIBS)

tests_base_test_png_CFLAGS = $(TEST_CFLAGS)
tests_base_test_png_CPPFLAGS = $(TEST_CPPFLAGS)
tests_base_test_png_LDADD = libbase.la $(CHECK_LIBS)

tests_base_test_timing_CFLAGS = $(TEST_CFLAGS)
tests_base_test_timing_CPPFLAGS = $(TEST_CPPFLAGS)
tests_base_test_timing_LDADD = libbase.la $(CHECK_LIBS)

tests_base_test_process_CFLAGS = $(TEST_CFLAGS)
tests_base_test_process_CPPFLAGS = $(TEST_CPPFLAGS)
tests_base_test_process_LDADD = libbase.la $(CHECK_LIBS)

tests_base_test_rng_CFLAGS = $(TEST_CFLAGS)
tests_base_test_rng_CPPFLAGS = $(TEST_CPPFLAGS)
tests_base_test_rng_LDADD = libbase.la $(CHECK_LIBS)

tests_base_test_utf8_CFLAGS = $(TEST_CFLAGS)
tests_base_test_utf8_CPPFLAGS = $(TEST_CPPFLAGS)
tests_base_test_utf8_LDADD = libbase.la $(CHECK_LIBS)
