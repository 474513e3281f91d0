/* Dates and times as text, to seconds since 1970 UTC and back.
 *
 * Read are ISO 8601 (2015-03-16, 2015-03, 2015-03-16T12:30:59.5Z, with a blank for the T, / or .
 * for
 * -, and offsets like +02:00), month names (16 Mar 2015, 16-March-2015, Mar 16, 2015), 16.03.2015,
 * and 16/03/2015 in either order, which only a whole column can tell apart. Years have four digits;
 * a time without an offset is UTC; fractions of a second are dropped. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_DATE_TEXT_H
#define PROPD_ENGINE_DATE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What comes first in dates like 03/04/2015. */
enum date_order { DATE_DAY_FIRST, DATE_MONTH_FIRST };

enum { DATE_TEXT_SIZE = 40 };

/* Whether all of text[0 … length) is a date under `order`; sets `seconds` if so. */
bool date_text_read(const char *text, size_t length, enum date_order order, int64_t *seconds);

/* "2015-03-16", or "2015-03-16T12:30:59Z" where there is a time of day. */
void date_text_write(int64_t seconds, char text[DATE_TEXT_SIZE]);

#endif
