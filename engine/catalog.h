/* Everything that the engine knows by name, for GET /v1/catalog. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_CATALOG_H
#define PROPD_ENGINE_CATALOG_H

#include <jansson.h>

#include "base/fields.h"

/* {"layers": [fields_describe()…], "losses", "optimizers", "schedules", "augmentations",
 * "activations", "initializers", "metrics", "formats", "documents"}; NULL only when out of memory.
 */
json_t *catalog_describe(void);

enum { CATALOG_GROUPS_MAX = 8, CATALOG_LAYERS_MAX = 128 };

/* The lists as groups of schemas (base/fields.h). They refer to each other: not to be copied. */
struct catalog_groups {
    struct schema_group groups[CATALOG_GROUPS_MAX + 1]; /* ended by one without a name */
    const struct kind *layers[CATALOG_LAYERS_MAX + 1];
};
void catalog_groups(struct catalog_groups *groups);

#endif
