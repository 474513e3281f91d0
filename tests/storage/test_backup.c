/* Backups of a store in use, and what becomes of archives on their way back. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/backup.h"
#include "storage/backup_manifest.h"
#include "tests/storage/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static atomic_bool stop;
static char target[128];

static void setup(void)
{
    folder_setup();
    stop = false;
    (void)snprintf(target, sizeof target, "%s/restored", folder);
}

/* All of an archive in a file of memory, from its start. */
static int backup_take(struct store *store)
{
    int file = memfd_create("backup", MFD_CLOEXEC);
    struct store_backup *backup = store_backup_begin(store, &stop, &failure);
    ck_assert_msg(backup != NULL, "%s", failure.message);
    for (bool ended = false; !ended;) {
        struct bytes piece = {0};
        ck_assert_ok(store_backup_read(backup, &piece, &ended, &failure));
        ck_assert_uint_lt(piece.size, 256 << 10);
        ck_assert_int_eq(write(file, piece.data, piece.size), (ssize_t)piece.size);
        bytes_clear(&piece);
    }
    store_backup_end(backup);
    ck_assert_int_eq(lseek(file, 0, SEEK_SET), 0);
    return file;
}

static bool dataset_is_there(const char *of, const char *content)
{
    char path[256], sha256[DIGEST_TEXT_SIZE];
    digest_bytes(content, strlen(content), sha256);
    (void)snprintf(path, sizeof path, "%s/datasets/%s", of, sha256);
    return access(path, F_OK) == 0;
}

START_TEST(a_restored_store_has_what_the_other_had)
{
    char dataset[ID_SIZE], job[ID_SIZE];
    struct store *store = store_reopen();
    struct restored restored;
    dataset_make(store, "iris", "the bytes", dataset);
    dataset_make(store, "other", "more bytes", dataset);
    job_make(store, "job", dataset, job);
    int file = backup_take(store);
    store_close(store);
    ck_assert_ok(store_restore(target, file, &restored, &failure));
    ck_assert_int_eq(restored.datasets, 2);
    close(file);
    struct store_options options = {.folder = target, .free_space_floor = 1};
    struct store *other = store_open(&options, &failure);
    ck_assert_msg(other != NULL, "%s", failure.message);
    struct job_record record = {0};
    ck_assert_ok(store_job_get(other, job, &record, &failure));
    ck_assert_str_eq(record.dataset_id, dataset);
    job_record_clear(&record);
    ck_assert(dataset_is_there(target, "the bytes") && dataset_is_there(target, "more bytes"));
    store_close(other);
}
END_TEST

START_TEST(what_is_removed_while_it_is_read_goes_afterwards)
{
    char id[ID_SIZE];
    struct store *store = store_reopen();
    struct restored restored;
    dataset_make(store, "iris", "the bytes", id);
    struct store_backup *backup = store_backup_begin(store, &stop, &failure);
    ck_assert_msg(backup != NULL, "%s", failure.message);
    ck_assert_ok(store_dataset_remove(store, id, NULL, &failure));
    ck_assert(dataset_is_there(folder, "the bytes"));
    ck_assert_ptr_null(store_backup_begin(store, &stop, &failure));
    ck_assert_int_eq(failure.code, ERROR_BUSY);
    error_clear(&failure);
    bool ended = false;
    struct bytes all = {0};
    while (!ended)
        ck_assert_ok(store_backup_read(backup, &all, &ended, &failure));
    store_backup_end(backup);
    ck_assert(!dataset_is_there(folder, "the bytes"));
    int file = memfd_create("backup", MFD_CLOEXEC);
    ck_assert_int_eq(write(file, all.data, all.size), (ssize_t)all.size);
    ck_assert_int_eq(lseek(file, 0, SEEK_SET), 0);
    ck_assert_ok(store_restore(target, file, &restored, &failure));
    ck_assert(dataset_is_there(target, "the bytes"));
    close(file);
    bytes_clear(&all);
    close(backup_take(store)); /* there may be another one now */
    store_close(store);
}
END_TEST

START_TEST(one_that_is_called_off_leaves_nothing)
{
    char id[ID_SIZE];
    struct store *store = store_reopen();
    dataset_make(store, "iris", "the bytes", id);
    for (int i = 0; i < 300; i++) /* enough for SQLite to look around */
        job_make(store, "job", id, (char[ID_SIZE]){0});
    stop = true;
    ck_assert_ptr_null(store_backup_begin(store, &stop, &failure));
    ck_assert_int_eq(failure.code, ERROR_CANCELLED);
    error_clear(&failure);
    stop = false;
    close(backup_take(store));
    store_close(store);
}
END_TEST

START_TEST(a_full_disk_refuses_a_backup)
{
    struct store_options options = {.folder = folder, .free_space_floor = UINT64_C(1) << 60};
    struct store *store = store_open(&options, &failure);
    ck_assert_msg(store != NULL, "%s", failure.message);
    ck_assert_ptr_null(store_backup_begin(store, &stop, &failure));
    ck_assert_int_eq(failure.code, ERROR_STORAGE_FULL);
    store_close(store);
}
END_TEST

