/* kill -9 at random moments under eight writers: what was acknowledged is there afterwards. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/rng.h"
#include "tests/storage/support.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { KILLS = 20, THREADS = 8, CONTENT = 3000 };

/* What a writer was told is on disk. */
enum entry_kind { ENTRY_OPEN, ENTRY_DATASET, ENTRY_JOB, ENTRY_CHANGE, ENTRY_MODEL, ENTRY_REMOVED };
struct entry {
    enum entry_kind kind;
    char id[ID_SIZE];
    int64_t step; /* of a change: its history and checkpoint end there; its status says it */
    int64_t seq;
};

struct writing {
    struct store *store;
    int journal; /* a pipe that outlives the writer */
    int thread;
};

static void journal_write(const struct writing *writing, const struct entry *entry)
{
    if (write(writing->journal, entry, sizeof(*entry)) != sizeof(*entry))
        _exit(1);
}

static void child_check(int result)
{
    if (result != 0) {
        fprintf(stderr, "%s\n", failure.message);
        _exit(1);
    }
}

/* The bytes of the checkpoint at a step. */
static void content_fill(uint8_t content[CONTENT], int64_t step)
{
    for (int i = 0; i < CONTENT; i++)
        content[i] = (uint8_t)(i + step * 7);
}

static void change_write(const struct writing *writing, const char *job, int64_t step)
{
    uint8_t content[CONTENT];
    char status[32];
    double values[10];
    int64_t steps[10];
    struct error error = {0};
    struct entry entry = {.kind = ENTRY_CHANGE, .step = step};
    content_fill(content, step);
    snprintf(entry.id, sizeof(entry.id), "%s", job);
    snprintf(status, sizeof(status), "%lld", (long long)step);
    for (int i = 0; i < 10; i++) {
        steps[i] = step - 9 + i;
        values[i] = (double)steps[i];
    }
    struct bytes checkpoint = {.data = content, .size = CONTENT};
    struct history_points points = {
        .metric = "loss", .count = 10, .steps = steps, .values = values};
    struct job_change change = {.id = job,
                                .status = status,
                                .points = &points,
                                .point_series_count = 1,
                                .events = {{"metrics", status}},
                                .checkpoint = &checkpoint,
                                .checkpoint_step = step,
                                .checkpoints_keep = 2};
    child_check(store_job_change(writing->store, &change, &entry.seq, &error));
    journal_write(writing, &entry);
}

static void dataset_write(const struct writing *writing, int round, char id[ID_SIZE])
{
    char content[64];
    struct entry entry = {.kind = ENTRY_DATASET};
    snprintf(content, sizeof(content), "%d %d %d", (int)getpid(), writing->thread, round);
    dataset_make(writing->store, "set", content, id);
    memcpy(entry.id, id, ID_SIZE);
    journal_write(writing, &entry);
}

static void model_write(const struct writing *writing, const char *job)
{
    uint8_t content[CONTENT];
    char name[] = "model", sha256[] = "weights", info[] = "{}";
    struct error error = {0};
    struct entry entry = {.kind = ENTRY_MODEL};
    content_fill(content, writing->thread);
    struct bytes file = {.data = content, .size = CONTENT};
    child_check(id_make("mdl", entry.id, &error));
    struct model_record record = {.id = entry.id, .name = name, .sha256 = sha256, .info = info};
    static const char *const queued[] = {"queued", NULL};
    struct job_change change = {.id = job,
                                .from = queued,
                                .to = "succeeded",
                                .drop_checkpoints = true,
                                .finished_ms = 1,
                                .model = &record,
                                .model_file = &file};
    child_check(store_job_change(writing->store, &change, NULL, &error));
    free(record.file_sha256);
    journal_write(writing, &entry);
}

static void dataset_remove(const struct writing *writing, const char *id)
{
    struct error error = {0};
    struct entry entry = {.kind = ENTRY_REMOVED};
    snprintf(entry.id, sizeof(entry.id), "%s", id);
    child_check(store_dataset_remove(writing->store, id, NULL, &error));
    journal_write(writing, &entry);
}

/* Rounds without end: a dataset, a job with changes; every other round ends it. */
static void *writing_run(void *argument)
{
    const struct writing *writing = argument;
    for (int round = 0;; round++) {
        char dataset[ID_SIZE];
        struct entry job = {.kind = ENTRY_JOB};
        dataset_write(writing, round, dataset);
        job_make(writing->store, "job", dataset, job.id);
        journal_write(writing, &job);
        for (int64_t step = 10; step <= 200; step += 10)
            change_write(writing, job.id, step);
        if (round % 2)
            continue;
        model_write(writing, job.id);
        dataset_remove(writing, dataset);
    }
    return NULL;
}

static void child_run(int journal)
{
    struct writing writings[THREADS];
    pthread_t threads[THREADS];
    struct store *store = store_reopen();
    struct writing opener = {.store = store, .journal = journal};
    struct entry open = {.kind = ENTRY_OPEN};
    journal_write(&opener, &open);
    for (int i = 0; i < THREADS; i++) {
        writings[i] = (struct writing){.store = store, .journal = journal, .thread = i};
        if (pthread_create(&threads[i], NULL, writing_run, &writings[i]) != 0)
            _exit(1);
    }
    pthread_join(threads[0], NULL);
}

/* All entries of all children so far. */
static struct entry *entries;
static size_t entry_count;

static void journal_read(int journal)
{
    struct entry entry;
    size_t size = 0;
    ssize_t count;
    while ((count = read(journal, (char *)&entry + size, sizeof(entry) - size)) > 0) {
        size += (size_t)count;
        if (size < sizeof(entry))
            continue;
        entries = realloc(entries, (entry_count + 1) * sizeof(entry));
        ck_assert_ptr_nonnull(entries);
        entries[entry_count++] = entry;
        size = 0;
    }
}

