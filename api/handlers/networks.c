/* POST /v1/networks:check, a job document that is tried out and not run. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handlers/handlers.h"
#include "daemon/daemon.h"

int handle_networks_check(struct request *request, struct reply *reply, struct error *error)
{
    json_auto_t *document = request_json(request, error);
    if (document == NULL)
        return -1;
    json_t *answer =
        daemon_network_check(request->service->daemon, &request->viewer, document, error);
    return answer != NULL ? reply_json(reply, 200, answer, error) : -1;
}
