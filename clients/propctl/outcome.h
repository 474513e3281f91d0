/* How a command ends: its exit code, and the message that says why. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPCTL_OUTCOME_H
#define PROPCTL_OUTCOME_H

/* The exit codes of propctl(1). */
enum outcome {
    OUTCOME_OK = 0,
    OUTCOME_REFUSED = 1,       /* the daemon said no, or a file could not be read or written */
    OUTCOME_USAGE = 2,         /* the command line is wrong; nothing was asked */
    OUTCOME_LOST = 3,          /* no connection, or it broke and did not come back */
    OUTCOME_JOB = 4,           /* the job that was followed failed or was cancelled */
    OUTCOME_FORBIDDEN = 5,     /* 401 or 403 */
    OUTCOME_INTERRUPTED = 130, /* Ctrl-C */
};

/* Prints "propctl: …" to standard error, control characters made harmless; returns `outcome`. */
enum outcome complain(enum outcome outcome, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