static bool entry_follows(size_t at, enum entry_kind kind)
{
    for (size_t i = at + 1; i < entry_count; i++)
        if (entries[i].kind == kind && strcmp(entries[i].id, entries[at].id) == 0)
            return true;
    return false;
}

/* 1: it is missing without an acknowledged removal. */
static int dataset_check(struct store *store, size_t at)
{
    struct dataset_record record;
    int result = store_dataset_get(store, NULL, entries[at].id, &record, &failure);
    error_clear(&failure);
    if (entry_follows(at, ENTRY_REMOVED)) {
        ck_assert_int_eq(result, -1);
        return 0;
    }
    if (result != 0)
        return 1;
    int descriptor = store_dataset_file(store, &record, &failure);
    ck_assert_msg(descriptor >= 0, "%s", failure.message);
    close(descriptor);
    dataset_record_clear(&record);
    return 0;
}

/* The last acknowledged change: nothing of it or before it is missing, nothing is half there. */
static void change_check(struct store *store, size_t at)
{
    if (entry_follows(at, ENTRY_CHANGE))
        return;
    struct job_record job;
    struct history_series *series;
    struct history_query query = {.job_id = entries[at].id};
    size_t count;
    ck_assert_ok(store_job_get(store, entries[at].id, &job, &failure));
    int64_t step = atoll(job.status);
    ck_assert_int_ge(step, entries[at].step);
    ck_assert_int_le(step, entries[at].step + 10);
    ck_assert_int_ge(job.seq, entries[at].seq);
    ck_assert_ok(store_history_query(store, &query, &series, &count, &failure));
    ck_assert_int_eq(series->count, step);
    ck_assert_double_eq(series->buckets[step - 1].mean, (double)step);
    history_series_clear(series);
    free(series);
    if (strcmp(job.state, "queued") == 0) {
        struct bytes checkpoint;
        uint8_t content[CONTENT];
        int64_t found;
        ck_assert_ok(store_checkpoint_load(store, job.id, &checkpoint, &found, &failure));
        ck_assert_int_eq(found, step);
        content_fill(content, step);
        ck_assert_uint_eq(checkpoint.size, CONTENT);
        ck_assert_int_eq(memcmp(checkpoint.data, content, CONTENT), 0);
        bytes_clear(&checkpoint);
    }
    job_record_clear(&job);
}

static void entries_check(struct store *store, size_t from)
{
    int missing = 0;
    for (size_t i = from; i < entry_count; i++) {
        struct job_record job;
        struct bytes file;
        switch (entries[i].kind) {
        case ENTRY_DATASET:
            missing += dataset_check(store, i);
            break;
        case ENTRY_JOB:
            ck_assert_ok(store_job_get(store, entries[i].id, &job, &failure));
            job_record_clear(&job);
            break;
        case ENTRY_CHANGE:
            change_check(store, i);
            break;
        case ENTRY_MODEL:
            ck_assert_ok(store_model_file(store, entries[i].id, &file, &failure));
            bytes_clear(&file);
            break;
        case ENTRY_OPEN:
        case ENTRY_REMOVED:
            break;
        }
    }
    /* A removal on its way may have happened without its acknowledgement: one a thread and kill. */
    ck_assert_int_le(missing, from > 0 ? THREADS : THREADS * KILLS);
}

/* Lives for so long after its start, or after it has opened the store. */
static void kill_once(int64_t life_us, bool opened)
{
    struct entry open;
    int journal[2];
    size_t before = entry_count;
    ck_assert_int_eq(pipe(journal), 0);
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        close(journal[0]);
        child_run(journal[1]);
        _exit(1);
    }
    close(journal[1]);
    if (opened)
        ck_assert_int_eq(read(journal[0], &open, sizeof(open)), sizeof(open));
    struct timespec life = {.tv_sec = life_us / 1000000, .tv_nsec = life_us % 1000000 * 1000};
    nanosleep(&life, NULL);
    kill(child, SIGKILL);
    journal_read(journal[0]);
    close(journal[0]);
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFSIGNALED(status));
    struct store *store = store_reopen();
    entries_check(store, before);
    store_close(store);
    ck_assert_int_eq(database_number("SELECT count(*) FROM pragma_foreign_key_check"), 0);
    ck_assert_int_eq(database_number("SELECT count(*) FROM pragma_integrity_check "
                                     "WHERE integrity_check <> 'ok'"),
                     0);
    ck_assert_int_eq(database_number("SELECT count(*) FROM blobs WHERE uses <> "
                                     "(SELECT count(*) FROM checkpoints WHERE blob = blobs.number) "
                                     "+ (SELECT count(*) FROM models WHERE blob = blobs.number)"),
                     0);
}

START_TEST(no_acknowledged_write_is_lost_by_a_kill)
{
    struct rng rng = rng_stream((uint64_t)time(NULL), "kill", "", 0);
    for (uint64_t i = 0; i < KILLS; i++)
        kill_once(1000 + (int64_t)rng_below(&rng, i, 100000), i % 4 != 0);
    ck_assert_uint_gt(entry_count, 100);
    struct store *store = store_reopen();
    entries_check(store, 0);
    store_close(store);
    free(entries);
}
END_TEST

static void tests_add(TCase *tests)
{
    tcase_add_test(tests, no_acknowledged_write_is_lost_by_a_kill);
}

int main(void)
{
    return suite_run("kill", folder_setup, folder_teardown, tests_add);
}
