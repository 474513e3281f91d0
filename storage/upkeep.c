/* Retention as questions to the database. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/upkeep.h"
#include "storage/internal.h"
#include "storage/records.h"
#include "storage/tables.h"

#include <stdlib.h>

static void item_read(struct statement *row, void *record)
{
    struct upkeep_item *item = record;
    item->id = statement_read_text(row);
    item->name = statement_read_text(row);
    item->keep = statement_read_integer(row);
    item->count = statement_read_integer(row);
}

static void item_clear(void *record)
{
    struct upkeep_item *item = record;
    free(item->id);
    free(item->name);
}

/* The parameters of all: ?1 how many are kept, ?2 what is older goes, ?3 the limit, ?4 a state. */
static const struct record_kind jobs_kind = {
    .noun = "job",
    .select =
        "SELECT id, name, 0, 0 FROM (SELECT number, id, name, finished_ms, "
        "  row_number() OVER (PARTITION BY owner ORDER BY finished_ms DESC, id DESC) AS place "
        "  FROM jobs WHERE finished_ms > 0) AS ended "
        "WHERE ((?1 > 0 AND place > ?1) OR finished_ms < ?2) "
        "AND NOT EXISTS (SELECT 1 FROM deliveries WHERE job = ended.number AND state = 'pending') "
        "AND id NOT IN (SELECT verifies FROM job_specs JOIN jobs ON jobs.number = job "
        "  WHERE jobs.finished_ms = 0 AND verifies IS NOT NULL) "
        "ORDER BY finished_ms, id LIMIT ?3",
    .size = sizeof(struct upkeep_item),
    .read = item_read,
    .clear = item_clear,
};

static const struct record_kind models_kind = {
    .noun = "model",
    .select =
        "SELECT id, name || '@' || version, 0, 0 FROM (SELECT number, id, owner, name, version, "
        "  row_number() OVER (PARTITION BY owner, name ORDER BY version DESC) AS place "
        "  FROM models) AS old "
        "WHERE ?1 > 0 AND place > ?1 AND ?2 = 0 "
        "AND NOT EXISTS (SELECT 1 FROM aliases WHERE model = old.number) "
        "AND NOT EXISTS (SELECT 1 FROM jobs JOIN job_specs ON job = jobs.number "
        "  WHERE finished_ms = 0 AND json_valid(spec) AND "
        "  (json_extract(spec, '$.initial_model') = old.id OR (jobs.owner = old.owner AND "
        "   json_extract(spec, '$.initial_model') = old.name || '@' || old.version))) "
        "ORDER BY id LIMIT ?3",
    .size = sizeof(struct upkeep_item),
    .read = item_read,
    .clear = item_clear,
};

static const struct record_kind checkpoints_kind = {
    .noun = "checkpoint",
    .select = "SELECT id, name, keep, held - keep FROM (SELECT jobs.id, name, count(*) AS held, "
              "  CASE WHEN finished_ms < ?2 THEN 0 WHEN state = ?4 THEN ?1 ELSE max(1, ?1) END "
              "  AS keep FROM checkpoints JOIN jobs ON jobs.number = checkpoints.job "
              "  WHERE finished_ms > 0 GROUP BY jobs.number) "
              "WHERE held > keep ORDER BY id LIMIT ?3",
    .size = sizeof(struct upkeep_item),
    .read = item_read,
    .clear = item_clear,
};

void upkeep_items_free(struct upkeep_item *items, size_t count)
{
    records_free(&jobs_kind, items, count);
}

struct upkeep_look {
    const struct record_kind *kind;
    int64_t keep, before_ms, limit;
    const char *state; /* NULL where the kind does not ask for it */
    void *items;
    size_t count;
};

static int look_run(struct connection *connection, void *context, struct error *error)
{
    struct upkeep_look *look = context;
    AUTO_CLEAR(statement_end)
    struct statement select = statement_start(connection, look->kind->select);
    statement_bind_integer(&select, look->keep);
    statement_bind_integer(&select, look->before_ms);
    statement_bind_integer(&select, look->limit);
    if (look->state != NULL)
        statement_bind_text(&select, look->state);
    return records_collect(&select, look->kind, &look->items, &look->count, error);
}

static int look_at(struct store *store, struct upkeep_look *look, struct upkeep_item **items,
                   size_t *count, struct error *error)
{
    bool has_rule = look->keep > 0 || look->before_ms > 0 || look->state != NULL;
    *items = NULL;
    *count = 0;
    if (!has_rule)
        return 0;
    if (store_read(store, look_run, look, error) != 0)
        return -1;
    *items = look->items;
    *count = look->count;
    return 0;
}

int store_upkeep_jobs(struct store *store, const struct upkeep_rules *rules, int64_t limit,
                      struct upkeep_item **items, size_t *count, struct error *error)
{
    struct upkeep_look look = {.kind = &jobs_kind,
                               .keep = rules->keep_jobs,
                               .before_ms = rules->jobs_before_ms,
                               .limit = limit};
    return look_at(store, &look, items, count, error);
}

int store_upkeep_models(struct store *store, const struct upkeep_rules *rules, int64_t limit,
                        struct upkeep_item **items, size_t *count, struct error *error)
{
    struct upkeep_look look = {
        .kind = &models_kind, .keep = rules->keep_model_versions, .limit = limit};
    return look_at(store, &look, items, count, error);
}

int store_upkeep_checkpoints(struct store *store, const struct upkeep_rules *rules, int64_t limit,
                             struct upkeep_item **items, size_t *count, struct error *error)
{
    struct upkeep_look look = {.kind = &checkpoints_kind,
                               .keep = rules->keep_checkpoints,
                               .before_ms = rules->checkpoints_before_ms,
                               .limit = limit,
                               .state = rules->final_state};
    return look_at(store, &look, items, count, error);
}

struct prune {
    const char *job_id;
    const char *const *states;
    int64_t keep;
};

static int prune_run(struct connection *connection, void *context, struct error *error)
{
    const struct prune *prune = context;
    int64_t job;
    if (job_state_check(connection, prune->job_id, prune->states, &job, error) != 0)
        return -1;
    return checkpoints_prune(connection, job, prune->keep, error);
}

int store_checkpoints_prune(struct store *store, const char *job_id, const char *const *states,
                            int64_t keep, struct error *error)
{
    struct prune prune = {.job_id = job_id, .states = states, .keep = keep};
    return store_write(store, prune_run, &prune, error);
}
