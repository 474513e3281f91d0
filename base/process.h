/* What this process takes of the machine, as Linux tells it in /proc/self. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_BASE_PROCESS_H
#define PROPD_BASE_PROCESS_H

#include <stdint.h>

struct process_usage {
    double cpu_s;          /* user and system, of all threads */
    double started_unix_s; /* since the epoch */
    uint64_t resident_bytes, virtual_bytes;
    uint64_t open_files, most_files; /* most_files: the soft limit */
    uint64_t threads;
};

/* What cannot be read stays 0. */
struct process_usage process_usage_get(void);

#endif
