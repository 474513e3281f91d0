/* Finding separators by bit masks, one bit a character. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/formats/csv_block.h"

#include <assert.h>
#include <stdlib.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum {
    WORD = 64,
    ENOUGH = 1 << 14,          /* characters: what is looked at again stays in the cache */
    PLACES = (1 << 15) + WORD, /* more than a row may have fields */
};

/* What stands where among 64 characters. */
struct masks {
    uint64_t stops; /* separators, \n and \r */
    uint64_t line_ends;
    uint64_t returns;
    uint64_t unusual; /* quotes and NUL bytes */
};

/* What was found so far. */
struct search {
    const char *text;
    uint32_t *places;
    int64_t count;  /* of places */
    int64_t stride; /* 0: the first line end is still ahead */
    int64_t rows;
    int64_t width;
    bool returns; /* before the line ends */
};

#ifdef __SSE2__
static inline uint64_t match(const __m128i parts[4], char c)
{
    uint64_t mask = 0;
    for (int i = 0; i < 4; i++)
        mask |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(parts[i], _mm_set1_epi8(c)))
                << 16 * i;
    return mask;
}

/* The control characters up to \r are rare except for the line ends: one comparison for all. */
static inline uint64_t match_up_to_return(const __m128i parts[4])
{
    uint64_t mask = 0;
    for (int i = 0; i < 4; i++)
        mask |= (uint64_t)(unsigned)_mm_movemask_epi8(
                    _mm_cmpeq_epi8(_mm_min_epu8(parts[i], _mm_set1_epi8('\r')), parts[i]))
                << 16 * i;
    return mask;
}

static inline struct masks find_masks(const char *at, char separator)
{
    __m128i parts[4];
    for (int i = 0; i < 4; i++)
        parts[i] = _mm_loadu_si128((const __m128i *)(const void *)at + i);
    struct masks masks = {.stops = match(parts, separator), .unusual = match(parts, '"')};
    if (match_up_to_return(parts) != 0) {
        masks.line_ends = match(parts, '\n');
        masks.returns = match(parts, '\r');
        masks.unusual |= match(parts, 0);
        masks.stops |= masks.line_ends | masks.returns;
    }
    return masks;
}
#else
static struct masks find_masks(const char *at, char separator)
{
    struct masks masks = {0};
    for (int i = 0; i < WORD; i++) {
        masks.stops |= (uint64_t)(at[i] == separator || at[i] == '\n' || at[i] == '\r') << i;
        masks.line_ends |= (uint64_t)(at[i] == '\n') << i;
        masks.returns |= (uint64_t)(at[i] == '\r') << i;
        masks.unusual |= (uint64_t)(at[i] == '"' || at[i] == 0) << i;
    }
    return masks;
}
#endif

int csv_block_start(struct csv_block *block, struct error *error)
{
    *block = (struct csv_block){.places = malloc((PLACES + 1) * sizeof(*block->places))};
    return block->places == NULL ? error_set(error, ERROR_MEMORY, "out of memory for reading rows")
                                 : 0;
}

void csv_block_stop(struct csv_block *block)
{
    free(block->places);
    *block = (struct csv_block){0};
}

/* Whether the line end that is place number `last` ends a row like those before. */
static bool ends_row(struct search *search, int64_t last)
{
    const char *end = search->text + search->places[last];
    bool returns =
        last > 0 && search->places[last - 1] == search->places[last] - 1 && end[-1] == '\r';
    if (search->stride == 0) {
        search->returns = returns;
        search->stride = search->width + returns;
    }
    if (returns != search->returns || last != (search->rows + 1) * search->stride - 1)
        return false;
    /* Nothing, or blanks, in a row of one field is no row. */
    const char *start =
        search->text + (uint32_t)(search->places[search->rows * search->stride - 1] + 1);
    return search->width > 1 || (unsigned char)*start > ' ';
}

/* Takes the rows that end among 64 characters; false where one is unusual. */
static bool take_rows(struct search *search, uint64_t stops, uint64_t line_ends, int64_t before)
{
    for (; line_ends != 0; line_ends &= line_ends - 1) {
        uint64_t lower = (line_ends & -line_ends) - 1;
        if (!ends_row(search, before + __builtin_popcountll(stops & lower)))
            return false;
        search->rows++;
    }
    return true;
}

int64_t csv_block_find(struct csv_block *block, const char *text, size_t begin, size_t end,
                       char separator, int64_t width)
{
    struct search search = {.text = text, .places = block->places + 1, .width = width};
    search.places[-1] = (uint32_t)(begin - 1);
    bool usual = true;
    for (size_t at = begin; usual && at + WORD <= end && search.count <= PLACES - WORD &&
                            (at < begin + ENOUGH || search.rows == 0);
         at += WORD) {
        struct masks masks = find_masks(text + at, separator);
        int64_t before = search.count;
        /* A return that no line end follows is one itself, which is unusual. */
        bool last_returns = masks.returns >> (WORD - 1) != 0;
        uint64_t alone =
            masks.returns & ~(masks.line_ends >> 1) & ~((uint64_t)last_returns << (WORD - 1));
        masks.unusual |= alone | (uint64_t)(last_returns && text[at + WORD] != '\n') << (WORD - 1);
        if (masks.unusual != 0) {
            masks.line_ends &= (masks.unusual & -masks.unusual) - 1;
            usual = false;
        }
        for (uint64_t stops = masks.stops; stops != 0; stops &= stops - 1)
            search.places[search.count++] = (uint32_t)at + (uint32_t)__builtin_ctzll(stops);
        usual =
            (masks.line_ends == 0 || take_rows(&search, masks.stops, masks.line_ends, before)) &&
            usual;
    }
    block->cells = (struct cell_block){.text = text,
                                       .stops = search.places,
                                       .stride = search.stride,
                                       .rows = search.rows,
                                       .separator = separator};
    block->size =
        search.rows == 0 ? 0 : search.places[search.rows * search.stride - 1] + 1 - (uint32_t)begin;
    return search.rows;
}
