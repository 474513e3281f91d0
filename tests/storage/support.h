/* What the tests of the store share: a folder of their own, and records with everything filled in.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_TESTS_STORAGE_SUPPORT_H
#define PROPD_TESTS_STORAGE_SUPPORT_H

#include <check.h>

#include "base/clock.h"
#include "storage/internal.h"
#include "storage/store.h"

/* Fails the test with the error's message. */
#define ck_assert_ok(call)                                                                         \
    do {                                                                                           \
        int ok_result = (call);                                                                    \
        ck_assert_msg(ok_result == 0, "%s: %s", #call, failure.message);                           \
    } while (0)
#define ck_assert_fails(call, expected)                                                            \
    do {                                                                                           \
        error_clear(&failure);                                                                     \
        ck_assert_int_eq((call), -1);                                                              \
        ck_assert_str_eq(error_code_name(failure.code), error_code_name(expected));                \
        error_clear(&failure);                                                                     \
    } while (0)

extern struct error failure; /* of the call at hand */
extern char folder[64];

/* Checked fixtures: an empty folder, gone afterwards. */
void folder_setup(void);
void folder_teardown(void);

/* The store in `folder`, which must open. */
struct store *store_reopen(void);

/* Adds a dataset of the bytes `content` under `name`; its id goes to `id`. */
void dataset_make(struct store *store, const char *name, const char *content, char id[ID_SIZE]);
/* Adds a job in state "queued"; its id goes to `id`. */
void job_make(struct store *store, const char *name, const char *dataset, char id[ID_SIZE]);

/* A file in `folder` with these bytes: an upload. The path is the caller's. */
char *upload_make(struct store *store, const char *content);

/* The single number that SQL gives on a connection of its own. */
int64_t database_number(const char *sql);
void database_execute(const char *sql);

int suite_run(const char *name, void (*setup)(void), void (*teardown)(void),
              void (*add)(TCase *tests));

#endif
