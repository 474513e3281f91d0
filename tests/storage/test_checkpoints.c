/* Checkpoints: the newest few, damaged ones passed over. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/blobs.h"
#include "tests/storage/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct store *store;
static char dataset[ID_SIZE], job[ID_SIZE];

static void store_setup(void)
{
    folder_setup();
    store = store_reopen();
    dataset_make(store, "iris", "bytes", dataset);
    job_make(store, "job", dataset, job);
}

static void store_teardown(void)
{
    store_close(store);
    folder_teardown();
}

/* Bytes that tell the step. */
static struct bytes content_make(int64_t step, size_t size)
{
    struct bytes bytes = {0};
    uint8_t *data = bytes_extend(&bytes, size);
    ck_assert_ptr_nonnull(data);
    for (size_t i = 0; i < size; i++)
        data[i] = (uint8_t)(i * 31 + (size_t)step);
    return bytes;
}

static void checkpoint_make(int64_t step, size_t size, int64_t keep)
{
    struct bytes bytes = content_make(step, size);
    struct job_change change = {
        .id = job, .checkpoint = &bytes, .checkpoint_step = step, .checkpoints_keep = keep};
    ck_assert_ok(store_job_change(store, &change, NULL, &failure));
    bytes_clear(&bytes);
}

static void newest_check(int64_t step, size_t size)
{
    struct bytes found, wanted = content_make(step, size);
    int64_t found_step;
    ck_assert_ok(store_checkpoint_load(store, job, &found, &found_step, &failure));
    ck_assert_int_eq(found_step, step);
    ck_assert_uint_eq(found.size, size);
    ck_assert_int_eq(memcmp(found.data, wanted.data, size), 0);
    bytes_clear(&found);
    bytes_clear(&wanted);
}

START_TEST(a_checkpoint_of_many_chunks_comes_back_as_it_was)
{
    checkpoint_make(5, 2 * BLOB_CHUNK_SIZE + 17, 2);
    newest_check(5, 2 * BLOB_CHUNK_SIZE + 17);
    ck_assert_int_eq(database_number("SELECT count(*) FROM blob_chunks"), 3);
    ck_assert_int_le(database_number("SELECT max(length(data)) FROM blob_chunks"), BLOB_CHUNK_SIZE);
    checkpoint_make(6, BLOB_CHUNK_SIZE, 1);
    newest_check(6, BLOB_CHUNK_SIZE);
    ck_assert_int_eq(database_number("SELECT count(*) FROM blob_chunks"), 1);
}
END_TEST

START_TEST(only_as_many_as_wanted_are_kept)
{
    for (int64_t step = 1; step <= 5; step++)
        checkpoint_make(step, 100, 2);
    newest_check(5, 100);
    ck_assert_int_eq(database_number("SELECT count(*) FROM checkpoints"), 2);
    ck_assert_int_eq(database_number("SELECT min(step) FROM checkpoints"), 4);
    ck_assert_int_eq(database_number("SELECT count(*) FROM blobs"), 2);
    struct job_change change = {.id = job, .checkpoints_keep = 1};
    ck_assert_ok(store_job_change(store, &change, NULL, &failure));
    newest_check(5, 100);
    ck_assert_int_eq(database_number("SELECT count(*) FROM checkpoints"), 1);
    change = (struct job_change){.id = job, .drop_checkpoints = true};
    ck_assert_ok(store_job_change(store, &change, NULL, &failure));
    struct bytes found;
    int64_t step;
    ck_assert_fails(store_checkpoint_load(store, job, &found, &step, &failure), ERROR_NOT_FOUND);
    ck_assert_int_eq(database_number("SELECT count(*) FROM blobs"), 0);
    ck_assert_int_eq(database_number("SELECT count(*) FROM blob_chunks"), 0);
}
END_TEST

static void newest_damage(const char *data)
{
    char sql[256];
    snprintf(sql, sizeof(sql),
             "UPDATE blob_chunks SET data = %s "
             "WHERE blob = (SELECT blob FROM checkpoints ORDER BY number DESC LIMIT 1)",
             data);
    database_execute(sql);
}

START_TEST(a_damaged_checkpoint_is_passed_over)
{
    checkpoint_make(1, 100, 2);
    checkpoint_make(2, 100, 2);
    newest_check(2, 100);
    newest_damage("zeroblob(100)");
    newest_check(1, 100);
    newest_damage("x'00'");
    newest_check(1, 100);
    newest_damage("x''");
    newest_check(1, 100);
    database_execute("UPDATE blob_chunks SET data = x'01'");
    struct bytes found;
    int64_t step;
    ck_assert_fails(store_checkpoint_load(store, job, &found, &step, &failure), ERROR_NOT_FOUND);
}
END_TEST

START_TEST(a_damaged_copy_does_not_stand_in_for_the_same_bytes)
{
    checkpoint_make(1, 100, 3);
    checkpoint_make(2, 100, 3);
    newest_damage("zeroblob(100)");
    newest_check(1, 100);
    checkpoint_make(2, 100, 3);
    newest_check(2, 100);
    ck_assert_int_eq(database_number("SELECT count(*) FROM blobs"), 2);
}
END_TEST

static void tests_add(TCase *tests)
{
    tcase_add_test(tests, a_checkpoint_of_many_chunks_comes_back_as_it_was);
    tcase_add_test(tests, only_as_many_as_wanted_are_kept);
    tcase_add_test(tests, a_damaged_checkpoint_is_passed_over);
    tcase_add_test(tests, a_damaged_copy_does_not_stand_in_for_the_same_bytes);
}

int main(void)
{
    return suite_run("checkpoints", store_setup, store_teardown, tests_add);
}
