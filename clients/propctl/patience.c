/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/propctl/patience.h"

#include <time.h>

static const double shortest_s = 0.25, longest_s = 5;

long long patience_now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void patience_sleep(double seconds)
{
    struct timespec time = {.tv_sec = (time_t)seconds};
    time.tv_nsec = (long)((seconds - (double)time.tv_sec) * 1e9);
    if (!terminal_interrupted())
        (void)nanosleep(&time, NULL); /* a signal cuts it short, which is what is wanted */
}

enum outcome patience_wait(struct patience *patience)
{
    const struct settings *settings = &patience->session->settings;
    long long now_ms = patience_now_ms();
    if (patience->lost_ms == 0) {
        patience->lost_ms = now_ms;
        patience->delay_s = shortest_s;
        (void)complain(OUTCOME_LOST, "%s does not answer; trying again for %g s", settings->url,
                       settings->timeout_s);
    }
    double left_s = settings->timeout_s - (double)(now_ms - patience->lost_ms) / 1000;
    if (terminal_interrupted())
        return OUTCOME_INTERRUPTED;
    if (left_s <= 0)
        return complain(OUTCOME_LOST, "%s did not come back within %g s (--timeout)", settings->url,
                        settings->timeout_s);
    patience_sleep(patience->delay_s < left_s ? patience->delay_s : left_s);
    patience->delay_s = patience->delay_s * 2 < longest_s ? patience->delay_s * 2 : longest_s;
    return terminal_interrupted() ? OUTCOME_INTERRUPTED : OUTCOME_OK;
}

void patience_renew(struct patience *patience)
{
    if (patience->lost_ms != 0)
        (void)complain(OUTCOME_OK, "%s is there again", patience->session->settings.url);
    patience->lost_ms = 0;
}
