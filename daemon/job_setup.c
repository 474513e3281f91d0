/* SPDX-License-Identifier: Apache-2.0 */
/* Finds and holds a job's dataset and first model. */
#include "daemon/job_setup.h"
#include "engine/dataset_options.h"

#include <string.h>

int reference_refuse(const char *path, const struct error *missing, struct error *error)
{
    if (missing->code != ERROR_NOT_FOUND)
        return error_set_at(error, missing->code, path, "%s", missing->message);
    return error_set_at(error, ERROR_INVALID, path, "must name what is here: %s", missing->message);
}

static int initial_model_hold(struct daemon *daemon, const struct viewer *viewer,
                              struct job_setup *setup, struct error *error)
{
    struct error missing = {0};
    const char *reference = setup->document.initial_model;
    if (reference == NULL)
        return 0;
    setup->initial = daemon_model_hold(daemon, viewer, reference, &setup->initial_record, &missing);
    if (setup->initial != NULL)
        return 0;
    return reference_refuse("initial_model", &missing, error);
}

/* NULL where there is none of that reference, with an error at `path`. */
static const struct dataset *dataset_hold(struct daemon *daemon, const struct viewer *viewer,
                                          const char *reference, const char *path,
                                          struct dataset_record *record, struct error *error)
{
    struct error missing = {0};
    if (store_dataset_get(daemon_store(daemon), viewer, reference, record, &missing) == 0)
        return daemon_dataset_hold(daemon, record, error);
    (void)reference_refuse(path, &missing, error);
    return NULL;
}

static int datasets_hold(struct daemon *daemon, const struct viewer *viewer,
                         struct job_setup *setup, struct error *error)
{
    const struct validation_options *validation = setup->document.training->validation;
    setup->dataset = dataset_hold(daemon, viewer, setup->document.dataset, "dataset",
                                  &setup->dataset_record, error);
    if (setup->dataset == NULL)
        return -1;
    if (validation == NULL || validation->dataset == NULL)
        return 0;
    setup->validation =
        dataset_hold(daemon, viewer, validation->dataset, "training.validation.dataset",
                     &setup->validation_record, error);
    return setup->validation != NULL ? 0 : -1;
}

static int default_targets_read(struct job_setup *setup, struct error *error)
{
    setup->default_targets = dataset_targets(setup->dataset_record.target, error);
    return setup->default_targets != NULL ? 0 : -1;
}

struct viewer job_viewer(const struct job_record *record)
{
    return (struct viewer){.owner = record->owner, .sees_all = true};
}

int job_setup_open(struct daemon *daemon, const struct viewer *viewer, const json_t *document,
                   struct job_setup *setup, struct error *error)
{
    *setup = (struct job_setup){.owner = viewer->owner};
    if (fields_read(&job_document_kind, document, &setup->document, "", error) != 0)
        return -1;
    if (datasets_hold(daemon, viewer, setup, error) != 0 ||
        default_targets_read(setup, error) != 0 ||
        initial_model_hold(daemon, viewer, setup, error) != 0) {
        job_setup_close(daemon, setup);
        return -1;
    }
    setup->trainer = job_document_setup(&setup->document);
    setup->trainer.dataset = setup->dataset;
    setup->trainer.validation = setup->validation;
    setup->trainer.default_targets = setup->default_targets;
    setup->trainer.initial = setup->initial;
    return 0;
}

int job_setup_check(struct daemon *daemon, const struct job_record *record, const char *verb,
                    struct error *error)
{
    struct job_setup setup;
    struct error missing = {0};
    const struct viewer viewer = job_viewer(record);
    json_auto_t *spec = fields_parse(record->spec, strlen(record->spec), error);
    if (spec == NULL)
        return -1;
    if (job_setup_open(daemon, &viewer, spec, &setup, &missing) == 0) {
        job_setup_close(daemon, &setup);
        return 0;
    }
    return error_set(error, missing.code == ERROR_INVALID ? ERROR_CONFLICT : missing.code,
                     "job %s cannot be %s: %s", record->id, verb, missing.message);
}

void job_setup_close(struct daemon *daemon, struct job_setup *setup)
{
    daemon_dataset_release(daemon, setup->dataset);
    daemon_dataset_release(daemon, setup->validation);
    daemon_model_release(daemon, setup->initial);
    dataset_record_clear(&setup->dataset_record);
    dataset_record_clear(&setup->validation_record);
    json_decref(setup->default_targets);
    model_record_clear(&setup->initial_record);
    fields_clear(&job_document_kind, &setup->document);
    *setup = (struct job_setup){.dataset = NULL};
}
