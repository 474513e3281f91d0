/* The words of texts in C files are those of the engine, whatever the characters. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/rng.h"
#include "base/utf8.h"
#include "engine/words.h"
#include "tests/check.h"

/* The functions that C files are made of; not all of their functions are called here. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wdouble-promotion"
#include "engine/exchange/c_parts/words.h"
#pragma GCC diagnostic pop

#include <string.h>

static void expect_same_words(const char *text)
{
    struct words words = {.text = text, .size = strlen(text)};
    struct word word;
    struct text_word c_word;
    const char *at = text;
    while (words_next(&words, &word)) {
        at = next_word(at, &c_word);
        if (at == NULL || (size_t)c_word.length != word.length ||
            memcmp(c_word.text, word.text, word.length) != 0)
            ck_abort_msg("%s: %.*s, not %s", text, (int)word.length, word.text, c_word.text);
    }
    if (next_word(at, &c_word) != NULL)
        ck_abort_msg("%s: %s is left", text, c_word.text);
}

START_TEST(every_character_is_of_the_same_kind_and_case)
{
    char text[16];
    for (uint32_t code = 1; code < 0x110000; code++) {
        if (code >= 0xd800 && code < 0xe000)
            continue;
        text[0] = 'A';
        const size_t size = utf8_put(code, text + 1);
        memcpy(text + 1 + size, "'b", 3);
        expect_same_words(text);
    }
}
END_TEST

/* Broken characters and long words among them. */
START_TEST(words_of_any_bytes_are_the_same)
{
    enum { ROUNDS = 20000, SIZE = 160 };
    static const char usual[] = "aZ'9 .,\xe2\x80\x99\xc3\x84\xf0\x9f\x98\x80\xed\xa0\x80\xc1\xff";
    for (uint64_t round = 0; round < ROUNDS; round++) {
        const struct rng rng = rng_stream(1, "words", "", round);
        char text[SIZE + 1] = {0};
        const size_t length = rng_below(&rng, 0, SIZE);
        for (size_t i = 0; i < length; i++)
            text[i] = rng_below(&rng, 2 * i + 1, 4) > 0
                          ? usual[rng_below(&rng, 2 * i + 2, sizeof(usual) - 1)]
                          : (char)(1 + rng_below(&rng, 2 * i + 2, 255));
        expect_same_words(text);
    }
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, every_character_is_of_the_same_kind_and_case);
    tcase_add_test(tests, words_of_any_bytes_are_the_same);
}

int main(void)
{
    return tests_run("c_words", add_tests);
}
