/* libcurl set up for one call. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/webhook_call.h"
#include "base/clock.h"
#include "base/compiler.h"
#include "base/log.h"
#include "daemon/address.h"
#include "daemon/daemon.h"
#include "daemon/webhook.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ANSWER_SIZE_MAX = 64 << 10, HTTP_GONE = 410 };

/* Names are resolved by now: what is checked here is what is connected to, whatever a name server
 * says the next time. */
static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct webhook_call *call = context;
    if (purpose != CURLSOCKTYPE_IPCXN ||
        (!call->allow_private && !address_is_public(&address->addr))) {
        call->is_refused = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static size_t answer_skip(char *data, size_t size, size_t count, void *context)
{
    struct webhook_call *call = context;
    (void)data;
    call->received += size * count;
    return call->received <= ANSWER_SIZE_MAX ? size * count : 0;
}

static int header_add(struct webhook_call *call, const char *name, const char *value)
{
    char line[256];
    (void)snprintf(line, sizeof line, "%s: %s", name, value);
    struct curl_slist *longer = curl_slist_append(call->headers, line);
    if (longer == NULL)
        return -1;
    call->headers = longer;
    return 0;
}

static int headers_fill(struct webhook_call *call, const char *secret, struct error *error)
{
    const struct delivery_record *delivery = &call->delivery;
    char signature[WEBHOOK_SIGNATURE_SIZE], stamp[32];
    int64_t now_s = clock_unix_ms() / 1000;
    (void)snprintf(stamp, sizeof stamp, "%" PRId64, now_s);
    if (header_add(call, "Content-Type", "application/json") != 0 ||
        header_add(call, "webhook-id", delivery->id) != 0 ||
        header_add(call, "webhook-timestamp", stamp) != 0 || header_add(call, "Expect", "") != 0)
        return error_set(error, ERROR_MEMORY, "no memory to call a webhook");
    if (secret == NULL)
        return 0;
    if (webhook_sign(secret, delivery->id, now_s, delivery->body, signature, error) != 0)
        return -1;
    return header_add(call, "webhook-signature", signature) == 0
               ? 0
               : error_set(error, ERROR_MEMORY, "no memory to call a webhook");
}

/* An option that is not there must not be left out in silence. */
#define SET(option, value)                                                                         \
    if (curl_easy_setopt(call->easy, option, value) != CURLE_OK)                                   \
    return error_set(error, ERROR_INTERNAL, "this libcurl lacks " #option)

static int limits_set(struct webhook_call *call, const struct config *config, struct error *error)
{
    SET(CURLOPT_PROTOCOLS_STR, "http,https");
    SET(CURLOPT_FOLLOWLOCATION, 0L);
    SET(CURLOPT_PROXY, "");
    SET(CURLOPT_NOPROXY, "*");
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_TIMEOUT_MS, (long)(config->webhook_timeout_s * 1000));
    SET(CURLOPT_FORBID_REUSE, 1L); /* so that each call sees its own address checked */
    SET(CURLOPT_FRESH_CONNECT, 1L);
    SET(CURLOPT_OPENSOCKETFUNCTION, open_socket);
    SET(CURLOPT_OPENSOCKETDATA, call);
    return 0;
}

static int request_set(struct webhook_call *call, const char *url, struct error *error)
{
    SET(CURLOPT_URL, url);
    SET(CURLOPT_HTTPHEADER, call->headers);
    SET(CURLOPT_USERAGENT, PROPD_PRODUCT);
    SET(CURLOPT_POST, 1L);
    SET(CURLOPT_POSTFIELDS, call->delivery.body);
    SET(CURLOPT_POSTFIELDSIZE, (long)strlen(call->delivery.body));
    SET(CURLOPT_WRITEFUNCTION, answer_skip);
    SET(CURLOPT_WRITEDATA, call);
    SET(CURLOPT_ERRORBUFFER, call->failure);
    SET(CURLOPT_PRIVATE, call);
    return 0;
}

static int call_fill(struct webhook_call *call, const struct config *config, struct error *error)
{
    const struct delivery_record *delivery = &call->delivery;
    const char *url = delivery->is_service ? config->webhook_url : delivery->url;
    const char *secret = delivery->is_service ? config->webhook_secret : delivery->secret;
    if (url == NULL)
        return error_set(error, ERROR_INVALID, "there is no webhook_url to call any more");
    call->allow_private = config->webhook_allow_private;
    call->easy = curl_easy_init();
    if (call->easy == NULL)
        return error_set(error, ERROR_MEMORY, "no memory to call a webhook");
    if (headers_fill(call, secret, error) != 0 || limits_set(call, config, error) != 0)
        return -1;
    return request_set(call, url, error);
}

struct webhook_call *webhook_call_make(struct delivery_record *delivery_taken,
                                       const struct config *config, struct error *error)
{
    struct webhook_call *call = calloc(1, sizeof *call);
    if (call == NULL) {
        error_set(error, ERROR_MEMORY, "no memory to call a webhook");
        return NULL;
    }
    call->delivery = *delivery_taken;
    *delivery_taken = (struct delivery_record){0};
    if (call_fill(call, config, error) == 0)
        return call;
    *delivery_taken = call->delivery;
    call->delivery = (struct delivery_record){0};
    webhook_call_free(call);
    return NULL;
}

void webhook_call_free(struct webhook_call *call)
{
    if (call == NULL)
        return;
    curl_easy_cleanup(call->easy);
    curl_slist_free_all(call->headers);
    delivery_record_clear(&call->delivery);
    free(call);
}

/* What went wrong, in the call's own words. */
static void failure_tell(struct webhook_call *call, CURLcode code, long status)
{
    char said[CURL_ERROR_SIZE];
    (void)snprintf(said, sizeof said, "%s",
                   call->failure[0] != '\0' ? call->failure : curl_easy_strerror(code));
    if (call->is_refused)
        (void)snprintf(call->failure, sizeof call->failure,
                       "its host is at a private address, which webhook_allow_private forbids");
    else if (status > 0)
        (void)snprintf(call->failure, sizeof call->failure, "the answer was %ld, not 2xx", status);
    else
        (void)snprintf(call->failure, sizeof call->failure, "%s", said);
}

void webhook_call_judge(struct webhook_call *call, CURLcode code, const struct config *config,
                        struct delivery_change *change)
{
    long status = 0;
    int64_t now_ms = clock_unix_ms(), tries = call->delivery.tries + 1;
    (void)curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
    /* An answer that is longer than anybody reads was an answer all the same. */
    bool is_answered = code == CURLE_OK || code == CURLE_WRITE_ERROR;
    *change = (struct delivery_change){
        .id = call->delivery.id, .status = is_answered ? status : 0, .tried_ms = now_ms};
    if (is_answered && status >= 200 && status < 300) {
        change->state = DELIVERY_DELIVERED;
        return;
    }
    failure_tell(call, code, change->status);
    change->failure = call->failure;
    if (call->is_refused || change->status == HTTP_GONE || tries >= config->webhook_tries)
        change->state = DELIVERY_FAILED;
    else
        change->next_ms = now_ms + webhook_wait_ms(config->webhook_retry_s, tries);
}