/* Of a backup of one dataset, cut or with a byte changed. */
static void every_damage_is_refused(int64_t from, int64_t step, bool cut)
{
    char id[ID_SIZE];
    struct store *store = store_reopen();
    dataset_make(store, "iris", "the bytes", id);
    int file = backup_take(store);
    store_close(store);
    int64_t size = lseek(file, 0, SEEK_END);
    uint8_t *bytes = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    ck_assert_ptr_ne(bytes, MAP_FAILED);
    /* What follows the last member's bytes says nothing. */
    int64_t end = size - 1024 - 512;
    for (int64_t at = from; at < end; at += step) {
        struct restored restored;
        int copy = memfd_create("copy", MFD_CLOEXEC);
        uint8_t before = bytes[at];
        bytes[at] ^= cut ? 0 : 0x10;
        ck_assert_int_eq(write(copy, bytes, (size_t)(cut ? at : size)), cut ? at : size);
        bytes[at] = before;
        ck_assert_int_eq(lseek(copy, 0, SEEK_SET), 0);
        error_clear(&failure);
        int result = store_restore(target, copy, &restored, &failure);
        char path[256];
        (void)snprintf(path, sizeof path, "%s/propd.db", target);
        bool is_there = access(path, F_OK) == 0;
        close(copy);
        ck_assert_int_eq(is_there, result == 0);
        ck_assert_msg(result == 0 || failure.code != ERROR_NONE, "at %lld", (long long)at);
        ck_assert_msg(result != 0 || !cut, "cut at %lld", (long long)at);
        if (result == 0) /* a header's time or mode, or the room behind a member, says nothing */
            (void)unlink(path);
    }
    (void)munmap(bytes, (size_t)size);
    close(file);
}

START_TEST(a_cut_archive_is_refused_wherever_it_is_cut)
{
    every_damage_is_refused(1, 4099, true);
}
END_TEST

START_TEST(a_changed_byte_is_refused_or_says_nothing)
{
    every_damage_is_refused(0, 1021, false);
}
END_TEST

#define SHA "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define HEAD                                                                                       \
    "{\"format\":\"propd-backup\",\"format_version\":1,\"propd\":\"1\",\"created_at\":\"t\","
#define DATABASE "{\"path\":\"propd.db\",\"size\":1,\"sha256\":\"" SHA "\"}"

START_TEST(manifests_that_are_none_are_refused)
{
    static const char *const wrong[] = {
        "",
        "[]",
        "{}",
        HEAD "\"schema_version\":3}",
        HEAD "\"schema_version\":3,\"files\":[]}",
        HEAD "\"schema_version\":9,\"files\":[" DATABASE "]}",
        HEAD "\"schema_version\":0,\"files\":[" DATABASE "]}",
        HEAD "\"schema_version\":3,\"files\":[" DATABASE "," DATABASE "]}",
        HEAD "\"schema_version\":3,\"files\":[" DATABASE ",7]}",
        HEAD
        "\"schema_version\":3,\"files\":[{\"path\":\"propd.db\",\"size\":1,\"sha256\":\"a\"}]}",
        HEAD "\"schema_version\":3,\"files\":[" DATABASE
             ",{\"path\":\"datasets/../x\",\"size\":1,\"sha256\":\"" SHA "\"}]}",
        HEAD "\"schema_version\":3,\"files\":[" DATABASE
             ",{\"path\":\"propd.db-wal\",\"size\":1,\"sha256\":\"" SHA "\"}]}",
        HEAD "\"schema_version\":3,\"more\":1,\"files\":[" DATABASE "]}",
    };
    struct manifest manifest = {0};
    for (size_t i = 0; i < ARRAY_COUNT(wrong); i++) {
        error_clear(&failure);
        ck_assert_msg(manifest_parse(wrong[i], strlen(wrong[i]), 8, &manifest, &failure) == -1,
                      "%s", wrong[i]);
        ck_assert_ptr_null(manifest.files);
    }
    error_clear(&failure);
    static const char right[] = HEAD "\"schema_version\":8,\"files\":[" DATABASE "]}";
    ck_assert_ok(manifest_parse(right, strlen(right), 8, &manifest, &failure));
    ck_assert_uint_eq(manifest.count, 1);
    manifest_clear(&manifest);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, a_restored_store_has_what_the_other_had);
    tcase_add_test(tests, what_is_removed_while_it_is_read_goes_afterwards);
    tcase_add_test(tests, one_that_is_called_off_leaves_nothing);
    tcase_add_test(tests, a_full_disk_refuses_a_backup);
    tcase_add_test(tests, a_cut_archive_is_refused_wherever_it_is_cut);
    tcase_add_test(tests, a_changed_byte_is_refused_or_says_nothing);
    tcase_add_test(tests, manifests_that_are_none_are_refused);
}

int main(void)
{
    return suite_run("backup", setup, folder_teardown, add_tests);
}
