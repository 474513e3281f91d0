# SPDX-License-Identifier: Apache-2.0
noinst_LTLIBRARIES += libapi.la
libapi_la_CPPFLAGS = $(AM_CPPFLAGS) $(MICROHTTPD_CFLAGS)
libapi_la_SOURCES = api/server.c api/server.h
libapi_la_LIBADD = libdaemon.la $(MICROHTTPD_LIBS)
