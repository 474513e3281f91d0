/* Reading /proc/self (proc(5)). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/process.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* The fields of /proc/self/stat that are looked at, counted as in proc(5). */
enum {
    STAT_UTIME = 14,
    STAT_STIME = 15,
    STAT_THREADS = 20,
    STAT_START = 22,
    STAT_VSIZE = 23,
    STAT_RSS = 24,
    STAT_FIELDS = 25
};

/* The program's name, field 2, is in parentheses and may hold anything: numbers follow the last. */
static int read_stat(unsigned long long fields[STAT_FIELDS])
{
    char text[2048];
    FILE *file = fopen("/proc/self/stat", "re");
    if (file == NULL)
        return -1;
    size_t size = fread(text, 1, sizeof text - 1, file);
    (void)fclose(file);
    text[size] = '\0';
    char *at = strrchr(text, ')');
    if (at == NULL || strlen(at) < 4)
        return -1;
    at += 3; /* over the state, field 3 */
    for (int i = 4; i < STAT_FIELDS; i++) {
        char *end;
        fields[i] = strtoull(at, &end, 10);
        if (end == at)
            return -1;
        at = end;
    }
    return 0;
}

/* When the machine started, in seconds since the epoch. */
static double boot_time(void)
{
    static const char key[] = "btime ";
    char line[256];
    unsigned long long seconds = 0;
    FILE *file = fopen("/proc/stat", "re");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, key, strlen(key)) == 0) {
            seconds = strtoull(line + strlen(key), NULL, 10);
            break;
        }
    if (file != NULL)
        (void)fclose(file);
    return (double)seconds;
}

static uint64_t count_files(void)
{
    uint64_t count = 0;
    DIR *folder = opendir("/proc/self/fd");
    if (folder == NULL)
        return 0;
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;)
        count += entry->d_name[0] != '.';
    (void)closedir(folder);
    return count > 0 ? count - 1 : 0; /* without the folder itself */
}

struct process_usage process_usage_get(void)
{
    unsigned long long fields[STAT_FIELDS] = {0};
    struct rlimit limit = {0};
    struct process_usage usage = {.open_files = count_files()};
    double ticks = (double)sysconf(_SC_CLK_TCK);
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
        usage.most_files = limit.rlim_cur;
    if (read_stat(fields) != 0)
        return usage;
    usage.cpu_s = (double)(fields[STAT_UTIME] + fields[STAT_STIME]) / ticks;
    usage.started_unix_s = boot_time() + (double)fields[STAT_START] / ticks;
    usage.threads = fields[STAT_THREADS];
    usage.virtual_bytes = fields[STAT_VSIZE];
    usage.resident_bytes = fields[STAT_RSS] * (uint64_t)sysconf(_SC_PAGESIZE);
    return usage;
}
