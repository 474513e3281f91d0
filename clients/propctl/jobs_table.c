/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/propctl/jobs_table.h"
#include "clients/propctl/table.h"
#include "clients/propctl/value.h"

#include <math.h>

static void add_row(struct table *table, const json_t *job)
{
    struct text cell TEXT_AUTO = {0};
    const json_t *best = json_object_get(job, "best");
    double progress = value_number(job, "progress");
    table_cell(table, value_string(job, "name"));
    table_cell(table, value_string(job, "state"));
    text_printf(&cell, "%.0f %%", isfinite(progress) ? floor(progress * 100) : 0);
    table_take(table, &cell);
    text_printf(&cell, "%.0f/%.0f", value_number(job, "epoch"), value_number(job, "epochs"));
    table_take(table, &cell);
    value_append_duration(&cell, value_number(job, "eta_s"));
    table_take(table, &cell);
    value_append_number(&cell, value_number(best, "value"));
    table_take(table, &cell);
    value_append(&cell, json_object_get(job, "model"));
    table_take(table, &cell);
    value_append_time(&cell, value_string(job, "created_at"));
    table_take(table, &cell);
    table_cell(table, value_string(job, "id"));
}

void jobs_table_write(const json_t *list, const struct terminal *terminal, struct text *out)
{
    struct table table TABLE_AUTO = {0};
    size_t i;
    json_t *job;
    table_start(&table, "name|state|>done|>epoch|>eta|>best|?model|?created|?id");
    json_array_foreach(json_object_get(list, "jobs"), i, job) add_row(&table, job);
    if (table.cell_count == 0)
        text_add(out, "there are no jobs; propctl train makes one\n");
    else
        table_write(&table, terminal, out);
}
