/* SPDX-License-Identifier: Apache-2.0 */
/* A daemon in a temporary folder, its jobs, and their traces in the store. */
#include "tests/daemon/fixture.h"
#include "base/log.h"
#include "daemon/job_state.h"

#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { POLL_US = 1000, PATIENCE_S = 120 };

struct error failure;
char folder[64];
struct config config;
const struct viewer nobody = {.owner = "", .sees_all = true};

static void setup(void)
{
    error_clear(&failure);
    log_set_level(LOG_LEVEL_OFF);
    snprintf(folder, sizeof folder, "/tmp/propd-daemon-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_done(fields_default(&config_kind, &config, &failure));
    free(config.data);
    config.data = strdup(folder);
    config.cores = 2;
    config.memory = INT64_C(1) << 30;
    config.free_space_floor = 1;
}

static int entry_remove(const char *path, const struct stat *status UNUSED, int flag UNUSED,
                        struct FTW *where UNUSED)
{
    return remove(path);
}

static void folder_clear(void)
{
    nftw(folder, entry_remove, 8, FTW_DEPTH | FTW_PHYS);
}

static void teardown(void)
{
    folder_clear();
    config_clear(&config);
}

static void (*tests_of_file)(TCase *tests);

static void add_all(TCase *tests)
{
    tcase_set_timeout(tests, PATIENCE_S);
    tcase_add_checked_fixture(tests, setup, teardown);
    tests_of_file(tests);
}

int fixture_run(const char *name, void (*add_tests)(TCase *tests))
{
    tests_of_file = add_tests;
    return tests_run(name, add_all);
}

struct daemon *start(void)
{
    struct daemon *daemon = daemon_start(&config, &failure);
    ck_assert_msg(daemon != NULL, "%s", failure.message);
    return daemon;
}

char *iris_import(struct daemon *daemon, const char *name)
{
    struct dataset_options options;
    ck_assert_done(fields_default(&dataset_options_kind, &options, &failure));
    const struct daemon_upload upload = {.owner = "",
                                         .name = name,
                                         .paths = {TEST_IRIS},
                                         .source_names = {"body"},
                                         .source_sha256 = "of-iris",
                                         .source_bytes = 1,
                                         .options = &options};
    struct dataset_record record;
    bool existing;
    ck_assert_done(daemon_dataset_import(daemon, &upload, &record, &existing, &failure));
    char *id = strdup(record.id);
    dataset_record_clear(&record);
    fields_clear(&dataset_options_kind, &options);
    return id;
}

/* ---- documents and records */

json_t *iris_job(int64_t epochs)
{
    json_t *document =
        json_pack("{s:s, s:{s:[{s:s, s:i, s:s}, {s:s, s:s, s:s}]}, s:{s:I, s:i, s:i}}", "dataset",
                  "iris", "network", "layers", "type", "dense", "units", 8, "activation", "tanh",
                  "type", "dense", "units", "auto", "activation", "softmax", "training", "epochs",
                  (json_int_t)epochs, "batch_size", 8, "seed", 7);
    ck_assert_ptr_nonnull(document);
    return document;
}

void training_set(json_t *document, const char *key, json_t *value_taken)
{
    json_object_set_new(json_object_get(document, "training"), key, value_taken);
}

void submit(struct daemon *daemon, json_t *document_taken, char id[ID_SIZE])
{
    json_t *answer;
    struct daemon_job job AUTO_CLEAR(daemon_job_clear) = {0};
    ck_assert_done(daemon_job_submit(daemon, &nobody, document_taken, &job, &answer, &failure));
    ck_assert_ptr_null(answer);
    strcpy(id, job.record.id);
    json_decref(document_taken);
}

int verify(struct daemon *daemon, const char *id, char replay[ID_SIZE])
{
    struct daemon_job job AUTO_CLEAR(daemon_job_clear) = {0};
    if (daemon_job_verify(daemon, id, &job, &failure) != 0)
        return -1;
    strcpy(replay, job.record.id);
    return 0;
}

struct job_record job_of(struct daemon *daemon, const char *id)
{
    struct job_record record = {0};
    int64_t position;
    ck_assert_done(daemon_job_get(daemon, NULL, id, &record, &position, &failure));
    return record;
}

int64_t status_integer(const struct job_record *record, const char *key)
{
    json_auto_t *status = json_loads(record->status, 0, NULL);
    return json_integer_value(json_object_get(status, key));
}

/* ---- waiting */

void await(struct daemon *daemon, const char *id, const char *state)
{
    for (;;) {
        struct job_record record = job_of(daemon, id);
        bool there = strcmp(record.state, state) == 0;
        ck_assert_msg(there || !job_state_finished(record.state), "%s instead of %s: %s",
                      record.state, state, record.error_message ? record.error_message : "");
        job_record_clear(&record);
        if (there)
            return;
        usleep(POLL_US);
    }
}

void await_step(struct daemon *daemon, const char *id, int64_t step)
{
    for (bool there = false; !there; usleep(POLL_US)) {
        struct job_record record = job_of(daemon, id);
        ck_assert_msg(!job_state_finished(record.state), "%s", record.state);
        there = status_integer(&record, "step") > step;
        job_record_clear(&record);
    }
}

/* Whole series; NULL where there is none yet. */
static struct history_series *series_of(struct daemon *daemon, const char *id, const char *metric,
                                        size_t *count)
{
    const char *const metrics[] = {metric, NULL};
    const struct history_query query = {.job_id = id, .metrics = metric != NULL ? metrics : NULL};
    struct history_series *series = NULL;
    ck_assert_done(store_history_query(daemon_store(daemon), &query, &series, count, &failure));
    return series;
}

static void series_free(struct history_series *series, size_t count)
{
    for (size_t i = 0; i < count; i++)
        history_series_clear(&series[i]);
    free(series);
}

int64_t await_history(struct daemon *daemon, const char *id, int64_t step)
{
    for (int64_t newest = 0;; usleep(POLL_US)) {
        size_t count;
        struct history_series *series = series_of(daemon, id, "loss", &count);
        if (count > 0)
            newest = series->buckets[series->bucket_count - 1].first_step;
        series_free(series, count);
        if (newest > step)
            return newest;
    }
}

/* ---- what became of a job */

void digest_of(struct daemon *daemon, const char *id, char digest[DIGEST_TEXT_SIZE])
{
    await(daemon, id, STATE_SUCCEEDED);
    struct job_record record = job_of(daemon, id);
    struct model_record model;
    ck_assert_done(store_model_get(daemon_store(daemon), NULL, record.model_id, &model, &failure));
    snprintf(digest, DIGEST_TEXT_SIZE, "%s", model.sha256);
    model_record_clear(&model);
    job_record_clear(&record);
}

void digest_undisturbed(json_t *document_taken, char digest[DIGEST_TEXT_SIZE])
{
    char id[ID_SIZE];
    struct daemon *daemon = start();
    free(iris_import(daemon, "iris"));
    submit(daemon, document_taken, id);
    digest_of(daemon, id, digest);
    daemon_stop(daemon);
    folder_clear();
}

static void series_is_whole(const struct history_series *series, int64_t steps, int64_t epochs)
{
    int64_t count = series->per_epoch ? epochs : steps;
    ck_assert_msg(series->count == count, "%s has %lld points, not %lld", series->metric,
                  (long long)series->count, (long long)count);
    for (int64_t i = 0; i < count; i++) {
        const struct history_bucket *bucket = &series->buckets[i];
        int64_t step = series->per_epoch ? (i + 1) * (steps / epochs) : i + 1;
        if (bucket->first_step != step || (series->per_epoch && bucket->epoch != i + 1))
            ck_abort_msg("point %lld of %s is at step %lld", (long long)i, series->metric,
                         (long long)bucket->first_step);
    }
}

void history_is_whole(struct daemon *daemon, const char *id, int64_t steps, int64_t epochs)
{
    size_t count;
    struct history_series *series = series_of(daemon, id, NULL, &count);
    ck_assert_uint_ge(count, 5); /* loss, learning_rate, gradient_norm, train_loss, val_loss */
    for (size_t i = 0; i < count; i++)
        series_is_whole(&series[i], steps, epochs);
    series_free(series, count);
}

static void event_word(const struct event_record *event, char *words, size_t size)
{
    json_auto_t *body = json_loads(event->body, 0, NULL);
    const char *word = strcmp(event->type, "state") == 0
                           ? json_string_value(json_object_get(body, "state"))
                           : event->type;
    size_t used = strlen(words);
    if (strcmp(word, "metrics") != 0 && strcmp(word, "log") != 0)
        snprintf(words + used, size - used, "%s%s", used > 0 ? " " : "", word);
}

void events_are(struct daemon *daemon, const char *id, const char *words)
{
    struct event_record *events;
    size_t count;
    char found[1024] = "";
    ck_assert_done(
        store_event_list(daemon_store(daemon), id, 0, 100000, &events, &count, &failure));
    for (size_t i = 0; i < count; i++) {
        event_word(&events[i], found, sizeof found);
        event_record_clear(&events[i]);
    }
    free(events);
    ck_assert_str_eq(found, words);
}

size_t events_with(struct daemon *daemon, const char *id, const char *text)
{
    struct event_record *events;
    size_t count, found = 0;
    ck_assert_done(
        store_event_list(daemon_store(daemon), id, 0, 100000, &events, &count, &failure));
    for (size_t i = 0; i < count; i++) {
        found += strstr(events[i].body, text) != NULL;
        event_record_clear(&events[i]);
    }
    free(events);
    return found;
}

size_t model_count(struct daemon *daemon)
{
    const struct store_page page = {.limit = 100};
    struct model_record *models;
    size_t count;
    bool more;
    ck_assert_done(store_model_list(daemon_store(daemon), &page, &models, &count, &more, &failure));
    for (size_t i = 0; i < count; i++)
        model_record_clear(&models[i]);
    free(models);
    return count;
}

/* ---- the disk */

static void file_size_limit(rlim_t size)
{
    struct rlimit limit;
    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = size;
    setrlimit(RLIMIT_FSIZE, &limit);
}

void disk_fill(void)
{
    (void)signal(SIGXFSZ, SIG_IGN);
    file_size_limit(1);
}

void disk_clear(void)
{
    file_size_limit(RLIM_INFINITY);
}
