# SPDX-License-Identifier: Apache-2.0
noinst_LTLIBRARIES += libkernels.la
libkernels_la_CFLAGS = $(AM_CFLAGS) $(ENGINE_CFLAGS)
libkernels_la_SOURCES = engine/kernels/kernels.c engine/kernels/kernels.h engine/team.c engine/team.h
libkernels_la_LIBADD = libbase.la
