# SPDX-License-Identifier: Apache-2.0
# One source, compiled once per instruction set; kernels.c chooses at start.
KERNEL_SET_SOURCES = \
	engine/kernels/activations.c \
	engine/kernels/derivatives.c \
	engine/kernels/normalization.c \
	engine/kernels/panel.h \
	engine/kernels/passes.c \
	engine/kernels/patch_products.c \
	engine/kernels/product.h \
	engine/kernels/products.c \
	engine/kernels/recurrent.c \
	engine/kernels/set.c \
	engine/kernels/set.h \
	engine/kernels/sets.h \
	engine/kernels/simd.h \
	engine/kernels/simd_math.h \
	engine/kernels/steps.c \
	engine/kernels/tile.h \
	engine/kernels/windows.c

noinst_LTLIBRARIES += libkernels.la libkernels_baseline.la
libkernels_la_CFLAGS = $(AM_CFLAGS) $(ENGINE_CFLAGS)
libkernels_la_SOURCES = \
	engine/kernels/kernels.c engine/kernels/kernels.h \
	engine/kernels/reference.c \
	engine/kernels/reference_activations.c engine/kernels/reference.h \
	engine/kernels/reference_normalization.c \
	engine/kernels/reference_patches.c \
	engine/kernels/reference_steps.c \
	engine/kernels/reference_windows.c \
	engine/kernels/reference_recurrent.c \
	engine/team.c engine/team.h
libkernels_la_LIBADD = libkernels_baseline.la libbase.la

libkernels_baseline_la_SOURCES = $(KERNEL_SET_SOURCES)
libkernels_baseline_la_CPPFLAGS = $(AM_CPPFLAGS) -DKERNEL_SET=baseline
libkernels_baseline_la_CFLAGS = $(AM_CFLAGS) $(ENGINE_CFLAGS)

if WITH_AVX2
noinst_LTLIBRARIES += libkernels_avx2.la
libkernels_avx2_la_SOURCES = $(KERNEL_SET_SOURCES)
libkernels_avx2_la_CPPFLAGS = $(AM_CPPFLAGS) -DKERNEL_SET=avx2
libkernels_avx2_la_CFLAGS = $(AM_CFLAGS) $(ENGINE_CFLAGS) -mavx2 -mfma
libkernels_la_LIBADD += libkernels_avx2.la
endif

if WITH_AVX512
noinst_LTLIBRARIES += libkernels_avx512.la
libkernels_avx512_la_SOURCES = $(KERNEL_SET_SOURCES)
libkernels_avx512_la_CPPFLAGS = $(AM_CPPFLAGS) -DKERNEL_SET=avx512
libkernels_avx512_la_CFLAGS = $(AM_CFLAGS) $(ENGINE_CFLAGS) -mavx512f -mavx512vl -mavx512dq -mavx512bw -mfma -mprefer-vector-width=512
libkernels_la_LIBADD += libkernels_avx512.la
endif
