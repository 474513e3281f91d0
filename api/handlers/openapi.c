/* GET /openapi.json: the whole interface, for programs. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/openapi.h"
#include "api/handlers/handlers.h"

#include <stdlib.h>
#include <string.h>

/* The text is made once, for whoever asks first; where two are first, one's is kept. */
static const char *text_of(struct service *service, struct error *error)
{
    char *text = atomic_load(&service->openapi), *before = NULL;
    if (text != NULL)
        return text;
    json_auto_t *document = openapi_describe(service->routes, error);
    if (document == NULL)
        return NULL;
    text = fields_print(document);
    if (text == NULL)
        (void)error_set(error, ERROR_MEMORY, "no memory for the description of the interface");
    else if (!atomic_compare_exchange_strong(&service->openapi, &before, text)) {
        free(text);
        text = before;
    }
    return text;
}

int handle_openapi(struct request *request, struct reply *reply, struct error *error)
{
    struct bytes copy = {0};
    const char *text = text_of(request->service, error);
    if (text == NULL)
        return -1;
    bytes_append(&copy, text, strlen(text));
    return reply_json_text(reply, 200, &copy, error);
}
