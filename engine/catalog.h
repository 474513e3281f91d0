/* Everything that the engine knows by name, for GET /v1/catalog. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_CATALOG_H
#define PROPD_ENGINE_CATALOG_H

#include <jansson.h>

/* {"layers": [fields_describe()…], "losses", "optimizers", "schedules", "augmentations",
 * "activations", "initializers", "metrics", "formats"}; NULL only when out of memory. */
json_t *catalog_describe(void);

#endif
