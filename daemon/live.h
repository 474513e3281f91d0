/* "iris@live": the weights that a running job has right now, as a model. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_DAEMON_LIVE_H
#define PROPD_DAEMON_LIVE_H

#include "daemon/daemon.h"

struct live *live_create(struct error *error);
void live_free(struct live *live);

/* Where the '@' of "…@live" is; NULL where the reference names no such model. */
const char *live_find(const char *reference);

/* Of the newest running job of that name, or of the job with that id, as it stood at most some
 * 100 ms ago; waits for the step that it is in. Release it as any model. ERROR_NOT_FOUND where no
 * such job runs. title->id is the job's. */
const struct model *live_hold(struct daemon *daemon, const struct viewer *viewer,
                              const char *reference, struct model_title *title,
                              struct error *error);

/* What is asked of the job's thread (STEER_SNAPSHOT). */
struct snapshot {
    struct model *model; /* set by the job; whoever asked owns it */
    int64_t step;
    uint64_t cost_ns; /* what it took */
};

#endif
