/* SPDX-License-Identifier: Apache-2.0 */
/* A move is one compare-and-set with its event. */
#include "daemon/job_state.h"
#include "tests/daemon/fixture.h"

#include <string.h>

/* A daemon that starts no job, and a queued one. */
static struct daemon *start_queued(char id[ID_SIZE])
{
    struct daemon *daemon = start();
    free(iris_import(daemon, "iris"));
    daemon_quiesce(daemon);
    submit(daemon, iris_job(1), id);
    return daemon;
}

START_TEST(move_changes_the_state_and_says_why)
{
    char id[ID_SIZE];
    struct event_record *events;
    size_t count;
    struct daemon *daemon = start_queued(id);
    struct job_change change = {.id = id};
    ck_assert_done(job_move(daemon_store(daemon), &change, states_queued, STATE_PAUSED,
                            "for \"lunch\"", &failure));
    struct job_record record = job_of(daemon, id);
    ck_assert_str_eq(record.state, STATE_PAUSED);
    ck_assert_int_eq(record.finished_ms, 0);
    ck_assert_done(store_event_list(daemon_store(daemon), id, 0, 10, &events, &count, &failure));
    ck_assert_uint_eq(count, 2);
    ck_assert_str_eq(events[1].type, "state");
    ck_assert_str_eq(events[1].body, "{\"state\":\"paused\",\"reason\":\"for \\\"lunch\\\"\"}");
    ck_assert_int_eq(record.seq, events[1].seq);
    for (size_t i = 0; i < count; i++)
        event_record_clear(&events[i]);
    free(events);
    job_record_clear(&record);
    daemon_stop(daemon);
}
END_TEST

START_TEST(move_out_of_another_state_is_a_conflict_and_changes_nothing)
{
    char id[ID_SIZE];
    struct daemon *daemon = start_queued(id);
    struct job_change change = {.id = id, .status = "{\"step\":1}"};
    ck_assert_refused(job_move(daemon_store(daemon), &change, states_running, STATE_SUCCEEDED,
                               "because", &failure),
                      ERROR_CONFLICT);
    struct job_record record = job_of(daemon, id);
    ck_assert_str_eq(record.state, STATE_QUEUED);
    ck_assert_int_eq(status_integer(&record, "step"), 0);
    job_record_clear(&record);
    events_are(daemon, id, "queued");
    daemon_stop(daemon);
}
END_TEST

START_TEST(finished_job_has_an_end_and_its_error)
{
    char id[ID_SIZE];
    struct daemon *daemon = start_queued(id);
    struct job_change change = {.id = id, .error_code = "io", .error_message = "the cable is out"};
    ck_assert_done(job_move(daemon_store(daemon), &change, states_waiting, STATE_FAILED,
                            "the cable is out", &failure));
    struct job_record record = job_of(daemon, id);
    ck_assert_str_eq(record.error_code, "io");
    ck_assert_str_eq(record.error_message, "the cable is out");
    ck_assert_int_gt(record.finished_ms, 0);
    job_record_clear(&record);
    events_are(daemon, id, "queued failed end");
    daemon_stop(daemon);
}
END_TEST

START_TEST(three_states_are_finished)
{
    ck_assert(job_state_finished(STATE_SUCCEEDED));
    ck_assert(job_state_finished(STATE_FAILED));
    ck_assert(job_state_finished(STATE_CANCELLED));
    ck_assert(!job_state_finished(STATE_QUEUED));
    ck_assert(!job_state_finished(STATE_RUNNING));
    ck_assert(!job_state_finished(STATE_PAUSED));
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, move_changes_the_state_and_says_why);
    tcase_add_test(tests, move_out_of_another_state_is_a_conflict_and_changes_nothing);
    tcase_add_test(tests, finished_job_has_an_end_and_its_error);
    tcase_add_test(tests, three_states_are_finished);
}

int main(void)
{
    return fixture_run("job_state", add_tests);
}
