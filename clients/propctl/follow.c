/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/propctl/follow.h"
#include "clients/propctl/chart.h"
#include "clients/propctl/event_parser.h"
#include "clients/propctl/patience.h"
#include "clients/propctl/progress.h"
#include "clients/propctl/value.h"

#include <string.h>

enum { DRAW_EVERY_MS = 250, POINTS = 120, CURVE_ROWS = 12 };

enum manner { FOLLOW_QUIETLY, FOLLOW_LINES, FOLLOW_JSON, FOLLOW_SCREEN };

struct follow {
    struct session *session;
    const char *job;
    enum manner manner;
    struct event_parser parser;
    struct patience patience;
    struct progress progress;
    struct text last_id; /* of the last event that came whole */
    json_t *state;       /* the job as it was seen last, or NULL */
    long long drawn_ms;
};

static void follow_clear(struct follow *follow)
{
    event_parser_clear(&follow->parser);
    text_clear(&follow->last_id);
    json_decref(follow->state);
}

static bool is_over(const json_t *job)
{
    const char *state = value_string(job, "state");
    return strcmp(state, "succeeded") == 0 || strcmp(state, "failed") == 0 ||
           strcmp(state, "cancelled") == 0;
}

/* The id from the first look on: a name is the newest job's, and there may be a newer one. */
static const char *id_of(const struct follow *follow)
{
    return follow->state != NULL ? value_string(follow->state, "id") : follow->job;
}

static enum outcome look(struct follow *follow)
{
    struct text path TEXT_AUTO = {0};
    json_t *job = NULL;
    http_path(&path, "/v1/jobs/%s", id_of(follow));
    struct http_request request = {.path = path.data, .is_quiet = follow->state != NULL};
    enum outcome outcome = http_json(&follow->session->http, &request, &job);
    if (outcome != OUTCOME_OK)
        return outcome;
    patience_renew(&follow->patience);
    json_decref(follow->state);
    follow->state = job;
    return OUTCOME_OK;
}

/* ---- showing it */

static void draw(struct follow *follow)
{
    struct series_list list AUTO_CLEANUP(series_clear) = {0};
    struct text path TEXT_AUTO = {0};
    json_auto_t *history = NULL;
    series_path(&path, id_of(follow), "loss", POINTS);
    struct http_request request = {.path = path.data, .is_quiet = true};
    if (look(follow) != OUTCOME_OK)
        return;
    if (http_json(&follow->session->http, &request, &history) == OUTCOME_OK)
        series_add(&list, history, NULL, "");
    progress_draw(&follow->progress, follow->state, list.count > 0 ? &list.items[0] : NULL);
    follow->drawn_ms = patience_now_ms();
}

static bool draw_when_due(void *context, curl_off_t sent, curl_off_t sent_total)
{
    (void)sent;
    (void)sent_total;
    struct follow *follow = context;
    if (follow->manner == FOLLOW_SCREEN && patience_now_ms() - follow->drawn_ms >= DRAW_EVERY_MS)
        draw(follow);
    return true;
}

static void append_event(struct text *line, const struct server_event *event, json_t *json)
{
    const char *key;
    json_t *value;
    if (strcmp(event->type, "metrics") == 0) {
        text_printf(line, "epoch %.0f  step %.0f", value_number(json, "epoch"),
                    value_number(json, "step"));
        progress_append_metrics(line, json_object_get(json, "metrics"));
        return;
    }
    if (json_is_string(json_object_get(json, "reason")))
        json_object_del(json, "error"); /* whose message is the reason */
    text_add(line, event->type);
    json_object_foreach(json, key, value)
    {
        if (strcmp(key, "seq") == 0 || strcmp(key, "type") == 0 || strcmp(key, "at") == 0)
            continue;
        text_add(line, "  ");
        if (json_is_object(value) || json_is_number(value))
            text_printf(line, "%s ", key);
        value_append(line, value);
    }
}

static void print_event(const struct follow *follow, const struct server_event *event)
{
    json_auto_t *json = json_loads(event->data, 0, NULL);
    struct text line TEXT_AUTO = {0};
    append_event(&line, event, json);
    terminal_print_line(&follow->session->out, text_string(&line));
    (void)fflush(follow->session->out.file);
}

static void show_event(struct follow *follow, const struct server_event *event)
{
    const struct terminal *out = &follow->session->out;
    if (follow->manner == FOLLOW_JSON) {
        terminal_print(out, event->data, strlen(event->data));
        (void)fputc('\n', out->file);
        (void)fflush(out->file);
    } else if (follow->manner == FOLLOW_LINES && strcmp(event->type, "end") != 0) {
        print_event(follow, event);
    } else if (follow->manner == FOLLOW_SCREEN && strcmp(event->type, "log") == 0) {
        progress_erase(&follow->progress);
        print_event(follow, event);
        follow->drawn_ms = 0;
    }
}

static void take_event(void *context, const struct server_event *event)
{
    struct follow *follow = context;
    text_clear(&follow->last_id);
    text_add(&follow->last_id, event->id);
    show_event(follow, event);
}

