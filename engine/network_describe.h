/* What answers say of a network's layers. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_NETWORK_DESCRIBE_H
#define PROPD_ENGINE_NETWORK_DESCRIBE_H

#include <jansson.h>

#include "engine/network.h"

/* {"name", "type", "input": [names], "output_shape", "parameters", "flops"}: flops are of one row
 * forward, a multiplication and an addition counted as two. NULL only when out of memory. */
json_t *network_layer_describe(const struct network *network, int index);

/* Bytes that training keeps of a layer's run over `rows` rows, from forward to backward: its output
 * and what its gradient will ask for. */
int64_t network_layer_memory(const struct network *network, int index, int64_t rows);

/* All layers. */
json_t *network_layers_describe(const struct network *network);

/* {"layers", "totals": {"parameters", "flops", "memory_bytes"}, "output_shape"} for batches of
 * `rows` rows, with "memory_bytes" in every layer. */
json_t *network_describe(const struct network *network, int64_t rows);

#endif
