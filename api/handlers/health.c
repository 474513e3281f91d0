/* GET /healthz: the process answers. GET /readyz: it takes work. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handlers/handlers.h"

#include <string.h>

int handle_healthz(struct request *request, struct reply *reply, struct error *error)
{
    (void)request;
    static const char answer[] = "{\"status\":\"ok\"}";
    struct bytes text = {0};
    bytes_append(&text, answer, strlen(answer));
    return reply_json_text(reply, 200, &text, error);
}

int handle_readyz(struct request *request, struct reply *reply, struct error *error)
{
    if (request->service->stopping)
        return error_set(error, ERROR_BUSY, "the service is stopping");
    return reply_json(reply, 200, json_pack("{s:s}", "status", "ready"), error);
}
