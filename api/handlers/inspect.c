/* POST /v1/datasets:inspect: what would be made of the first bytes of a file. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handlers/handlers.h"
#include "api/handlers/upload_query.h"
#include "api/names.h"
#include "daemon/inspect.h"

/* The body as it came, or the only file of a form. */
static const struct upload *find_upload(const struct body *body, struct error *error)
{
    if (body->upload_count == 1 && body->uploads[0].bytes > 0)
        return &body->uploads[0];
    (void)error_set(error, ERROR_INVALID,
                    "the body must be the beginning of one file, as in head -c 100000 iris.csv | "
                    "curl --data-binary @- localhost:8420/v1/datasets:inspect?name=iris");
    return NULL;
}

/* The line that uploads all of it, with the options that it was looked at with. */
static json_t *upload_line(const struct request *request, const char *name, const char *format)
{
    static const char *const not_options[] = {"name", "pretty", NULL};
    const char *host = request_header(request, "Host");
    struct bytes line AUTO_CLEAR(bytes_clear) = {0};
    bytes_printf(&line, "curl -T %s.%s '%s/v1/datasets/%s", name, format,
                 host != NULL ? host : "localhost:8420", name);
    request_append_parameters(request, not_options, '?', &line);
    bytes_append(&line, "'", 1);
    const char *text = bytes_text(&line);
    return text != NULL ? json_string(text) : NULL;
}

int handle_datasets_inspect(struct request *request, struct reply *reply, struct error *error)
{
    const struct upload_query *query = request->query;
    const char *name = query->name != NULL ? query->name : "data";
    if (name_check("name", name, error) != 0)
        return -1;
    const struct upload *found = find_upload(&request->body, error);
    if (found == NULL)
        return -1;
    const struct daemon_upload upload = {.name = name,
                                         .paths = {found->path},
                                         .source_names = {found->name},
                                         .source_bytes = found->bytes,
                                         .options = &query->options};
    json_t *answer = daemon_dataset_inspect(request->service->daemon, &upload, error);
    if (answer == NULL)
        return -1;
    const char *format = json_string_value(json_object_get(answer, "format"));
    (void)json_object_set_new(answer, "upload", upload_line(request, name, format));
    return reply_json(reply, 200, answer, error);
}
