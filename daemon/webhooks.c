/* Deliveries from the store to libcurl and back. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/webhooks.h"
#include "base/clock.h"
#include "base/log.h"
#include "daemon/internal.h"
#include "daemon/webhook_call.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { CALLS_MAX = 16, LOOK_MAX_MS = 60 * 1000, FAILED_LOOK_MS = 1000 };

struct webhooks {
    struct daemon *daemon;
    webhooks_describe_fn *describe;
    CURLM *multi;
    struct webhook_call *calls[CALLS_MAX]; /* under way; NULL: a free place */
    atomic_bool has_news, is_stopping;
    int64_t look_ms; /* when the store is to be asked again, on the calendar's clock */
    pthread_t thread;
};

/* ---- beginning */

static struct webhook_call **place_find(struct webhooks *webhooks)
{
    for (int i = 0; i < CALLS_MAX; i++)
        if (webhooks->calls[i] == NULL)
            return &webhooks->calls[i];
    return NULL;
}

static bool is_under_way(const struct webhooks *webhooks, const char *id)
{
    for (int i = 0; i < CALLS_MAX; i++)
        if (webhooks->calls[i] != NULL && strcmp(webhooks->calls[i]->delivery.id, id) == 0)
            return true;
    return false;
}

/* What is sent now and, byte for byte, at every further try: so it is kept before it is sent. */
static int body_make(struct webhooks *webhooks, struct delivery_record *delivery,
                     struct error *error)
{
    char at[CLOCK_TEXT_SIZE];
    json_t *job = webhooks->describe(webhooks->daemon, delivery->job_id);
    clock_format(delivery->created_ms, at);
    json_auto_t *body = json_pack("{s:s, s:s, s:s, s:o}", "type", delivery->type, "id",
                                  delivery->id, "at", at, "job", job);
    delivery->body = body != NULL ? fields_print(body) : NULL;
    if (delivery->body == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for what a webhook is told");
    const struct delivery_change change = {.id = delivery->id, .body = delivery->body};
    return store_delivery_change(webhooks->daemon->store, &change, error);
}

/* A call that cannot even be begun is a try that failed. */
static void give_up(struct webhooks *webhooks, const char *id, struct error *reason)
{
    struct error error = {0};
    const struct delivery_change change = {.id = id,
                                           .state = DELIVERY_FAILED,
                                           .failure = reason->message,
                                           .tried_ms = clock_unix_ms()};
    log_error("webhook_failed", reason, "delivery", id);
    if (store_delivery_change(webhooks->daemon->store, &change, &error) != 0)
        log_error("webhook_not_written", &error, "delivery", id);
}

static int call_begin(struct webhooks *webhooks, struct delivery_record *delivery,
                      struct webhook_call **place, struct error *error)
{
    if (delivery->body == NULL && body_make(webhooks, delivery, error) != 0)
        return -1;
    *place = webhook_call_make(delivery, webhooks->daemon->config, error);
    if (*place == NULL)
        return -1;
    if (curl_multi_add_handle(webhooks->multi, (*place)->easy) == CURLM_OK)
        return 0;
    webhook_call_free(*place);
    *place = NULL;
    return error_set(error, ERROR_MEMORY, "no memory to call a webhook");
}

/* Whether it is the delivery that is wrong, and not the moment. */
static bool is_hopeless(const struct error *error)
{
    return error->code == ERROR_INVALID || error->code == ERROR_INTERNAL;
}

static void due_begin(struct webhooks *webhooks, struct delivery_record *records, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct error error = {0};
        struct webhook_call **place = place_find(webhooks);
        if (place == NULL)
            return; /* the end of a call looks again */
        if (is_under_way(webhooks, records[i].id) ||
            call_begin(webhooks, &records[i], place, &error) == 0)
            continue;
        if (is_hopeless(&error)) {
            give_up(webhooks, records[i].id, &error);
        } else {
            log_error("webhook_not_called", &error, "delivery",
                      records[i].id != NULL ? records[i].id : "");
            webhooks->look_ms = clock_unix_ms() + FAILED_LOOK_MS;
        }
    }
}

static void look(struct webhooks *webhooks)
{
    struct delivery_record *records = NULL;
    struct error error = {0};
    size_t count = 0;
    int64_t now_ms = clock_unix_ms(), next_ms = 0;
    webhooks->look_ms = now_ms + LOOK_MAX_MS;
    if (store_delivery_due(webhooks->daemon->store, now_ms, 2 * CALLS_MAX, &records, &count,
                           &next_ms, &error) != 0) {
        log_error("webhooks_not_read", &error, "at", "due deliveries");
        webhooks->look_ms = now_ms + FAILED_LOOK_MS;
        return;
    }
    if (next_ms > 0 && next_ms < webhooks->look_ms)
        webhooks->look_ms = next_ms;
    due_begin(webhooks, records, count);
    deliveries_free(records, count);
}

