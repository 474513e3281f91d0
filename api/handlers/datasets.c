/* /v1/datasets: files come in, descriptions go out. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handlers/handlers.h"
#include "api/handlers/upload_query.h"
#include "api/json.h"
#include "api/keys.h"
#include "api/names.h"
#include "api/page.h"
#include "api/say.h"
#include "daemon/daemon.h"

#include <stdlib.h>
#include <string.h>

static const struct field post_query_fields[] = {
    FIELD_STRING(struct upload_query, name, .help = "the dataset's name"), FIELD_END};
const struct kind datasets_post_query_kind = {.name = "upload",
                                              .help = "an upload and how it is read",
                                              .size = sizeof(struct upload_query),
                                              .fields = post_query_fields,
                                              .base = &dataset_options_kind};

/* Which of the body's files is the data, and which the labels (NULL: in the same file). */
static int choose_uploads(const struct body *body, const struct upload *chosen[2],
                          struct error *error)
{
    chosen[0] = body_upload(body, "body");
    if (chosen[0] == NULL)
        chosen[0] = body_upload(body, "file");
    if (chosen[0] == NULL)
        chosen[0] = body_upload(body, "features");
    chosen[1] = body_upload(body, "labels");
    if (body->upload_count == 0)
        return error_set(error, ERROR_INVALID,
                         "the upload is empty; send the file, as in curl -T iris.csv "
                         "localhost:8420/v1/datasets/iris");
    if (chosen[0] == NULL || (chosen[1] != NULL && strcmp(chosen[0]->name, "features") != 0) ||
        (chosen[1] == NULL && body->upload_count > 1))
        return error_set(error, ERROR_INVALID,
                         "a form has \"features\" and \"labels\", or one \"file\", as in -F "
                         "features=@images.idx -F labels=@labels.idx");
    return 0;
}

static int reply_dataset(struct reply *reply, int status, const struct dataset_record *record,
                         struct error *error)
{
    if (status == 201 && reply_header(reply, error, "Location", "/v1/datasets/%s", record->id) != 0)
        return -1;
    return reply_json(reply, status, json_dataset(record, true), error);
}

static int reply_imported(void *context, const void *record, bool is_new, struct reply *reply,
                          struct error *error)
{
    (void)context;
    return reply_dataset(reply, is_new ? 201 : 200, record, error);
}

static int import(struct request *request, const char *name, const struct dataset_options *options,
                  struct reply *reply, struct error *error)
{
    const struct upload *chosen[2];
    char digest[DIGEST_TEXT_SIZE];
    struct dataset_record record AUTO_CLEAR(dataset_record_clear) = {0};
    bool existing = false;
    const struct keys_answer answer = {.reply = reply_imported};
    if (choose_uploads(&request->body, chosen, error) != 0 ||
        body_digest(&request->body, digest, error) != 0)
        return -1;
    const struct daemon_upload upload = {
        .owner = request->viewer.owner,
        .name = name,
        .paths = {chosen[0]->path, chosen[1] != NULL ? chosen[1]->path : NULL},
        .source_names = {chosen[0]->name, chosen[1] != NULL ? chosen[1]->name : NULL},
        .source_sha256 = digest,
        .source_bytes = chosen[0]->bytes + (chosen[1] != NULL ? chosen[1]->bytes : 0),
        .options = options,
        .terms = keys_terms(request, &answer)};
    if (daemon_dataset_import(request->service->daemon, &upload, &record, &existing, error) != 0)
        return -1;
    return keys_reply(request, &answer, &record, !existing, reply, error);
}

/* curl -T sends the file's own name where the URL ends in a slash, so "iris.csv" gives "iris". */
int handle_datasets_put(struct request *request, struct reply *reply, struct error *error)
{
    char name[NAME_SIZE];
    if (name_of_file(request->captures[0], name, error) != 0)
        return -1;
    return import(request, name, request->query, reply, error);
}

