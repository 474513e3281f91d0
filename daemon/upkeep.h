/* Rules of retention (keep_… in the configuration), applied by a thread of their own: each removal
 * is a small transaction by itself, and is logged. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_DAEMON_UPKEEP_H
#define PROPD_DAEMON_UPKEEP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "storage/upkeep.h"

struct daemon;
struct upkeep;

/* What goes, or went, by one rule. */
enum upkeep_rule { UPKEEP_JOBS, UPKEEP_MODELS, UPKEEP_CHECKPOINTS, UPKEEP_RULE_COUNT };
struct upkeep_report {
    struct {
        struct upkeep_item *items;
        size_t count;
    } rules[UPKEEP_RULE_COUNT];
    bool has_more; /* than the most that one report lists */
};
void upkeep_report_clear(struct upkeep_report *report);

/* Looks for what the rules let go and, unless it is a rehearsal, removes it; what could not be
 * removed any more (a job was tried again meanwhile …) is then not in the report. */
int upkeep_run(struct daemon *daemon, bool is_rehearsal, struct upkeep_report *report,
               struct error *error);

/* Begins to do that every upkeep_every_s. */
struct upkeep *upkeep_start(struct daemon *daemon, struct error *error);
/* NULL is fine. */
void upkeep_stop(struct upkeep *upkeep);

#endif
