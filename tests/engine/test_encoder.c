/* Encoders: what every kind makes of a column, and of the same values as JSON. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/compiler.h"
#include "engine/encoder.h"
#include "tests/check.h"
#include "tests/engine/learn.h"
#include "tests/engine/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS_MAX = 4096 };
static uint32_t all_rows[ROWS_MAX];

/* Learns column 0 from `count` rows. */
static struct encoder encoder_of(const struct dataset *table, int64_t count,
                                 struct encoder_lesson lesson)
{
    struct error error = {0};
    struct encoder encoder;
    lesson.column = &table->columns[0];
    lesson.rows = all_rows;
    lesson.row_count = count;
    ck_assert_msg(encoder_learn(&encoder, &lesson, &error) == 0, "%s", error.message);
    return encoder;
}

/* All rows of column 0, encoded. */
static void encode(const struct encoder *encoder, const struct dataset *table, float *x)
{
    struct error error = {0};
    struct encoder_source source;
    ck_assert_msg(encoder_bind(encoder, &table->columns[0], table->rows, &source, &error) == 0,
                  "%s", error.message);
    encoder_encode(encoder, &source, all_rows, table->rows, x, encoder->width);
    encoder_source_clear(&source);
}

/* What a JSON value is encoded as. */
static void encode_text(const struct encoder *encoder, const char *text, float *x)
{
    struct error error = {0};
    json_t *json = parse(text);
    ck_assert_msg(encoder_encode_json(encoder, json, "instances[0]", x, &error) == 0, "%s",
                  error.message);
    json_decref(json);
}

static void refuse_text(const struct encoder *encoder, const char *text)
{
    struct error error = {0};
    float x[ENCODER_HASH_SLOTS];
    json_t *json = parse(text);
    ck_assert_msg(encoder_encode_json(encoder, json, "instances[0]", x, &error) == -1, "%s", text);
    ck_assert_int_eq(error.code, ERROR_INVALID);
    ck_assert_ptr_nonnull(strstr(error.message, "instances[0].x must be "));
    ck_assert_ptr_nonnull(strstr(error.message, "; for example "));
    json_decref(json);
}

/* Writes, prints, parses and reads. */
static void pass_through_file(struct encoder *encoder)
{
    struct error error = {0};
    json_t *written = encoder_write(encoder);
    char *text = fields_print(written);
    json_t *json = parse(text);
    struct encoder back;
    ck_assert_msg(encoder_read(&back, json, "encoder", &error) == 0, "%s", error.message);
    encoder_clear(encoder);
    *encoder = back;
    json_decref(written);
    json_decref(json);
    free(text);
}

#define EXPECT(x, ...)                                                                             \
    do {                                                                                           \
        const float expected[] = {__VA_ARGS__};                                                    \
        for (size_t k = 0; k < ARRAY_COUNT(expected); k++)                                         \
            ck_assert_float_eq_tol((x)[k], expected[k], 1e-6F);                                    \
    } while (0)

START_TEST(numbers_are_standardized)
{
    const double numbers[] = {1, 3, 100};
    struct dataset *table = table_create(3);
    table_add_numbers(table, "x", numbers);
    struct encoder encoder = encoder_of(table, 2, (struct encoder_lesson){0});
    float x[3];
    pass_through_file(&encoder);
    ck_assert_int_eq(encoder.width, 1);
    encode(&encoder, table, x);
    EXPECT(x, -1, 1, 98);
    encode_text(&encoder, "100", x);
    EXPECT(x, 98);
    encode_text(&encoder, "\"1e2\"", x);
    EXPECT(x, 98);
    encode_text(&encoder, "null", x);
    EXPECT(x, 0);
    encoder_clear(&encoder);
    table_free(table);
}
END_TEST

