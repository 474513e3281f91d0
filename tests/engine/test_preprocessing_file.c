/* Preprocessing through a model's file. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/compiler.h"
#include "engine/preprocessing.h"
#include "tests/check.h"
#include "tests/engine/learn.h"
#include "tests/engine/table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A column of every type. */
static struct dataset *everything(void)
{
    const double numbers[] = {0.1, 1e300, -2.5, (double)NAN};
    const uint8_t booleans[] = {1, 0, 255, 1};
    const char *const categories[] = {"a", "ü\"", NULL, ""};
    const int64_t dates[] = {0, 951868799, INT64_MIN, -1};
    const double id[] = {1, 2, 3, 4};
    const double target[] = {1, 3, 3.25, 7};
    struct dataset *table = table_create(4);
    table_add_numbers(table, "id", id);
    table_add_numbers(table, "number", numbers);
    table_add_booleans(table, "boolean", booleans);
    table_add_categories(table, "category", categories);
    table_add_categories(table, "rank", categories);
    table_add_dates(table, "date", dates);
    table_add_numbers(table, "extra", id);
    table_add_numbers(table, "target", target);
    return table;
}

static struct preprocessing *learn_everything(const struct dataset *table)
{
    struct job job = {.preprocessing = "{\"numeric\": \"min_max\", \"columns\": {\"rank\": "
                                       "{\"categorical\": \"ordinal\", \"missing\": "
                                       "\"drop_rows\"}}}",
                      .features = "{\"exclude\": \"extra\"}"};
    return learn(table, &job);
}

/* Written, printed, parsed, read. */
static struct preprocessing *pass_through_file(const struct preprocessing *preprocessing)
{
    struct error error = {0};
    json_t *written = preprocessing_write(preprocessing);
    AUTO_FREE char *text = fields_print(written);
    json_t *json = parse(text);
    struct preprocessing *back = preprocessing_read(json, &error);
    ck_assert_ok(error);
    json_t *again = preprocessing_write(back);
    AUTO_FREE char *text_again = fields_print(again);
    ck_assert_str_eq(text, text_again);
    json_decref(written);
    json_decref(json);
    json_decref(again);
    return back;
}

START_TEST(what_was_read_encodes_the_same_bytes)
{
    struct dataset *table = everything();
    struct preprocessing *learned = learn_everything(table);
    struct preprocessing *back = pass_through_file(learned);
    struct shape shape = preprocessing_input_shape(learned);
    struct shape shape_back = preprocessing_input_shape(back);
    ck_assert(shape_equal(&shape, &shape_back));
    AUTO_FREE float *x = encode_all(learned, table);
    AUTO_FREE float *y = encode_all(back, table);
    expect_floats(y, x, (size_t)(table->rows * shape.dims[0]));
    ck_assert_double_eq(preprocessing_decode_value(learned, 0, 0.3),
                        preprocessing_decode_value(back, 0, 0.3));
    for (int64_t row = 0; row < table->rows; row++)
        ck_assert(row_is_usable(learned, table, row) == row_is_usable(back, table, row));
    ck_assert(json_equal(preprocessing_left_out(learned), preprocessing_left_out(back)));
    ck_assert(json_equal(preprocessing_columns(learned), preprocessing_columns(back)));
    preprocessing_free(learned);
    preprocessing_free(back);
    table_free(table);
}
END_TEST

START_TEST(classes_survive)
{
    struct dataset *table = everything();
    static const char *const targets[] = {"category", "boolean", "target"};
    for (size_t i = 0; i < ARRAY_COUNT(targets); i++) {
        struct job job = {.preprocessing = "{\"numeric\": \"none\"}",
                          .targets = {targets[i]},
                          .decided = true,
                          .wanted = TARGET_CLASS};
        struct preprocessing *learned = learn(table, &job);
        struct preprocessing *back = pass_through_file(learned);
        ck_assert(json_equal(preprocessing_classes(learned), preprocessing_classes(back)));
        struct preprocessing_binding *binding = preprocessing_bind(back, table, true, NULL);
        const uint32_t row = 0;
        int32_t class;
        ck_assert_ptr_nonnull(binding);
        preprocessing_encode_classes(binding, &row, 1, &class);
        ck_assert_int_eq(class, targets[i][0] == 't' ? 0 : 1);
        preprocessing_binding_free(binding);
        preprocessing_free(learned);
        preprocessing_free(back);
    }
    table_free(table);
}
END_TEST

START_TEST(tensors_and_identities_survive)
{
    const float floats[] = {1, 2, 3, 4};
    const double labels[] = {0, 1};
    struct shape shape = {.rank = 2, .dims = {2, 1}};
    struct dataset *table = table_create(2);
    table_add_floats(table, "features", shape, floats);
    table_add_numbers(table, "label", labels);
    struct preprocessing *learned = learn(table, &(struct job){0});
    struct preprocessing *back = pass_through_file(learned);
    ck_assert_int_eq(preprocessing_input_shape(back).rank, 3);
    preprocessing_free(learned);
    preprocessing_free(back);
    learned = preprocessing_identity(&shape, NULL, NULL);
    back = pass_through_file(learned);
    ck_assert(preprocessing_is_identity(back));
    ck_assert_int_eq(preprocessing_input_shape(back).rank, 2);
    preprocessing_free(learned);
    preprocessing_free(back);
    table_free(table);
}
END_TEST

