/* What the tests of the store share. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/storage/support.h"
#include "base/clock.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

struct error failure;
char folder[64];

/* Where memory is a file system tests need not wait for a disk. */
static const char *folder_choose(void)
{
    struct statvfs system;
    bool room = statvfs("/dev/shm", &system) == 0 &&
                (uint64_t)system.f_bavail * system.f_frsize > (uint64_t)512 << 20;
    return room && access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
}

void folder_setup(void)
{
    error_clear(&failure);
    snprintf(folder, sizeof(folder), "%s/propd-storage-XXXXXX", folder_choose());
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

static int entry_remove(const char *path, const struct stat *status UNUSED, int flag UNUSED,
                        struct FTW *where UNUSED)
{
    return remove(path);
}

void folder_teardown(void)
{
    nftw(folder, entry_remove, 8, FTW_DEPTH | FTW_PHYS);
}

struct store *store_reopen(void)
{
    struct store_options options = {.folder = folder, .free_space_floor = 1};
    struct store *store = store_open(&options, &failure);
    ck_assert_msg(store != NULL, "%s", failure.message);
    return store;
}

char *upload_make(struct store *store, const char *content)
{
    char *path;
    int descriptor = store_upload_create(store, &path, &failure);
    ck_assert_msg(descriptor >= 0, "%s", failure.message);
    ck_assert_int_eq(write(descriptor, content, strlen(content)), (ssize_t)strlen(content));
    close(descriptor);
    return path;
}

static char *text_copy(const char *text)
{
    char *copy = strdup(text);
    ck_assert_ptr_nonnull(copy);
    return copy;
}

void dataset_make(struct store *store, const char *name, const char *content, char id[ID_SIZE])
{
    bool existing;
    char *path = upload_make(store, content);
    ck_assert_ok(id_make("ds", id, &failure));
    struct dataset_record record = {.id = text_copy(id),
                                    .name = text_copy(name),
                                    .source_sha256 = text_copy(content),
                                    .source_bytes = (int64_t)strlen(content),
                                    .rows = 3,
                                    .description = text_copy("{}"),
                                    .created_ms = clock_unix_ms()};
    ck_assert_ok(store_dataset_add(store, path, &record, &existing, NULL, &failure));
    snprintf(id, ID_SIZE, "%s", record.id);
    dataset_record_clear(&record);
    free(path);
}

void job_make(struct store *store, const char *name, const char *dataset, char id[ID_SIZE])
{
    ck_assert_ok(id_make("job", id, &failure));
    struct job_record record = {.id = text_copy(id),
                                .name = text_copy(name),
                                .state = text_copy("queued"),
                                .threads = 1,
                                .memory = 1 << 20,
                                .dataset_id = text_copy(dataset),
                                .spec = text_copy("{\"dataset\": \"iris\"}"),
                                .status = text_copy("{}"),
                                .attempt = 1,
                                .created_ms = clock_unix_ms()};
    ck_assert_ok(store_job_add(store, &record, "state", "{\"state\": \"queued\"}", NULL, &failure));
    ck_assert_int_gt(record.seq, 0);
    job_record_clear(&record);
}

static sqlite3 *database_open(void)
{
    char path[128];
    sqlite3 *database;
    snprintf(path, sizeof(path), "%s/propd.db", folder);
    ck_assert_int_eq(sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    sqlite3_busy_timeout(database, 5000);
    return database;
}

int64_t database_number(const char *sql)
{
    sqlite3 *database = database_open();
    sqlite3_stmt *statement;
    ck_assert_msg(sqlite3_prepare_v2(database, sql, -1, &statement, NULL) == SQLITE_OK, "%s: %s",
                  sql, sqlite3_errmsg(database));
    ck_assert_int_eq(sqlite3_step(statement), SQLITE_ROW);
    int64_t number = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(database);
    return number;
}

void database_execute(const char *sql)
{
    sqlite3 *database = database_open();
    int code = sqlite3_exec(database, sql, NULL, NULL, NULL);
    ck_assert_msg(code == SQLITE_OK, "%s: %s", sql, sqlite3_errmsg(database));
    sqlite3_close(database);
}

int suite_run(const char *name, void (*setup)(void), void (*teardown)(void),
              void (*add)(TCase *tests))
{
    Suite *suite = suite_create(name);
    TCase *tests = tcase_create(name);
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, setup, teardown);
    add(tests);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
