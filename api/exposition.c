/* Lines of Prometheus' text format. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/exposition.h"
#include "base/json_text.h"

#include <stdio.h>

void exposition_family(struct bytes *text, const char *name, const char *type, const char *help)
{
    bytes_printf(text, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

void exposition_sample(struct bytes *text, const char *name, const char *labels, double value)
{
    bytes_printf(text, *labels != '\0' ? "%s{%s} " : "%s%s ", name, labels);
    json_append_number(text, value);
    bytes_append_u8(text, '\n');
}

/* Each bucket counts what the ones before it count too, so that the last one is the count. They
 * are read one after the other: what comes meanwhile may be in one and not in the sum. */
void exposition_timing(struct bytes *text, const char *name, const struct timing *timing)
{
    char series[96], limit[48];
    uint64_t count = 0;
    (void)snprintf(series, sizeof series, "%s_bucket", name);
    for (int i = 0; i < TIMING_BUCKETS; i++) {
        count += atomic_load_explicit(&timing->counts[i], memory_order_relaxed);
        if (i < TIMING_BUCKETS - 1)
            (void)snprintf(limit, sizeof limit, "le=\"%g\"", timing_limits_s[i]);
        else
            (void)snprintf(limit, sizeof limit, "le=\"+Inf\"");
        exposition_sample(text, series, limit, (double)count);
    }
    (void)snprintf(series, sizeof series, "%s_sum", name);
    exposition_sample(text, series, "", 1e-9 * (double)atomic_load(&timing->sum_ns));
    (void)snprintf(series, sizeof series, "%s_count", name);
    exposition_sample(text, series, "", (double)count);
}
