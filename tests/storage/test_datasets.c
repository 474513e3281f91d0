/* Datasets: versions, files, references, removal. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/digest.h"
#include "tests/storage/support.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int64_t version_of(struct store *store, const char *reference)
{
    struct dataset_record record;
    ck_assert_ok(store_dataset_get(store, NULL, reference, &record, &failure));
    int64_t version = record.version;
    dataset_record_clear(&record);
    return version;
}

static bool file_is_there(const char *content)
{
    char path[256], sha256[DIGEST_TEXT_SIZE];
    digest_bytes(content, strlen(content), sha256);
    snprintf(path, sizeof(path), "%s/datasets/%s", folder, sha256);
    return access(path, F_OK) == 0;
}

START_TEST(a_dataset_is_kept_under_the_digest_of_its_file)
{
    char id[ID_SIZE], sha256[DIGEST_TEXT_SIZE], content[16];
    struct store *store = store_reopen();
    dataset_make(store, "iris", "the bytes", id);
    struct dataset_record record;
    ck_assert_ok(store_dataset_get(store, NULL, id, &record, &failure));
    digest_bytes("the bytes", 9, sha256);
    ck_assert_str_eq(record.file_sha256, sha256);
    ck_assert_int_eq(record.file_bytes, 9);
    ck_assert_int_eq(record.rows, 3);
    ck_assert_ptr_null(record.target);
    int descriptor = store_dataset_file(store, &record, &failure);
    ck_assert_int_ge(descriptor, 0);
    ck_assert_int_eq(read(descriptor, content, sizeof(content)), 9);
    ck_assert_int_eq(memcmp(content, "the bytes", 9), 0);
    ck_assert_int_eq(fcntl(descriptor, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    close(descriptor);
    dataset_record_clear(&record);
    store_close(store);
}
END_TEST

START_TEST(other_bytes_under_a_name_are_its_next_version)
{
    char first[ID_SIZE], second[ID_SIZE];
    struct store *store = store_reopen();
    dataset_make(store, "iris", "one", first);
    dataset_make(store, "iris", "two", second);
    ck_assert_int_eq(version_of(store, "iris"), 2);
    ck_assert_int_eq(version_of(store, "iris@latest"), 2);
    ck_assert_int_eq(version_of(store, "iris@1"), 1);
    ck_assert_int_eq(version_of(store, first), 1);
    struct dataset_record record;
    static const char *const absent[] = {
        "iris@3", "iris@0",  "iris@", "iris@x", "iris@-1",
        "iri",    "ds_none", "@",     "",       "iris@99999999999999999999"};
    for (size_t i = 0; i < ARRAY_COUNT(absent); i++)
        ck_assert_fails(store_dataset_get(store, NULL, absent[i], &record, &failure),
                        ERROR_NOT_FOUND);
    store_close(store);
}
END_TEST

START_TEST(the_same_bytes_twice_are_one_dataset)
{
    char first[ID_SIZE], second[ID_SIZE];
    struct store *store = store_reopen();
    dataset_make(store, "iris", "one", first);
    dataset_make(store, "iris", "one", second);
    ck_assert_str_eq(first, second);
    ck_assert_int_eq(version_of(store, "iris"), 1);
    dataset_make(store, "iris", "two", second);
    dataset_make(store, "iris", "one", second);
    ck_assert_int_eq(version_of(store, "iris"), 3);
    store_close(store);
    ck_assert_int_eq(database_number("SELECT count(*) FROM datasets"), 3);
}
END_TEST

START_TEST(another_target_makes_another_version)
{
    char id[ID_SIZE];
    bool existing;
    struct store *store = store_reopen();
    dataset_make(store, "iris", "one", id);
    AUTO_FREE char *path = upload_make(store, "one");
    struct dataset_record record = {.id = strdup("ds_other"),
                                    .name = strdup("iris"),
                                    .source_sha256 = strdup("one"),
                                    .target = strdup("species"),
                                    .description = strdup("{}")};
    ck_assert_ok(store_dataset_add(store, path, &record, &existing, NULL, &failure));
    ck_assert(!existing);
    ck_assert_int_eq(record.version, 2);
    ck_assert_int_ne(access(path, F_OK), 0);
    dataset_record_clear(&record);
    store_close(store);
}
END_TEST

START_TEST(a_version_is_never_given_twice)
{
    char id[ID_SIZE];
    struct store *store = store_reopen();
    dataset_make(store, "iris", "one", id);
    dataset_make(store, "iris", "two", id);
    ck_assert_ok(store_dataset_remove(store, id, NULL, &failure));
    dataset_make(store, "iris", "three", id);
    ck_assert_int_eq(version_of(store, "iris"), 3);
    store_close(store);
}
END_TEST

START_TEST(the_file_goes_with_its_last_record)
{
    char first[ID_SIZE], second[ID_SIZE];
    struct store *store = store_reopen();
    dataset_make(store, "a", "shared", first);
    dataset_make(store, "b", "shared", second);
    ck_assert_ok(store_dataset_remove(store, first, NULL, &failure));
    ck_assert(file_is_there("shared"));
    ck_assert_ok(store_dataset_remove(store, second, NULL, &failure));
    ck_assert(!file_is_there("shared"));
    ck_assert_fails(store_dataset_remove(store, second, NULL, &failure), ERROR_NOT_FOUND);
    store_close(store);
}
END_TEST

START_TEST(a_dataset_stays_while_a_job_needs_it)
{
    char dataset[ID_SIZE], job[ID_SIZE];
    struct store *store = store_reopen();
    dataset_make(store, "iris", "one", dataset);
    job_make(store, "job", dataset, job);
    ck_assert_fails(store_dataset_remove(store, dataset, NULL, &failure), ERROR_CONFLICT);
    struct job_change change = {.id = job, .to = "succeeded", .finished_ms = 5};
    ck_assert_ok(store_job_change(store, &change, NULL, &failure));
    ck_assert_ok(store_dataset_remove(store, dataset, NULL, &failure));
    struct job_record record;
    ck_assert_ok(store_job_get(store, job, &record, &failure));
    ck_assert_str_eq(record.dataset_id, dataset);
    job_record_clear(&record);
    store_close(store);
}
END_TEST

START_TEST(a_failed_addition_leaves_no_file)
{
    char id[ID_SIZE];
    bool existing;
    struct store *store = store_reopen();
    dataset_make(store, "iris", "one", id);
    AUTO_FREE char *path = upload_make(store, "two");
    struct dataset_record record = {.id = strdup(id), /* given already */
                                    .name = strdup("iris"),
                                    .source_sha256 = strdup("two"),
                                    .description = strdup("{}")};
    ck_assert_fails(store_dataset_add(store, path, &record, &existing, NULL, &failure),
                    ERROR_CONFLICT);
    ck_assert(!file_is_there("two"));
    ck_assert_int_ne(access(path, F_OK), 0);
    dataset_record_clear(&record);
    store_close(store);
}
END_TEST