int handle_datasets_post(struct request *request, struct reply *reply, struct error *error)
{
    const struct upload_query *query = request->query;
    if (query->name == NULL)
        return error_set_at(error, ERROR_INVALID, "name",
                            "must be given, as in POST /v1/datasets?name=iris");
    if (name_check("name", query->name, error) != 0)
        return -1;
    return import(request, query->name, &query->options, reply, error);
}

static const char *const sorts[] = {"-created_at", "created_at", "name",   "-name", "rows",
                                    "-rows",       "bytes",      "-bytes", NULL};

struct datasets_list_query {
    struct tagged_query tagged;
    int sort;
};
static const struct field list_query_fields[] = {
    FIELD_CHOICE(struct datasets_list_query, sort, .choices = sorts,
                 .help = "the order; - before it: descending"),
    FIELD_END};
const struct kind datasets_list_query_kind = {.name = "datasets",
                                              .help = "a page of the list of datasets",
                                              .size = sizeof(struct datasets_list_query),
                                              .fields = list_query_fields,
                                              .base = &tagged_query_kind};

static int reply_list(struct request *request, const struct page *page, struct reply *reply,
                      struct error *error)
{
    struct dataset_record *records = NULL;
    size_t count = 0;
    bool more = false;
    if (store_dataset_list(daemon_store(request->service->daemon), &page->store, &records, &count,
                           &more, error) != 0)
        return -1;
    json_t *items = json_array();
    for (size_t i = 0; i < count; i++)
        (void)json_array_append_new(items, json_dataset(&records[i], false));
    for (size_t i = 0; i < count; i++)
        dataset_record_clear(&records[i]);
    free(records);
    return page_reply(request, reply, page, "datasets", items, error);
}

int handle_datasets_list(struct request *request, struct reply *reply, struct error *error)
{
    const struct datasets_list_query *query = request->query;
    struct page page AUTO_CLEAR(page_clear);
    request_depends(request, CHANGE_DATASETS);
    if (page_open(&page, request, &query->tagged.page, sorts[query->sort], error) != 0 ||
        page_filter_tags(&page, &query->tagged.tag, error) != 0)
        return -1;
    return reply_list(request, &page, reply, error);
}

int handle_datasets_get(struct request *request, struct reply *reply, struct error *error)
{
    struct dataset_record record AUTO_CLEAR(dataset_record_clear) = {0};
    request_depends(request, CHANGE_DATASETS);
    if (store_dataset_get(daemon_store(request->service->daemon), &request->viewer,
                          request->captures[0], &record, error) != 0)
        return -1;
    return reply_dataset(reply, 200, &record, error);
}

int handle_datasets_patch(struct request *request, struct reply *reply, struct error *error)
{
    struct store *store = daemon_store(request->service->daemon);
    struct dataset_record record AUTO_CLEAR(dataset_record_clear) = {0};
    struct dataset_record patched AUTO_CLEAR(dataset_record_clear) = {0};
    struct say say AUTO_CLEAR(say_clear) = {0};
    if (store_dataset_get(store, &request->viewer, request->captures[0], &record, error) != 0 ||
        say_read(request, &say, error) != 0 ||
        store_dataset_say(store, record.id, &say.says, &request->terms, error) != 0 ||
        store_dataset_get(store, &request->viewer, record.id, &patched, error) != 0)
        return -1;
    return reply_dataset(reply, 200, &patched, error);
}

int handle_datasets_delete(struct request *request, struct reply *reply, struct error *error)
{
    struct daemon *daemon = request->service->daemon;
    struct dataset_record record AUTO_CLEAR(dataset_record_clear) = {0};
    if (store_dataset_get(daemon_store(daemon), &request->viewer, request->captures[0], &record,
                          error) != 0 ||
        daemon_dataset_remove(daemon, &record, &request->terms, error) != 0)
        return -1;
    reply->status = 204;
    return 0;
}
