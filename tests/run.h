/* libcheck, and a main() in one line. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_TESTS_RUN_H
#define PROPD_TESTS_RUN_H

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

#endif
