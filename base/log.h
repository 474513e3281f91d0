/* One JSON object a line on standard error: {"at", "level", "event", …}. The daemon and the api
 * log; the engine and the storage never do. Thread-safe; a line is one write(2). */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_BASE_LOG_H
#define PROPD_BASE_LOG_H

#include <stdint.h>

#include "base/compiler.h"
#include "base/error.h"

enum log_level {
    LOG_LEVEL_DEBUG,
    LOG_LEVEL_INFO,
    LOG_LEVEL_WARNING,
    LOG_LEVEL_ERROR,
    LOG_LEVEL_OFF
};

/* Lines below `level` are dropped. Called once at start; LOG_LEVEL_INFO before. */
void log_set_level(enum log_level level);

/* Key and value pairs after `event`, made by the macros below, ended by NULL:
 *     log_write(LOG_LEVEL_INFO, "job_started", "job", LOG_TEXT(id), "cores", LOG_INTEGER(2), NULL);
 */
enum log_type { LOG_TYPE_TEXT = 1, LOG_TYPE_INTEGER, LOG_TYPE_NUMBER };
#define LOG_TEXT(text) (int)LOG_TYPE_TEXT, (const char *)(text)
#define LOG_INTEGER(number) (int)LOG_TYPE_INTEGER, (int64_t)(number)
#define LOG_NUMBER(number) (int)LOG_TYPE_NUMBER, (double)(number)
void log_write(enum log_level level, const char *event, ...);
/* The same for an error, its code and message as pairs, with one more pair of text. */
void log_error(const char *event, const struct error *error, const char *key, const char *value);

#endif
