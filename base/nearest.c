/* "Did you mean": the nearest name by edit distance (Damerau's four edits, in the form that
 * transposes neighbours once). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fields.h"
#include "base/fields_inside.h"

#include <string.h>

enum { NAME_LENGTH_MAX = 63 };

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Both at most NAME_LENGTH_MAX long. */
static size_t edit_distance(const char *a, const char *b)
{
    size_t rows[3][NAME_LENGTH_MAX + 1];
    size_t *before = rows[0], *above = rows[1], *row = rows[2];
    size_t a_length = strlen(a), b_length = strlen(b);
    for (size_t j = 0; j <= b_length; j++)
        above[j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        row[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            row[j] = smaller(above[j], row[j - 1]) + 1;
            row[j] = smaller(row[j], above[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = smaller(row[j], before[j - 2] + 1);
        }
        size_t *spare = before;
        before = above;
        above = row;
        row = spare;
    }
    return above[b_length];
}

struct search {
    const char *name;
    const char *nearest; /* NULL: none so far */
    size_t distance;     /* only nearer ones count */
};

/* One edit, and one more for every four letters: "unit" may be units, "x" is not "y". */
static struct search start_search(const char *name)
{
    size_t length = strlen(name);
    size_t limit = length < 2 || length > NAME_LENGTH_MAX ? 0 : 1 + length / 4;
    return (struct search){.name = name, .distance = limit + 1};
}

static void consider(struct search *search, const char *name)
{
    if (search->distance == 1 || strlen(name) > NAME_LENGTH_MAX)
        return;
    size_t distance = edit_distance(search->name, name);
    if (distance < search->distance) {
        search->distance = distance;
        search->nearest = name;
    }
}

const char *nearest_name(const char *const *names, const char *name)
{
    struct search search = start_search(name);
    for (; *names != NULL; names++)
        consider(&search, *names);
    return search.nearest;
}

const char *field_nearest(const struct kind *kind, const char *name)
{
    struct search search = start_search(name);
    const struct field *field = NULL;
    struct fields_walk walk = fields_walk(kind);
    while ((field = fields_walk_next(&walk)) != NULL)
        consider(&search, field->name);
    return search.nearest;
}

const char *kind_nearest(const struct kind *const *kinds, const char *name)
{
    struct search search = start_search(name);
    for (; *kinds != NULL; kinds++)
        consider(&search, (*kinds)->name);
    return search.nearest;
}
