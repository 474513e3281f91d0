/* SPDX-License-Identifier: Apache-2.0 */
/* Uploaded bytes become a dataset, once, or are refused without a trace. */
#include "tests/daemon/fixture.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Imports `text` under `name`; -1 with `failure` where it is refused. */
static int import(struct daemon *daemon, const char *name, const char *text, const char *target,
                  struct dataset_record *record, bool *existing)
{
    struct dataset_options options;
    char *path;
    int file = store_upload_create(daemon_store(daemon), &path, &failure);
    ck_assert_msg(file >= 0, "%s", failure.message);
    ck_assert_int_eq(write(file, text, strlen(text)), (ssize_t)strlen(text));
    close(file);
    ck_assert_done(fields_default(&dataset_options_kind, &options, &failure));
    options.target = target != NULL ? strdup(target) : NULL;
    const struct daemon_upload upload = {.owner = "",
                                         .name = name,
                                         .paths = {path},
                                         .source_names = {"body"},
                                         .source_sha256 = text,
                                         .source_bytes = (int64_t)strlen(text),
                                         .options = &options};
    int result = daemon_dataset_import(daemon, &upload, record, existing, &failure);
    unlink(path);
    free(path);
    fields_clear(&dataset_options_kind, &options);
    return result;
}

static int uploads_left(void)
{
    char path[96];
    int count = 0;
    snprintf(path, sizeof path, "%s/uploads", folder);
    DIR *directory = opendir(path);
    ck_assert_ptr_nonnull(directory);
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;)
        count += entry->d_name[0] != '.';
    closedir(directory);
    return count;
}

START_TEST(table_becomes_a_record_with_its_description)
{
    struct dataset_record record;
    bool existing;
    struct daemon *daemon = start();
    ck_assert_done(import(daemon, "t", "a,b\n1,2\n3,4\n5,6\n", "a", &record, &existing));
    ck_assert(!existing);
    ck_assert_str_eq(record.name, "t");
    ck_assert_int_eq(record.version, 1);
    ck_assert_int_eq(record.rows, 3);
    ck_assert_str_eq(record.target, "a");
    ck_assert_int_gt(record.file_bytes, 0);
    json_auto_t *description = json_loads(record.description, 0, NULL);
    ck_assert(json_is_object(description));
    ck_assert_int_eq(uploads_left(), 0);
    dataset_record_clear(&record);
    daemon_stop(daemon);
}
END_TEST

START_TEST(same_bytes_again_are_the_same_version_and_others_the_next)
{
    struct dataset_record first, again, other;
    bool existing;
    struct daemon *daemon = start();
    ck_assert_done(import(daemon, "t", "a,b\n1,2\n3,4\n", NULL, &first, &existing));
    ck_assert_done(import(daemon, "t", "a,b\n1,2\n3,4\n", NULL, &again, &existing));
    ck_assert(existing);
    ck_assert_str_eq(again.id, first.id);
    ck_assert_done(import(daemon, "t", "a,b\n1,2\n3,5\n", NULL, &other, &existing));
    ck_assert(!existing);
    ck_assert_int_eq(other.version, 2);
    dataset_record_clear(&first);
    dataset_record_clear(&again);
    dataset_record_clear(&other);
    daemon_stop(daemon);
}
END_TEST

START_TEST(malformed_table_is_refused_by_line_and_leaves_nothing)
{
    struct dataset_record record;
    bool existing;
    struct daemon *daemon = start();
    ck_assert_refused(import(daemon, "t", "a,b\n1,2\n3,4,5\n", NULL, &record, &existing),
                      ERROR_INVALID);
    ck_assert_msg(strstr(failure.message, "line 3") != NULL, "%s", failure.message);
    ck_assert_refused(import(daemon, "t", "a,b\n1,2\n", "colour", &record, &existing),
                      ERROR_INVALID);
    ck_assert_int_eq(uploads_left(), 0);
    ck_assert_refused(store_dataset_get(daemon_store(daemon), NULL, "t", &record, &failure),
                      ERROR_NOT_FOUND);
    daemon_stop(daemon);
}
END_TEST

START_TEST(missing_source_is_an_error_and_no_file_stays_open)
{
    struct dataset_options options;
    struct dataset_record record;
    bool existing;
    struct daemon *daemon = start();
    ck_assert_done(fields_default(&dataset_options_kind, &options, &failure));
    const struct daemon_upload upload = {.owner = "",
                                         .name = "t",
                                         .paths = {"/dev/null", "/nowhere"},
                                         .source_names = {"features", "labels"},
                                         .source_sha256 = "none",
                                         .options = &options};
    int before = dup(0);
    close(before);
    ck_assert_refused(daemon_dataset_import(daemon, &upload, &record, &existing, &failure),
                      ERROR_IO);
    int after = dup(0);
    close(after);
    ck_assert_int_eq(after, before);
    ck_assert_int_eq(uploads_left(), 0);
    fields_clear(&dataset_options_kind, &options);
    daemon_stop(daemon);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, table_becomes_a_record_with_its_description);
    tcase_add_test(tests, same_bytes_again_are_the_same_version_and_others_the_next);
    tcase_add_test(tests, malformed_table_is_refused_by_line_and_leaves_nothing);
    tcase_add_test(tests, missing_source_is_an_error_and_no_file_stays_open);
}

int main(void)
{
    return fixture_run("upload", add_tests);
}
