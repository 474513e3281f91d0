/* Labels. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/labels.h"
#include "tests/check.h"

#include <stdio.h>
#include <string.h>

static struct labels labels_of(const char *const *texts, size_t count)
{
    struct labels labels = {0};
    for (size_t i = 0; i < count; i++)
        ck_assert_int_eq(labels_add(&labels, texts[i], strlen(texts[i]), NULL), 0);
    return labels;
}

START_TEST(labels_keep_their_order_and_are_found)
{
    const char *const texts[] = {"b", "", "ab", "a", "c"};
    struct labels labels = labels_of(texts, 5);
    ck_assert_int_eq(labels_index(&labels, NULL), 0);
    for (int i = 0; i < 5; i++) {
        ck_assert_str_eq(labels.items[i].text, texts[i]);
        ck_assert_int_eq(labels_find(&labels, texts[i], strlen(texts[i])), i);
    }
    ck_assert_int_eq(labels_find(&labels, "abc", 3), -1);
    ck_assert_int_eq(labels_find(&labels, "ab", 1), 3);
    labels_clear(&labels);
    ck_assert_int_eq(labels_find(&labels, "a", 1), -1);
}
END_TEST

START_TEST(the_same_label_twice_is_refused)
{
    const char *const texts[] = {"a", "b", "a"};
    struct error error = {0};
    struct labels labels = labels_of(texts, 3);
    ck_assert_int_eq(labels_index(&labels, &error), -1);
    ck_assert_int_eq(error.code, ERROR_INVALID);
    labels_clear(&labels);
}
END_TEST

START_TEST(there_is_a_most_labels)
{
    struct error error = {0};
    struct labels labels = {0};
    char text[16];
    for (int i = 0; i < LABELS_MAX; i++) {
        int length = snprintf(text, sizeof(text), "%d", i);
        ck_assert_int_eq(labels_add(&labels, text, (size_t)length, &error), 0);
    }
    ck_assert_int_eq(labels_add(&labels, "x", 1, &error), -1);
    ck_assert_int_eq(error.code, ERROR_INVALID);
    labels_clear(&labels);
}
END_TEST

START_TEST(labels_survive_json)
{
    const char *const texts[] = {"z", "ä", "\"quoted\""};
    struct labels labels = labels_of(texts, 3);
    struct labels back = {0};
    json_t *json = labels_write(&labels);
    ck_assert_int_eq(labels_read(&back, json, "labels", NULL), 0);
    ck_assert_uint_eq(back.count, 3);
    ck_assert_int_eq(labels_find(&back, "ä", 2), 1);
    json_decref(json);
    labels_clear(&labels);
    labels_clear(&back);
}
END_TEST

START_TEST(only_strings_are_labels)
{
    struct error error = {0};
    struct labels labels = {0};
    json_t *json = json_pack("[s, i]", "a", 1);
    ck_assert_int_eq(labels_read(&labels, json, "labels", &error), -1);
    ck_assert_uint_eq(labels.count, 0);
    json_decref(json);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, labels_keep_their_order_and_are_found);
    tcase_add_test(tests, the_same_label_twice_is_refused);
    tcase_add_test(tests, there_is_a_most_labels);
    tcase_add_test(tests, labels_survive_json);
    tcase_add_test(tests, only_strings_are_labels);
}

int main(void)
{
    return tests_run("labels", add_tests);
}
