/* The log: each line is put together in memory and leaves with one write(2). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "base/json_text.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

static const char *const level_names[] = {"debug", "info", "warning", "error"};
static const char out_of_memory_line[] = "{\"level\":\"error\",\"event\":\"log_out_of_memory\"}\n";

static atomic_int lowest_level = LOG_LEVEL_INFO;

void log_set_level(enum log_level level)
{
    atomic_store(&lowest_level, (int)level);
}

static void append_pair(struct bytes *line, const char *key, const char *text)
{
    bytes_append_u8(line, line->size > 0 ? ',' : '{');
    json_append_string(line, key);
    bytes_append_u8(line, ':');
    if (text != NULL)
        json_append_string(line, text);
    else
        bytes_append(line, "null", 4);
}

static void append_key(struct bytes *line, const char *key)
{
    bytes_append_u8(line, ',');
    json_append_string(line, key);
    bytes_append_u8(line, ':');
}

static void append_start(struct bytes *line, enum log_level level, const char *event)
{
    char at[CLOCK_TEXT_SIZE];
    clock_format(clock_unix_ms(), at);
    append_pair(line, "at", at);
    append_pair(line, "level", level_names[level]);
    append_pair(line, "event", event);
}

/* Nobody is there to be told that standard error is closed. */
static void write_all(const char *text, size_t size)
{
    while (size > 0) {
        ssize_t written = write(STDERR_FILENO, text, size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return;
        text += written;
        size -= (size_t)written;
    }
}

static void finish(struct bytes *line)
{
    bytes_append(line, "}\n", 2);
    const char *text = bytes_text(line);
    if (text != NULL)
        write_all(text, line->size);
    else
        write_all(out_of_memory_line, sizeof(out_of_memory_line) - 1);
    bytes_clear(line);
}

static bool is_dropped(enum log_level level)
{
    assert(level < LOG_LEVEL_OFF);
    return (int)level < atomic_load(&lowest_level);
}

void log_write(enum log_level level, const char *event, ...)
{
    if (is_dropped(level))
        return;
    struct bytes line = {0};
    append_start(&line, level, event);
    va_list pairs;
    va_start(pairs, event);
    const char *key = NULL;
    while ((key = va_arg(pairs, const char *)) != NULL) {
        switch ((enum log_type)va_arg(pairs, int)) {
        case LOG_TYPE_TEXT:
            append_pair(&line, key, va_arg(pairs, const char *));
            break;
        case LOG_TYPE_INTEGER:
            append_key(&line, key);
            bytes_printf(&line, "%" PRId64, va_arg(pairs, int64_t));
            break;
        case LOG_TYPE_NUMBER:
            append_key(&line, key);
            json_append_number(&line, va_arg(pairs, double));
            break;
        }
    }
    va_end(pairs);
    finish(&line);
}

void log_error(const char *event, const struct error *error, const char *key, const char *value)
{
    log_write(LOG_LEVEL_ERROR, event, "code", LOG_TEXT(error_code_name(error->code)), "message",
              LOG_TEXT(error->message), key, LOG_TEXT(value), NULL);
}
