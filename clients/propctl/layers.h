/* Layers in one line: "dense 64 relu, dropout 0.2, out: dense auto softmax". */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPCTL_LAYERS_H
#define PROPCTL_LAYERS_H

#include "clients/propctl/text.h"

#include <jansson.h>

/* The list of layers of a network document. What a layer type takes is the daemon's catalog: after
 * the type, numbers (or a field's word, as "auto", or sizes, as 3x3) fill its own fields of numbers
 * in their order, required ones first; a word that is one of a field's choices (relu, same) or a
 * switch (bidirectional) goes there; key=value names any field; "name:" before the type is the
 * layer's name. NULL with what was expected in `problem`. */
json_t *layers_parse(const char *line, const json_t *catalog, struct text *problem);

/* A value as it stands in a line: JSON, else a list [a, b] of such, else a text. */
json_t *layers_value(const char *word);

#endif
