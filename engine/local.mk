# SPDX-License-Identifier: Apache-2.0
# The kernels: one portable source, compiled once per instruction set.
include engine/kernels/local.mk

noinst_LTLIBRARIES += libengine.la
libengine_la_CFLAGS = $(AM_CFLAGS) $(ENGINE_CFLAGS) $(LIBARCHIVE_CFLAGS) $(LIBPNG_CFLAGS) $(TURBOJPEG_CFLAGS)
libengine_la_SOURCES =
# What the file formats of datasets are read with.
FORMAT_LIBS = $(ZLIB_LIBS) $(LIBARCHIVE_LIBS) $(LIBPNG_LIBS) $(TURBOJPEG_LIBS)
libengine_la_LIBADD = libbase.la libkernels.la $(FORMAT_LIBS)

# Each part of the engine lists its files.
include engine/network.mk
include engine/training.mk
include engine/data.mk
include engine/model.mk
