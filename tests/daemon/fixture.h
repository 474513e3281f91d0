/* What the tests of the daemon share: a folder and a configuration of their own, the iris flowers,
 * and short ways to submit jobs and to look at what became of them. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_TESTS_DAEMON_FIXTURE_H
#define PROPD_TESTS_DAEMON_FIXTURE_H

#include "daemon/daemon.h"
#include "tests/check.h"

/* Epochs of iris_job(): one that is still running some tenths of a second after its start, on a
 * fast machine and under sanitizers; and one that never ends by itself. */
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
enum { LONG = 2000 };
#else
enum { LONG = 30000 };
#endif
enum { ENDLESS = 10000000 };

extern struct error failure; /* of the call at hand */
extern char folder[64];
extern struct config config; /* 2 cores, its data in `folder`, every byte of the disk, no log */
extern const struct viewer nobody; /* whose things are nobody's, and who sees all */

/* Fails the test with the error's message. */
#define ck_assert_done(call)                                                                       \
    do {                                                                                           \
        int done_result = (call);                                                                  \
        ck_assert_msg(done_result == 0, "%s: %s", #call, failure.message);                         \
    } while (0)
#define ck_assert_refused(call, of_code)                                                           \
    do {                                                                                           \
        error_clear(&failure);                                                                     \
        ck_assert_int_eq((call), -1);                                                              \
        ck_assert_str_eq(error_code_name(failure.code), error_code_name(of_code));                 \
    } while (0)

/* Runs tests, each in a new folder. */
int fixture_run(const char *name, void (*add_tests)(TCase *tests));

struct daemon *start(void);
/* Uploads the iris flowers as the next version of `name`.
 * Its id is the caller's to free. */
char *iris_import(struct daemon *daemon, const char *name);

/* A small classifier of iris, trained for `epochs` of 15 steps. */
json_t *iris_job(int64_t epochs);
/* Sets document.training.<key>. */
void training_set(json_t *document, const char *key, json_t *value_taken);

/* Queues a job; the document is taken. */
void submit(struct daemon *daemon, json_t *document_taken, char id[ID_SIZE]);
/* daemon_job_verify(), whose job has the id `replay`. */
int verify(struct daemon *daemon, const char *id, char replay[ID_SIZE]);
/* The record of a job, its caller's to clear. */
struct job_record job_of(struct daemon *daemon, const char *id);
/* Waits for a state; fails where the job ends in another one. */
void await(struct daemon *daemon, const char *id, const char *state);
/* Waits until a running job has done a step after `step`, as far as its live status tells. */
void await_step(struct daemon *daemon, const char *id, int64_t step);
/* Waits until a step after `step` is in the job's history, and gives the newest. */
int64_t await_history(struct daemon *daemon, const char *id, int64_t step);
/* A number of the job's status. */
int64_t status_integer(const struct job_record *record, const char *key);

/* Waits for success and gives the digest of the model. */
void digest_of(struct daemon *daemon, const char *id, char digest[DIGEST_TEXT_SIZE]);
/* Trains `document_taken` undisturbed, in a daemon of its own, and gives the digest of the model.
 */
void digest_undisturbed(json_t *document_taken, char digest[DIGEST_TEXT_SIZE]);
/* The history has steps 1 … steps and epochs 1 … epochs, each once, in every series. */
void history_is_whole(struct daemon *daemon, const char *id, int64_t steps, int64_t epochs);
/* Types and states of the job's events, in order: "queued running succeeded end"; of "metrics" and
 * "log" none. */
void events_are(struct daemon *daemon, const char *id, const char *words);
/* How many of the job's events have `text` in their body. */
size_t events_with(struct daemon *daemon, const char *id, const char *text);
/* Models there are. */
size_t model_count(struct daemon *daemon);

/* No file of this process can grow from here on, as on a full disk; until it can again. Nothing may
 * be checked between the two: libcheck writes to files, too. */
void disk_fill(void);
void disk_clear(void);

#endif