static size_t page_names(struct store *store, const struct store_page *page, char *names,
                         bool *more, char last[ID_SIZE])
{
    struct dataset_record *records;
    size_t count;
    ck_assert_ok(store_dataset_list(store, page, &records, &count, more, &failure));
    for (size_t i = 0; i < count; i++) {
        names[i] = records[i].name[0];
        snprintf(last, ID_SIZE, "%s", records[i].id);
        dataset_record_clear(&records[i]);
    }
    names[count] = '\0';
    free(records);
    return count;
}

START_TEST(pages_go_from_new_to_old_and_stay_while_things_are_added)
{
    char id[ID_SIZE], last[ID_SIZE], names[16];
    bool more;
    struct store *store = store_reopen();
    for (char name[2] = "a"; name[0] <= 'e'; name[0]++)
        dataset_make(store, name, name, id);
    struct store_page page = {.limit = 2};
    ck_assert_uint_eq(page_names(store, &page, names, &more, last), 2);
    ck_assert_str_eq(names, "ed");
    ck_assert(more);
    dataset_make(store, "new", "new", id);
    ck_assert_ok(store_dataset_remove(store, last, NULL, &failure));
    struct store_place after = {0};
    page.after = &after;
    strcpy(after.id, last);
    page_names(store, &page, names, &more, last);
    ck_assert_str_eq(names, "cb");
    strcpy(after.id, last);
    page_names(store, &page, names, &more, last);
    ck_assert_str_eq(names, "a");
    ck_assert(!more);
    strcpy(after.id, last);
    ck_assert_uint_eq(page_names(store, &page, names, &more, last), 0);
    char name[] = "c";
    char *const texts[] = {name};
    const struct store_filter filter = {.column = "name", .texts = texts, .count = 1};
    page = (struct store_page){.limit = 5, .filters = &filter, .filter_count = 1};
    page_names(store, &page, names, &more, last);
    ck_assert_str_eq(names, "c");
    store_close(store);
}
END_TEST

static void tests_add(TCase *tests)
{
    tcase_add_test(tests, a_dataset_is_kept_under_the_digest_of_its_file);
    tcase_add_test(tests, other_bytes_under_a_name_are_its_next_version);
    tcase_add_test(tests, the_same_bytes_twice_are_one_dataset);
    tcase_add_test(tests, another_target_makes_another_version);
    tcase_add_test(tests, a_version_is_never_given_twice);
    tcase_add_test(tests, the_file_goes_with_its_last_record);
    tcase_add_test(tests, a_dataset_stays_while_a_job_needs_it);
    tcase_add_test(tests, a_failed_addition_leaves_no_file);
    tcase_add_test(tests, pages_go_from_new_to_old_and_stay_while_things_are_added);
}

int main(void)
{
    return suite_run("datasets", folder_setup, folder_teardown, tests_add);
}
