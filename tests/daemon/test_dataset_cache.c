/* SPDX-License-Identifier: Apache-2.0 */
/* Datasets are mapped once and shared. */
#include "tests/daemon/fixture.h"

#include <stdio.h>
#include <unistd.h>

static struct dataset_record record_of(struct daemon *daemon, const char *reference)
{
    struct dataset_record record;
    ck_assert_done(store_dataset_get(daemon_store(daemon), NULL, reference, &record, &failure));
    return record;
}

static const struct dataset *hold(struct daemon *daemon, const struct dataset_record *record)
{
    const struct dataset *dataset = daemon_dataset_hold(daemon, record, &failure);
    ck_assert_msg(dataset != NULL, "%s", failure.message);
    return dataset;
}

START_TEST(dataset_is_mapped_once_for_all_who_hold_it)
{
    struct daemon *daemon = start();
    free(iris_import(daemon, "iris"));
    free(iris_import(daemon, "copy")); /* the same file under another name */
    struct dataset_record record = record_of(daemon, "iris"), copy = record_of(daemon, "copy");
    const struct dataset *first = hold(daemon, &record), *second = hold(daemon, &copy);
    ck_assert_ptr_eq(first, second);
    ck_assert_int_eq(first->rows, 150);
    ck_assert_int_eq(dataset_find(first, "species"), 4);
    daemon_dataset_release(daemon, first);
    daemon_dataset_release(daemon, second);
    daemon_dataset_release(daemon, NULL);
    dataset_record_clear(&record);
    dataset_record_clear(&copy);
    daemon_stop(daemon);
}
END_TEST

START_TEST(held_dataset_outlives_its_removal)
{
    struct daemon *daemon = start();
    free(iris_import(daemon, "iris"));
    struct dataset_record record = record_of(daemon, "iris");
    const struct dataset *dataset = hold(daemon, &record);
    ck_assert_done(store_dataset_remove(daemon_store(daemon), record.id, NULL, &failure));
    json_auto_t *row = dataset_row(dataset, 149);
    ck_assert_ptr_nonnull(row);
    daemon_dataset_release(daemon, dataset);
    dataset_record_clear(&record);
    daemon_stop(daemon);
}
END_TEST

/* Whether this process still maps the column file: its disk space would stay taken. */
static bool is_mapped(const char *file_sha256)
{
    char line[1024];
    bool found = false;
    FILE *maps = fopen("/proc/self/maps", "re");
    ck_assert_ptr_nonnull(maps);
    while (fgets(line, sizeof line, maps) != NULL)
        found |= strstr(line, file_sha256) != NULL;
    fclose(maps);
    return found;
}

START_TEST(removed_dataset_gives_its_disk_space_back)
{
    struct daemon *daemon = start();
    free(iris_import(daemon, "iris"));
    struct dataset_record record = record_of(daemon, "iris");
    daemon_dataset_release(daemon, daemon_dataset_hold(daemon, &record, &failure));
    ck_assert(is_mapped(record.file_sha256));
    ck_assert_done(daemon_dataset_remove(daemon, &record, NULL, &failure));
    ck_assert(!is_mapped(record.file_sha256));
    dataset_record_clear(&record);
    daemon_stop(daemon);
}
END_TEST

START_TEST(missing_column_file_is_an_error)
{
    char path[256];
    struct daemon *daemon = start();
    free(iris_import(daemon, "iris"));
    struct dataset_record record = record_of(daemon, "iris");
    snprintf(path, sizeof path, "%s/datasets/%s", folder, record.file_sha256);
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_ptr_null(daemon_dataset_hold(daemon, &record, &failure));
    ck_assert_int_ne(failure.code, ERROR_NONE);
    dataset_record_clear(&record);
    daemon_stop(daemon);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, dataset_is_mapped_once_for_all_who_hold_it);
    tcase_add_test(tests, held_dataset_outlives_its_removal);
    tcase_add_test(tests, removed_dataset_gives_its_disk_space_back);
    tcase_add_test(tests, missing_column_file_is_an_error);
}

int main(void)
{
    return fixture_run("dataset_cache", add_tests);
}
