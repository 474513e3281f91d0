/* GET /v1/jobs/{job}/weights/histograms: weights, gradients and update ratios by layer and epoch.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handlers/handlers.h"
#include "daemon/daemon.h"
#include "engine/histograms.h"

#include <string.h>

struct histograms_asked {
    char *layer;
    int64_t epoch;
};
static const struct field query_fields[] = {
    FIELD_STRING(struct histograms_asked, layer, .help = "only this layer; absent: all"),
    FIELD_INTEGER(struct histograms_asked, epoch, .min = 0, .max = 9e15,
                  .help = "only this epoch; 0: all that are kept"),
    FIELD_END};
const struct kind histograms_query_kind = {.name = "histograms",
                                           .help = "histograms of a job's weights",
                                           .size = sizeof(struct histograms_asked),
                                           .fields = query_fields};

static int reply_list(const struct job_record *job, const struct job_histogram *histograms,
                      size_t count, const char *layer, struct reply *reply, struct error *error)
{
    json_auto_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        const struct bytes *body = &histograms[i].body;
        if (bytes_check(body, error) != 0)
            return -1;
        json_t *json = histograms_read(body->data, body->size, layer, error);
        if (json == NULL)
            return -1;
        if (layer != NULL && json_object_size(json_object_get(json, "layers")) == 0) {
            json_decref(json);
            return error_set(error, ERROR_NOT_FOUND,
                             "job %.64s has no layer \"%.64s\" with weights", job->id, layer);
        }
        (void)json_array_append_new(list, json);
    }
    return reply_json(reply, 200, json_pack("{s:s, s:O}", "job", job->id, "histograms", list),
                      error);
}

int handle_histograms(struct request *request, struct reply *reply, struct error *error)
{
    const struct histograms_asked *asked = request->query;
    struct job_record job AUTO_CLEAR(job_record_clear) = {0};
    struct store *store = daemon_store(request->service->daemon);
    struct job_histogram *histograms = NULL;
    size_t count = 0;
    if (store_job_find(store, &request->viewer, request->captures[0], &job, error) != 0 ||
        store_histogram_list(store, job.id, asked->epoch, &histograms, &count, error) != 0)
        return -1;
    request_depends_on_job(request, &job);
    int result = reply_list(&job, histograms, count, asked->layer, reply, error);
    store_histograms_free(histograms, count);
    return result;
}
