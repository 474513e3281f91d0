# SPDX-License-Identifier: Apache-2.0
noinst_LTLIBRARIES += libstorage.la
libstorage_la_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
libstorage_la_SOURCES = storage/store.c storage/store.h
libstorage_la_LIBADD = libbase.la $(SQLITE_LIBS)
