/* How often models were asked and how long it took, since the start; in memory, of the models that
 * were asked last. Thread-safe. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_DAEMON_STATISTICS_H
#define PROPD_DAEMON_STATISTICS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/error.h"

struct statistics;

/* Times of one request, or their sums. */
struct inference_times {
    uint64_t input_ns;  /* reading the request */
    uint64_t queue_ns;  /* waiting for what is computed together */
    uint64_t infer_ns;  /* computing, which may be shared with others */
    uint64_t output_ns; /* writing the answer */
    uint64_t total_ns;
};

struct inference_sample {
    int64_t rows;
    bool executed; /* the batch that it was in counts here: once for all of its requests */
    bool failed;
    struct inference_times times;
};

struct model_statistics {
    char id[ID_SIZE]; /* of the model's version */
    int64_t last_ms;  /* Unix time of the last request that succeeded */
    int64_t rows, executions, successes, failures;
    struct inference_times times; /* of those that succeeded, total_ns of them alone */
    uint64_t failed_ns;
    uint64_t turn; /* when it was asked last */
};

struct statistics *statistics_create(struct error *error);
void statistics_free(struct statistics *statistics);
void statistics_add(struct statistics *statistics, const char *id,
                    const struct inference_sample *sample);
/* All zero but for the id where the model was not asked, or not for so long that others came. */
void statistics_get(struct statistics *statistics, const char *id, struct model_statistics *model);

#endif
