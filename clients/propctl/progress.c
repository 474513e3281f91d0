/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/propctl/progress.h"
#include "clients/propctl/chart.h"
#include "clients/propctl/value.h"

#include <math.h>

enum { BAR_LEAST = 6, BAR_MOST = 30, SPARKLINE_LEAST = 6, SPARKLINE_MOST = 24, LINES = 3 };

void progress_append_metrics(struct text *out, const json_t *metrics)
{
    const char *name;
    json_t *value;
    json_object_foreach(value_iterated(metrics), name, value)
    {
        text_printf(out, "  %s ", name);
        value_append_number(out, json_is_number(value) ? json_number_value(value) : (double)NAN);
    }
}

void progress_append_best(struct text *out, const json_t *job)
{
    const json_t *best = json_object_get(job, "best");
    if (!json_is_object(best))
        return;
    text_printf(out, "%s ", value_string(best, "metric"));
    value_append_number(out, value_number(best, "value"));
    text_printf(out, " at epoch %.0f", value_number(best, "epoch"));
}

/* When it ends, and how fast it goes where the line has room for that, too. */
static void append_pace(struct text *line, int room, const json_t *job)
{
    double pace = value_number(job, "samples_per_s"), eta_s = value_number(job, "eta_s");
    struct text rate TEXT_AUTO = {0};
    if (isfinite(eta_s)) {
        text_add(line, "  eta ");
        value_append_duration(line, eta_s);
    }
    text_add(&rate, "  ");
    value_append_amount(&rate, pace);
    text_add(&rate, " samples/s");
    if (isfinite(pace) && text_columns(line->data) + text_columns(rate.data) <= room)
        text_add(line, rate.data);
}

static int between(int least, int value, int most)
{
    return value < least ? least : value > most ? most : value;
}

/* The bar takes what the words leave. */
static void append_first_line(struct text *line, const struct terminal *terminal, const json_t *job)
{
    double share = value_number(job, "progress"), position = value_number(job, "position");
    struct text behind TEXT_AUTO = {0};
    text_append_safe(line, value_string(job, "name"));
    text_add(line, "  ");
    text_append_safe(line, value_string(job, "state"));
    if (isfinite(position))
        text_printf(line, " (place %.0f)", position);
    text_printf(line, "  epoch %.0f/%.0f  ", value_number(job, "epoch"),
                value_number(job, "epochs"));
    text_printf(&behind, " %3.0f %%", isfinite(share) ? share * 100 : 0);
    int room = terminal->width - text_columns(line->data) - 2;
    append_pace(&behind, room - BAR_LEAST, job);
    chart_bar(share, terminal, between(BAR_LEAST, room - text_columns(behind.data), BAR_MOST),
              line);
    text_add(line, behind.data);
}

static void append_second_line(struct text *line, const struct terminal *terminal,
                               const json_t *job, const struct series *loss)
{
    struct text best TEXT_AUTO = {0}, behind TEXT_AUTO = {0};
    progress_append_best(&best, job);
    if (best.size > 0) {
        text_add(&behind, "  best ");
        text_append_safe(&behind, best.data);
    }
    if (loss != NULL) {
        text_printf(line, "%s ", loss->name);
        int room = terminal->width - text_columns(line->data) - text_columns(text_string(&behind));
        chart_sparkline(loss, terminal, between(SPARKLINE_LEAST, room, SPARKLINE_MOST), line);
    }
    text_add(line, text_string(&behind));
}

static void append_third_line(struct text *line, const json_t *job)
{
    struct text metrics TEXT_AUTO = {0};
    progress_append_metrics(&metrics, json_object_get(job, "metrics"));
    text_append_safe(line, text_string(&metrics));
}

static void append_cut_line(struct text *out, const struct terminal *terminal,
                            const struct text *line)
{
    text_append_cut(out, text_string(line), terminal->width);
    text_add(out, "\n");
}

/* Back to the first line, and nothing from there to the end of the screen. */
static void append_erase(struct progress *progress, struct text *out)
{
    if (progress->lines > 0)
        text_printf(out, "\033[%dA\r\033[J", progress->lines);
    progress->lines = 0;
}

void progress_draw(struct progress *progress, const json_t *job, const struct series *loss)
{
    struct terminal terminal = *progress->terminal;
    terminal_measure(&terminal);
    struct text out TEXT_AUTO = {0}, lines[LINES] = {{0}};
    append_erase(progress, &out);
    append_first_line(&lines[0], &terminal, job);
    append_second_line(&lines[1], &terminal, job, loss);
    append_third_line(&lines[2], job);
    for (; progress->lines < LINES; progress->lines++) {
        append_cut_line(&out, &terminal, &lines[progress->lines]);
        text_clear(&lines[progress->lines]);
    }
    (void)fputs(out.data, terminal.file);
    (void)fflush(terminal.file);
}

void progress_erase(struct progress *progress)
{
    struct text out TEXT_AUTO = {0};
    append_erase(progress, &out);
    (void)fputs(text_string(&out), progress->terminal->file);
    (void)fflush(progress->terminal->file);
}
