/* Bodies as the library hands them over: plain, or the fields of a form. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/server_inside.h"

#include <string.h>
#include <strings.h>

enum { FORM_BUFFER_SIZE = 64 << 10, FORM_FRAMING_MAX = 1 << 20 };
/* At least 1 KiB/s, looked at every 20 s. */
enum { FLOW_SECONDS = 20, FLOW_BYTES = 20 << 10 };

static enum MHD_Result add_field(void *context, enum MHD_ValueKind kind, const char *key,
                                 const char *filename, const char *content_type,
                                 const char *transfer_encoding, const char *data, uint64_t offset,
                                 size_t size)
{
    struct exchange *exchange = context;
    struct body *body = &exchange->request.body;
    (void)kind, (void)filename, (void)content_type, (void)transfer_encoding;
    if (offset == 0 && key != NULL && body_upload(body, key) != NULL)
        (void)error_set(&body->error, ERROR_INVALID, "the form has one of its fields twice");
    body_add_field(body, key, data, size);
    return MHD_YES;
}

static bool is_form(const struct request *request)
{
    const char *type = request_header(request, "Content-Type");
    return request->body.kind == BODY_UPLOAD && type != NULL &&
           strncasecmp(type, "multipart/form-data", strlen("multipart/form-data")) == 0;
}

static void refuse_form(struct exchange *exchange)
{
    (void)error_set(&exchange->request.body.error, ERROR_MALFORMED,
                    "the body is not the form that its Content-Type says");
}

void exchange_body_start(struct exchange *exchange)
{
    watchdog_expect_flow(exchange->client->watched, FLOW_SECONDS, FLOW_BYTES);
    if (!is_form(&exchange->request))
        return;
    exchange->form =
        MHD_create_post_processor(exchange->connection, FORM_BUFFER_SIZE, add_field, exchange);
    if (exchange->form == NULL)
        refuse_form(exchange);
}

void exchange_body_add(struct exchange *exchange, const char *data, size_t size)
{
    struct body *body = &exchange->request.body;
    watchdog_moved(exchange->client->watched, (int64_t)size);
    exchange->wire_bytes += (int64_t)size;
    if (exchange->form == NULL) {
        body_add(body, data, size);
        return;
    }
    if (exchange->wire_bytes > body->limit + FORM_FRAMING_MAX) {
        body->received = exchange->wire_bytes;
        (void)error_set(&body->error, ERROR_TOO_LARGE, "the form must be at most %lld bytes",
                        (long long)body->limit);
        return;
    }
    if (body->error.code == ERROR_NONE && MHD_post_process(exchange->form, data, size) != MHD_YES)
        refuse_form(exchange);
}

void exchange_body_end(struct exchange *exchange)
{
    watchdog_expect(exchange->client->watched, 0);
    if (exchange->form != NULL && MHD_destroy_post_processor(exchange->form) != MHD_YES)
        refuse_form(exchange);
    exchange->form = NULL;
}
