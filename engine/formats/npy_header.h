/* The header of a NumPy array file
 * (numpy.org/doc/stable/reference/generated/numpy.lib.format.html):
 * "\x93NUMPY", a version, a length, and a dictionary of Python's with descr, fortran_order and
 * shape. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_FORMATS_NPY_HEADER_H
#define PROPD_ENGINE_FORMATS_NPY_HEADER_H

#include "engine/formats/array.h"

#define NPY_MAGIC "\x93NUMPY"
enum { NPY_MAGIC_SIZE = 6 };

/* Reads from the source's start to the first element: type, sizes and order of the array, whose
 * name is set before, and the header's bytes. ERROR_INVALID for what is none, for types that cannot
 * be read, and where the source's size is known and is another than the header says. */
int npy_header_read(struct array *array, const struct byte_source *source, uint64_t *header_size,
                    struct error *error) MUST_CHECK;

#endif
