/* Webhooks: signatures, addresses, URLs, secrets, waits. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/webhook.h"
#include "daemon/address.h"
#include "tests/check.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>

static struct error failure;

/* The example of Svix, out of whose scheme the specification came. */
START_TEST(signatures_are_those_of_the_published_example)
{
    char signature[WEBHOOK_SIGNATURE_SIZE];
    ck_assert_int_eq(webhook_sign("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                                  "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330,
                                  "{\"test\": 2432232314}", signature, &failure),
                     0);
    ck_assert_str_eq(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}
END_TEST

static bool text_is_public(const char *text)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
        return address_is_public((const struct sockaddr *)&v4);
    ck_assert_msg(inet_pton(AF_INET6, text, &v6.sin6_addr) == 1, "%s", text);
    return address_is_public((const struct sockaddr *)&v6);
}

START_TEST(special_addresses_are_not_public)
{
    static const char *const special[] = {"0.0.0.0",
                                          "0.255.255.255",
                                          "10.0.0.0",
                                          "10.255.255.255",
                                          "100.64.0.0",
                                          "100.127.255.255",
                                          "127.0.0.1",
                                          "127.255.255.255",
                                          "169.254.0.0",
                                          "169.254.169.254",
                                          "172.16.0.0",
                                          "172.31.255.255",
                                          "192.0.0.1",
                                          "192.0.2.1",
                                          "192.88.99.1",
                                          "192.168.0.1",
                                          "198.18.0.0",
                                          "198.19.255.255",
                                          "198.51.100.1",
                                          "203.0.113.1",
                                          "224.0.0.0",
                                          "239.255.255.255",
                                          "240.0.0.0",
                                          "255.255.255.255",
                                          "::",
                                          "::1",
                                          "::ffff:8.8.8.8",
                                          "::ffff:10.0.0.1",
                                          "64:ff9b::808:808",
                                          "64:ff9b:1::1",
                                          "100::1",
                                          "2001::1",
                                          "2001:1ff::1",
                                          "2001:db8::1",
                                          "2002:808:808::1",
                                          "3fff::1",
                                          "3fff:fff::1",
                                          "4000::1",
                                          "fc00::1",
                                          "fdff::1",
                                          "fe80::1",
                                          "fec0::1",
                                          "ff02::1"};
    for (size_t i = 0; i < ARRAY_COUNT(special); i++)
        ck_assert_msg(!text_is_public(special[i]), "%s", special[i]);
    const struct sockaddr_un local = {.sun_family = AF_UNIX};
    ck_assert(!address_is_public((const struct sockaddr *)&local));
}
END_TEST

START_TEST(their_neighbours_are_public)
{
    static const char *const public[] = {
        "1.0.0.0",         "9.255.255.255",   "11.0.0.0",        "100.63.255.255",
        "100.128.0.0",     "126.255.255.255", "128.0.0.0",       "169.253.255.255",
        "169.255.0.0",     "172.15.255.255",  "172.32.0.0",      "192.0.1.0",
        "192.167.255.255", "192.169.0.0",     "198.17.255.255",  "198.20.0.0",
        "223.255.255.255", "8.8.8.8",         "2001:200::1",     "2001:db7:ffff::1",
        "2001:db9::1",     "2003::1",         "2606:4700::1111", "3ffe::1",
        "3fff:1000::1"};
    for (size_t i = 0; i < ARRAY_COUNT(public); i++)
        ck_assert_msg(text_is_public(public[i]), "%s", public[i]);
}
END_TEST

START_TEST(urls_are_http_and_name_nobody)
{
    static const char *const right[] = {"http://example.org", "https://example.org:8443/a?b=c#d",
                                        "https://8.8.8.8/", "http://[2606:4700::1111]/",
                                        "http://localhost:1/"};
    static const char *const wrong[] = {"",
                                        "example.org",
                                        "//example.org/",
                                        "ftp://example.org/",
                                        "gopher://example.org/",
                                        "file:///etc/passwd",
                                        "http://",
                                        "http://me@example.org/",
                                        "http://me:word@example.org/",
                                        "http://example.org:99999/",
                                        "http://exa mple.org/",
                                        "http://example.org/\r\nX: y",
                                        "http://127.0.0.1/",
                                        "http://2130706433/",
                                        "http://0177.1/",
                                        "http://[::1]/",
                                        "http://[fe80::1%25eth0]/"};
    for (size_t i = 0; i < ARRAY_COUNT(right); i++)
        ck_assert_msg(webhook_check_url(right[i], false, "url", &failure) == 0, "%s: %s", right[i],
                      failure.message);
    for (size_t i = 0; i < ARRAY_COUNT(wrong); i++) {
        error_clear(&failure);
        ck_assert_msg(webhook_check_url(wrong[i], false, "url", &failure) == -1, "%s", wrong[i]);
        ck_assert_int_eq(failure.code, ERROR_INVALID);
        ck_assert_str_eq(failure.path, "url");
    }
    error_clear(&failure);
    ck_assert_int_eq(webhook_check_url("http://127.0.0.1:1/", true, "url", &failure), 0);
}
END_TEST

START_TEST(secrets_have_a_prefix_and_enough_bytes)
{
    static const char *const wrong[] = {"",
                                        "whsec_",
                                        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                                        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa==", /* 23 bytes */
                                        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS",
                                        "whsec_%%%%",
                                        "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
                                        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"};
    ck_assert_int_eq(
        webhook_check_secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "secret", &failure), 0);
    for (size_t i = 0; i < ARRAY_COUNT(wrong); i++) {
        error_clear(&failure);
        ck_assert_msg(webhook_check_secret(wrong[i], "secret", &failure) == -1, "%s", wrong[i]);
        ck_assert_int_eq(failure.code, ERROR_INVALID);
    }
}
END_TEST

START_TEST(waits_grow_to_six_hours_and_differ)
{
    static const double expected_s[] = {5, 20, 80, 320, 1280, 5120, 20480, 21600, 21600};
    bool differ = false;
    for (size_t i = 0; i < ARRAY_COUNT(expected_s); i++) {
        int64_t wait = webhook_wait_ms(5, (int64_t)i + 1);
        ck_assert_int_ge(wait, (int64_t)(expected_s[i] * 500) - 1);
        ck_assert_int_le(wait, (int64_t)(expected_s[i] * 1000));
        differ |= wait != webhook_wait_ms(5, (int64_t)i + 1);
    }
    ck_assert(differ);
    ck_assert_int_le(webhook_wait_ms(5, 1000000), 21600000);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, signatures_are_those_of_the_published_example);
    tcase_add_test(tests, special_addresses_are_not_public);
    tcase_add_test(tests, their_neighbours_are_public);
    tcase_add_test(tests, urls_are_http_and_name_nobody);
    tcase_add_test(tests, secrets_have_a_prefix_and_enough_bytes);
    tcase_add_test(tests, waits_grow_to_six_hours_and_differ);
}

int main(void)
{
    return tests_run("webhook", add_tests);
}
