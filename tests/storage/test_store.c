/* Opening and closing: the lock, migrations, unclean stops, what a crash leaves. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/migrations.h"
#include "tests/storage/support.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char *path_in(const char *name)
{
    static char path[256];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    return path;
}

static bool file_exists(const char *name)
{
    return access(path_in(name), F_OK) == 0;
}

static void file_write(const char *name, const char *content)
{
    FILE *file = fopen(path_in(name), "w");
    ck_assert_ptr_nonnull(file);
    fputs(content, file);
    fclose(file);
}

START_TEST(what_was_written_is_there_after_reopening)
{
    char dataset[ID_SIZE], job[ID_SIZE];
    struct store *store = store_reopen();
    dataset_make(store, "iris", "bytes", dataset);
    job_make(store, "job", dataset, job);
    store_close(store);
    ck_assert(!file_exists("propd.db-wal"));
    store = store_reopen();
    struct job_record record;
    ck_assert_ok(store_job_get(store, job, &record, &failure));
    ck_assert_str_eq(record.name, "job");
    ck_assert_str_eq(record.dataset_id, dataset);
    job_record_clear(&record);
    struct store_statistics statistics;
    ck_assert_ok(store_statistics(store, &statistics, &failure));
    ck_assert_uint_eq(statistics.dataset_bytes, strlen("bytes"));
    ck_assert_int_eq(statistics.schema_version, (int)migration_count);
    ck_assert_uint_gt(statistics.database_bytes, 4096);
    ck_assert_uint_gt(statistics.free_bytes, 0);
    store_close(store);
}
END_TEST

START_TEST(a_folder_is_made_for_its_owner_alone)
{
    struct stat status;
    struct store_options options = {.folder = path_in("new")};
    char *made = strdup(options.folder);
    options.folder = made;
    struct store *store = store_open(&options, &failure);
    ck_assert_msg(store != NULL, "%s", failure.message);
    ck_assert_int_eq(stat(made, &status), 0);
    ck_assert_int_eq(status.st_mode & 0777, 0700);
    ck_assert(file_exists("new/datasets") && file_exists("new/uploads"));
    store_close(store);
    free(made);
}
END_TEST

START_TEST(the_floor_is_at_most_a_quarter_of_what_is_free)
{
    struct store_options options = {.folder = folder};
    struct store_statistics statistics;
    struct store *store = store_open(&options, &failure);
    ck_assert_msg(store != NULL, "%s", failure.message);
    ck_assert_ok(store_statistics(store, &statistics, &failure));
    uint64_t left = store_free_space(store);
    ck_assert_uint_lt(left, statistics.free_bytes);
    ck_assert_uint_ge(left, statistics.free_bytes / 10 * 7);
    store_close(store);
}
END_TEST

START_TEST(a_second_store_on_the_folder_is_refused)
{
    struct store *store = store_reopen();
    struct store_options options = {.folder = folder};
    ck_assert_ptr_null(store_open(&options, &failure));
    ck_assert_int_eq(failure.code, ERROR_CONFLICT);
    ck_assert_ptr_nonnull(strstr(failure.message, folder));
    store_close(store);
    error_clear(&failure);
    store_close(store_reopen());
}
END_TEST

START_TEST(a_newer_schema_is_refused_and_left_alone)
{
    store_close(store_reopen());
    database_execute("PRAGMA user_version=77");
    struct store_options options = {.folder = folder};
    ck_assert_ptr_null(store_open(&options, &failure));
    ck_assert_int_eq(failure.code, ERROR_INVALID);
    ck_assert_ptr_nonnull(strstr(failure.message, "77"));
    ck_assert_int_eq(database_number("PRAGMA user_version"), 77);
}
END_TEST

START_TEST(another_programs_database_is_refused)
{
    store_close(store_reopen());
    database_execute("PRAGMA application_id=1");
    struct store_options options = {.folder = folder};
    ck_assert_ptr_null(store_open(&options, &failure));
    ck_assert_int_eq(failure.code, ERROR_INVALID);
}
END_TEST

START_TEST(a_file_that_is_no_database_is_refused)
{
    file_write("propd.db", "this is a text of more than a hundred bytes and no database at all, "
                           "which is why it has to be refused with an error\n");
    struct store_options options = {.folder = folder};
    ck_assert_ptr_null(store_open(&options, &failure));
    ck_assert_int_eq(failure.code, ERROR_CORRUPT);
}
END_TEST

static struct connection *connection_make(void)
{
    struct connection *connection = connection_open_writer(path_in("propd.db"), &failure);
    ck_assert_msg(connection != NULL, "%s", failure.message);
    return connection;
}

static const struct migration two_steps[] = {
    {"one", "CREATE TABLE one (a INTEGER) STRICT"},
    {"two", "ALTER TABLE one ADD COLUMN b INTEGER; INSERT INTO one VALUES (1, 2)"},
    {"broken", "CREATE TABLE three (a INTEGER) STRICT; INSERT INTO nowhere VALUES (1)"},
};

START_TEST(a_migration_keeps_a_copy_of_what_was_before)
{
    AUTO_FREE char *path = strdup(path_in("propd.db"));
    struct connection *connection = connection_make();
    ck_assert_ok(migrations_run(connection, path, two_steps, 1, &failure));
    ck_assert(!file_exists("propd.db.before-1"));
    ck_assert_ok(connection_execute(connection, "INSERT INTO one VALUES (9)", &failure));
    ck_assert_ok(migrations_run(connection, path, two_steps, 2, &failure));
    connection_close(connection);
    ck_assert_int_eq(database_number("PRAGMA user_version"), 2);
    ck_assert_int_eq(database_number("SELECT sum(b) FROM one"), 2);
    ck_assert(file_exists("propd.db.before-2"));
    ck_assert(!file_exists("propd.db.before-2.partial"));
    ck_assert_int_eq(rename(path_in("propd.db.before-2"), path), 0);
    ck_assert_int_eq(database_number("PRAGMA user_version"), 1);
    ck_assert_int_eq(database_number("SELECT a FROM one"), 9);
}
END_TEST

START_TEST(a_failed_migration_leaves_the_version_before_it)
{
    AUTO_FREE char *path = strdup(path_in("propd.db"));
    struct connection *connection = connection_make();
    ck_assert_fails(migrations_run(connection, path, two_steps, 3, &failure), ERROR_INTERNAL);
    connection_close(connection);
    ck_assert_int_eq(database_number("PRAGMA user_version"), 2);
    ck_assert_int_eq(database_number("SELECT count(*) FROM sqlite_schema WHERE name = 'three'"), 0);
}
END_TEST

/* 7: the last version in which a status held the evaluation. */
START_TEST(evaluations_move_out_of_the_status)
{
    AUTO_FREE char *path = strdup(path_in("propd.db"));
    struct connection *connection = connection_make();
    ck_assert_ok(migrations_run(connection, path, migrations, 7, &failure));
    ck_assert_ok(connection_execute(
        connection,
        "INSERT INTO jobs (number, id, name, state, priority, threads, memory, dataset_id, status, "
        "attempt, seq, created_ms, started_ms, finished_ms) VALUES "
        "(1, 'a', 'a', 'succeeded', 0, 1, 1, 'd', '{\"step\":3,\"evaluation\":{\"r2\":0.25}}', 1, "
        "0, 1, 1, 1), (2, 'b', 'b', 'queued', 0, 1, 1, 'd', '{}', 0, 0, 1, 0, 0);"
        "INSERT INTO job_specs (job, spec) VALUES (1, '{}'), (2, '{}')",
        &failure));
    ck_assert_ok(migrations_run(connection, path, migrations, migration_count, &failure));
    connection_close(connection);
    ck_assert_int_eq(database_number("SELECT count(*) FROM job_specs WHERE "
                                     "(job = 1 AND evaluation = '{\"r2\":0.25}') OR "
                                     "(job = 2 AND evaluation IS NULL)"),
                     2);
    ck_assert_int_eq(database_number("SELECT count(*) FROM jobs WHERE status = '{\"step\":3}'"), 1);
}
END_TEST

