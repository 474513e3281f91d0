/* SPDX-License-Identifier: Apache-2.0 */
#include "base/digest.h"
#include "tests/check.h"

/* The examples of FIPS 180 and the digest of nothing. */
static const char abc[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
static const char nothing[] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

START_TEST(known_answers_hold)
{
    char text[DIGEST_TEXT_SIZE];
    digest_bytes("abc", 3, text);
    ck_assert_str_eq(text, abc);
    digest_bytes(NULL, 0, text);
    ck_assert_str_eq(text, nothing);
}
END_TEST

START_TEST(pieces_give_the_same_digest)
{
    char text[DIGEST_TEXT_SIZE];
    struct digest digest;
    digest_start(&digest);
    digest_add(&digest, "a", 1);
    digest_add(&digest, NULL, 0);
    digest_add(&digest, "bc", 2);
    digest_finish(&digest, text);
    ck_assert_str_eq(text, abc);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, known_answers_hold);
    tcase_add_test(tests, pieces_give_the_same_digest);
}

int main(void)
{
    return tests_run("digest", add_tests);
}
