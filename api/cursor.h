/* Cursors: where a page of a list ended, as the opaque text that "next" gives and "cursor" takes.
 * One holds only for the list, order and filters that it came from. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_API_CURSOR_H
#define PROPD_API_CURSOR_H

#include "base/base64url.h"
#include "storage/store.h"

/* One byte of form, 8 of the query's digest, the key, a NUL and the id. */
enum { CURSOR_RAW_SIZE = 1 + 8 + PLACE_KEY_SIZE + ID_SIZE };
enum { CURSOR_SIZE = BASE64URL_SIZE(CURSOR_RAW_SIZE) };

/* `query` stands for list, order and filters. */
void cursor_write(const struct store_place *place, uint64_t query, char text[CURSOR_SIZE]);
/* ERROR_INVALID unless the text is a cursor of this query. */
int cursor_read(const char *text, uint64_t query, struct store_place *place, struct error *error);

#endif
