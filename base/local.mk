# SPDX-License-Identifier: Apache-2.0
noinst_LTLIBRARIES += libbase.la
libbase_la_SOURCES = \
	base/bytes.c base/bytes.h \
	base/clock.c base/clock.h \
	base/compiler.h \
	base/digest.c base/digest.h \
	base/error.c base/error.h \
	base/fields.c base/fields.h \
	base/log.c base/log.h \
	base/rng.c base/rng.h
libbase_la_LIBADD = $(JANSSON_LIBS) $(NETTLE_LIBS)
