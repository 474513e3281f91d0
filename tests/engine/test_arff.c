/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/formats/arff_date.h"
#include "tests/check.h"
#include "tests/engine/imported.h"

#include <string.h>

START_TEST(declared_types_become_columns)
{
    struct dataset *dataset = good("% a comment\n"
                                   "@RELATION 'some weather'\r\n"
                                   "\n"
                                   "@attribute outlook {sunny, overcast,rainy}\n"
                                   "@Attribute \"the temperature\" REAL % degrees\n"
                                   "@attribute humidity numeric [0, 100]\n"
                                   "@attribute count integer\n"
                                   "@attribute note string\n"
                                   "@attribute day date yyyy-MM-dd\n"
                                   "@attribute play{yes,no}\n"
                                   "@data\n"
                                   "% another\n"
                                   "sunny, 85.5, ?, 3, 'fine, really', 2015-03-16, yes\n"
                                   "\n"
                                   "rainy,-1e1,80,?,?,?,no % at the end\r\n",
                                   NULL);
    types_are(dataset, "cnnncdc");
    row_is(dataset, 0,
           "{\"outlook\":\"sunny\",\"the temperature\":85.5,\"humidity\":null,\"count\":3,"
           "\"note\":\"fine, really\",\"day\":\"2015-03-16\",\"play\":\"yes\"}");
    row_is(dataset, 1,
           "{\"outlook\":\"rainy\",\"the temperature\":-10.0,\"humidity\":80,\"count\":null,"
           "\"note\":null,\"day\":null,\"play\":\"no\"}");
    ck_assert_uint_eq(dataset->columns[0].category_count, 3); /* overcast too */
    dataset_close(dataset);
}
END_TEST

#define TWO "@relation r\n@attribute a {x,y,'z z'}\n@attribute b numeric\n@data\n"

START_TEST(values_are_separated_by_commas_or_blanks)
{
    static const char *const lines[] = {"x,1\n",  "x 1\n",       "x\t1\n",  " x , 1 ,\n",
                                        "x  1\n", "'x'\t'1' \n", "\"x\",1", "x,1 %c"};
    for (size_t i = 0; i < ARRAY_COUNT(lines); i++) {
        char text[256];
        snprintf(text, sizeof(text), TWO "%s", lines[i]);
        struct dataset *dataset = good(text, NULL);
        ck_assert_int_eq(dataset->rows, 1);
        row_is(dataset, 0, "{\"a\":\"x\",\"b\":1}");
        dataset_close(dataset);
    }
    struct dataset *dataset = good(TWO "'z z',2\n,3\ny,\n", NULL);
    row_is(dataset, 0, "{\"a\":\"z z\",\"b\":2}");
    row_is(dataset, 1, "{\"a\":null,\"b\":3}");
    row_is(dataset, 2, "{\"a\":\"y\",\"b\":null}");
    dataset_close(dataset);
}
END_TEST

START_TEST(escapes_stand_for_characters)
{
    struct dataset *dataset =
        good("@relation r\n@attribute 'it\\'s' string\n@data\n"
             "'a\\'b'\n\"c\\\"d\"\n'e\\\\f\\tg'\n'\\u00e9\\u20ac'\n'?'\n'50\\%'\nNA\n",
             NULL);
    static const char *const expected[] = {"a'b", "c\\\"d", "e\\\\f\\u0009g", "é€", "?",
                                           "50%", "NA"};
    for (size_t i = 0; i < ARRAY_COUNT(expected); i++) {
        char json[64];
        snprintf(json, sizeof(json), "{\"it's\":\"%s\"}", expected[i]);
        row_is(dataset, (int64_t)i, json);
    }
    dataset_close(dataset);
}
END_TEST

