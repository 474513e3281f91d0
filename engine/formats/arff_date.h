/* Dates of ARFF: a pattern as Java's SimpleDateFormat has them, and text in it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_FORMATS_ARFF_DATE_H
#define PROPD_ENGINE_FORMATS_ARFF_DATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

enum { ARFF_DATE_SIZE = 112 };

/* Whether every letter of a pattern is known: y M d H k h K m s S a E z Z X and '…'. ERROR_INVALID
 * names the first that is not. */
int arff_date_check(const char *pattern, struct error *error) MUST_CHECK;
/* `text` in the pattern as ISO 8601, "2015-03-16T12:30:59+00:00", for date_text_read(), which
 * checks whether there is such a day; fractions of a second are dropped, years of two digits are
 * 1969 … 2068, names are English, a time without a zone is UTC. Whether it fits the pattern. */
bool arff_date_read(const char *pattern, const char *text, size_t length, char iso[ARFF_DATE_SIZE]);

#endif
