/* One way for a job to change its state. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/job_state.h"
#include "base/clock.h"
#include "base/fields.h"

#include <assert.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

const char *const states_queued[] = {STATE_QUEUED, NULL};
const char *const states_running[] = {STATE_RUNNING, NULL};
const char *const states_paused[] = {STATE_PAUSED, NULL};
const char *const states_waiting[] = {STATE_QUEUED, STATE_PAUSED, NULL};
const char *const states_finished[] = {STATE_SUCCEEDED, STATE_FAILED, STATE_CANCELLED, NULL};

bool job_state_in(const char *state, const char *const *states)
{
    while (*states != NULL && strcmp(state, *states) != 0)
        states++;
    return *states != NULL;
}

bool job_state_finished(const char *state)
{
    return job_state_in(state, states_finished);
}

bool job_state_known(const char *state)
{
    return job_state_in(state, states_running) || job_state_in(state, states_waiting) ||
           job_state_finished(state);
}

static char *event_body(const struct job_change *change, const char *to, const char *reason)
{
    json_auto_t *failure = NULL;
    if (change->error_code != NULL)
        failure =
            json_pack("{s:s, s:s}", "code", change->error_code, "message", change->error_message);
    if (change->error_details != NULL) {
        json_auto_t *details =
            fields_parse(change->error_details, strlen(change->error_details), NULL);
        (void)json_object_update_missing(failure, details);
    }
    json_auto_t *body =
        json_pack("{s:s, s:s, s:O*}", "state", to, "reason", reason, "error", failure);
    return body != NULL ? fields_print(body) : NULL;
}

/* Adds an event behind those that the change has. */
static void event_append(struct job_change *change, const char *type, const char *body)
{
    int i = 0;
    while (change->events[i].type != NULL) {
        i++;
        assert(i < CHANGE_EVENTS_MAX);
    }
    change->events[i] = (struct job_event){.type = type, .body = body};
}

int job_move_make(const struct job_change *change, const char *const *from, const char *to,
                  const char *reason, struct job_change *move, char **body, struct error *error)
{
    *body = event_body(change, to, reason);
    if (*body == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for an event");
    *move = *change;
    move->from = from;
    move->to = to;
    event_append(move, "state", *body);
    if (job_state_finished(to)) {
        move->finished_ms = clock_unix_ms();
        event_append(move, "end", *body);
    }
    return 0;
}

int job_move(struct store *store, const struct job_change *change, const char *const *from,
             const char *to, const char *reason, struct error *error)
{
    AUTO_FREE char *body = NULL;
    struct job_change move;
    if (job_move_make(change, from, to, reason, &move, &body, error) != 0)
        return -1;
    return store_job_change(store, &move, NULL, error);
}
