/* The beginning of an uploaded file made a small file of its own, for a look at what importing all
 * of it would give. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_PART_H
#define PROPD_ENGINE_PART_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/dataset.h"

struct dataset_part {
    const char *format; /* its name */
    bool gzip;
    bool is_cut;         /* what came has more, or the file is said to have more, than is read */
    bool has_quotes;     /* CSV: some field begins with a quote */
    uint64_t bytes_read; /* of the inflated bytes, those of whole rows */
};

/* Reads the source, which may end anywhere, also within gzip (16 MiB at most, inflated), and writes
 * what are whole rows of it, inflated, to `file` (empty, read-write), which dataset_import() takes
 * then with the same options. Errors as those of dataset_import(). */
int dataset_part_make(const struct dataset_source *source, const struct dataset_options *options,
                      int file, struct dataset_part *part, struct error *error);

#endif
