/* A look at the data. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/api/support.h"

#include <stdio.h>
#include <string.h>

static void rows_are(const char *target, const char *expected)
{
    json_auto_t *answer = test_json(200, "GET", target, NULL);
    char *text = fields_print(answer);
    ck_assert_str_eq(text, expected);
    free(text);
}

START_TEST(rows_come_as_objects_page_by_page)
{
    json_decref(test_json(201, "PUT", "/v1/datasets/d", "a,b\n1,x\n2,\n3,z\n"));
    rows_are("/v1/datasets/d/rows",
             "{\"rows\":[{\"a\":1,\"b\":\"x\"},{\"a\":2,\"b\":null},{\"a\":3,\"b\":\"z\"}],"
             "\"offset\":0,\"total\":3,\"next\":null}");
    rows_are("/v1/datasets/d@1/rows?offset=1&limit=1",
             "{\"rows\":[{\"a\":2,\"b\":null}],\"offset\":1,\"total\":3,\"next\":2}");
    rows_are("/v1/datasets/d/rows?offset=9",
             "{\"rows\":[],\"offset\":3,\"total\":3,\"next\":null}");
    test_problem(422, "invalid", "limit", "GET", "/v1/datasets/d/rows?limit=501", NULL, NULL);
    test_problem(422, "invalid", "offset", "GET", "/v1/datasets/d/rows?offset=-1", NULL, NULL);
    test_problem(404, "not_found", "nowhere", "GET", "/v1/datasets/nowhere/rows", NULL, NULL);
}
END_TEST

/* JSON lines have tensors of floats: the least is black and the greatest white. */
START_TEST(images_come_as_png)
{
    json_decref(test_json(201, "PUT", "/v1/datasets/d",
                          "{\"n\":1,\"gray\":[[-1,0],[1,0]],\"two\":[[[1,2]]]}\n"
                          "{\"n\":2,\"gray\":[[5,5],[5,5]],\"two\":[[[1,2]]]}\n"));
    struct reply reply = test_call("GET", "/v1/datasets/d/rows/0.png", NULL, NULL);
    ck_assert_int_eq(reply.status, 200);
    ck_assert_str_eq(reply.content_type, "image/png");
    ck_assert_mem_eq(reply.body.data, "\x89PNG\r\n\x1a\n", 8);
    ck_assert_mem_eq(reply.body.data + 16, "\0\0\0\2\0\0\0\2\x08\0", 10); /* 2 x 2, 8 bits, gray */
    reply_clear(&reply);
    reply = test_call("GET", "/v1/datasets/d/rows/1.png?column=gray", NULL, NULL);
    ck_assert_int_eq(reply.status, 200);
    reply_clear(&reply);
    test_problem(422, "invalid", "column \"two\" has no images", "GET",
                 "/v1/datasets/d/rows/0.png?column=two", NULL, NULL);
    static const char *const numbers[] = {"2", "-1", "x", "99999999999999999999", "1x"};
    for (size_t i = 0; i < ARRAY_COUNT(numbers); i++) {
        char target[80];
        snprintf(target, sizeof target, "/v1/datasets/d/rows/%s.png", numbers[i]);
        test_problem(404, "not_found", "they are 0 to 1", "GET", target, NULL, NULL);
    }
}
END_TEST

START_TEST(tables_have_no_images)
{
    json_decref(test_json(201, "PUT", "/v1/datasets/d", "a,b\n1,x\n"));
    test_problem(422, "invalid", "the dataset has no images", "GET", "/v1/datasets/d/rows/0.png",
                 NULL, NULL);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_checked_fixture(tests, test_open, test_close);
    tcase_add_test(tests, rows_come_as_objects_page_by_page);
    tcase_add_test(tests, images_come_as_png);
    tcase_add_test(tests, tables_have_no_images);
}

int main(void)
{
    return tests_run("rows", add_tests);
}
