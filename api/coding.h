/* Content codings of bodies and answers (RFC 9110 section 8.4): gzip (RFC 1952), and deflate, which
 * is the zlib format (RFC 1950) and not the bare stream. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_API_CODING_H
#define PROPD_API_CODING_H

#include "base/bytes.h"
#include "base/error.h"

enum coding { CODING_IDENTITY, CODING_GZIP, CODING_DEFLATE };

/* The coding that a Content-Encoding header names (NULL: none); ERROR_UNSUPPORTED for others. */
int coding_find(const char *content_encoding, enum coding *coding, struct error *error);
/* The one to answer in, by an Accept-Encoding header (NULL: as it is): gzip or deflate, whichever
 * has the higher weight, gzip where they are equal, and only where the weight is not 0. */
enum coding coding_accepted(const char *accept_encoding);
/* As headers name it: "gzip". */
const char *coding_name(enum coding coding);

/* What inflates a body as it comes. `take` is handed every piece of plain bytes, 64 KiB at most at
 * a time, and returns -1 with `error` to have no more: so a small body that stands for a large one
 * ends where the limit is. */
typedef int coding_take_fn(void *context, const void *data, size_t size, struct error *error);
struct inflation;
struct inflation *inflation_create(enum coding coding, struct error *error);
void inflation_free(struct inflation *inflation);
/* ERROR_MALFORMED where the bytes are not what the coding says. gzip may have several members. */
int inflation_add(struct inflation *inflation, const void *data, size_t size, coding_take_fn *take,
                  void *context, struct error *error);
/* ERROR_MALFORMED where the end is missing. */
int inflation_finish(const struct inflation *inflation, struct error *error);

/* Appends all of `plain` in gzip or deflate to `coded`; level 1 (fast) to 9. */
int coding_deflate(enum coding coding, int level, const void *plain, size_t size,
                   struct bytes *coded, struct error *error);

#endif
