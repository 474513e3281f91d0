/* /v1/models: what training has made, as descriptions and as files. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handlers/handlers.h"
#include "api/json.h"
#include "api/keys.h"
#include "api/media.h"
#include "api/names.h"
#include "api/page.h"
#include "api/say.h"
#include "daemon/daemon.h"
#include "engine/exchange/exchange.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* ---- import */

struct post_query {
    char *name;
};
static const struct field post_query_fields[] = {
    FIELD_STRING(struct post_query, name, .help = "the model's name; absent: imported"), FIELD_END};
const struct kind models_post_query_kind = {.name = "import",
                                            .help = "a model file that comes in",
                                            .size = sizeof(struct post_query),
                                            .fields = post_query_fields};

/* The upload's file stands in for memory, which a large model would not leave for others. */
static int import(struct request *request, const char *name, const struct store_terms *terms,
                  struct model_record *record, struct error *error)
{
    const struct upload *upload = &request->body.uploads[0];
    if (request->body.upload_count != 1 || upload->bytes == 0)
        return error_set(error, ERROR_INVALID,
                         "the upload must be one model file, as in curl --data-binary "
                         "@model.safetensors localhost:8420/v1/models?name=iris");
    void *file = mmap(NULL, (size_t)upload->bytes, PROT_READ, MAP_PRIVATE, upload->file, 0);
    if (file == MAP_FAILED)
        return error_set_errno(error, "cannot read the upload again");
    int result = daemon_model_import(request->service->daemon, request->viewer.owner, name, file,
                                     (size_t)upload->bytes, terms, record, error);
    (void)munmap(file, (size_t)upload->bytes);
    return result;
}

static int reply_imported(void *context, const void *record, bool is_new, struct reply *reply,
                          struct error *error)
{
    const struct model_record *model = record;
    (void)context;
    (void)is_new;
    if (reply_header(reply, error, "Location", "/v1/models/%s", model->id) != 0)
        return -1;
    return reply_json(reply, 201, json_model(model, true), error);
}

int handle_models_post(struct request *request, struct reply *reply, struct error *error)
{
    const struct post_query *query = request->query;
    const struct keys_answer answer = {.reply = reply_imported};
    struct model_record record AUTO_CLEAR(model_record_clear) = {0};
    if (query->name != NULL && name_check("name", query->name, error) != 0)
        return -1;
    if (import(request, query->name, keys_terms(request, &answer), &record, error) != 0)
        return -1;
    return keys_reply(request, &answer, &record, true, reply, error);
}

/* ---- list, one, delete */

static const char *const sorts[] = {"-created_at", "created_at", "name", "-name",
                                    "bytes",       "-bytes",     NULL};

struct models_list_query {
    struct tagged_query tagged;
    int sort;
    char *job, *dataset;
};
static const struct field list_query_fields[] = {
    FIELD_CHOICE(struct models_list_query, sort, .choices = sorts,
                 .help = "the order; - before it: descending"),
    FIELD_STRING(struct models_list_query, job, .help = "only models of this job: id or name"),
    FIELD_STRING(struct models_list_query, dataset,
                 .help = "only models that learned this dataset: id, name or name@version"),
    FIELD_END};
const struct kind models_list_query_kind = {.name = "models",
                                            .help = "a page of the list of models",
                                            .size = sizeof(struct models_list_query),
                                            .fields = list_query_fields,
                                            .base = &tagged_query_kind};

static int reply_list(struct request *request, const struct page *page, const char *name,
                      struct reply *reply, struct error *error)
{
    struct model_record *records = NULL;
    size_t count = 0;
    bool more = false;
    if (store_model_list(daemon_store(request->service->daemon), &page->store, &records, &count,
                         &more, error) != 0)
        return -1;
    json_t *items = json_array();
    for (size_t i = 0; i < count; i++)
        (void)json_array_append_new(items, json_model(&records[i], false));
    for (size_t i = 0; i < count; i++)
        model_record_clear(&records[i]);
    free(records);
    return page_reply(request, reply, page, name, items, error);
}

/* An id as it stands: models outlive their job. */
static int filter_job(struct page *page, struct request *request, char *const *reference,
                      struct job_record *record, struct error *error)
{
    char *const *id = reference;
    if (*reference == NULL)
        return 0;
    if (strncmp(*reference, "job_", 4) != 0) {
        request_depends(request, CHANGE_JOB_LIST);
        if (store_job_find(daemon_store(request->service->daemon), &request->viewer, *reference,
                           record, error) != 0)
            return -1;
        id = &record->id;
    }
    page_filter(page, (struct store_filter){.column = "job_id", .texts = id, .count = 1});
    return 0;
}

int handle_models_list(struct request *request, struct reply *reply, struct error *error)
{
    const struct models_list_query *query = request->query;
    struct dataset_record dataset AUTO_CLEAR(dataset_record_clear) = {0};
    struct job_record job AUTO_CLEAR(job_record_clear) = {0};
    struct page page AUTO_CLEAR(page_clear);
    request_depends(request, CHANGE_MODELS);
    request_depends(request, CHANGE_DATASETS);
    if (page_open(&page, request, &query->tagged.page, sorts[query->sort], error) != 0 ||
        page_filter_tags(&page, &query->tagged.tag, error) != 0 ||
        page_filter_dataset(&page, request, query->dataset, &dataset, error) != 0 ||
        filter_job(&page, request, &query->job, &job, error) != 0)
        return -1;
    return reply_list(request, &page, "models", reply, error);
}

