/* An option struct with a field of every type, for the tests of the field tables. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_TESTS_BASE_EXAMPLE_H
#define PROPD_TESTS_BASE_EXAMPLE_H

#include "base/fields.h"

struct example_common {
    char *name;
    bool is_trainable;
};

struct example_part {
    int64_t depth;
    char *note;
};

struct example_step {
    double gamma;
    int64_t every;
};

struct example {
    struct example_common common;
    int64_t units; /* required */
    int64_t cores;
    int64_t memory;
    int64_t limit;
    double rate;
    double clip;
    int padding;
    struct strings metrics;
    struct sizes kernel;
    struct sizes strides;
    struct example_part *part;
    struct example_part *extra;
    struct variant schedule;
    struct variant stop;
    struct variants stages;
    json_t *layers;
};

enum { EXAMPLE_VALID, EXAMPLE_SAME };

extern const struct kind example_kind;
extern const struct kind *const example_schedules[];

/* Parses the text, which must be JSON, and reads it as an example at `path`. */
int example_read(const char *text, struct example *example, const char *path, struct error *error);

#endif
