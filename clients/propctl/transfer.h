/* How far an upload or a download is, on a terminal's last line. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPCTL_TRANSFER_H
#define PROPCTL_TRANSFER_H

#include "clients/propctl/session.h"

/* All zero but for the terminal, which is standard error: standard output may be the file. */
struct transfer {
    const struct terminal *terminal;
    long long shown_ms;
    bool is_shown;
};

/* Shows it where somebody looks, a few times a second; `total` < 1: not known. */
void transfer_show(struct transfer *transfer, double done, double total);

/* Takes the line away. */
void transfer_end(struct transfer *transfer);

/* Into a file of another name beside `path` that takes its name when all is there, so that nothing
 * half is left under it. A connection that breaks is taken up again where it broke (RFC 9110,
 * Range and If-Range) where the daemon can. "-" is standard output. */
enum outcome transfer_download(struct session *session, const char *from, const char *path);

#endif
