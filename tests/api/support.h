/* What the tests of the api share: a real daemon in a folder of its own, requests without a socket,
 * and requests through one. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_TESTS_API_SUPPORT_H
#define PROPD_TESTS_API_SUPPORT_H

#include "api/dispatch.h"
#include "api/server.h"
#include "daemon/daemon.h"
#include "tests/check.h"

extern struct config test_config;
extern struct service test_service; /* routes and configuration; a daemon after test_open() */

/* Fixtures: a service without a daemon, and one with. */
void test_set_up(void);
void test_tear_down(void);
void test_open(void);
void test_close(void);

/* Sends a request through dispatch(); the reply is to be cleared. headers: NULL, or lines
 * "Name: value" with a newline behind each. */
struct reply test_call(const char *method, const char *target, const char *headers,
                       const char *body);
/* The same, checked to have this status; the body as JSON, NULL where it is none. */
json_t *test_json(int status, const char *method, const char *target, const char *body);
/* Checks that the answer is a problem of this status and code whose detail has `words`. */
void test_problem(int status, const char *code, const char *words, const char *method,
                  const char *target, const char *headers, const char *body);

/* A table of two classes told apart by x and y, under this name. */
void test_upload_table(const char *name);
/* Trains a small network on it until it ends; gives the job's id. */
void test_train(const char *dataset, char id[ID_SIZE]);
void test_wait_finished(const char *id);

/* A connection to the server at `port`; what comes back until it is closed, or `seconds` are over,
 * as text that the caller frees. */
int test_connect(int port);
void test_send(int connection, const char *data, size_t size);
char *test_receive(int connection, double seconds);
/* Sends and receives; the status of the first answer, 0 where there was none. */
int test_exchange(int port, const char *data, size_t size);

#endif
