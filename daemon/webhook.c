/* Webhooks: URLs, secrets, signatures, waits. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/webhook.h"
#include "base/base64.h"
#include "daemon/address.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <inttypes.h>
#include <nettle/hmac.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#define SECRET_PREFIX "whsec_"
enum { KEY_SIZE_MIN = 24, KEY_SIZE_MAX = 64 };
static const int64_t wait_max_ms = INT64_C(6) * 3600 * 1000;

static const struct field webhook_fields[] = {
    FIELD_STRING(struct webhook_options, url, .flags = FIELD_REQUIRED, .min = 1, .max = 2048,
                 .help = "http or https; called with POST when the job has ended"),
    FIELD_STRING(struct webhook_options, secret, .flags = FIELD_NULLABLE | FIELD_SECRET,
                 .help = "\"whsec_\" and base64 of 24 to 64 bytes, which sign the calls; never "
                         "shown"),
    FIELD_END};
const struct kind webhook_options_kind = {.name = "webhook",
                                          .help = "who is told when the job has ended",
                                          .size = sizeof(struct webhook_options),
                                          .fields = webhook_fields};

/* ---- URLs */

static bool host_is_private(const char *host)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    char bare[INET6_ADDRSTRLEN + 2];
    if (inet_pton(AF_INET, host, &v4.sin_addr) == 1)
        return !address_is_public((const struct sockaddr *)&v4);
    if (host[0] != '[' || strlen(host) >= sizeof bare)
        return false;
    (void)snprintf(bare, sizeof bare, "%s", host + 1);
    bare[strcspn(bare, "]%")] = '\0';
    return inet_pton(AF_INET6, bare, &v6.sin6_addr) != 1 ||
           !address_is_public((const struct sockaddr *)&v6);
}

static bool url_has(CURLU *url, CURLUPart part)
{
    char *text = NULL;
    bool has = curl_url_get(url, part, &text, 0) == CURLUE_OK;
    curl_free(text);
    return has;
}

static bool scheme_is_http(CURLU *url)
{
    char *scheme = NULL;
    bool is = curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
              (strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0);
    curl_free(scheme);
    return is;
}

static int check_parsed(CURLU *url, bool allow_private, const char *path, struct error *error)
{
    char *host = NULL;
    if (!scheme_is_http(url))
        return error_set_at(error, ERROR_INVALID, path,
                            "must begin with https:// or http://, as in "
                            "https://example.org/hook");
    if (url_has(url, CURLUPART_USER) || url_has(url, CURLUPART_PASSWORD))
        return error_set_at(error, ERROR_INVALID, path,
                            "must have no user and password: the secret tells who calls");
    bool is_private = curl_url_get(url, CURLUPART_HOST, &host, 0) != CURLUE_OK ||
                      (!allow_private && host_is_private(host));
    curl_free(host);
    if (is_private)
        return error_set_at(error, ERROR_INVALID, path,
                            "must be at a public address: private ones are called only where the "
                            "daemon was started with --webhook-allow-private=true");
    return 0;
}

int webhook_check_url(const char *url, bool allow_private, const char *path, struct error *error)
{
    CURLU *parsed = curl_url();
    if (parsed == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a URL");
    CURLUcode code = curl_url_set(parsed, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME);
    int result = code == CURLUE_OK
                     ? check_parsed(parsed, allow_private, path, error)
                     : error_set_at(error, ERROR_INVALID, path,
                                    "must be a URL such as https://example.org/hook: %s",
                                    curl_url_strerror(code));
    curl_url_cleanup(parsed);
    return result;
}

/* ---- secrets */

/* The key's size, or 0 where it is none. */
static size_t key_read(const char *secret, uint8_t key[KEY_SIZE_MAX])
{
    size_t prefix = strlen(SECRET_PREFIX);
    if (strncmp(secret, SECRET_PREFIX, prefix) != 0)
        return 0;
    const char *text = secret + prefix;
    for (size_t size = KEY_SIZE_MIN; size <= KEY_SIZE_MAX; size++)
        if (base64_decode(text, strlen(text), key, size))
            return size;
    return 0;
}

int webhook_check_secret(const char *secret, const char *path, struct error *error)
{
    uint8_t key[KEY_SIZE_MAX];
    if (key_read(secret, key) > 0)
        return 0;
    return error_set_at(error, ERROR_INVALID, path,
                        "must be \"" SECRET_PREFIX "\" and the base64 of %d to %d random bytes, as "
                        "echo " SECRET_PREFIX "$(openssl rand -base64 32) makes it",
                        KEY_SIZE_MIN, KEY_SIZE_MAX);
}

int webhook_check(const struct webhook_options *webhook, bool allow_private, struct error *error)
{
    if (webhook == NULL)
        return 0;
    if (webhook_check_url(webhook->url, allow_private, "webhook.url", error) != 0)
        return -1;
    return webhook->secret == NULL ? 0
                                   : webhook_check_secret(webhook->secret, "webhook.secret", error);
}

int webhook_sign(const char *secret, const char *id, int64_t unix_s, const char *body,
                 char signature[WEBHOOK_SIGNATURE_SIZE], struct error *error)
{
    AUTO_CLEAR(bytes_clear) struct bytes text = {0};
    char head[128];
    uint8_t key[KEY_SIZE_MAX], digest[SHA256_DIGEST_SIZE];
    struct hmac_sha256_ctx context;
    size_t key_size = key_read(secret, key);
    if (key_size == 0)
        return webhook_check_secret(secret, "webhook.secret", error);
    int size = snprintf(head, sizeof head, "%.64s.%" PRId64 ".", id, unix_s);
    hmac_sha256_set_key(&context, key_size, key);
    hmac_sha256_update(&context, (size_t)size, (const uint8_t *)head);
    hmac_sha256_update(&context, strlen(body), (const uint8_t *)body);
    hmac_sha256_digest(&context, sizeof digest, digest);
    base64_append(&text, digest, sizeof digest);
    const char *base64 = bytes_text(&text);
    if (base64 == NULL)
        return bytes_check(&text, error);
    (void)snprintf(signature, WEBHOOK_SIGNATURE_SIZE, "v1,%s", base64);
    return 0;
}

/* ---- waits */

int64_t webhook_wait_ms(double base_s, int64_t tries)
{
    double wait = base_s * 1000;
    uint32_t chance = 0;
    for (int64_t i = 1; i < tries && wait < (double)wait_max_ms; i++)
        wait *= 4;
    if (wait > (double)wait_max_ms)
        wait = (double)wait_max_ms;
    if (getrandom(&chance, sizeof chance, 0) != (ssize_t)sizeof chance)
        chance = UINT32_MAX;
    return (int64_t)(wait * (0.5 + 0.5 * (double)chance / (double)UINT32_MAX));
}
