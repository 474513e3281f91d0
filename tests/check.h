/* What the unit tests of the daemon share: libcheck, a main() in one line, and checks of errors. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_TESTS_CHECK_H
#define PROPD_TESTS_CHECK_H

#include "base/error.h"
#include "tests/run.h"

#define ck_assert_ok(error) ck_assert_msg((error).code == ERROR_NONE, "%s", (error).message)

#define ck_assert_error(error, of_code, with_message)                                              \
    do {                                                                                           \
        ck_assert_str_eq(error_code_name((error).code), error_code_name(of_code));                 \
        ck_assert_str_eq((error).message, with_message);                                           \
    } while (0)

#endif
