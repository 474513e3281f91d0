/* Histories: shapes, zoom, forms. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/api/support.h"

#include <math.h>
#include <string.h>

static char id[ID_SIZE];
static char target[192];

static const char *history(const char *query)
{
    (void)snprintf(target, sizeof target, "/v1/jobs/%s/history%s", id, query);
    return target;
}

static void set_up(void)
{
    test_open();
    test_upload_table("table");
    test_train("table", id);
}

static const json_t *series_of(const json_t *answer, const char *metric)
{
    size_t index;
    json_t *series;
    json_array_foreach(json_object_get(answer, "series"), index, series)
    {
        if (strcmp(json_string_value(json_object_get(series, "metric")), metric) == 0)
            return series;
    }
    return NULL;
}

START_TEST(every_column_has_a_value_a_bucket)
{
    static const char *const columns[] = {"step", "mean", "min", "max", "first", "last"};
    json_auto_t *answer = test_json(200, "GET", history(""), NULL);
    const json_t *loss = series_of(answer, "loss"), *val_loss = series_of(answer, "val_loss");
    ck_assert_ptr_nonnull(loss);
    ck_assert_ptr_nonnull(val_loss);
    ck_assert_str_eq(json_string_value(json_object_get(loss, "per")), "step");
    ck_assert_int_eq(json_integer_value(json_object_get(loss, "count")), 10);
    ck_assert_int_eq(json_integer_value(json_object_get(loss, "stride")), 1);
    for (size_t i = 0; i < ARRAY_COUNT(columns); i++)
        ck_assert_uint_eq(json_array_size(json_object_get(loss, columns[i])), 10);
    ck_assert_ptr_null(json_object_get(loss, "epoch"));
    ck_assert_ptr_null(json_object_get(loss, "nonfinite"));
    ck_assert_uint_eq(json_array_size(json_object_get(val_loss, "epoch")), 5);
    ck_assert_ptr_nonnull(json_object_get(json_object_get(answer, "best"), "step"));
}
END_TEST

START_TEST(metrics_points_and_range_are_chosen)
{
    json_auto_t *answer =
        test_json(200, "GET", history("?metric=loss,learning_rate&points=2&from=3&to=8"), NULL);
    ck_assert_uint_eq(json_array_size(json_object_get(answer, "series")), 2);
    const json_t *loss = series_of(answer, "loss");
    ck_assert_int_eq(json_integer_value(json_object_get(loss, "count")), 6);
    ck_assert_uint_le(json_array_size(json_object_get(loss, "step")), 2);
    test_problem(422, "invalid", "to", "GET", history("?from=5&to=4"), NULL, NULL);
    test_problem(422, "invalid", "points", "GET", history("?points=0"), NULL, NULL);
}
END_TEST

START_TEST(rows_come_as_csv_and_ndjson)
{
    struct reply csv = test_call("GET", history("?metric=val_loss"), "Accept: text/csv\n", NULL);
    ck_assert_str_eq(csv.content_type, "text/csv; charset=utf-8");
    ck_assert(strncmp(bytes_text(&csv.body), "metric,per,step,epoch,count,mean", 32) == 0);
    ck_assert_ptr_nonnull(strstr(bytes_text(&csv.body), "val_loss,epoch,2,1,1,"));
    struct reply rows = test_call("GET", history("?metric=loss&format=ndjson"), NULL, NULL);
    int lines = 0;
    for (const char *at = bytes_text(&rows.body); *at != '\0'; at = strchr(at, '\n') + 1, lines++) {
        struct error error = {0};
        json_auto_t *row = fields_parse(at, strcspn(at, "\n"), &error);
        ck_assert_ptr_nonnull(row);
        ck_assert_int_eq(json_integer_value(json_object_get(row, "step")), lines + 1);
    }
    ck_assert_int_eq(lines, 10);
    test_problem(406, "not_acceptable", "text/csv", "GET", history(""), "Accept: image/png\n",
                 NULL);
    reply_clear(&csv);
    reply_clear(&rows);
}
END_TEST

START_TEST(what_is_not_finite_is_null_and_named)
{
    struct store *store = daemon_store(test_service.daemon);
    struct error error = {0};
    const int64_t steps[] = {1, 2, 3};
    const double values[] = {(double)NAN, 1, -(double)INFINITY};
    const struct history_points points = {
        .metric = "broken", .count = 3, .steps = steps, .values = values};
    const struct job_change change = {.id = id, .points = &points, .point_series_count = 1};
    ck_assert_int_eq(store_job_change(store, &change, NULL, &error), 0);
    json_auto_t *answer = test_json(200, "GET", history("?metric=broken"), NULL);
    const json_t *broken = series_of(answer, "broken");
    const json_t *mean = json_object_get(broken, "mean");
    const json_t *nonfinite = json_object_get(broken, "nonfinite");
    ck_assert(json_is_null(json_array_get(mean, 0)));
    ck_assert_double_eq(json_number_value(json_array_get(mean, 1)), 1);
    ck_assert_str_eq(json_string_value(json_array_get(nonfinite, 0)), "nan");
    ck_assert(json_is_null(json_array_get(nonfinite, 1)));
    ck_assert_str_eq(json_string_value(json_array_get(nonfinite, 2)), "-inf");
    struct reply lines = test_call("GET", history("?metric=broken&format=ndjson"), NULL, NULL);
    ck_assert_ptr_nonnull(strstr(bytes_text(&lines.body), "\"nonfinite\":\"-inf\"}\n"));
    reply_clear(&lines);
    /* A tag of six bytes, and behind it a float: NaN, 1, minus infinity. */
    struct reply events = test_call("GET", history("?metric=broken&format=tfevents"), NULL, NULL);
    static const char *const floats[] = {"broken\x15\0\0\xc0\x7f", "broken\x15\0\0\x80\x3f",
                                         "broken\x15\0\0\x80\xff"};
    for (size_t i = 0; i < sizeof floats / sizeof *floats; i++)
        ck_assert_ptr_nonnull(memmem(events.body.data, events.body.size, floats[i], 11));
    reply_clear(&events);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_checked_fixture(tests, set_up, test_close);
    tcase_add_test(tests, every_column_has_a_value_a_bucket);
    tcase_add_test(tests, metrics_points_and_range_are_chosen);
    tcase_add_test(tests, rows_come_as_csv_and_ndjson);
    tcase_add_test(tests, what_is_not_finite_is_null_and_named);
}

int main(void)
{
    return tests_run("history", add_tests);
}
