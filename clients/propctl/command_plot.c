/* plot, compare: curves of jobs, and what differs between two. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/propctl/chart.h"
#include "clients/propctl/command.h"
#include "clients/propctl/picture.h"
#include "clients/propctl/difference.h"
#include "clients/propctl/table.h"
#include "clients/propctl/value.h"

#include <string.h>

enum { TERMINAL_POINTS = 320, PICTURE_POINTS = 1000, WIDTH = 960, HEIGHT = 480 };

static enum outcome no_series(const struct series_list *list, const char *job, const char *metrics)
{
    if (list->count > 0)
        return OUTCOME_OK;
    return complain(OUTCOME_REFUSED,
                    "job \"%s\" has no curve of %s yet; propctl job %s lists its "
                    "metrics",
                    job, metrics, job);
}

static enum outcome print_chart(struct session *session, const struct series_list *list, int rows,
                                bool is_log)
{
    struct text out TEXT_AUTO = {0};
    struct terminal terminal = session->out;
    terminal.width = terminal.width > 100000 ? 80 : terminal.width;
    if (!chart_draw(list, &terminal, rows, is_log, &out))
        return complain(OUTCOME_REFUSED, "there is nothing to draw%s", is_log ? " above 0" : "");
    (void)fputs(out.data, session->out.file);
    return OUTCOME_OK;
}

static enum outcome draw_pictures(const struct arguments *arguments, const struct series_list *list)
{
    static const char *const kinds[] = {[PICTURE_SVG] = "svg", [PICTURE_PNG] = "png"};
    double width = WIDTH, height = HEIGHT;
    enum outcome outcome = option_number(arguments, "width", 200, 10000, &width);
    if (outcome == OUTCOME_OK)
        outcome = option_number(arguments, "height", 150, 10000, &height);
    for (int kind = PICTURE_SVG; kind <= PICTURE_PNG && outcome == OUTCOME_OK; kind++) {
        struct picture picture = {.kind = (enum picture_kind)kind,
                                  .path = option_text(arguments, kinds[kind]),
                                  .title = arguments->words[0],
                                  .width = (int)width,
                                  .height = (int)height,
                                  .is_log = option_given(arguments, "log")};
        if (picture.path != NULL)
            outcome = picture_write(&picture, list);
    }
    return outcome;
}

static enum outcome run_plot(struct session *session, const struct arguments *arguments)
{
    const char *job = arguments->words[0], *metrics = option_text(arguments, "metrics");
    struct series_list list AUTO_CLEANUP(series_clear) = {0};
    bool is_picture = option_given(arguments, "svg") || option_given(arguments, "png");
    double rows = 16;
    enum outcome outcome = option_number(arguments, "rows", 3, 200, &rows);
    if (outcome == OUTCOME_OK)
        outcome = options_exclude(arguments, "json", "svg");
    if (outcome == OUTCOME_OK)
        outcome = options_exclude(arguments, "json", "png");
    if (outcome != OUTCOME_OK)
        return outcome;
    if (session->http.prints_json) {
        struct text path TEXT_AUTO = {0};
        http_path(&path, "/v1/jobs/%s/history", job);
        return session_print_answer(session, &(struct http_request){.path = path.data});
    }
    metrics = metrics != NULL ? metrics : "loss,val_loss";
    outcome = series_fetch(&session->http, job, metrics, "",
                           is_picture ? PICTURE_POINTS : TERMINAL_POINTS, &list);
    if (outcome == OUTCOME_OK)
        outcome = no_series(&list, job, metrics);
    if (outcome != OUTCOME_OK)
        return outcome;
    return is_picture ? draw_pictures(arguments, &list)
                      : print_chart(session, &list, (int)rows, option_given(arguments, "log"));
}

static const struct option plot_options[] = {
    {"metrics", "NAMES", "with commas between (loss,val_loss)", 'm'},
    {"log", NULL, "values by their logarithm", 0},
    {"rows", "N", "lines of the terminal (16)", 0},
    {"svg", "FILE", "draw into a file instead", 0},
    {"png", "FILE", "the same", 0},
    {"width", "PIXELS", "of the picture (960)", 0},
    {"height", "PIXELS", "of the picture (480)", 0},
    {.name = NULL}};

const struct command command_plot = {
    .name = "plot",
    .words = "JOB",
    .help = "Draws a job's curves in the terminal, or as SVG or PNG",
    .example = "propctl plot iris --metrics=loss,val_accuracy --svg=iris.svg",
    .options = plot_options,
    .least = 1,
    .most = 1,
    .run = run_plot,
};

/* ---- compare */

