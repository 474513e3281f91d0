/* What the fuzz targets of importing share: one input imported and, where it is good, read back. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_TESTS_FUZZ_FUZZ_IMPORT_H
#define PROPD_TESTS_FUZZ_FUZZ_IMPORT_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memfd_create */
#endif
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "engine/dataset.h"
#include "tests/fuzz/fuzz.h"

static inline int fuzz_file(const uint8_t *data, size_t size)
{
    int file = memfd_create("fuzz", MFD_CLOEXEC);
    if (file < 0 || write(file, data, size) != (ssize_t)size)
        abort();
    return file;
}

/* A good import opens, and every row of it is JSON. */
static inline void fuzz_import(const struct dataset_source *sources, int count,
                               const struct dataset_options *options)
{
    static const struct dataset_limits limits = {.bytes = 1 << 22, .columns = 1000};
    struct error error = {0};
    int file = fuzz_file(NULL, 0);
    if (dataset_import(sources, count, options, &limits, file, &error) == 0) {
        struct dataset *dataset = dataset_open(file, &error);
        if (dataset == NULL || dataset->rows < 1)
            abort();
        for (int64_t row = 0; row < dataset->rows && row < 100; row++) {
            json_t *json = dataset_row(dataset, row);
            if (json == NULL || json_object_size(json) != (size_t)dataset->column_count)
                abort();
            json_decref(json);
        }
        dataset_close(dataset);
    } else if (error.code == ERROR_NONE || error.code == ERROR_IO || error.code == ERROR_INTERNAL) {
        abort();
    }
    close(file);
}

#endif
