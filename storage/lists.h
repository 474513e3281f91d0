/* Who looks, and pages of lists: conditions, orders and places where they go on. The lists
 * themselves stand with their tables. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_STORAGE_LISTS_H
#define PROPD_STORAGE_LISTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"

/* Who looks. Names are one's own: two owners may both have an "iris", and others' things are not
 * there. Who sees all finds things by id whosever they are, and by name their own first. NULL, in
 * place of a viewer, sees all and owns what nobody owns. */
struct viewer {
    const char *owner; /* "": nobody, as where there are no tokens */
    bool sees_all;
};

/* A condition on one column of the table, which is named by the caller and not by a client. */
enum store_match {
    MATCH_ANY,    /* one of `texts` */
    MATCH_PREFIX, /* begins with `text` */
    MATCH_TAG,    /* a JSON object of strings in which `text` is there, as `other` (NULL: any) */
    MATCH_FROM,   /* at least `number` */
    MATCH_BELOW,  /* below `number` */
};
struct store_filter {
    const char *column;
    enum store_match match;
    const char *text, *other;
    char *const *texts;
    size_t count;
    int64_t number;
};

/* Where a page ended: the id of its last record, and what it is sorted by as text. */
enum { PLACE_KEY_SIZE = 128 };
struct store_place {
    char key[PLACE_KEY_SIZE]; /* "" where the order is by time */
    char id[ID_SIZE];
};

/* Lists are stable while things come and go: what is there throughout is on one page, unless what
 * it is sorted by changes. The caller clears and frees the array. */
struct store_page {
    const struct viewer *viewer; /* NULL: all of it */
    const char *sort;            /* a column's name; NULL: "created_at" */
    bool ascending;
    const struct store_place *after; /* NULL: from the beginning */
    const struct store_filter *filters;
    size_t filter_count;
    int64_t limit;
    struct store_place *next; /* set to where it ended, id "" where nothing follows; NULL */
};

#endif