static enum outcome fetch(struct session *session, const char *name, json_t **job)
{
    struct text path TEXT_AUTO = {0};
    http_path(&path, "/v1/jobs/%s", name);
    return http_get(&session->http, path.data, job);
}

static void print_differences(struct session *session, const struct arguments *arguments,
                              json_t *const *jobs)
{
    json_auto_t *rows = json_array();
    struct table table TABLE_AUTO = {0};
    size_t i, j;
    json_t *row;
    static const char *const members[] = {"state", "model",   "running_s", "samples_per_s",
                                          "best",  "metrics", "spec"};
    for (i = 0; i < ARRAY_COUNT(members); i++)
        difference_add(rows, members[i], json_object_get(jobs[0], members[i]),
                       json_object_get(jobs[1], members[i]));
    if (session->http.prints_json) {
        (void)json_dumpf(rows, session->out.file, JSON_ENSURE_ASCII);
        (void)fputc('\n', session->out.file);
        return;
    }
    table_start(&table, "what differs");
    for (i = 0; i < 2; i++)
        table_column(&table, arguments->words[i], false);
    json_array_foreach(rows, i, row) for (j = 0; j < 3; j++)
    {
        static const char *const keys[] = {"path", "a", "b"};
        struct text cell TEXT_AUTO = {0};
        value_append(&cell, json_object_get(row, keys[j]));
        table_take(&table, &cell);
    }
    table_print(&table, &session->out, "nothing differs");
}

static enum outcome overlay(struct session *session, const struct arguments *arguments)
{
    struct series_list list AUTO_CLEANUP(series_clear) = {0};
    const char *metrics = option_text(arguments, "metrics");
    enum outcome outcome = OUTCOME_OK;
    for (size_t i = 0; i < 2 && outcome == OUTCOME_OK; i++) {
        struct text prefix TEXT_AUTO = {0};
        text_append_safe(&prefix, arguments->words[i]);
        text_add(&prefix, " ");
        outcome =
            series_fetch(&session->http, arguments->words[i], metrics != NULL ? metrics : "loss",
                         prefix.data, TERMINAL_POINTS, &list);
    }
    if (outcome != OUTCOME_OK || list.count == 0)
        return outcome;
    (void)fputc('\n', session->out.file);
    return print_chart(session, &list, 14, option_given(arguments, "log"));
}

static enum outcome run_compare(struct session *session, const struct arguments *arguments)
{
    json_t *jobs[2] = {NULL, NULL};
    enum outcome outcome = fetch(session, arguments->words[0], &jobs[0]);
    if (outcome == OUTCOME_OK)
        outcome = fetch(session, arguments->words[1], &jobs[1]);
    if (outcome == OUTCOME_OK)
        print_differences(session, arguments, jobs);
    if (outcome == OUTCOME_OK && !session->http.prints_json)
        outcome = overlay(session, arguments);
    json_decref(jobs[0]);
    json_decref(jobs[1]);
    return outcome;
}

static const struct option compare_options[] = {{"metrics", "NAMES", "of the curves (loss)", 'm'},
                                                {"log", NULL, "values by their logarithm", 0},
                                                {.name = NULL}};

const struct command command_compare = {
    .name = "compare",
    .words = "JOB JOB",
    .help = "Shows what differs between two jobs, and both curves in one",
    .example = "propctl compare iris wide",
    .options = compare_options,
    .least = 2,
    .most = 2,
    .run = run_compare,
};
