/* A network's layers as rows of a table. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPCTL_LAYERS_TABLE_H
#define PROPCTL_LAYERS_TABLE_H

#include "clients/propctl/table.h"

#include <jansson.h>

/* Titles of the columns that layers_table_add() fills. */
#define LAYERS_TABLE_TITLES "layer|type|output|>parameters"

/* Adds the first cells of the row of a layer: what it is called, its type, output and size. */
void layers_table_add(struct table *table, const json_t *layer);

#endif