START_TEST(missing_numbers_have_an_indicator)
{
    const double numbers[] = {1, 3, (double)NAN};
    struct dataset *table = table_create(3);
    table_add_numbers(table, "x", numbers);
    struct encoder encoder = encoder_of(table, 3, (struct encoder_lesson){0});
    float x[6];
    pass_through_file(&encoder);
    encode(&encoder, table, x);
    EXPECT(x, -1, 0, 1, 0, 0, 1);
    encode_text(&encoder, "\"\"", x);
    EXPECT(x, 0, 1);
    encoder_clear(&encoder);
    encoder = encoder_of(table, 3, (struct encoder_lesson){.options = {.missing = MISSING_ZERO}});
    encode(&encoder, table, x);
    EXPECT(x, -1, 0, 1, 0, -2, 1);
    encoder_clear(&encoder);
    table_free(table);
}
END_TEST

START_TEST(missing_booleans_and_ranks_have_an_indicator)
{
    const uint8_t booleans[] = {1, 255, 0};
    const char *const categories[] = {"b", NULL, "a"};
    struct dataset *table = table_create(3);
    float x[6];
    table_add_booleans(table, "x", booleans);
    struct encoder encoder = encoder_of(table, 3, (struct encoder_lesson){0});
    encode(&encoder, table, x);
    EXPECT(x, 1, 0, 0.5F, 1, 0, 0);
    encoder_clear(&encoder);
    table_free(table);
    table = table_create(3);
    table_add_categories(table, "x", categories);
    struct column_options options = {.categorical = CATEGORICAL_ORDINAL, .numeric = SCALE_NONE};
    encoder = encoder_of(table, 3, (struct encoder_lesson){.options = options});
    encode(&encoder, table, x);
    EXPECT(x, 1, 0, 0.5F, 1, 0, 0);
    encoder_clear(&encoder);
    table_free(table);
}
END_TEST

START_TEST(what_must_be_there_is_asked_for)
{
    const double numbers[] = {1, 3};
    struct dataset *table = table_create(2);
    float x[1];
    table_add_numbers(table, "x", numbers);
    struct column_options options = {.missing = MISSING_DROP_ROWS, .numeric = SCALE_NONE};
    struct encoder encoder = encoder_of(table, 2, (struct encoder_lesson){.options = options});
    pass_through_file(&encoder);
    refuse_text(&encoder, "null");
    refuse_text(&encoder, "\"\"");
    encode_text(&encoder, "2", x);
    EXPECT(x, 2);
    encoder_clear(&encoder);
    table_free(table);
}
END_TEST

START_TEST(what_is_no_number_is_refused)
{
    const double numbers[] = {1, 3};
    struct dataset *table = table_create(2);
    table_add_numbers(table, "x", numbers);
    struct encoder encoder = encoder_of(table, 2, (struct encoder_lesson){0});
    refuse_text(&encoder, "\"abc\"");
    refuse_text(&encoder, "\"nan\"");
    refuse_text(&encoder, "\"inf\"");
    refuse_text(&encoder, "\"0x10\"");
    refuse_text(&encoder, "\"1e999\"");
    refuse_text(&encoder, "true");
    refuse_text(&encoder, "[1]");
    refuse_text(&encoder, "{}");
    encoder_clear(&encoder);
    table_free(table);
}
END_TEST

START_TEST(booleans_are_0_and_1)
{
    const uint8_t booleans[] = {1, 0, 1, 255};
    struct dataset *table = table_create(4);
    table_add_booleans(table, "x", booleans);
    struct encoder encoder = encoder_of(table, 4, (struct encoder_lesson){0});
    float x[8];
    pass_through_file(&encoder);
    encode(&encoder, table, x);
    EXPECT(x, 1, 0, 0, 0, 1, 0, 2.0F / 3, 1);
    encode_text(&encoder, "false", x);
    EXPECT(x, 0, 0);
    encode_text(&encoder, "\"Yes\"", x);
    EXPECT(x, 1, 0);
    encode_text(&encoder, "1", x);
    EXPECT(x, 1, 0);
    encode_text(&encoder, "\"0\"", x);
    EXPECT(x, 0, 0);
    refuse_text(&encoder, "2");
    refuse_text(&encoder, "\"maybe\"");
    encoder_clear(&encoder);
    table_free(table);
}
END_TEST