/* What a sparse row does not say is 0, or the first declared value. */
START_TEST(sparse_rows_are_filled)
{
    struct dataset *dataset = good("@relation r\n@attribute a numeric\n@attribute b {x,y}\n"
                                   "@attribute c string\n@attribute d numeric\n@data\n"
                                   "{1 y, 3 4.5}\n{}\n{ 0 ?, 2 'q q' }\n{3 1,0 2}\n",
                                   NULL);
    row_is(dataset, 0, "{\"a\":0,\"b\":\"y\",\"c\":null,\"d\":4.5}");
    row_is(dataset, 1, "{\"a\":0,\"b\":\"x\",\"c\":null,\"d\":0.0}");
    row_is(dataset, 2, "{\"a\":null,\"b\":\"x\",\"c\":\"q q\",\"d\":0.0}");
    row_is(dataset, 3, "{\"a\":2,\"b\":\"x\",\"c\":null,\"d\":1.0}");
    dataset_close(dataset);
}
END_TEST

START_TEST(bad_rows_are_named_by_their_line)
{
    static const char *const cases[][2] = {
        {"x\n", "line 5: 1 value, expected 2"},
        {"x,1\n\nx,1,2\n", "line 7: 3 values, expected 2"},
        {"w,1\n", "line 5: column \"a\": \"w\" is none of the declared values"},
        {"x,one\n", "line 5: column \"b\": \"one\" is not a number"},
        {"'x,1\n", "line 5: a quote is never closed"},
        {"'x'y,1\n", "line 5: there is text behind a closing quote"},
        {"'\\u12',1\n", "line 5: a backslash is followed by nothing that it can escape"},
        {"{0 x\n", "line 5: the sparse row is not closed by }"},
        {"{2 x}\n", "line 5: a sparse row is {index value, …} with indices of 0 to 1"},
        {"{x 2}\n", "line 5: a sparse row is {index value, …} with indices of 0 to 1"},
        {"{1 2, 1 3}\n", "line 5: index 1 is there twice"},
        {"{1 2} 3\n", "line 5: there is text behind the sparse row"},
        {"x,1,{5}\n",
         "line 5: weights of rows, {…} behind the values, are not read: make the weight an "
         "attribute, which training.sample_weight can name"},
        {"", "body has no rows: a dataset has at least one"}};
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        char text[256];
        snprintf(text, sizeof(text), TWO "%s", cases[i][0]);
        refused(text, NULL, cases[i][1]);
    }
}
END_TEST

START_TEST(bad_heads_are_named_by_their_line)
{
    static const char *const cases[][2] = {
        {"@attribute a\n",
         "line 2: type \"\" is not known: numeric, real, integer, string, date or "
         "{values} are"},
        {"@attribute\n", "line 2: a name is missing"},
        {"@attribute a complex\n", "line 2: type \"complex\" is not known: numeric, real, integer, "
                                   "string, date or {values} are"},
        {"@attribute a {x,y\n", "line 2: the list of values is not closed by }"},
        {"@attribute a {x,,y}\n", "line 2: a value is missing between two commas"},
        {"@attribute a numeric x\n", "line 2: there is text behind the attribute's type"},
        {"@attribute a date \"yyyy Q\"\n",
         "line 2: the date format yyyy Q has a letter Q; known are yMdHkhKmsSaEzZX"},
        {"@attribute a date \"yyyy '\"\n", "line 2: the date format yyyy ' has an open quote"},
        {"@end r\n", "line 2: @end is not @relation, @attribute or @data (relations within "
                     "relations are not read)"},
        {"@attribute a numeric\n", "body has no @data"},
        {"@data\n1\n", "body has no @attribute"}};
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        char text[256];
        snprintf(text, sizeof(text), "@relation r\n%s", cases[i][0]);
        refused(text, NULL, cases[i][1]);
    }
}
END_TEST

START_TEST(options_go_before_declarations)
{
    struct dataset *dataset = good("@relation r\n@attribute a {1,2}\n@attribute b string\n@data\n"
                                   "1,3\n2,-9\n",
                                   "types=a=number,b=number missing=-9 target=a");
    types_are(dataset, "nn");
    row_is(dataset, 1, "{\"a\":2,\"b\":null}");
    dataset_close(dataset);
    refused(TWO "x,1\n", "target=c", "target names \"c\", which is no column: there are a, b");
}
END_TEST

