/* The table behind the job document. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/job_document.h"

#include <string.h>

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define ALPHANUMERIC LETTERS "0123456789"

bool job_name_valid(const char *name)
{
    size_t length = strlen(name);
    return length >= 1 && length <= 64 && strspn(name, ALPHANUMERIC) > 0 &&
           strspn(name, ALPHANUMERIC "._-") == length;
}

int job_tags_check(const json_t *tags, struct error *error)
{
    const char *key;
    json_t *value;
    if (tags == NULL || json_is_null(tags))
        return 0;
    if (!json_is_object(tags))
        return error_set_at(error, ERROR_INVALID, "tags",
                            "must be an object of strings, e.g. {\"team\": \"vision\"}");
    json_object_foreach((json_t *)(uintptr_t)tags, key, value)
    {
        if (!json_is_string(value))
            return error_set_at(error, ERROR_INVALID, "tags",
                                "has \"%.64s\", which must be a string", key);
    }
    return 0;
}

static int job_document_check(const void *options, const char *path, struct error *error)
{
    const struct job_document *document = options;
    (void)path;
    if (document->name != NULL && !job_name_valid(document->name))
        return error_set_at(error, ERROR_INVALID, "name",
                            "must begin with a letter or digit and have at most 64 letters, "
                            "digits, '.', '_' or '-'");
    if (!json_is_object(document->network))
        return error_set_at(
            error, ERROR_INVALID, "network",
            "must be an object with a list of layers, e.g. {\"layers\": [{\"type\": "
            "\"dense\", \"units\": \"auto\", \"activation\": \"softmax\"}]}");
    return job_tags_check(document->tags, error);
}

static const struct field job_document_fields[] = {
    FIELD_STRING(struct job_document, name,
                 .help = "name of the job and of its model; the dataset's"),
    FIELD_STRING(struct job_document, dataset, .flags = FIELD_REQUIRED,
                 .help = "id, name or name@version"),
    FIELD_STRINGS(struct job_document, target,
                  .help = "column or columns to learn; the one given at upload, else the last"),
    FIELD_OBJECT(struct job_document, features, struct feature_options,
                 .object = &feature_options_kind, .flags = FIELD_PRESENT | FIELD_NULLABLE,
                 .help = "columns to learn from"),
    FIELD_OBJECT(struct job_document, window, struct series_options, .object = &series_options_kind,
                 .flags = FIELD_NULLABLE,
                 .help = "sequences cut from rows that follow each other in time"),
    FIELD_JSON(struct job_document, network, .flags = FIELD_REQUIRED, .schema = "network",
               .help = "{\"layers\": […]}"),
    FIELD_OBJECT(struct job_document, training, struct training, .object = &training_kind,
                 .flags = FIELD_PRESENT, .help = "how to train"),
    FIELD_OBJECT(struct job_document, preprocessing, struct preprocessing_options,
                 .object = &preprocessing_options_kind, .flags = FIELD_PRESENT,
                 .help = "from columns to numbers"),
    FIELD_STRING(struct job_document, initial_model, .flags = FIELD_NULLABLE,
                 .help = "start from this model's weights: id, name or name@version"),
    FIELD_INTEGER(struct job_document, priority, PRIORITY_RANGE, .help = "higher ones run first"),
    FIELD_INTEGER(struct job_document, threads, .min = 1, .max = 256, .number = 1,
                  .help = "cores that this one job may use"),
    FIELD_OBJECT(struct job_document, webhook, struct webhook_options,
                 .object = &webhook_options_kind, .flags = FIELD_NULLABLE,
                 .help = "who is told when the job has ended"),
    FIELD_JSON(struct job_document, tags, .flags = FIELD_NULLABLE, .schema = "tags",
               .help = "any strings by name"),
    FIELD_BOOLEAN(struct job_document, dry_run, .help = "check the document and run nothing"),
    FIELD_END};

const struct kind job_document_kind = {.name = "job",
                                       .help = "a training job",
                                       .size = sizeof(struct job_document),
                                       .fields = job_document_fields,
                                       .check = job_document_check};

struct trainer_setup job_document_setup(const struct job_document *document)
{
    return (struct trainer_setup){.network = document->network,
                                  .training = document->training,
                                  .preprocessing = document->preprocessing,
                                  .features = document->features,
                                  .window = document->window,
                                  .targets = &document->target,
                                  .members = (int)document->threads};
}
