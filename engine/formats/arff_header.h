/* The head of an ARFF file: @relation, the attributes and their types, up to @data. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_FORMATS_ARFF_HEADER_H
#define PROPD_ENGINE_FORMATS_ARFF_HEADER_H

#include "engine/formats/lines.h"
#include "engine/table_builder.h"

struct arff_attribute {
    char *date_pattern; /* NULL: none is given; owned */
    char *absent;       /* what a sparse row means by saying nothing: "0", the first of the declared
                           values, or "", missing; owned, with room for a cell */
};

struct arff_header {
    struct arff_attribute *attributes; /* one a column of the table; owned */
    int64_t count, capacity;
};

/* Reads lines up to @data and adds a column an attribute to the table. Numbers, dates and declared
 * values become what they are declared as, everything else is found out as strings. */
int arff_header_read(struct arff_header *header, struct lines *lines, struct table_builder *table,
                     struct error *error) MUST_CHECK;
/* The same lines again, passed over. */
int arff_header_skip(struct lines *lines, struct error *error) MUST_CHECK;
void arff_header_clear(struct arff_header *header);

#endif
