/* Blocks of rows beside a plain search, character by character, and what ends them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/formats/csv_block.h"
#include "engine/formats/text_input.h"
#include "base/bytes.h"
#include "base/rng.h"
#include "tests/check.h"

#include <string.h>

/* Finds all rows from `begin` on, block by block, and compares every cell; returns where they end.
 */
static size_t find_all(const char *text, size_t size, size_t begin, int64_t width, int64_t *rows)
{
    struct csv_block block;
    struct error error = {0};
    ck_assert_int_eq(csv_block_start(&block, &error), 0);
    *rows = 0;
    while (csv_block_find(&block, text, begin, size, ',', width) > 0) {
        size_t at = begin;
        for (int64_t row = 0; row < block.cells.rows; row++)
            for (int64_t column = 0; column < width; column++) {
                struct cell cell = cell_block_cell(&block.cells, row, column);
                size_t length = strcspn(text + at, ",\r\n");
                if (cell.text != text + at || cell.length != length)
                    ck_abort_msg("row %d, column %d: \"%.*s\"", (int)row, (int)column,
                                 (int)cell.length, cell.text);
                at += length + 1 + (text[at + length] == '\r');
            }
        *rows += block.cells.rows;
        begin += block.size;
        ck_assert_uint_eq(begin, at);
    }
    csv_block_stop(&block);
    return begin;
}

static void finish(struct bytes *text)
{
    static const char room[TEXT_ROOM + 64];
    bytes_append(text, room, sizeof(room));
    ck_assert(!text->failed);
}

START_TEST(blocks_have_the_cells_of_their_rows)
{
    struct rng rng = {0};
    for (uint64_t i = 0; i < 60; i++) {
        struct bytes text = {0};
        int64_t width = 1 + (int64_t)rng_below(&rng, 4 * i, i % 10 == 0 ? 3000 : 12), rows;
        const char *line_end = i % 3 == 0 ? "\r\n" : "\n";
        int64_t expected = 1 + (int64_t)rng_below(&rng, 4 * i + 1, 30000 / (uint64_t)width);
        for (int64_t cell = 0; cell < expected * width; cell++) {
            uint64_t length = (uint64_t)(cell * 7919 + (int64_t)i) % 23;
            bytes_printf(&text, "%.*s%s", (int)length + (width == 1), "0123456789abcdefghijklmn",
                         (cell + 1) % width == 0 ? line_end : ",");
        }
        size_t size = text.size;
        finish(&text);
        size_t end = find_all((const char *)text.data, size, 0, width, &rows);
        /* What is not followed by 64 characters is left, and so is the row that ends there. */
        ck_assert_int_le(rows, expected);
        ck_assert_uint_ge(end + 64 + 25 * (size_t)width, size);
        bytes_clear(&text);
    }
}
END_TEST

/* So many plain rows, one that is not, and plain ones again. */
static void ends_before(const char *unusual, size_t unusual_size, const char *line_end)
{
    for (int before = 1; before < 70; before += 3) {
        struct bytes text = {0};
        struct csv_block block;
        struct error error = {0};
        for (int row = 0; row < 150; row++) {
            if (row == before)
                bytes_append(&text, unusual, unusual_size);
            bytes_printf(&text, "%d,b%s", row, line_end);
        }
        size_t size = text.size;
        finish(&text);
        ck_assert_int_eq(csv_block_start(&block, &error), 0);
        ck_assert_int_eq(csv_block_find(&block, (const char *)text.data, 0, size, ',', 2), before);
        csv_block_stop(&block);
        bytes_clear(&text);
    }
}

START_TEST(what_is_unusual_ends_a_block)
{
    static const char *const unusual[] = {"\n",      " \n",   "1\n",       "1,2,3\n", "\"1\",2\n",
                                          "1,2\r\n", "1,2\r", "1,2\r\r\n", ",,\n",    "1,\"\n\"\n",
                                          "1,2\"\n", "\r\n",  "1\r\n",     "a\rb,c\n"};
    for (size_t i = 0; i < ARRAY_COUNT(unusual); i++)
        ends_before(unusual[i], strlen(unusual[i]), "\n");
    ends_before("1,\0\n", 4, "\n");
    ends_before("1,2\n", 4, "\r\n");
    ends_before("1,2,3\n", 6, "\r\n");
    ends_before("\r\n", 2, "\r\n");
}
END_TEST

/* In a table of one column an empty line is no row. */
START_TEST(blank_lines_are_no_rows_of_one_field)
{
    static const char *const blanks[] = {"\n", "\r\n", " \n", "\t\r\n"};
    for (size_t i = 0; i < ARRAY_COUNT(blanks); i++) {
        struct bytes text = {0};
        int64_t rows;
        for (int row = 0; row < 100; row++)
            bytes_printf(&text, "%d\n%s", row, row == 20 ? blanks[i] : "");
        size_t size = text.size;
        finish(&text);
        (void)find_all((const char *)text.data, size, 0, 1, &rows);
        ck_assert_int_eq(rows, 21);
        bytes_clear(&text);
    }
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, blocks_have_the_cells_of_their_rows);
    tcase_add_test(tests, what_is_unusual_ends_a_block);
    tcase_add_test(tests, blank_lines_are_no_rows_of_one_field);
}

int main(void)
{
    return tests_run("csv_block", add_tests);
}
