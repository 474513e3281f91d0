/* Words of texts: what parts them, what is lowered, and bytes that are no text. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/words.h"
#include "tests/check.h"

#include <stdlib.h>
#include <string.h>

/* "a|b" of the words of `size` bytes, which lie at the end of their memory. */
static const char *split(const char *text, size_t size)
{
    static char joined[512];
    struct word word;
    char *copy = malloc(size + 1);
    ck_assert_ptr_nonnull(copy);
    char *begin = copy + 1;
    memcpy(begin, text, size);
    struct words words = {.text = begin, .size = size};
    size_t used = 0;
    while (words_next(&words, &word)) {
        ck_assert(word.length > 0 && word.length <= WORD_SIZE);
        if (used > 0)
            joined[used++] = '|';
        memcpy(joined + used, word.text, word.length);
        used += word.length;
        ck_assert_uint_lt(used + WORD_SIZE, sizeof(joined));
    }
    joined[used] = '\0';
    ck_assert_uint_eq(words.size, 0);
    free(copy);
    return joined;
}

#define EXPECT(text, words) ck_assert_str_eq(split(text, strlen(text)), words)

START_TEST(letters_and_digits_make_words_in_lower_case)
{
    EXPECT("Hello  World42\t\n7", "hello|world42|7");
    EXPECT("", "");
    EXPECT(" \r\n", "");
}
END_TEST

START_TEST(signs_are_words_of_their_own)
{
    EXPECT("WIN £100 now!!", "win|£|100|now|!|!");
    EXPECT("a,b-c", "a|,|b|-|c");
    EXPECT("good 😀😀", "good|😀|😀");
}
END_TEST

START_TEST(an_apostrophe_inside_belongs_to_the_word)
{
    EXPECT("Don't", "don't");
    EXPECT("Don\xe2\x80\x99t", "don't");
    EXPECT("'so' y'", "'|so|'|y|'");
    EXPECT("a''b", "a|'|'|b");
}
END_TEST

START_TEST(letters_of_other_alphabets_are_lowered)
{
    EXPECT("ÄÖÜ ß ÑANDÚ", "äöü|ß|ñandú");
    EXPECT("ŁÓDŹ ŽIŽEK ŸÇ", "łódź|žižek|Ÿç");
    EXPECT("ΑΒΓ ΈΩ", "αβγ|έω");
    EXPECT("ПРИВЕТ ЁЛКА ЇЖАК", "привет|ёлка|їжак");
    EXPECT("HÀ NỘI", "hà|nội");
}
END_TEST

START_TEST(scripts_without_spaces_give_a_word_a_character)
{
    EXPECT("机器学习。", "机|器|学|习|。");
    EXPECT("カメラ x", "カ|メ|ラ|x");
    EXPECT("기계 학습", "기계|학습");
}
END_TEST

START_TEST(bytes_that_are_no_text_part_words)
{
    EXPECT("a\xff"
           "b",
           "a|b");
    EXPECT("a\xe2\x82", "a");
    EXPECT("\xc3", "");
    ck_assert_str_eq(split("a\0b", 3), "a|b");
}
END_TEST

START_TEST(nothing_behind_the_end_is_read)
{
    ck_assert_str_eq(split("abc", 2), "ab");
    ck_assert_str_eq(split("a\xc3\xa9", 2), "a");
    ck_assert_str_eq(split("a'b", 2), "a|'");
}
END_TEST

START_TEST(long_words_count_by_their_beginning)
{
    char text[301];
    char expected[WORD_SIZE + 1];
    memset(text, 'X', 300);
    text[300] = '\0';
    memset(expected, 'x', WORD_SIZE);
    expected[WORD_SIZE] = '\0';
    EXPECT(text, expected);
    /* A character is not cut. */
    text[WORD_SIZE - 1] = '\0';
    strcat(text, "éé");
    expected[WORD_SIZE - 1] = '\0';
    EXPECT(text, expected);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, letters_and_digits_make_words_in_lower_case);
    tcase_add_test(tests, signs_are_words_of_their_own);
    tcase_add_test(tests, an_apostrophe_inside_belongs_to_the_word);
    tcase_add_test(tests, letters_of_other_alphabets_are_lowered);
    tcase_add_test(tests, scripts_without_spaces_give_a_word_a_character);
    tcase_add_test(tests, bytes_that_are_no_text_part_words);
    tcase_add_test(tests, nothing_behind_the_end_is_read);
    tcase_add_test(tests, long_words_count_by_their_beginning);
}

int main(void)
{
    return tests_run("words", add_tests);
}
