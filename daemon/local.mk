# SPDX-License-Identifier: Apache-2.0
noinst_LTLIBRARIES += libdaemon.la
libdaemon_la_SOURCES = daemon/config.c daemon/config.h daemon/daemon.c daemon/daemon.h
libdaemon_la_LIBADD = libengine.la libstorage.la libbase.la

bin_PROGRAMS += propd
propd_SOURCES = daemon/main.c
propd_LDADD = libapi.la libdaemon.la libengine.la libstorage.la libbase.la
