/* Loaded models, ready to predict; and models that come from outside. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/internal.h"
#include "daemon/live.h"
#include "engine/exchange/exchange.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct model *model_load(struct store *store, const char *id, struct error *error)
{
    AUTO_CLEAR(bytes_clear) struct bytes file = {0};
    if (store_model_file(store, id, &file, error) != 0)
        return NULL;
    return model_read(file.data, file.size, error);
}

static const struct model *model_hold(struct daemon *daemon, const char *id, struct error *error)
{
    struct model *model = cache_hold(daemon->models, id);
    if (model != NULL)
        return model;
    model = model_load(daemon->store, id, error);
    if (model != NULL && model_pack(model, error) != 0) {
        model_free(model);
        return NULL;
    }
    return model != NULL ? cache_add(daemon->models, id, model, model_size(model), error) : NULL;
}

const struct model *daemon_model_hold(struct daemon *daemon, const struct viewer *viewer,
                                      const char *reference, struct model_record *record,
                                      struct error *error)
{
    struct model_record found = {0};
    if (store_model_get(daemon->store, viewer, reference, &found, error) != 0)
        return NULL;
    const struct model *model = model_hold(daemon, found.id, error);
    if (model != NULL && record != NULL)
        *record = found;
    else
        model_record_clear(&found);
    return model;
}

const struct model *daemon_model_hold_title(struct daemon *daemon, const struct viewer *viewer,
                                            const char *reference, struct model_title *title,
                                            struct error *error)
{
    if (live_find(reference) != NULL)
        return live_hold(daemon, viewer, reference, title, error);
    return model_title_find(daemon, viewer, reference, title, error) == 0
               ? model_hold(daemon, title->id, error)
               : NULL;
}

void model_title_write(const struct model_title *title, json_t *answer)
{
    json_auto_t *said =
        title->is_live
            ? json_pack("{s:s, s:s, s:s, s:I}", "model", title->name, "version", MODEL_LIVE, "job",
                        title->id, "step", (json_int_t)title->step)
            : json_pack("{s:s, s:I}", "model", title->name, "version", (json_int_t)title->version);
    (void)json_object_update(answer, said);
}

void daemon_statistics_add(struct daemon *daemon, const char *id,
                           const struct inference_sample *sample)
{
    statistics_add(daemon->statistics, id, sample);
}

void daemon_statistics_get(struct daemon *daemon, const char *id, struct model_statistics *model)
{
    statistics_get(daemon->statistics, id, model);
}

void daemon_model_release(struct daemon *daemon, const struct model *model)
{
    cache_release(daemon->models, model);
}

int daemon_model_remove(struct daemon *daemon, const char *id, const struct store_terms *terms,
                        struct error *error)
{
    if (store_model_remove(daemon->store, id, terms, error) != 0)
        return -1;
    cache_forget(daemon->models, id);
    return 0;
}

int daemon_model_export(struct daemon *daemon, const struct model_record *record,
                        const struct model_format *format, struct bytes *file, struct error *error)
{
    char title[128];
    if (format == model_formats[0])
        return store_model_file(daemon->store, record->id, file, error);
    const struct model *model = model_hold(daemon, record->id, error);
    if (model == NULL)
        return -1;
    (void)snprintf(title, sizeof title, "%s@%lld", record->name, (long long)record->version);
    int result = format->write(model, title, file, error);
    daemon_model_release(daemon, model);
    return result;
}

/* What is kept of a model beside its file: where it comes from, and what it takes and gives. */
char *daemon_model_info(const struct model *model, const json_t *metrics, struct error *error)
{
    json_auto_t *description = model_describe(model);
    json_auto_t *info = json_pack("{s:O?, s:O?, s:O?}", "metrics", metrics, "lineage",
                                  model->lineage, "description", description);
    char *text = info != NULL && description != NULL ? fields_print(info) : NULL;
    if (text == NULL)
        error_set(error, ERROR_MEMORY, "no memory to describe a model");
    return text;
}

static int import_record(const struct model *model, const char *owner, const char *name,
                         struct model_record *record, struct error *error)
{
    char id[ID_SIZE], digest[DIGEST_TEXT_SIZE];
    if (id_make("mdl", id, error) != 0 || model_digest(model, digest, error) != 0)
        return -1;
    *record = (struct model_record){.id = strdup(id),
                                    .name = strdup(name != NULL ? name : "imported"),
                                    .owner = strdup(owner),
                                    .sha256 = strdup(digest),
                                    .info = daemon_model_info(model, NULL, error),
                                    .created_ms = clock_unix_ms()};
    if (record->id == NULL || record->name == NULL || record->owner == NULL ||
        record->sha256 == NULL || record->info == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a model's record");
    return 0;
}

int daemon_model_import(struct daemon *daemon, const char *owner, const char *name,
                        const void *file, size_t size, const struct store_terms *terms,
                        struct model_record *record, struct error *error)
{
    struct model *model = model_import(file, size, error);
    if (model == NULL)
        return -1;
    struct model_record made = {0};
    AUTO_CLEAR(bytes_clear) struct bytes canonical = {0};
    int result = import_record(model, owner, name, &made, error);
    if (result == 0)
        result = model_write(model, &canonical, error);
    made.quota_bytes = tokens_quota(daemon->tokens, owner).bytes;
    if (result == 0)
        result = store_model_add(daemon->store, &made, &canonical, terms, error);
    if (result == 0)
        *record = made;
    else
        model_record_clear(&made);
    model_free(model);
    return result;
}
