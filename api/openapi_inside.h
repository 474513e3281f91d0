/* What the files of /openapi.json share. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_API_OPENAPI_INSIDE_H
#define PROPD_API_OPENAPI_INSIDE_H

#include "api/openapi.h"
#include "engine/catalog.h"

struct openapi {
    const struct route *routes;
    struct catalog_groups groups;
    json_t *parts; /* components/schemas */
};

/* api/openapi_operation.c: what one route takes and answers. */
json_t *openapi_operation(const struct openapi *openapi, const struct route *route,
                          struct error *error);
/* What operations are sorted by. */
json_t *openapi_tags(void);

/* api/openapi_parameters.c: path, query and headers. */
json_t *openapi_parameters(const struct route *route);
/* The parameters of paths by name, and headers, for components/parameters. */
json_t *openapi_shared_parameters(void);

/* api/openapi_problems.c: adds {"404": {"$ref": …}, …}. */
int openapi_add_problems(const struct route *route, json_t *responses);
/* The answers that these refer to. */
json_t *openapi_shared_responses(void);

/* api/openapi_unused.c */
int openapi_drop_unused(json_t *document);

#endif
