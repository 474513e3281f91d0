/* The middle of every prediction. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handlers/inference.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    TOGETHER_MAX = 256,
    LONG_FLOPS = 20000000 /* half a millisecond, beside which another thread costs little */
};

const struct model *inference_hold(const struct request *request, struct model_title *title,
                                   struct error *error)
{
    struct daemon *daemon = request->service->daemon;
    AUTO_CLEAR(bytes_clear) struct bytes reference = {0};
    if (request->captures[1] == NULL)
        return daemon_model_hold_title(daemon, &request->viewer, request->captures[0], title,
                                       error);
    bytes_printf(&reference, "%s@%s", request->captures[0], request->captures[1]);
    if (bytes_text(&reference) == NULL) {
        (void)error_set(error, ERROR_MEMORY, "no memory for the name of a model");
        return NULL;
    }
    return daemon_model_hold_title(daemon, &request->viewer, bytes_text(&reference), title, error);
}

int inference_open(struct inference *inference, const struct request *request, struct error *error)
{
    inference->daemon = request->service->daemon;
    inference->started_ns = request->started_ns;
    inference->prediction.model = inference_hold(request, &inference->title, error);
    return inference->prediction.model != NULL ? 0 : -1;
}

void inference_begun(struct inference *inference)
{
    inference->begun_ns = inference->run_ns = inference->computed_ns = clock_now_ns();
}

bool inference_is_long(const struct request *request)
{
    const struct inference *inference = request->work;
    return prediction_flops(&inference->prediction) > LONG_FLOPS;
}

static struct inference *inference_of(struct prediction *prediction)
{
    return (struct inference *)(void *)((char *)prediction -
                                        offsetof(struct inference, prediction));
}

/* Computed together, in one batch or in vain. */
static void note(struct prediction *const *predictions, int64_t count, uint64_t start,
                 const struct error *error)
{
    const uint64_t now = clock_now_ns();
    for (int64_t i = 0; i < count; i++) {
        struct inference *inference = inference_of(predictions[i]);
        inference->run_ns = start;
        inference->computed_ns = now;
        inference->executed = i == 0;
        inference->error = *error;
    }
}

/* As many at once as have the same model. */
static void run_some(struct request *const *requests, size_t count)
{
    struct prediction *predictions[TOGETHER_MAX];
    struct prediction **rest = predictions;
    for (size_t i = 0; i < count; i++)
        predictions[i] = &((struct inference *)requests[i]->work)->prediction;
    while (count > 0) {
        struct error error = {0};
        const uint64_t start = clock_now_ns();
        int64_t done = predictions_run(rest, count, &error);
        note(rest, done < 0 ? (int64_t)count : done, start, &error);
        if (done < 0)
            return;
        rest += done;
        count -= (size_t)done;
    }
}

void inference_run(struct request *const *requests, size_t count)
{
    const uint64_t start = clock_now_ns();
    for (size_t i = 0; i < count; i += TOGETHER_MAX)
        run_some(requests + i, count - i < TOGETHER_MAX ? count - i : TOGETHER_MAX);
    timing_add(&requests[0]->service->traffic.prediction, clock_now_ns() - start, count);
}

int inference_check(const struct inference *inference, struct error *error)
{
    if (inference->error.code == ERROR_NONE)
        return 0;
    *error = inference->error;
    return -1;
}

static void add_sample(const struct inference *inference)
{
    const uint64_t now = clock_now_ns();
    struct inference_sample sample = {.rows = inference->prediction.rows,
                                      .executed = inference->executed,
                                      .failed = !inference->succeeded,
                                      .times.total_ns = now - inference->started_ns};
    if (inference->begun_ns != 0) {
        sample.times.input_ns = inference->begun_ns - inference->started_ns;
        sample.times.queue_ns = inference->run_ns - inference->begun_ns;
        sample.times.infer_ns = inference->computed_ns - inference->run_ns;
        sample.times.output_ns = now - inference->computed_ns;
    }
    daemon_statistics_add(inference->daemon, inference->title.id, &sample);
}

void inference_succeed(struct inference *inference)
{
    inference->succeeded = true;
    add_sample(inference);
}

void inference_close(struct inference *inference)
{
    if (inference->prediction.model == NULL)
        return;
    if (!inference->succeeded)
        add_sample(inference);
    daemon_model_release(inference->daemon, inference->prediction.model);
    prediction_clear(&inference->prediction);
}

void inference_version(const struct model_title *title, char text[VERSION_TEXT_SIZE])
{
    if (title->is_live)
        (void)snprintf(text, VERSION_TEXT_SIZE, MODEL_LIVE);
    else
        (void)snprintf(text, VERSION_TEXT_SIZE, "%lld", (long long)title->version);
}

bool inference_is_live(const struct request *request)
{
    if (request->captures[1] != NULL)
        return strcmp(request->captures[1], MODEL_LIVE) == 0;
    const char *at = strrchr(request->captures[0], '@');
    return at != NULL && strcmp(at + 1, MODEL_LIVE) == 0;
}
