/* Models: versions, references, files. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/digest.h"
#include "tests/storage/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct store *store;

static void store_setup(void)
{
    folder_setup();
    store = store_reopen();
}

static void store_teardown(void)
{
    store_close(store);
    folder_teardown();
}

static char *text_copy(const char *text)
{
    char *copy = strdup(text);
    ck_assert_ptr_nonnull(copy);
    return copy;
}

static void model_make(const char *name, const char *content, char id[ID_SIZE])
{
    struct bytes file = {0};
    bytes_append(&file, content, strlen(content));
    ck_assert_ok(id_make("mdl", id, &failure));
    struct model_record record = {.id = text_copy(id),
                                  .name = text_copy(name),
                                  .sha256 = text_copy("weights"),
                                  .info = text_copy("{\"accuracy\": 1}")};
    ck_assert_ok(store_model_add(store, &record, &file, NULL, &failure));
    char sha256[DIGEST_TEXT_SIZE];
    digest_bytes(content, strlen(content), sha256);
    ck_assert_str_eq(record.file_sha256, sha256);
    ck_assert_int_eq(record.file_bytes, (int64_t)strlen(content));
    model_record_clear(&record);
    bytes_clear(&file);
}

static int64_t version_of(const char *reference)
{
    struct model_record record;
    ck_assert_ok(store_model_get(store, NULL, reference, &record, &failure));
    int64_t version = record.version;
    ck_assert_str_eq(record.info, "{\"accuracy\": 1}");
    ck_assert_ptr_null(record.job_id);
    model_record_clear(&record);
    return version;
}

START_TEST(a_model_is_found_by_id_name_and_version)
{
    char first[ID_SIZE], second[ID_SIZE];
    struct model_record record;
    model_make("iris", "one", first);
    model_make("iris", "two", second);
    ck_assert_int_eq(version_of("iris"), 2);
    ck_assert_int_eq(version_of("iris@latest"), 2);
    ck_assert_int_eq(version_of("iris@1"), 1);
    ck_assert_int_eq(version_of(first), 1);
    ck_assert_fails(store_model_get(store, NULL, "iris@3", &record, &failure), ERROR_NOT_FOUND);
    ck_assert_fails(store_model_get(store, NULL, "iris@live", &record, &failure), ERROR_NOT_FOUND);
    ck_assert_fails(store_model_get(store, NULL, "mdl_none", &record, &failure), ERROR_NOT_FOUND);
}
END_TEST

START_TEST(a_name_may_begin_like_an_id)
{
    char id[ID_SIZE];
    model_make("mdl_of_mine", "one", id);
    ck_assert_int_eq(version_of("mdl_of_mine"), 1);
}
END_TEST

START_TEST(equal_files_are_stored_once_and_go_with_the_last)
{
    char first[ID_SIZE], second[ID_SIZE];
    struct bytes file;
    model_make("a", "the same", first);
    model_make("b", "the same", second);
    ck_assert_int_eq(database_number("SELECT count(*) FROM blobs"), 1);
    ck_assert_ok(store_model_remove(store, first, NULL, &failure));
    ck_assert_ok(store_model_file(store, second, &file, &failure));
    ck_assert_uint_eq(file.size, 8);
    ck_assert_int_eq(memcmp(file.data, "the same", 8), 0);
    bytes_clear(&file);
    ck_assert_ok(store_model_remove(store, second, NULL, &failure));
    ck_assert_int_eq(database_number("SELECT count(*) FROM blob_chunks"), 0);
    ck_assert_fails(store_model_remove(store, second, NULL, &failure), ERROR_NOT_FOUND);
    ck_assert_fails(store_model_file(store, second, &file, &failure), ERROR_NOT_FOUND);
}
END_TEST

START_TEST(a_damaged_file_is_not_given_out)
{
    char id[ID_SIZE];
    struct bytes file = {0};
    model_make("iris", "precious", id);
    database_execute("UPDATE blob_chunks SET data = x'00'");
    ck_assert_fails(store_model_file(store, id, &file, &failure), ERROR_CORRUPT);
    ck_assert_ptr_null(file.data);
}
END_TEST

START_TEST(models_are_listed_from_the_newest)
{
    char ids[3][ID_SIZE];
    struct model_record *records;
    size_t count;
    bool more;
    for (int i = 0; i < 3; i++)
        model_make(i == 1 ? "other" : "iris", "one", ids[i]);
    struct store_page page = {.limit = 2};
    ck_assert_ok(store_model_list(store, &page, &records, &count, &more, &failure));
    ck_assert_uint_eq(count, 2);
    ck_assert(more);
    ck_assert_str_eq(records[0].id, ids[2]);
    ck_assert_str_eq(records[1].id, ids[1]);
    for (size_t i = 0; i < count; i++)
        model_record_clear(&records[i]);
    free(records);
    struct store_place after = {0};
    const struct store_filter filter = {.column = "name", .match = MATCH_PREFIX, .text = "ir"};
    (void)snprintf(after.id, sizeof after.id, "%s", ids[2]);
    page = (struct store_page){.limit = 2, .filters = &filter, .filter_count = 1, .after = &after};
    ck_assert_ok(store_model_list(store, &page, &records, &count, &more, &failure));
    ck_assert_uint_eq(count, 1);
    ck_assert_str_eq(records[0].id, ids[0]);
    model_record_clear(records);
    free(records);
}
END_TEST

static void tests_add(TCase *tests)
{
    tcase_add_test(tests, a_model_is_found_by_id_name_and_version);
    tcase_add_test(tests, a_name_may_begin_like_an_id);
    tcase_add_test(tests, equal_files_are_stored_once_and_go_with_the_last);
    tcase_add_test(tests, a_damaged_file_is_not_given_out);
    tcase_add_test(tests, models_are_listed_from_the_newest);
}

int main(void)
{
    return suite_run("models", store_setup, store_teardown, tests_add);
}
