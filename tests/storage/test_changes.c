/* What is noted of changes, and writes that only go ahead where nothing has changed. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/changes.h"
#include "tests/storage/support.h"

#include <stdlib.h>
#include <string.h>

static struct store *store;
static struct changes *changes;

static void store_setup(void)
{
    folder_setup();
    store = store_reopen();
    changes = store_changes(store);
}

static void store_teardown(void)
{
    store_close(store);
    folder_teardown();
}

static bool has_changed(int what, uint64_t since)
{
    const struct change_set set = {1, {what}};
    return changes_any(changes, &set, since);
}

START_TEST(a_change_under_way_counts)
{
    const uint64_t before = changes_now(changes);
    ck_assert(!has_changed(CHANGE_QUEUE, before));
    changes_begin(changes, CHANGE_QUEUE);
    changes_begin(changes, CHANGE_QUEUE);
    ck_assert(has_changed(CHANGE_QUEUE, before));
    changes_end(changes, CHANGE_QUEUE);
    ck_assert(has_changed(CHANGE_QUEUE, changes_now(changes)));
    changes_end(changes, CHANGE_QUEUE);
    ck_assert(!has_changed(CHANGE_QUEUE, changes_now(changes)));
    ck_assert(has_changed(CHANGE_QUEUE, before));
    ck_assert(!has_changed(CHANGE_MODELS, before));
}
END_TEST

START_TEST(rows_are_noted_as_what_they_are)
{
    char dataset[ID_SIZE], id[ID_SIZE], other[ID_SIZE];
    struct job_record record, second;
    uint64_t before = changes_now(changes);
    dataset_make(store, "iris", "1,2", dataset);
    ck_assert(has_changed(CHANGE_DATASETS, before));
    ck_assert(!has_changed(CHANGE_JOBS, before));
    job_make(store, "first", dataset, id);
    job_make(store, "second", dataset, other);
    ck_assert(has_changed(CHANGE_JOB_LIST, before));
    ck_assert_ok(store_job_get(store, id, &record, &failure));
    ck_assert_ok(store_job_get(store, other, &second, &failure));
    before = changes_now(changes);
    const struct job_change change = {.id = id, .status = "{\"step\": 1}"};
    ck_assert_ok(store_job_change(store, &change, NULL, &failure));
    ck_assert(has_changed(change_of_job(record.number), before));
    ck_assert(has_changed(CHANGE_JOBS, before));
    ck_assert(!has_changed(change_of_job(second.number), before));
    ck_assert(!has_changed(CHANGE_JOB_LIST, before));
    before = changes_now(changes);
    ck_assert_ok(store_history_truncate(store, id, 0, 0, &failure));
    ck_assert(has_changed(change_of_job(record.number), before));
    before = changes_now(changes);
    ck_assert_ok(store_job_remove(store, id, NULL, NULL, &failure));
    ck_assert(has_changed(change_of_job(record.number), before));
    ck_assert(has_changed(CHANGE_JOB_LIST, before));
    job_record_clear(&record);
    job_record_clear(&second);
}
END_TEST

START_TEST(a_write_on_terms_is_refused_after_a_change)
{
    char dataset[ID_SIZE], id[ID_SIZE];
    struct job_record record;
    dataset_make(store, "iris", "1,2", dataset);
    job_make(store, "job", dataset, id);
    ck_assert_ok(store_job_get(store, id, &record, &failure));
    const struct change_set set = {1, {change_of_job(record.number)}};
    const struct store_terms terms = {.unchanged = &set, .since = changes_now(changes)};
    const struct job_change change = {.id = id, .terms = &terms, .tags = "{\"a\": \"b\"}"};
    ck_assert_ok(store_job_change(store, &change, NULL, &failure));
    ck_assert_fails(store_job_change(store, &change, NULL, &failure), ERROR_PRECONDITION);
    ck_assert_fails(store_job_remove(store, id, NULL, &terms, &failure), ERROR_PRECONDITION);
    job_record_clear(&record);
}
END_TEST

enum { WRITERS = 4, ROUNDS = 50 };

struct rival {
    pthread_t thread;
    const char *id;
    const struct store_terms *terms;
    bool has_won;
};

static void *rival_run(void *context)
{
    struct rival *rival = context;
    struct error error = {0};
    const struct job_change change = {
        .id = rival->id, .terms = rival->terms, .tags = "{\"a\": \"b\"}"};
    rival->has_won = store_job_change(store, &change, NULL, &error) == 0;
    return NULL;
}

START_TEST(of_writes_on_the_same_terms_one_goes_ahead)
{
    char dataset[ID_SIZE], id[ID_SIZE];
    struct job_record record;
    dataset_make(store, "iris", "1,2", dataset);
    job_make(store, "job", dataset, id);
    ck_assert_ok(store_job_get(store, id, &record, &failure));
    const struct change_set set = {1, {change_of_job(record.number)}};
    for (int round = 0; round < ROUNDS; round++) {
        const struct store_terms terms = {.unchanged = &set, .since = changes_now(changes)};
        struct rival rivals[WRITERS];
        int won = 0;
        for (int i = 0; i < WRITERS; i++) {
            rivals[i] = (struct rival){.id = id, .terms = &terms};
            ck_assert_int_eq(pthread_create(&rivals[i].thread, NULL, rival_run, &rivals[i]), 0);
        }
        for (int i = 0; i < WRITERS; i++) {
            pthread_join(rivals[i].thread, NULL);
            won += rivals[i].has_won;
        }
        ck_assert_int_eq(won, 1);
    }
    job_record_clear(&record);
}
END_TEST

static void tests_add(TCase *tests)
{
    tcase_add_test(tests, a_change_under_way_counts);
    tcase_add_test(tests, rows_are_noted_as_what_they_are);
    tcase_add_test(tests, a_write_on_terms_is_refused_after_a_change);
    tcase_add_test(tests, of_writes_on_the_same_terms_one_goes_ahead);
}

int main(void)
{
    return suite_run("changes", store_setup, store_teardown, tests_add);
}
