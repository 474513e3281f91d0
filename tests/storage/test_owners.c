/* Owners: names of one's own, and things of others that are not there. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/migrations.h"
#include "tests/storage/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct store *store;
static const struct viewer ada = {.owner = "ada"}, bob = {.owner = "bob"},
                           root = {.owner = "root", .sees_all = true};

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

static void dataset_of(const char *owner, const char *content, char id[ID_SIZE])
{
    AUTO_FREE char *path = upload_make(store, content);
    bool existing = false;
    ck_assert_ok(id_make("ds", id, &failure));
    struct dataset_record record = {.id = strdup(id),
                                    .owner = strdup(owner),
                                    .name = strdup("iris"),
                                    .source_sha256 = strdup(content),
                                    .description = strdup("[]")};
    ck_assert_ok(store_dataset_add(store, path, &record, &existing, NULL, &failure));
    dataset_record_clear(&record);
}

static int64_t version_seen(const struct viewer *viewer, const char *reference, const char *owner)
{
    struct dataset_record record AUTO_CLEAR(dataset_record_clear) = {0};
    ck_assert_ok(store_dataset_get(store, viewer, reference, &record, &failure));
    ck_assert_str_eq(record.owner, owner);
    return record.version;
}

START_TEST(a_name_is_its_owners_own)
{
    char first[ID_SIZE], second[ID_SIZE], third[ID_SIZE];
    dataset_of("ada", "1", first);
    dataset_of("bob", "2", second);
    dataset_of("ada", "3", third);
    ck_assert_int_eq(version_seen(&ada, "iris", "ada"), 2);
    ck_assert_int_eq(version_seen(&bob, "iris", "bob"), 1);
    ck_assert_int_eq(version_seen(&ada, "iris@1", "ada"), 1);
    struct dataset_record record;
    ck_assert_fails(store_dataset_get(store, &bob, "iris@2", &record, &failure), ERROR_NOT_FOUND);
    ck_assert_fails(store_dataset_get(store, &bob, first, &record, &failure), ERROR_NOT_FOUND);
}
END_TEST

START_TEST(who_sees_all_finds_their_own_first)
{
    char of_ada[ID_SIZE], of_root[ID_SIZE];
    dataset_of("ada", "1", of_ada);
    ck_assert_int_eq(version_seen(&root, "iris", "ada"), 1);
    ck_assert_int_eq(version_seen(&root, of_ada, "ada"), 1);
    dataset_of("root", "2", of_root);
    dataset_of("ada", "3", of_ada);
    ck_assert_int_eq(version_seen(&root, "iris", "root"), 1);
    ck_assert_int_eq(version_seen(&root, "iris@2", "ada"), 2);
    ck_assert_int_eq(version_seen(NULL, of_ada, "ada"), 2);
}
END_TEST

static size_t count_seen(const struct viewer *viewer)
{
    const struct store_page page = {.viewer = viewer, .limit = 10};
    struct dataset_record *records;
    size_t count;
    bool more;
    ck_assert_ok(store_dataset_list(store, &page, &records, &count, &more, &failure));
    for (size_t i = 0; i < count; i++)
        dataset_record_clear(&records[i]);
    free(records);
    return count;
}

START_TEST(a_list_has_ones_own_things)
{
    char id[ID_SIZE];
    dataset_of("ada", "1", id);
    dataset_of("bob", "2", id);
    dataset_of("ada", "3", id);
    ck_assert_uint_eq(count_seen(&ada), 2);
    ck_assert_uint_eq(count_seen(&bob), 1);
    ck_assert_uint_eq(count_seen(&root), 3);
    ck_assert_uint_eq(count_seen(NULL), 3);
}
END_TEST

START_TEST(what_there_was_before_owners_is_nobodys)
{
    char path[128];
    store_close(store);
    snprintf(path, sizeof path, "%s/propd.db", folder);
    ck_assert_int_eq(remove(path), 0);
    struct connection *connection = connection_open_writer(path, &failure);
    ck_assert_ok(migrations_run(connection, path, migrations, 4, &failure));
    connection_close(connection);
    database_execute("INSERT INTO versions VALUES ('dataset', 'iris', 3)");
    database_execute("INSERT INTO datasets VALUES (7, 'ds_1', 'iris', 3, 's', 'f', 1, 2, 150, NULL,"
                     " '[]', 5)");
    database_execute("INSERT INTO blobs VALUES (4, 'b', 1, 1)");
    database_execute("INSERT INTO models VALUES (9, 'mdl_1', 'iris', 2, NULL, NULL, 'w', 'b', 1,"
                     " '{}', 6, 4)");
    database_execute("INSERT INTO answers VALUES (1, 'key', 's', 201, NULL, '{}', 7)");
    connection = connection_open_writer(path, &failure);
    ck_assert_ok(migrations_run(connection, path, migrations, migration_count, &failure));
    connection_close(connection);
    ck_assert_int_eq(database_number("SELECT newest FROM versions WHERE owner = ''"), 3);
    ck_assert_int_eq(database_number("SELECT rows FROM datasets WHERE owner = '' AND number = 7"),
                     150);
    ck_assert_int_eq(database_number("SELECT blob FROM models WHERE owner = '' AND id = 'mdl_1'"),
                     4);
    ck_assert_int_eq(database_number("SELECT status FROM answers WHERE owner = ''"), 201);
    store = store_reopen();
    ck_assert_int_eq(version_seen(&(struct viewer){.owner = ""}, "iris", ""), 3);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, a_name_is_its_owners_own);
    tcase_add_test(tests, who_sees_all_finds_their_own_first);
    tcase_add_test(tests, a_list_has_ones_own_things);
    tcase_add_test(tests, what_there_was_before_owners_is_nobodys);
}

int main(void)
{
    return suite_run("owners", store_setup, store_teardown, add_tests);
}
