/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/propctl/nearest.h"

#include <string.h>

enum { LENGTH_MAX = 31 };

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Letters to put in, take out or change (Levenshtein), or to swap with their neighbour. */
static size_t distance_of(const char *a, const char *b)
{
    size_t rows[LENGTH_MAX + 1][LENGTH_MAX + 1];
    size_t a_length = strlen(a), b_length = strlen(b);
    for (size_t i = 0; i <= a_length; i++)
        for (size_t j = 0; j <= b_length; j++) {
            if (i == 0 || j == 0) {
                rows[i][j] = i + j;
                continue;
            }
            rows[i][j] = smaller(smaller(rows[i - 1][j], rows[i][j - 1]) + 1,
                                 rows[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                rows[i][j] = smaller(rows[i][j], rows[i - 2][j - 2] + 1);
        }
    return rows[a_length][b_length];
}

struct nearest nearest_start(const char *word)
{
    size_t length = strlen(word);
    size_t limit = length < 2 || length > LENGTH_MAX ? 0 : 1 + length / 4;
    return (struct nearest){.word = word, .distance = limit + 1};
}

void nearest_consider(struct nearest *nearest, const char *name)
{
    if (nearest->distance == 1 || strlen(name) > LENGTH_MAX)
        return;
    size_t distance = distance_of(nearest->word, name);
    if (distance < nearest->distance) {
        nearest->distance = distance;
        nearest->name = name;
    }
}
