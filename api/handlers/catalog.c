/* GET /v1/catalog: everything that a document may name, with fields, defaults and help. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handlers/handlers.h"
#include "engine/catalog.h"

int handle_catalog(struct request *request, struct reply *reply, struct error *error)
{
    (void)request;
    return reply_json(reply, 200, catalog_describe(), error);
}