START_TEST(orphans_and_uploads_of_a_crash_are_removed)
{
    char dataset[ID_SIZE];
    struct store *store = store_reopen();
    dataset_make(store, "iris", "bytes", dataset);
    AUTO_FREE char *upload = upload_make(store, "half of an upload");
    ck_assert_int_eq(access(upload, F_OK), 0);
    store_close(store);
    file_write("datasets/0123", "an orphan");
    store = store_reopen();
    ck_assert_int_ne(access(upload, F_OK), 0);
    ck_assert(!file_exists("datasets/0123"));
    struct dataset_record record;
    ck_assert_ok(store_dataset_get(store, NULL, "iris", &record, &failure));
    int descriptor = store_dataset_file(store, &record, &failure);
    ck_assert_int_ge(descriptor, 0);
    close(descriptor);
    dataset_record_clear(&record);
    store_close(store);
}
END_TEST

/* In a child, so that the stop is not clean. */
static void child_stop_uncleanly(void)
{
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        char dataset[ID_SIZE], job[ID_SIZE];
        struct store *store = store_reopen();
        dataset_make(store, "iris", "bytes", dataset);
        for (int i = 0; i < 200; i++)
            job_make(store, "job", dataset, job);
        _exit(0);
    }
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
}

START_TEST(an_unclean_stop_loses_nothing)
{
    child_stop_uncleanly();
    ck_assert(file_exists("propd.db-wal"));
    struct store *store = store_reopen();
    struct dataset_record record;
    ck_assert_ok(store_dataset_get(store, NULL, "iris@1", &record, &failure));
    dataset_record_clear(&record);
    store_close(store);
    ck_assert_int_eq(database_number("SELECT count(*) FROM jobs"), 200);
}
END_TEST

