/* Time: a steady clock for durations, the calendar in UTC for records, and ids that sort by time.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_BASE_CLOCK_H
#define PROPD_BASE_CLOCK_H

#include <stdint.h>

#include "base/error.h"

enum { CLOCK_TEXT_SIZE = 32, ID_SIZE = 40 };

/* Steady nanoseconds since some start; only differences mean something. */
uint64_t clock_now_ns(void);
/* Seconds since `start_ns`. */
double clock_since_s(uint64_t start_ns);
/* Milliseconds since 1970 UTC. */
int64_t clock_unix_ms(void);
/* RFC 3339 in UTC with milliseconds: 2026-01-01T00:00:00.000Z. */
void clock_format(int64_t unix_ms, char text[CLOCK_TEXT_SIZE]);

/* The time that a text says: RFC 3339 with any offset (2026-01-01T01:00:00.5+01:00), or a day, at
 * its beginning in UTC. -1 where it is none. */
int clock_parse(const char *text, int64_t *unix_ms);

/* A new id: prefix, '_' and 26 characters of Crockford's base 32: 48 bits of milliseconds, 80
 * random bits (getrandom), as in the ULID specification. Ids made later sort later, also within one
 * millisecond. Thread-safe. */
int id_make(const char *prefix, char id[ID_SIZE], struct error *error);

#endif
