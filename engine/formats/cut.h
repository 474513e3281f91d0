/* The beginning of a file cut to whole rows, for a look at what the file would become: what is left
 * of it is a file of its own. A format's `cut` is one of these, or its own. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_FORMATS_CUT_H
#define PROPD_ENGINE_FORMATS_CUT_H

#include "base/bytes.h"
#include "engine/dataset_options.h"
#include "engine/formats/byte_source.h"

/* Shortens `part` where its last row may have been cut, and changes what its header says of the
 * number of rows. ERROR_INVALID where nothing whole can be told from the beginning. */
typedef int format_cut_fn(struct bytes *part, const struct dataset_options *options,
                          struct error *error);

/* Behind the last line's end; outside of quotes for CSV. UTF-8 and UTF-16. Where there is no line's
 * end at all everything stays. */
format_cut_fn cut_lines, cut_csv;
/* Behind the last object that is closed; an array that is not gets its bracket. */
format_cut_fn cut_json;

/* A part as a source of bytes whose end is not known. `at` is where the next byte is read. */
struct part_reader {
    const struct bytes *part;
    size_t at;
};
struct byte_source byte_source_of_part(struct part_reader *reader, const char *name);

#endif