/* Zeroes the root page of an index, as a torn write could. */
static void index_damage(void)
{
    int64_t page =
        database_number("SELECT rootpage FROM sqlite_schema WHERE name = 'jobs_by_owners_name'");
    int64_t size = database_number("PRAGMA page_size");
    int descriptor = open(path_in("propd.db"), O_WRONLY);
    ck_assert_int_ge(descriptor, 0);
    char zeros[64] = {0};
    ck_assert_int_eq(pwrite(descriptor, zeros, sizeof(zeros), (page - 1) * size), sizeof(zeros));
    close(descriptor);
}

START_TEST(damage_is_found_after_an_unclean_stop)
{
    child_stop_uncleanly();
    store_close(store_reopen());
    index_damage();
    file_write("propd.db-wal", "what a crash left");
    struct store_options options = {.folder = folder};
    ck_assert_ptr_null(store_open(&options, &failure));
    ck_assert_int_eq(failure.code, ERROR_CORRUPT);
}
END_TEST

START_TEST(damage_met_while_serving_ends_the_process)
{
    child_stop_uncleanly();
    store_close(store_reopen());
    index_damage();
    pid_t child = fork();
    if (child == 0) {
        struct job_record record;
        close(STDERR_FILENO);
        struct store *store = store_reopen();
        store_job_find(store, NULL, "job", &record, &failure);
        _exit(0);
    }
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status));
    ck_assert_int_eq(WEXITSTATUS(status), 70);
}
END_TEST

static void tests_add(TCase *tests)
{
    tcase_add_test(tests, what_was_written_is_there_after_reopening);
    tcase_add_test(tests, a_folder_is_made_for_its_owner_alone);
    tcase_add_test(tests, the_floor_is_at_most_a_quarter_of_what_is_free);
    tcase_add_test(tests, a_second_store_on_the_folder_is_refused);
    tcase_add_test(tests, a_newer_schema_is_refused_and_left_alone);
    tcase_add_test(tests, another_programs_database_is_refused);
    tcase_add_test(tests, a_file_that_is_no_database_is_refused);
    tcase_add_test(tests, a_migration_keeps_a_copy_of_what_was_before);
    tcase_add_test(tests, a_failed_migration_leaves_the_version_before_it);
    tcase_add_test(tests, evaluations_move_out_of_the_status);
    tcase_add_test(tests, orphans_and_uploads_of_a_crash_are_removed);
    tcase_add_test(tests, an_unclean_stop_loses_nothing);
    tcase_add_test(tests, damage_is_found_after_an_unclean_stop);
    tcase_add_test(tests, damage_met_while_serving_ends_the_process);
}

int main(void)
{
    return suite_run("store", folder_setup, folder_teardown, tests_add);
}
