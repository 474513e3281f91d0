/* "Did you mean": the name with the fewest slips of the pen to it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPCTL_NEAREST_H
#define PROPCTL_NEAREST_H

#include <stddef.h>

struct nearest {
    const char *word;
    const char *name; /* the nearest so far, or NULL */
    size_t distance;  /* only nearer ones count */
};

struct nearest nearest_start(const char *word);
void nearest_consider(struct nearest *nearest, const char *name);

#endif
