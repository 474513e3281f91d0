/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "tests/check.h"

#include <pthread.h>
#include <string.h>

START_TEST(instants_are_written_as_rfc_3339)
{
    static const struct {
        int64_t ms;
        const char *text;
    } cases[] = {{0, "1970-01-01T00:00:00.000Z"},
                 {INT64_C(1767225600007), "2026-01-01T00:00:00.007Z"},
                 {INT64_C(951782399999), "2000-02-28T23:59:59.999Z"},
                 {-1, "1969-12-31T23:59:59.999Z"},
                 {INT64_C(253402300799999), "9999-12-31T23:59:59.999Z"},
                 {INT64_MAX, "0000-00-00T00:00:00.000Z"},
                 {INT64_MIN, "0000-00-00T00:00:00.000Z"}};
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        char text[CLOCK_TEXT_SIZE];
        clock_format(cases[i].ms, text);
        ck_assert_str_eq(text, cases[i].text);
    }
}
END_TEST

START_TEST(instants_are_read_as_rfc_3339_or_days)
{
    static const struct {
        const char *text;
        int64_t ms;
    } cases[] = {{"1970-01-01T00:00:00.000Z", 0},
                 {"1970-01-02", 86400000},
                 {"2026-01-31T12:00:00Z", INT64_C(1769860800000)},
                 {"2026-01-31T13:00:00.5+01:00", INT64_C(1769860800500)},
                 {"2026-01-31t11:30:00.1239-00:30", INT64_C(1769860800123)},
                 {"2024-02-29", INT64_C(1709164800000)},
                 {"1969-12-31T23:59:59Z", -1000}};
    static const char *const wrong[] = {"",
                                        "yesterday",
                                        "2026-1-31",
                                        "2026-02-29",
                                        "2026-13-01",
                                        "2026-00-10",
                                        "2026-01-00",
                                        "2026-01-31T",
                                        "2026-01-31T12:00:00",
                                        "2026-01-31T24:00:00Z",
                                        "2026-01-31T12:60:00Z",
                                        "2026-01-31T12:00:00.Z",
                                        "2026-01-31T12:00:00+1",
                                        "2026-01-31T12:00:00Z ",
                                        "99999-01-31"};
    int64_t ms;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        ck_assert_int_eq(clock_parse(cases[i].text, &ms), 0);
        ck_assert_int_eq(ms, cases[i].ms);
    }
    for (size_t i = 0; i < ARRAY_COUNT(wrong); i++)
        ck_assert_msg(clock_parse(wrong[i], &ms) == -1, "\"%s\" is a time", wrong[i]);
}
END_TEST

START_TEST(steady_clock_does_not_go_back)
{
    uint64_t start = clock_now_ns();
    for (int i = 0; i < 1000; i++)
        ck_assert_double_ge(clock_since_s(start), 0);
    ck_assert_int_gt(clock_unix_ms(), INT64_C(1700000000000));
}
END_TEST

START_TEST(id_begins_with_prefix_and_time)
{
    char id[ID_SIZE];
    struct error error = {0};
    int64_t before = clock_unix_ms();
    ck_assert_int_eq(id_make("job", id, &error), 0);
    ck_assert_uint_eq(strlen(id), 4 + 26);
    ck_assert_ptr_eq(strstr(id, "job_"), id);
    int64_t ms = 0;
    for (int i = 4; i < 14; i++) {
        static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
        const char *digit = strchr(digits, id[i]);
        ck_assert_ptr_nonnull(digit);
        ms = ms * 32 + (digit - digits);
    }
    ck_assert_int_ge(ms, before);
    ck_assert_int_le(ms, clock_unix_ms());
}
END_TEST

START_TEST(later_ids_sort_later)
{
    char last[ID_SIZE], next[ID_SIZE];
    ck_assert_int_eq(id_make("ds", last, NULL), 0);
    for (int i = 0; i < 10000; i++) {
        ck_assert_int_eq(id_make("ds", next, NULL), 0);
        ck_assert_int_lt(strcmp(last, next), 0);
        memcpy(last, next, sizeof(last));
    }
}
END_TEST

enum { THREADS = 4, IDS_EACH = 500 };
static char made[THREADS][IDS_EACH][ID_SIZE];

static void *make_ids(void *ids)
{
    char(*own)[ID_SIZE] = ids;
    for (int i = 0; i < IDS_EACH; i++) {
        if (id_make("x", own[i], NULL) != 0)
            return NULL;
    }
    return ids;
}

static int compare_ids(const void *a, const void *b)
{
    return strcmp(a, b);
}

START_TEST(threads_never_make_the_same_id)
{
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, make_ids, made[i]), 0);
    for (int i = 0; i < THREADS; i++) {
        void *result = NULL;
        pthread_join(threads[i], &result);
        ck_assert_ptr_nonnull(result);
    }
    qsort(made, (size_t)THREADS * IDS_EACH, ID_SIZE, compare_ids);
    const char(*all)[ID_SIZE] = (const char(*)[ID_SIZE])made;
    for (int i = 1; i < THREADS * IDS_EACH; i++)
        ck_assert_str_ne(all[i - 1], all[i]);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, instants_are_written_as_rfc_3339);
    tcase_add_test(tests, instants_are_read_as_rfc_3339_or_days);
    tcase_add_test(tests, steady_clock_does_not_go_back);
    tcase_add_test(tests, id_begins_with_prefix_and_time);
    tcase_add_test(tests, later_ids_sort_later);
    tcase_add_test(tests, threads_never_make_the_same_id);
}

int main(void)
{
    return tests_run("clock", add_tests);
}
