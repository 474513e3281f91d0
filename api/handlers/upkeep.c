/* POST /v1/upkeep:run: retention at once, or what it would do. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handlers/handlers.h"
#include "daemon/daemon.h"
#include "daemon/upkeep.h"

struct upkeep_request {
    bool dry_run;
};
static const struct field upkeep_fields[] = {
    FIELD_BOOLEAN(struct upkeep_request, dry_run, .help = "list what would go and remove nothing"),
    FIELD_END};
const struct kind upkeep_run_kind = {.name = "upkeep",
                                     .help = "what the rules of retention let go",
                                     .size = sizeof(struct upkeep_request),
                                     .fields = upkeep_fields};

static json_t *items_json(const struct upkeep_report *report, enum upkeep_rule rule)
{
    json_t *list = json_array();
    for (size_t i = 0; i < report->rules[rule].count; i++) {
        const struct upkeep_item *item = &report->rules[rule].items[i];
        json_t *json = json_pack("{s:s, s:s}", "id", item->id, "name", item->name);
        if (rule == UPKEEP_CHECKPOINTS)
            (void)json_object_set_new(json, "checkpoints", json_integer(item->count));
        (void)json_array_append_new(list, json);
    }
    return list;
}

int handle_upkeep_run(struct request *request, struct reply *reply, struct error *error)
{
    struct upkeep_request asked;
    struct upkeep_report report AUTO_CLEAR(upkeep_report_clear) = {0};
    if (request_read_body(request, &upkeep_run_kind, &asked, error) != 0 ||
        upkeep_run(request->service->daemon, asked.dry_run, &report, error) != 0)
        return -1;
    json_t *json =
        json_pack("{s:b, s:o, s:o, s:o, s:b}", "dry_run", asked.dry_run, "jobs",
                  items_json(&report, UPKEEP_JOBS), "models", items_json(&report, UPKEEP_MODELS),
                  "checkpoints", items_json(&report, UPKEEP_CHECKPOINTS), "more", report.has_more);
    return reply_json(reply, 200, json, error);
}