START_TEST(categories_are_one_hot_with_a_place_for_the_unseen)
{
    const char *const categories[] = {"red", "blue", NULL, "green"};
    struct dataset *table = table_create(4);
    table_add_categories(table, "x", categories);
    struct encoder encoder = encoder_of(table, 3, (struct encoder_lesson){0});
    float x[12];
    pass_through_file(&encoder);
    ck_assert_int_eq(encoder.width, 3); /* blue, red, others */
    encode(&encoder, table, x);
    EXPECT(x, 0, 1, 0, 1, 0, 0, 0, 0, 1, 0, 0, 1);
    encode_text(&encoder, "\"blue\"", x);
    EXPECT(x, 1, 0, 0);
    encode_text(&encoder, "\"green\"", x);
    EXPECT(x, 0, 0, 1);
    encode_text(&encoder, "7", x);
    EXPECT(x, 0, 0, 1);
    encode_text(&encoder, "null", x);
    EXPECT(x, 0, 0, 1);
    refuse_text(&encoder, "true");
    refuse_text(&encoder, "1.5");
    encoder_clear(&encoder);
    table_free(table);
}
END_TEST

START_TEST(whole_numbers_are_taken_for_categories_of_digits)
{
    const char *const categories[] = {"10115", "80331"};
    struct dataset *table = table_create(2);
    table_add_categories(table, "x", categories);
    struct encoder encoder = encoder_of(table, 2, (struct encoder_lesson){0});
    float x[3];
    encode_text(&encoder, "80331", x);
    EXPECT(x, 0, 1, 0);
    encoder_clear(&encoder);
    table_free(table);
}
END_TEST

/* Names of `count` categories. */
static void fill_names(char names[][16], const char **categories, int count)
{
    for (int i = 0; i < count; i++) {
        snprintf(names[i], sizeof(names[i]), "c%d", i);
        categories[i] = names[i];
    }
}

START_TEST(very_many_categories_are_hashed)
{
    static char names[ENCODER_CATEGORIES + 1][16];
    static const char *categories[ENCODER_CATEGORIES + 1];
    static float x[(ENCODER_CATEGORIES + 1) * ENCODER_HASH_SLOTS];
    float y[ENCODER_HASH_SLOTS];
    fill_names(names, categories, ENCODER_CATEGORIES + 1);
    struct dataset *table = table_create(ENCODER_CATEGORIES + 1);
    table_add_categories(table, "x", categories);
    struct encoder encoder = encoder_of(table, ENCODER_CATEGORIES, (struct encoder_lesson){0});
    ck_assert_ptr_eq(encoder.kind, &encoder_one_hot);
    encoder_clear(&encoder);
    encoder = encoder_of(table, table->rows, (struct encoder_lesson){0});
    ck_assert_ptr_eq(encoder.kind, &encoder_hashed);
    pass_through_file(&encoder);
    encode(&encoder, table, x);
    encode_text(&encoder, "\"c17\"", y);
    ck_assert_mem_eq(x + (size_t)17 * ENCODER_HASH_SLOTS, y, sizeof(y));
    encode_text(&encoder, "\"a\"", y); /* FNV-1a of "a" is af63dc4c8601ec8c */
    ck_assert_float_eq(y[0xec8c % 1024], 1);
    encode_text(&encoder, "null", y);
    for (int i = 0; i < ENCODER_HASH_SLOTS; i++)
        ck_assert_float_eq(y[i], 0);
    encoder_clear(&encoder);
    table_free(table);
}
END_TEST

START_TEST(ordinal_categories_are_scaled_ranks)
{
    const char *const categories[] = {"a", "c", "b", "d"};
    struct dataset *table = table_create(4);
    table_add_categories(table, "x", categories);
    struct encoder_lesson lesson = {
        .options = {.categorical = CATEGORICAL_ORDINAL, .numeric = SCALE_MIN_MAX}};
    struct encoder encoder = encoder_of(table, 3, lesson);
    float x[4];
    pass_through_file(&encoder);
    encode(&encoder, table, x);
    EXPECT(x, 0, 1, 0.5F, 0.5F); /* d was not seen: the mean */
    encoder_clear(&encoder);
    lesson.options.numeric = SCALE_NONE;
    encoder = encoder_of(table, 4, lesson);
    encode(&encoder, table, x);
    EXPECT(x, 0, 2, 1, 3);
    encoder_clear(&encoder);
    table_free(table);
}
END_TEST

