/* /openapi.json: the whole interface as an OpenAPI 3.1 document, made of the table of routes
 * (api/route.h), of the tables of fields (base/fields.h) and of api/schemas/. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_API_OPENAPI_H
#define PROPD_API_OPENAPI_H

#include <jansson.h>

#include "api/route.h"
#include "base/error.h"

/* The document; the caller owns it. ERROR_INTERNAL names a type in api/schemas/ that cannot be
 * read. Takes some milliseconds. */
json_t *openapi_describe(const struct route *routes, struct error *error) MUST_CHECK;

#endif
