/* Waiting for a daemon that went away: longer from try to try, and not without end. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPCTL_PATIENCE_H
#define PROPCTL_PATIENCE_H

#include "clients/propctl/session.h"

/* All zero but for the session. */
struct patience {
    const struct session *session;
    long long lost_ms; /* when it was seen to be away; 0: it is not */
    double delay_s;
};

/* After a lost connection: says so once, waits, and is OUTCOME_OK for another try; OUTCOME_LOST
 * when --timeout is over, OUTCOME_INTERRUPTED after Ctrl-C. */
enum outcome patience_wait(struct patience *patience);

/* It is there again. */
void patience_renew(struct patience *patience);

/* Milliseconds of a clock that is never set. */
long long patience_now_ms(void);

/* Sleeps, or until Ctrl-C. */
void patience_sleep(double seconds);

#endif