START_TEST(dates_become_five_numbers)
{
    /* Thursday 1970-01-01T00; Saturday 2000-02-29T23; Sunday 1969-12-31 is before the epoch … */
    const int64_t dates[] = {0, 951868799, -1, 1709164800, INT64_MIN};
    struct dataset *table = table_create(5);
    table_add_dates(table, "x", dates);
    struct encoder encoder =
        encoder_of(table, 5, (struct encoder_lesson){.options = {.numeric = SCALE_NONE}});
    float x[30];
    pass_through_file(&encoder);
    encode(&encoder, table, x);
    EXPECT(x, 1970, 1, 1, 3, 0, 0);
    EXPECT(x + 6, 2000, 2, 29, 1, 23, 0);
    EXPECT(x + 12, 1969, 12, 31, 2, 23, 0);
    EXPECT(x + 18, 2024, 2, 29, 3, 0, 0);
    ck_assert_float_eq(x[29], 1);
    encode_text(&encoder, "\"2000-02-29T23:59:59Z\"", x);
    EXPECT(x, 2000, 2, 29, 1, 23, 0);
    refuse_text(&encoder, "\"2000-02-30\"");
    refuse_text(&encoder, "951868799");
    encoder_clear(&encoder);
    table_free(table);
}
END_TEST

START_TEST(a_date_that_could_be_two_days_is_refused)
{
    const int64_t dates[] = {0, 86400};
    struct dataset *table = table_create(2);
    table_add_dates(table, "x", dates);
    struct encoder encoder =
        encoder_of(table, 2, (struct encoder_lesson){.options = {.numeric = SCALE_NONE}});
    float x[5];
    encode_text(&encoder, "\"16/03/2015\"", x);
    EXPECT(x, 2015, 3, 16);
    encode_text(&encoder, "\"03/16/2015\"", x);
    EXPECT(x, 2015, 3, 16);
    encode_text(&encoder, "\"04/04/2015\"", x);
    EXPECT(x, 2015, 4, 4);
    refuse_text(&encoder, "\"03/04/2015\"");
    encoder_clear(&encoder);
    table_free(table);
}
END_TEST

START_TEST(tensor_bytes_go_from_0_to_1)
{
    const uint8_t bytes[] = {0, 255, 51, 102};
    struct dataset *table = table_create(2);
    table_add_bytes(table, "x", (struct shape){.rank = 1, .dims = {2}}, bytes);
    struct encoder encoder = encoder_of(table, 2, (struct encoder_lesson){0});
    float x[4];
    pass_through_file(&encoder);
    encode(&encoder, table, x);
    EXPECT(x, 0, 1, 0.2F, 0.4F);
    encoder_clear(&encoder);
    table_free(table);
}
END_TEST

START_TEST(a_column_of_another_type_is_refused)
{
    struct error error = {0};
    struct encoder_source source;
    const double numbers[] = {1, 2};
    const char *const categories[] = {"1", "x"};
    struct dataset *table = table_create(2);
    struct dataset *other = table_create(2);
    table_add_numbers(table, "x", numbers);
    table_add_categories(other, "x", categories);
    struct encoder encoder = encoder_of(table, 2, (struct encoder_lesson){0});
    ck_assert_int_eq(encoder_bind(&encoder, &other->columns[0], 2, &source, &error), -1);
    ck_assert_int_eq(error.code, ERROR_INVALID);
    ck_assert_ptr_nonnull(strstr(error.message, "?types=x=number"));
    encoder_clear(&encoder);
    table_free(table);
    table_free(other);
}
END_TEST