START_TEST(text_that_is_not_utf8_is_windows_1252)
{
    struct dataset *dataset =
        good("@relation r\n@attribute a {caf\xe9,x}\n@data\ncaf\xe9\nx\n", NULL);
    row_is(dataset, 0, "{\"a\":\"café\"}");
    dataset_close(dataset);
}
END_TEST

START_TEST(dates_are_read_by_their_format)
{
    static const struct {
        const char *pattern, *text, *iso; /* NULL: it does not fit */
    } cases[] = {
        {"yyyy-MM-dd HH:mm:ss", "2015-03-16 12:30:59", "2015-03-16T12:30:59+00:00"},
        {"yyyy-MM-dd'T'HH:mm:ss", "2015-03-16T01:02:03", "2015-03-16T01:02:03+00:00"},
        {"dd/MM/yy", "16/03/15", "2015-03-16T00:00:00+00:00"},
        {"d.M.yy", "1.2.70", "1970-02-01T00:00:00+00:00"},
        {"yyyyMMdd", "20150316", "2015-03-16T00:00:00+00:00"},
        {"EEE, d MMM yyyy", "Mon, 16 mar 2015", "2015-03-16T00:00:00+00:00"},
        {"MMMM d, yyyy h:mm a", "March 6, 2015 12:05 PM", "2015-03-06T12:05:00+00:00"},
        {"h a", "12 am", "1970-01-01T00:00:00+00:00"},
        {"yyyy-MM-dd HH:mm:ss.SSS Z", "2015-03-16 12:30:59.123 +0530", "2015-03-16T12:30:59+05:30"},
        {"HH:mm z", "12:30 GMT-02:00", "1970-01-01T12:30:00-02:00"},
        {"''yy", "'15", "2015-01-01T00:00:00+00:00"},
        {"yyyy-MM-dd", "2015-03-16 ", NULL},
        {"yyyy-MM-dd", "2015-3", NULL},
        {"yyyy-MM-dd", "16 March", NULL},
        {"MMM", "Marc", NULL},
        {"HH:mm", "24:00", NULL},
        {"HH:mm z", "12:30 CET", NULL},
        {"h a", "12 xm", NULL},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        char iso[ARFF_DATE_SIZE];
        struct error error = {0};
        ck_assert_int_eq(arff_date_check(cases[i].pattern, &error), 0);
        bool fits = arff_date_read(cases[i].pattern, cases[i].text, strlen(cases[i].text), iso);
        ck_assert_msg(fits == (cases[i].iso != NULL), "%s by %s", cases[i].text, cases[i].pattern);
        if (fits)
            ck_assert_str_eq(iso, cases[i].iso);
    }
    refused("@relation r\n@attribute a date dd/MM/yyyy\n@data\n16/03/2015\n31/02/2015\n", NULL,
            "line 5: column \"a\": \"2015-02-31T00:00:00+00:00\" is not a date like 2015-03-16 or "
            "2015-03-16T12:30:00Z");
    refused("@relation r\n@attribute a date dd/MM/yyyy\n@data\n2015-03-16\n", NULL,
            "line 4: column \"a\": \"2015-03-16\" is not a date dd/MM/yyyy");
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, declared_types_become_columns);
    tcase_add_test(tests, values_are_separated_by_commas_or_blanks);
    tcase_add_test(tests, escapes_stand_for_characters);
    tcase_add_test(tests, sparse_rows_are_filled);
    tcase_add_test(tests, bad_rows_are_named_by_their_line);
    tcase_add_test(tests, bad_heads_are_named_by_their_line);
    tcase_add_test(tests, options_go_before_declarations);
    tcase_add_test(tests, text_that_is_not_utf8_is_windows_1252);
    tcase_add_test(tests, dates_are_read_by_their_format);
}

int main(void)
{
    return tests_run("arff", add_tests);
}
