# SPDX-License-Identifier: Apache-2.0
noinst_LTLIBRARIES += libbase.la
libbase_la_SOURCES = \
	base/base64.c base/base64.h \
	base/base64url.c base/base64url.h \
	base/bytes.c base/bytes.h \
	base/clock.c base/clock.h \
	base/compiler.h \
	base/crc32c.c base/crc32c.h \
	base/csv_text.c base/csv_text.h \
	base/digest.c base/digest.h \
	base/error.c base/error.h \
	base/fields.c base/fields.h base/fields_inside.h \
	base/fields_check.c \
	base/fields_describe.c \
	base/fields_read.c \
	base/fields_schema.c \
	base/fields_set.c \
	base/fields_values.c \
	base/fields_write.c \
	base/file_view.c base/file_view.h \
	base/float_text.c base/float_text.h \
	base/fnv.h \
	base/json_parse.c \
	base/json_text.c base/json_text.h \
	base/log.c base/log.h \
	base/nearest.c \
	base/png.c base/png.h \
	base/process.c base/process.h \
	base/rng.c base/rng.h \
	base/secret.c base/secret.h \
	base/timing.c base/timing.h \
	base/utf8.c base/utf8.h
libbase_la_LIBADD = $(JANSSON_LIBS) $(NETTLE_LIBS) $(LIBPNG_LIBS)