START_TEST(a_column_without_values_may_be_of_any_type)
{
    const double numbers[] = {1, 3};
    const char *const nothing[] = {NULL, NULL};
    struct dataset *table = table_create(2);
    struct dataset *empty = table_create(2);
    table_add_numbers(table, "x", numbers);
    table_add_categories(empty, "x", nothing);
    struct encoder encoder = encoder_of(table, 2, (struct encoder_lesson){0});
    float x[2] = {9, 9};
    encode(&encoder, empty, x);
    EXPECT(x, 0, 0);
    encoder_clear(&encoder);
    table_free(table);
    table_free(empty);
}
END_TEST

START_TEST(malformed_encoders_are_refused)
{
    static const char *const texts[] = {
        "{}",
        "[]",
        "7",
        "{\"column\": \"x\"}",
        "{\"column\": \"x\", \"encoder\": \"nonsense\"}",
        "{\"column\": 1, \"encoder\": \"number\"}",
        "{\"column\": \"x\", \"encoder\": \"number\"}",
        "{\"column\": \"x\", \"encoder\": \"number\", \"scales\": [], \"indicator\": false}",
        "{\"column\": \"x\", \"encoder\": \"number\", \"scales\": [{\"shift\": 0, \"scale\": 1}], "
        "\"indicator\": false}",
        "{\"column\": \"x\", \"encoder\": \"one_hot\", \"categories\": [\"a\", \"a\"]}",
        "{\"column\": \"x\", \"encoder\": \"one_hot\", \"categories\": {}}",
        "{\"column\": \"x\", \"encoder\": \"hashed\", \"slots\": 1000000000000}",
        "{\"column\": \"x\", \"encoder\": \"tensor\", \"shape\": [0], \"bytes\": true}",
        "{\"column\": \"x\", \"encoder\": \"tensor\", \"shape\": [-4], \"bytes\": true}",
        "{\"column\": \"x\", \"encoder\": \"tensor\", \"shape\": [1.5], \"bytes\": true}",
        "{\"column\": \"x\", \"encoder\": \"tensor\", \"shape\": [9223372036854775807, 2], "
        "\"bytes\": true}",
        "{\"column\": \"x\", \"encoder\": \"tensor\", \"shape\": [1000000, 1000000], \"bytes\": "
        "false}",
        "{\"column\": \"x\", \"encoder\": \"tensor\", \"shape\": [1, 1, 1, 1, 1, 1, 1], "
        "\"bytes\": true}",
        "{\"column\": \"x\", \"encoder\": \"tensor\", \"shape\": [2]}"};
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        struct error error = {0};
        struct encoder encoder;
        json_t *json = parse(texts[i]);
        ck_assert_msg(encoder_read(&encoder, json, "encoder", &error) == -1, "%s", texts[i]);
        ck_assert_msg(error.code == ERROR_INVALID, "%s: %s", texts[i], error.message);
        json_decref(json);
    }
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, numbers_are_standardized);
    tcase_add_test(tests, missing_numbers_have_an_indicator);
    tcase_add_test(tests, missing_booleans_and_ranks_have_an_indicator);
    tcase_add_test(tests, what_must_be_there_is_asked_for);
    tcase_add_test(tests, what_is_no_number_is_refused);
    tcase_add_test(tests, booleans_are_0_and_1);
    tcase_add_test(tests, categories_are_one_hot_with_a_place_for_the_unseen);
    tcase_add_test(tests, whole_numbers_are_taken_for_categories_of_digits);
    tcase_add_test(tests, very_many_categories_are_hashed);
    tcase_add_test(tests, ordinal_categories_are_scaled_ranks);
    tcase_add_test(tests, dates_become_five_numbers);
    tcase_add_test(tests, a_date_that_could_be_two_days_is_refused);
    tcase_add_test(tests, tensor_bytes_go_from_0_to_1);
    tcase_add_test(tests, a_column_of_another_type_is_refused);
    tcase_add_test(tests, a_column_without_values_may_be_of_any_type);
    tcase_add_test(tests, malformed_encoders_are_refused);
}

int main(void)
{
    for (uint32_t i = 0; i < ROWS_MAX; i++)
        all_rows[i] = i;
    return tests_run("encoder", add_tests);
}
