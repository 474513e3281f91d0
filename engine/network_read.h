/* Reading a network document: from JSON to layers with options, names and inputs, not planned yet.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_NETWORK_READ_H
#define PROPD_ENGINE_NETWORK_READ_H

#include <jansson.h>

#include "engine/network.h"

enum { LAYER_PATH_SIZE = 64 };

/* "network.layers[2]" */
void layer_path(char path[LAYER_PATH_SIZE], int index);

/* The array document.layers (borrowed), of 1 to NETWORK_LAYERS_MAX entries, or NULL. */
const json_t *network_read_list(const json_t *document, struct error *error);

/* Fills layers[index] from list[index]: type, options, name, inputs, leave_activation (of the
 * last). All earlier ones are filled. What is filled is the caller's to clear, also on failure. */
int network_read_layer(const json_t *list, int index, int64_t auto_units, struct layer *layers,
                       struct error *error);

/* Parts of it. The name: checked, <type>_<n> where the options have none; they get it too, so that
 * the written document names every layer. */
int network_read_name(struct layer *layers, int index, struct layer_options *options,
                      struct error *error);
/* The indices of the layers that options->input names; the layer before where it is empty, which is
 * filled in. */
int network_read_inputs(struct layer *layers, int index, struct layer_options *options,
                        struct error *error);

/* The field "activation" of a layer's options; NULL where its type has none. */
const struct variant *layer_options_activation(const struct layer_type *type, const void *options);

/* A layer as its document with all defaults: {"type", …}. NULL only when out of memory. */
json_t *network_write_layer(const struct layer *layer);

/* Frees what a layer owns. */
void layer_clear(struct layer *layer);

#endif