#define NUMBER "{\"column\": \"x\", \"encoder\": \"hashed\", \"slots\": 1024}"
#define SCALE "{\"shift\": 0, \"scale\": 1, \"fill\": 0}"
#define VALUES                                                                                     \
    "\"targets\": [{\"column\": \"y\", \"type\": \"number\", \"scale\": " SCALE                    \
    "}], \"task\": \"values\""
#define REST "\"left_out\": [], \"unused\": []"

START_TEST(the_smallest_file_is_read)
{
    struct error error = {0};
    json_t *json = parse("{\"version\": 1, \"columns\": [" NUMBER "], " VALUES ", " REST "}");
    struct preprocessing *read = preprocessing_read(json, &error);
    ck_assert_ok(error);
    preprocessing_free(read);
    json_decref(json);
}
END_TEST

START_TEST(malformed_files_are_refused)
{
    static const char *const texts[] = {
        "{}",
        "[]",
        "null",
        "{\"version\": 2}",
        "{\"version\": 1}",
        "{\"version\": 1, \"columns\": []}",
        "{\"version\": 1, \"columns\": [1]}",
        "{\"version\": 1, \"columns\": [" NUMBER "]}",
        "{\"version\": 1, \"columns\": [" NUMBER ", " NUMBER "], " VALUES ", " REST "}",
        "{\"version\": 1, \"columns\": [" NUMBER "], " VALUES ", \"left_out\": [1], \"unused\": "
        "[]}",
        "{\"version\": 1, \"columns\": [" NUMBER "], " VALUES ", \"left_out\": [], \"unused\": "
        "[{}]}",
        "{\"version\": 1, \"columns\": [" NUMBER "], \"task\": \"classes\", \"targets\": [], " REST
        "}",
        "{\"version\": 1, \"columns\": [" NUMBER "], \"task\": \"guess\", \"targets\": [], " REST
        "}",
        "{\"version\": 1, \"columns\": [" NUMBER "], " VALUES ", \"classes\": [1], " REST "}",
        "{\"version\": 1, \"columns\": [" NUMBER "], " VALUES ", \"classes\": [\"a\", \"b\"], " REST
        "}",
        "{\"version\": 1, \"columns\": [" NUMBER "], " VALUES ", \"classes\": [1, \"b\"], " REST
        "}",
        "{\"version\": 1, \"columns\": [" NUMBER "], " VALUES ", \"classes\": [[], []], " REST "}",
        "{\"version\": 1, \"columns\": [" NUMBER "], \"task\": \"values\", \"targets\": "
        "[{\"column\": \"y\", \"type\": \"category\", \"scale\": " SCALE "}], " REST "}",
        "{\"version\": 1, \"columns\": [" NUMBER "], \"task\": \"values\", \"targets\": "
        "[{\"column\": \"x\", \"type\": \"number\", \"scale\": " SCALE "}], " REST "}",
        "{\"version\": 1, \"columns\": [" NUMBER ", {\"column\": \"t\", \"encoder\": \"tensor\", "
        "\"shape\": [4], \"bytes\": true}], " VALUES ", " REST "}",
        "{\"version\": 1, \"identity\": true}",
        "{\"version\": 1, \"identity\": true, \"tensor\": " NUMBER "}",
        "{\"version\": 1, \"identity\": true, \"tensor\": {\"column\": \"t\", \"encoder\": "
        "\"tensor\", \"shape\": [4], \"bytes\": false}, \"classes\": {}}",
    };
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        struct error error = {0};
        json_t *json = json_loads(texts[i], JSON_DECODE_ANY, NULL);
        ck_assert_ptr_nonnull(json);
        ck_assert_msg(preprocessing_read(json, &error) == NULL, "%s", texts[i]);
        ck_assert_msg(error.code == ERROR_INVALID, "%s: %s", texts[i], error.message);
        json_decref(json);
    }
}
END_TEST

/* Every value of a good file, one after the other, made something else. */
static void spoil(json_t *root, json_t *at)
{
    const char *key;
    void *next;
    json_t *value;
    static const char *const others[] = {"null", "-1", "1e300", "\"x\"", "[]", "{}", "true"};
    json_object_foreach_safe(at, next, key, value)
    {
        for (size_t i = 0; i < ARRAY_COUNT(others); i++) {
            json_t *kept = json_incref(value);
            json_object_set_new(at, key, json_loads(others[i], JSON_DECODE_ANY, NULL));
            preprocessing_free(preprocessing_read(root, NULL));
            json_object_set_new(at, key, kept);
        }
        spoil(root, json_object_get(at, key));
    }
    for (size_t i = 0; i < json_array_size(at); i++)
        spoil(root, json_array_get(at, i));
}

START_TEST(spoiled_files_never_crash)
{
    struct dataset *table = everything();
    struct preprocessing *learned = learn_everything(table);
    json_t *written = preprocessing_write(learned);
    spoil(written, written);
    json_decref(written);
    preprocessing_free(learned);
    table_free(table);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, what_was_read_encodes_the_same_bytes);
    tcase_add_test(tests, classes_survive);
    tcase_add_test(tests, tensors_and_identities_survive);
    tcase_add_test(tests, the_smallest_file_is_read);
    tcase_add_test(tests, malformed_files_are_refused);
    tcase_add_test(tests, spoiled_files_never_crash);
}

int main(void)
{
    return tests_run("preprocessing_file", add_tests);
}
