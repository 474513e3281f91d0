/* A request's values: headers by name, query parameters and body read by field tables. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/request.h"
#include "api/route.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

int request_open(struct request *request, struct service *service, const char *method,
                 struct error *error)
{
    *request = (struct request){.service = service,
                                .viewer = {.owner = "", .sees_all = true},
                                .method = method,
                                .started_ns = clock_now_ns()};
    return id_make("req", request->id, error);
}

void request_clear(struct request *request)
{
    for (size_t i = 0; i < request->parameter_count; i++) {
        free(request->parameters[i].name);
        free(request->parameters[i].value);
    }
    free(request->parameters);
    free(request->path);
    for (int i = 0; i < REQUEST_CAPTURES_MAX; i++)
        free(request->captures[i]);
    if (request->query != NULL)
        fields_clear(request->route->query, request->query);
    free(request->query);
    if (request->work != NULL)
        request->route->steps->free(request->work);
    body_clear(&request->body);
    *request = (struct request){0};
}

static bool header_is(const struct header *header, const char *name)
{
    return header->name_size == strlen(name) &&
           strncasecmp(header->name, name, header->name_size) == 0;
}

const char *request_header(const struct request *request, const char *name)
{
    for (size_t i = 0; i < request->header_count; i++)
        if (header_is(&request->headers[i], name))
            return request->headers[i].value;
    return NULL;
}

size_t request_header_count(const struct request *request, const char *name)
{
    size_t count = 0;
    for (size_t i = 0; i < request->header_count; i++)
        count += header_is(&request->headers[i], name);
    return count;
}

bool request_has_parameter(const struct request *request, const char *name)
{
    for (size_t i = 0; i < request->parameter_count; i++)
        if (strcmp(request->parameters[i].name, name) == 0)
            return true;
    return false;
}

void request_depends(struct request *request, int what)
{
    change_set_add(&request->made_of, what);
}

void request_depends_on_job(struct request *request, const struct job_record *job)
{
    request_depends(request, change_of_job(job->number));
    if (strcmp(job->id, request->captures[0]) != 0)
        request_depends(request, CHANGE_JOB_LIST);
}

/* Whether the comma-separated list has an element that is `word` up to its parameters. */
static bool list_has(const char *list, const char *word)
{
    size_t size = strlen(word);
    for (const char *at = list; *at != '\0'; at += strspn(at, ", \t")) {
        size_t length = strcspn(at, ",; \t");
        if (length == size && strncasecmp(at, word, size) == 0)
            return true;
        at += strcspn(at, ",");
    }
    return false;
}

bool request_prefers(const struct request *request, const char *media_type)
{
    const char *accept = request_header(request, "Accept");
    return accept != NULL && list_has(accept, media_type);
}

/* Known parameters as text, for the message about an unknown one. */
static void list_fields(const struct kind *kind, struct bytes *text)
{
    for (; kind != NULL; kind = kind->base)
        for (const struct field *field = kind->fields; field != NULL && field->name != NULL;
             field++)
            bytes_printf(text, "%s, ", field->name);
}

static const struct field *find_field(const struct kind *kind, const char *name)
{
    for (; kind != NULL; kind = kind->base)
        for (const struct field *field = kind->fields; field != NULL && field->name != NULL;
             field++)
            if (strcmp(field->name, name) == 0)
                return field;
    return NULL;
}

static int refuse_parameter(const struct kind *kind, const char *name, struct error *error)
{
    struct bytes known AUTO_CLEAR(bytes_clear) = {0};
    list_fields(kind, &known);
    const char *text = bytes_text(&known);
    return error_set_at(error, ERROR_INVALID, name, "is not a parameter here; known are %spretty",
                        text != NULL ? text : "");
}

static int read_parameter(struct request *request, const struct kind *kind, size_t index,
                          struct error *error)
{
    const struct parameter *parameter = &request->parameters[index];
    for (size_t i = 0; i < index; i++)
        if (strcmp(request->parameters[i].name, parameter->name) == 0)
            return error_set_at(error, ERROR_INVALID, parameter->name,
                                "must be given once, not twice");
    if (strcmp(parameter->name, "pretty") == 0)
        return 0; /* taken with the target, since errors are indented too */
    const struct field *field = find_field(kind, parameter->name);
    if (field == NULL)
        return refuse_parameter(kind, parameter->name, error);
    bool bare = field->type == FIELD_TYPE_BOOLEAN && parameter->value[0] == '\0';
    return fields_set(kind, request->query, parameter->name, bare ? "true" : parameter->value,
                      error);
}

int request_read_query(struct request *request, const struct kind *kind, struct error *error)
{
    if (kind != NULL) {
        request->query = calloc(1, kind->size);
        if (request->query == NULL)
            return error_set(error, ERROR_MEMORY, "no memory for the query");
        if (fields_default(kind, request->query, error) != 0)
            return -1;
    }
    for (size_t i = 0; i < request->parameter_count; i++)
        if (read_parameter(request, kind, i, error) != 0) {
            request->error_is_in_head = true;
            return -1;
        }
    for (; kind != NULL; kind = kind->base)
        if (kind->check != NULL && kind->check(request->query, "", error) != 0)
            return -1;
    return 0;
}

json_t *request_json(const struct request *request, struct error *error)
{
    const struct bytes *text = &request->body.text;
    return fields_parse(text->data != NULL ? (const char *)text->data : "", text->size, error);
}

int request_read_body(const struct request *request, const struct kind *kind, void *options,
                      struct error *error)
{
    json_auto_t *json = request->body.text.size == 0 ? json_object() : request_json(request, error);
    if (json == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for the body");
    return fields_read(kind, json, options, "", error);
}
