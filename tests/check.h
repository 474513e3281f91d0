/* What the unit tests share: libcheck, a main() in one line, and checks of errors. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_TESTS_CHECK_H
#define PROPD_TESTS_CHECK_H

#include "base/error.h"

#include <check.h>
#include <stdlib.h>

/* Runs one suite of one case; for `return tests_run("fields", add_tests);`. */
static inline int tests_run(const char *name, void (*add_tests)(TCase *tests))
{
    Suite *suite = suite_create(name);
    TCase *tests = tcase_create(name);
    add_tests(tests);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#define ck_assert_ok(error) ck_assert_msg((error).code == ERROR_NONE, "%s", (error).message)

#define ck_assert_error(error, of_code, with_message)                                              \
    do {                                                                                           \
        ck_assert_str_eq(error_code_name((error).code), error_code_name(of_code));                 \
        ck_assert_str_eq((error).message, with_message);                                           \
    } while (0)

#endif