/* ---- ending */

static void call_end(struct webhooks *webhooks, struct webhook_call *call, CURLcode code)
{
    struct delivery_change change;
    struct error error = {0};
    webhook_call_judge(call, code, webhooks->daemon->config, &change);
    log_write(LOG_LEVEL_INFO, "webhook", "delivery", LOG_TEXT(call->delivery.id), "job",
              LOG_TEXT(call->delivery.job_id), "status", LOG_INTEGER(change.status), "failure",
              LOG_TEXT(change.failure != NULL ? change.failure : ""), NULL);
    /* Where it cannot be written it is called again: told twice is better than not at all. */
    if (store_delivery_change(webhooks->daemon->store, &change, &error) != 0) {
        log_error("webhook_not_written", &error, "delivery", call->delivery.id);
        webhooks->look_ms = clock_unix_ms() + FAILED_LOOK_MS;
    } else {
        webhooks->has_news = true;
    }
}

static void call_drop(struct webhooks *webhooks, struct webhook_call *call)
{
    for (int i = 0; i < CALLS_MAX; i++)
        if (webhooks->calls[i] == call)
            webhooks->calls[i] = NULL;
    (void)curl_multi_remove_handle(webhooks->multi, call->easy);
    webhook_call_free(call);
}

static void ended_take(struct webhooks *webhooks)
{
    CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(webhooks->multi, &left)) != NULL) {
        struct webhook_call *call = NULL;
        CURLcode code = message->data.result;
        if (message->msg != CURLMSG_DONE ||
            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&call) != CURLE_OK)
            continue;
        call_end(webhooks, call, code);
        call_drop(webhooks, call);
    }
}

/* ---- the thread */

static void *run(void *context)
{
    struct webhooks *webhooks = context;
    while (!webhooks->is_stopping) {
        int running;
        if (atomic_exchange(&webhooks->has_news, false) || clock_unix_ms() >= webhooks->look_ms)
            look(webhooks);
        (void)curl_multi_perform(webhooks->multi, &running);
        ended_take(webhooks);
        int64_t wait = webhooks->look_ms - clock_unix_ms();
        if (webhooks->has_news || wait < 0)
            wait = 0;
        (void)curl_multi_poll(webhooks->multi, NULL, 0,
                              wait < LOOK_MAX_MS ? (int)wait : LOOK_MAX_MS, NULL);
    }
    return NULL;
}

static void wake(void *context)
{
    struct webhooks *webhooks = context;
    webhooks->has_news = true;
    (void)curl_multi_wakeup(webhooks->multi);
}

struct webhooks *webhooks_start(struct daemon *daemon, webhooks_describe_fn *describe,
                                struct error *error)
{
    struct webhooks *webhooks = calloc(1, sizeof *webhooks);
    if (webhooks == NULL || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        error_set(error, ERROR_MEMORY, "no memory for webhooks");
        free(webhooks);
        return NULL;
    }
    webhooks->daemon = daemon;
    webhooks->describe = describe;
    webhooks->multi = curl_multi_init();
    if (webhooks->multi == NULL || pthread_create(&webhooks->thread, NULL, run, webhooks) != 0) {
        error_set(error, ERROR_MEMORY, "the thread for webhooks cannot be started");
        (void)curl_multi_cleanup(webhooks->multi);
        free(webhooks);
        return NULL;
    }
    store_on_deliveries(daemon->store, wake, webhooks);
    return webhooks;
}

void webhooks_stop(struct webhooks *webhooks)
{
    if (webhooks == NULL)
        return;
    store_on_deliveries(webhooks->daemon->store, NULL, NULL);
    webhooks->is_stopping = true;
    (void)curl_multi_wakeup(webhooks->multi);
    pthread_join(webhooks->thread, NULL);
    for (int i = 0; i < CALLS_MAX; i++)
        if (webhooks->calls[i] != NULL)
            call_drop(webhooks, webhooks->calls[i]);
    (void)curl_multi_cleanup(webhooks->multi);
    curl_global_cleanup();
    free(webhooks);
}

int daemon_webhooks_start(struct daemon *daemon, webhooks_describe_fn *describe,
                          struct error *error)
{
    if (daemon->webhooks == NULL)
        daemon->webhooks = webhooks_start(daemon, describe, error);
    return daemon->webhooks != NULL ? 0 : -1;
}

int daemon_webhook_retry(struct daemon *daemon, const char *id, struct error *error)
{
    const struct delivery_change change = {
        .id = id, .state = DELIVERY_PENDING, .next_ms = clock_unix_ms(), .forget_tries = true};
    if (store_delivery_change(daemon->store, &change, error) != 0)
        return -1;
    if (daemon->webhooks != NULL)
        wake(daemon->webhooks);
    return 0;
}