static bool take_bytes(void *context, const char *data, size_t size)
{
    struct follow *follow = context;
    patience_renew(&follow->patience);
    if (!event_parser_feed(&follow->parser, data, size))
        return false;
    return draw_when_due(follow, 0, 0);
}

/* ---- until it ends */

/* The stream, from the event behind the last one that was seen, until it ends or breaks. */
static enum outcome stream(struct follow *follow)
{
    struct http_answer answer AUTO_CLEANUP(http_answer_clear) = {0};
    struct text path TEXT_AUTO = {0}, header TEXT_AUTO = {0};
    http_path(&path, "/v1/jobs/%s/events", id_of(follow));
    text_printf(&header, "Last-Event-ID: %s",
                follow->last_id.size > 0 ? follow->last_id.data : "0");
    event_parser_clear(&follow->parser);
    follow->parser = (struct event_parser){.take = take_event, .context = follow};
    struct http_request request = {.path = path.data,
                                   .accept = "text/event-stream",
                                   .headers = {header.data},
                                   .take = take_bytes,
                                   .tick = draw_when_due,
                                   .context = follow,
                                   .is_quiet = true};
    return http_send(&follow->session->http, &request, &answer);
}

/* One stream and a look at the job. OUTCOME_LOST: the daemon is away, and may come back. */
static enum outcome turn(struct follow *follow)
{
    enum outcome outcome = stream(follow);
    if (outcome == OUTCOME_INTERRUPTED || ferror(stdout) != 0)
        return outcome;
    outcome = look(follow);
    if (outcome == OUTCOME_OK && !is_over(follow->state))
        return OUTCOME_LOST; /* it stops, or the line was cut */
    if (outcome == OUTCOME_REFUSED || outcome == OUTCOME_FORBIDDEN)
        (void)complain(outcome, "job \"%s\" cannot be seen any more", follow->job);
    return outcome;
}

static enum outcome until_over(struct follow *follow)
{
    enum outcome outcome = look(follow);
    while (outcome == OUTCOME_OK) {
        outcome = turn(follow);
        if (outcome != OUTCOME_LOST)
            break;
        progress_erase(&follow->progress);
        outcome = patience_wait(&follow->patience);
    }
    return outcome;
}

static enum outcome tell_interrupted(const struct follow *follow)
{
    return complain(OUTCOME_INTERRUPTED,
                    "the job goes on: propctl watch %s comes back to it, propctl cancel %s ends it",
                    follow->job, follow->job);
}

static void print_curve(const struct follow *follow)
{
    struct series_list list AUTO_CLEANUP(series_clear) = {0};
    struct text out TEXT_AUTO = {0};
    enum outcome outcome =
        series_fetch(&follow->session->http, id_of(follow), "loss,val_loss", "", POINTS, &list);
    if (outcome == OUTCOME_OK && chart_draw(&list, &follow->session->out, CURVE_ROWS, false, &out))
        (void)fputs(out.data, follow->session->out.file);
}

static void print_end(const struct follow *follow)
{
    struct text line TEXT_AUTO = {0};
    const json_t *job = follow->state, *error = json_object_get(job, "error");
    text_printf(&line, "%s %s", value_string(job, "name"), value_string(job, "state"));
    text_add(&line, " after ");
    value_append_duration(&line, value_number(job, "running_s"));
    if (json_is_string(json_object_get(job, "model")))
        text_printf(&line, "; model %s", value_string(job, "model"));
    if (json_is_object(json_object_get(job, "best"))) {
        text_add(&line, "; best ");
        progress_append_best(&line, job);
    }
    if (json_is_object(error))
        text_printf(&line, ": %s", value_string(error, "message"));
    terminal_print_line(&follow->session->out, line.data);
}

static enum outcome follow_in(struct session *session, const char *job, enum manner manner)
{
    struct follow follow AUTO_CLEANUP(follow_clear) = {.session = session,
                                                       .job = job,
                                                       .manner = manner,
                                                       .patience = {.session = session},
                                                       .progress = {.terminal = &session->out}};
    if (manner == FOLLOW_SCREEN)
        terminal_hide_cursor(&session->out);
    enum outcome outcome = until_over(&follow);
    progress_erase(&follow.progress);
    if (manner == FOLLOW_SCREEN)
        terminal_show_cursor(&session->out);
    if (outcome == OUTCOME_INTERRUPTED)
        return tell_interrupted(&follow);
    if (outcome != OUTCOME_OK)
        return outcome;
    if (manner == FOLLOW_SCREEN)
        print_curve(&follow);
    if (!session->http.prints_json)
        print_end(&follow);
    return strcmp(value_string(follow.state, "state"), "succeeded") == 0 ? OUTCOME_OK : OUTCOME_JOB;
}

enum outcome follow_job(struct session *session, const char *job)
{
    if (session->http.prints_json)
        return follow_in(session, job, FOLLOW_JSON);
    return follow_in(session, job, session->out.is_terminal ? FOLLOW_SCREEN : FOLLOW_LINES);
}

enum outcome follow_wait(struct session *session, const char *job)
{
    return follow_in(session, job, FOLLOW_QUIETLY);
}
