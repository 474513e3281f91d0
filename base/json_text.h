/* Pieces of JSON text for those who write it without a document: the log, the printer. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_BASE_JSON_TEXT_H
#define PROPD_BASE_JSON_TEXT_H

#include <jansson.h>

#include "base/bytes.h"

enum { JSON_NUMBER_SIZE = 32 };

/* `text` in quotes and escaped (RFC 8259, section 7); bytes that are not UTF-8 become U+FFFD. */
void json_append_string(struct bytes *bytes, const char *text);
/* The shortest of 15, 16 or 17 digits that reads back as the same double; whole numbers keep ".0".
 * What is not finite, which JSON cannot say, is written as null. */
void json_append_number(struct bytes *bytes, double number);
/* The same into a buffer. */
void json_format_number(double number, char text[JSON_NUMBER_SIZE]);
/* A document, compact, as fields_print() gives it. */
void json_append(struct bytes *bytes, const json_t *json);

#endif
