/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/propctl/layers_table.h"
#include "clients/propctl/value.h"

void layers_table_add(struct table *table, const json_t *layer)
{
    struct text cell TEXT_AUTO = {0};
    table_cell(table, value_string(layer, "name"));
    table_cell(table, value_string(layer, "type"));
    value_append(&cell, json_object_get(layer, "output_shape"));
    table_take(table, &cell);
    value_append(&cell, json_object_get(layer, "parameters"));
    table_take(table, &cell);
}
