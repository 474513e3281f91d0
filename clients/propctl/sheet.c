/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/propctl/sheet.h"
#include "clients/propctl/value.h"

void sheet_take(struct sheet *sheet, const char *name, struct text *text)
{
    if (sheet->table.column_count == 0)
        table_start(&sheet->table, "property|value");
    if (text->size > 0) {
        table_cell(&sheet->table, name);
        table_take(&sheet->table, text);
    }
}

void sheet_member(struct sheet *sheet, const json_t *object, const char *key)
{
    struct text text TEXT_AUTO = {0};
    const json_t *value = json_object_get(object, key);
    if (value != NULL && !json_is_null(value))
        value_append(&text, value);
    sheet_take(sheet, key, &text);
}

void sheet_members(struct sheet *sheet, const json_t *object)
{
    const char *key;
    json_t *value;
    json_object_foreach(value_iterated(object), key, value)
    {
        if (!json_is_object(value) && !json_is_array(value))
            sheet_member(sheet, object, key);
    }
}

void sheet_print(const struct sheet *sheet, const struct terminal *terminal)
{
    table_print(&sheet->table, terminal, "");
}

void sheet_clear(struct sheet *sheet)
{
    table_clear(&sheet->table);
}

void sheet_append_object(struct text *text, const json_t *object)
{
    const char *key;
    json_t *value;
    json_object_foreach(value_iterated(object), key, value)
    {
        if (json_is_object(value)) {
            sheet_append_object(text, value);
            continue;
        }
        if (text->size > 0)
            text_add(text, "  ");
        text_printf(text, "%s ", key);
        value_append(text, value);
    }
}
