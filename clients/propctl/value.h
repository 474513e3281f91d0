/* Values of JSON answers, as people read them. What is absent or null is "" or NaN. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPCTL_VALUE_H
#define PROPCTL_VALUE_H

#include "clients/propctl/text.h"

#include <jansson.h>

const char *value_string(const json_t *object, const char *key);
double value_number(const json_t *object, const char *key);

/* The same object, for jansson's iterators: they want what is not const, and change nothing. */
json_t *value_iterated(const json_t *object);

/* Appends any value: a text as it is, numbers with six digits, the rest as JSON. */
void value_append(struct text *text, const json_t *value);

/* Each appends; "-" where the number is NaN. */
void value_append_number(struct text *text, double number);    /* 0.1234 */
void value_append_amount(struct text *text, double number);    /* 912.3 k */
void value_append_duration(struct text *text, double seconds); /* 3 min 20 s */
void value_append_size(struct text *text, double bytes);       /* 7.1 kB */

/* Appends "2026-01-31 12:00:00" of an RFC 3339 time. */
void value_append_time(struct text *text, const char *time);

#endif
