/* One thing with its properties, a line each, as tables of two columns. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPCTL_SHEET_H
#define PROPCTL_SHEET_H

#include "clients/propctl/table.h"

#include <jansson.h>

/* All zero at first. */
struct sheet {
    struct table table;
};

/* A line from a text, which is emptied; none where it is empty. */
void sheet_take(struct sheet *sheet, const char *name, struct text *text);

/* A line from a member of an object; none where it is absent or null. */
void sheet_member(struct sheet *sheet, const json_t *object, const char *key);

/* A line from every member that is neither an object nor a list. */
void sheet_members(struct sheet *sheet, const json_t *object);

void sheet_print(const struct sheet *sheet, const struct terminal *terminal);
void sheet_clear(struct sheet *sheet);

/* Appends "key value  key value" of an object, those of objects within it too. */
void sheet_append_object(struct text *text, const json_t *object);

#endif
