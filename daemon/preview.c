/* A look at augmented rows: a job document that is not run, and what is wanted of it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/job_setup.h"

#include <stdio.h>

/* What the document has beside those of a job. */
struct preview_options {
    struct variants augmentation; /* empty: training.augmentation */
    json_t *rows;                 /* a list of row numbers; NULL: the first `count` */
    int64_t count;                /* 0: COUNT */
    int64_t epoch;
    int64_t seed;
    bool has_seed;
};

enum { COUNT = 8 };

static const struct field preview_fields[] = {
    FIELD_VARIANTS(struct preview_options, augmentation, .kinds = augment_kinds,
                   .max = AUGMENTATION_MAX, .flags = FIELD_NULLABLE,
                   .help = "instead of training.augmentation"),
    FIELD_JSON(struct preview_options, rows, .help = "rows of the dataset, counted from 0"),
    FIELD_INTEGER(struct preview_options, count, .min = 1, .max = AUGMENT_PREVIEW_ROWS_MAX,
                  .flags = FIELD_NULLABLE, .help = "how many of the first rows; 8"),
    FIELD_INTEGER(struct preview_options, epoch, .min = 1, .max = 1e7, .number = 1,
                  .help = "whose draws are shown, counted from 1"),
    FIELD_INTEGER(struct preview_options, seed, .help = "instead of training.seed"),
    FIELD_END};

static const struct kind preview_options_kind = {.name = "preview",
                                                 .help = "what to show of augmented rows",
                                                 .size = sizeof(struct preview_options),
                                                 .fields = preview_fields};

/* ---- the document in two parts */

/* Moves the keys of a preview out of `document`, a copy, into an object of their own. */
static json_t *take_options(json_t *document)
{
    json_t *options = json_object();
    for (const struct field *field = preview_fields; field->name != NULL; field++) {
        json_t *value = json_object_get(document, field->name);
        if (value == NULL)
            continue;
        json_object_set(options, field->name, value);
        json_object_del(document, field->name);
    }
    return options;
}

/* A job needs a network, and a preview does not: any object stands for it. */
static bool add_network(json_t *document)
{
    if (json_object_get(document, "network") != NULL)
        return false;
    json_object_set_new(document, "network", json_object());
    return true;
}

/* ---- which rows */

static int read_rows(const json_t *list, uint32_t *rows, int64_t *count, struct error *error)
{
    size_t size = json_array_size(list);
    if (!json_is_array(list) || size < 1 || size > AUGMENT_PREVIEW_ROWS_MAX)
        return error_set_at(error, ERROR_INVALID, "rows",
                            "must be a list of 1 to %d row numbers such as [0, 1, 2]",
                            AUGMENT_PREVIEW_ROWS_MAX);
    for (size_t i = 0; i < size; i++) {
        const json_t *row = json_array_get(list, i);
        char path[32];
        snprintf(path, sizeof path, "rows[%zu]", i);
        if (!json_is_integer(row) || json_integer_value(row) < 0 ||
            json_integer_value(row) > (json_int_t)UINT32_MAX)
            return error_set_at(error, ERROR_INVALID, path,
                                "must be the number of a row, counted from 0");
        rows[i] = (uint32_t)json_integer_value(row);
    }
    *count = (int64_t)size;
    return 0;
}

/* Sets request->rows, to `rows` or NULL, and request->count. */
static int choose_rows(const struct preview_options *options,
                       struct augment_preview_request *request, uint32_t *rows, struct error *error)
{
    request->count = options->count > 0 ? options->count : COUNT;
    if (options->rows == NULL)
        return 0;
    if (options->count > 0)
        return error_set_at(error, ERROR_INVALID, "count",
                            "cannot be given beside rows, which says which ones");
    request->rows = rows;
    return read_rows(options->rows, rows, &request->count, error);
}

/* ---- all together */

static struct augment_preview *make(struct job_setup *setup, const struct preview_options *options,
                                    struct error *error)
{
    uint32_t rows[AUGMENT_PREVIEW_ROWS_MAX];
    struct training *training = setup->document.training;
    bool is_own = options->augmentation.count > 0;
    struct augment_preview_request request = {
        .setup = setup->trainer,
        .list = is_own ? &options->augmentation : &training->augmentation,
        .path = is_own ? "augmentation" : "training.augmentation",
        .epoch = options->epoch - 1};
    if (request.list->count == 0) {
        error_set_at(error, ERROR_INVALID, "augmentation",
                     "is required: a list such as [{\"type\": \"random_flip\"}]");
        return NULL;
    }
    if (options->has_seed)
        training->seed = options->seed;
    if (choose_rows(options, &request, rows, error) != 0)
        return NULL;
    return augment_preview_create(&request, error);
}

static struct augment_preview *open_and_make(struct daemon *daemon, const struct viewer *viewer,
                                             json_t *document,
                                             const struct preview_options *options,
                                             struct error *error)
{
    struct job_setup setup;
    bool lacks_network = add_network(document);
    if (job_setup_open(daemon, viewer, document, &setup, error) != 0)
        return NULL;
    if (lacks_network)
        setup.trainer.network = NULL;
    struct augment_preview *preview = make(&setup, options, error);
    job_setup_close(daemon, &setup);
    return preview;
}

struct augment_preview *daemon_augmentation_preview(struct daemon *daemon,
                                                    const struct viewer *viewer,
                                                    const json_t *document, struct error *error)
{
    struct preview_options options;
    if (!json_is_object(document)) {
        error_set(error, ERROR_INVALID,
                  "the document must be an object such as {\"dataset\": \"digits\", "
                  "\"augmentation\": [{\"type\": \"random_flip\"}]}");
        return NULL;
    }
    json_auto_t *job = json_copy((json_t *)(uintptr_t)document);
    json_auto_t *own = job == NULL ? NULL : take_options(job);
    if (own == NULL) {
        error_set(error, ERROR_MEMORY, "no memory for a preview");
        return NULL;
    }
    if (fields_read(&preview_options_kind, own, &options, "", error) != 0)
        return NULL;
    options.has_seed = json_object_get(own, "seed") != NULL;
    struct augment_preview *preview = open_and_make(daemon, viewer, job, &options, error);
    fields_clear(&preview_options_kind, &options);
    return preview;
}