static int get(struct request *request, struct model_record *record, struct error *error)
{
    request_depends(request, CHANGE_MODELS);
    return store_model_get(daemon_store(request->service->daemon), &request->viewer,
                           request->captures[0], record, error);
}

int handle_models_get(struct request *request, struct reply *reply, struct error *error)
{
    struct model_record record AUTO_CLEAR(model_record_clear) = {0};
    if (get(request, &record, error) != 0)
        return -1;
    return reply_json(reply, 200, json_model(&record, true), error);
}

struct models_versions_query {
    int64_t limit;
    char *cursor;
    int format; /* enum media */
};
static const struct field versions_query_fields[] = {
    FIELD_INTEGER(struct models_versions_query, limit, .min = 1, .max = PAGE_LIMIT_MAX,
                  .number = PAGE_LIMIT, .help = "how many at most"),
    FIELD_STRING(struct models_versions_query, cursor, .help = "\"next\" of the page before"),
    FIELD_CHOICE(struct models_versions_query, format, .choices = media_row_names,
                 .help = "auto: what Accept says"),
    FIELD_END};
const struct kind models_versions_query_kind = {.name = "versions",
                                                .help = "a page of a name's versions",
                                                .size = sizeof(struct models_versions_query),
                                                .fields = versions_query_fields};

/* Of its owner alone: others may have models of that name too. */
int handle_models_versions(struct request *request, struct reply *reply, struct error *error)
{
    const struct models_versions_query *query = request->query;
    struct model_record newest AUTO_CLEAR(model_record_clear) = {0};
    const struct page_query paging = {
        .limit = query->limit, .cursor = query->cursor, .format = query->format};
    struct page page AUTO_CLEAR(page_clear) = {0};
    if (get(request, &newest, error) != 0 ||
        page_open(&page, request, &paging, "-created_at", error) != 0)
        return -1;
    const struct viewer owner = {.owner = newest.owner};
    page.store.viewer = &owner;
    page_filter(&page, (struct store_filter){.column = "name", .texts = &newest.name, .count = 1});
    return reply_list(request, &page, "versions", reply, error);
}

int handle_models_patch(struct request *request, struct reply *reply, struct error *error)
{
    struct store *store = daemon_store(request->service->daemon);
    struct model_record record AUTO_CLEAR(model_record_clear) = {0};
    struct model_record patched AUTO_CLEAR(model_record_clear) = {0};
    struct say say AUTO_CLEAR(say_clear) = {0};
    if (get(request, &record, error) != 0 || say_read(request, &say, error) != 0 ||
        store_model_say(store, record.id, &say.says, &request->terms, error) != 0 ||
        store_model_get(store, &request->viewer, record.id, &patched, error) != 0)
        return -1;
    return reply_json(reply, 200, json_model(&patched, true), error);
}

int handle_models_delete(struct request *request, struct reply *reply, struct error *error)
{
    struct model_record record AUTO_CLEAR(model_record_clear) = {0};
    if (get(request, &record, error) != 0 ||
        daemon_model_remove(request->service->daemon, record.id, &request->terms, error) != 0)
        return -1;
    reply->status = 204;
    return 0;
}

/* ---- the file */

struct file_query {
    char *format;
};
static const struct field file_query_fields[] = {
    FIELD_STRING(struct file_query, format, .text = "safetensors",
                 .help = "safetensors, onnx, npz, keras or c"),
    FIELD_END};

static int check_format(const void *options, const char *path, struct error *error)
{
    const struct file_query *query = options;
    (void)path;
    return model_format_find(query->format, error) != NULL ? 0 : -1;
}
const struct kind models_file_query_kind = {.name = "file",
                                            .help = "a model as a file",
                                            .size = sizeof(struct file_query),
                                            .fields = file_query_fields,
                                            .check = check_format};

/* The kept file is known by its digest; others are made of it, by this version. */
static void make_etag(const struct model_record *record, const struct model_format *format,
                      char *etag, size_t size)
{
    if (format == model_formats[0])
        (void)snprintf(etag, size, "\"%s\"", record->file_sha256);
    else
        (void)snprintf(etag, size, "\"%s-%s-%s\"", record->file_sha256, format->name,
                       PROPD_VERSION);
}

int handle_models_file(struct request *request, struct reply *reply, struct error *error)
{
    const struct file_query *query = request->query;
    const struct model_format *format = model_format_find(query->format, error);
    struct model_record record AUTO_CLEAR(model_record_clear) = {0};
    char etag[DIGEST_TEXT_SIZE + 64];
    if (format == NULL || get(request, &record, error) != 0)
        return -1;
    make_etag(&record, format, etag, sizeof etag);
    reply->keeps = true;
    reply->takes_ranges = true;
    bool is_kept = format == model_formats[0];
    if (reply_unchanged(reply, request, etag))
        return 0;
    if (reply_header(reply, error, "Content-Disposition", "attachment; filename=\"%s@%lld%s\"",
                     record.name, (long long)record.version, format->ending) != 0)
        return -1;
    reply->content_type = format->content_type;
    if (is_kept && strcmp(request->method, "HEAD") == 0) {
        reply->unsent_size = (uint64_t)record.file_bytes; /* it need not be read to be told of */
        return 0;
    }
    return daemon_model_export(request->service->daemon, &record, format, &reply->body, error);
}
