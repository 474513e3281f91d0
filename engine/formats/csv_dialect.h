/* What kind of CSV a file is: its separator, and whether its first row has names. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_FORMATS_CSV_DIALECT_H
#define PROPD_ENGINE_FORMATS_CSV_DIALECT_H

#include <stdbool.h>

#include "engine/cell.h"
#include "engine/formats/text_input.h"

struct csv_dialect {
    char separator; /* , ; | tab, or ' ' for any number of blanks */
    bool header;
};

/* Judges by what is in the window of `text`, which stays as it is: its first rows. A separator of 0
 * and a NULL `header` are to be found out. */
int csv_dialect_find(const struct text_input *text, char separator, const bool *header,
                     int64_t columns_max, const struct missing_words *missing,
                     struct csv_dialect *dialect, struct error *error) MUST_CHECK;

#endif
