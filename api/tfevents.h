/* Event files as TensorBoard reads them: records of TFRecord, each a protobuf message Event.
 *
 * A record is its length (u64), the masked CRC-32C of those eight bytes, the message, and the
 * masked CRC-32C of that, all little-endian (tensorflow.org/tutorials/load_data/tfrecord). An Event
 * (tensorflow/core/util/event.proto) has wall_time (1, double), step (2, int64), file_version (3)
 * or summary (5): a Summary (framework/summary.proto), whose values (1) have tag (1) and
 * simple_value (2, float). */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_API_TFEVENTS_H
#define PROPD_API_TFEVENTS_H

#include "base/bytes.h"

struct tfevents_value {
    const char *tag;
    float value; /* may be NaN or infinite */
};

/* The first event of a file. Times are seconds since 1970 UTC. */
void tfevents_start(struct bytes *file, double wall_time);
/* What was measured at a step. */
void tfevents_append(struct bytes *file, double wall_time, int64_t step,
                     const struct tfevents_value *values, size_t count);

#endif
