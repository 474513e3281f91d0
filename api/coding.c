/* gzip and deflate by zlib. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/coding.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <zlib.h>

/* zlib's way to name the wrapper: its own by the window's bits, gzip by 16 more. */
enum { ZLIB_WINDOW = 15, GZIP_WINDOW = 15 + 16, MEMORY_LEVEL = 8 };
enum { PIECE_SIZE = 64 << 10 };

/* ---- names */

static const char *const names[] = {
    [CODING_IDENTITY] = "identity", [CODING_GZIP] = "gzip", [CODING_DEFLATE] = "deflate"};

const char *coding_name(enum coding coding)
{
    return names[coding];
}

static bool name_is(const char *text, size_t size, const char *name)
{
    return size == strlen(name) && strncasecmp(text, name, size) == 0;
}

int coding_find(const char *content_encoding, enum coding *coding, struct error *error)
{
    *coding = CODING_IDENTITY;
    if (content_encoding == NULL)
        return 0;
    const size_t size = strlen(content_encoding);
    for (size_t i = 0; i < ARRAY_COUNT(names); i++)
        if (name_is(content_encoding, size, names[i])) {
            *coding = (enum coding)i;
            return 0;
        }
    if (name_is(content_encoding, size, "x-gzip")) { /* RFC 9110 section 8.4.1.3 */
        *coding = CODING_GZIP;
        return 0;
    }
    return error_set(error, ERROR_UNSUPPORTED,
                     "Content-Encoding must be absent, gzip or deflate, not %.40s",
                     content_encoding);
}

/* ";q=0.5" and the like: thousandths, 1000 where there is none. */
static int weight_read(const char *parameters, size_t size)
{
    const char *at = memchr(parameters, '=', size);
    if (at == NULL)
        return 1000;
    int weight = 0, scale = 1000;
    for (at++; at < parameters + size; at++) {
        if (*at >= '0' && *at <= '9' && scale > 0) {
            weight += (*at - '0') * scale;
            scale /= 10;
        } else if (*at != '.') {
            break;
        }
    }
    return weight;
}

enum coding coding_accepted(const char *accept_encoding)
{
    int weights[ARRAY_COUNT(names)] = {0}, other = 0;
    bool told[ARRAY_COUNT(names)] = {false};
    const char *at = accept_encoding != NULL ? accept_encoding : "";
    for (at += strspn(at, ", \t"); *at != '\0'; at += strspn(at, ", \t")) {
        const size_t size = strcspn(at, ","), length = strcspn(at, ",; \t");
        const int weight = weight_read(at + length, size - length);
        for (size_t i = 0; i < ARRAY_COUNT(names); i++)
            if (name_is(at, length, names[i])) {
                weights[i] = weight;
                told[i] = true;
            }
        if (name_is(at, length, "*"))
            other = weight;
        at += size;
    }
    for (size_t i = 0; i < ARRAY_COUNT(names); i++)
        weights[i] = told[i] ? weights[i] : other;
    if (weights[CODING_GZIP] == 0 && weights[CODING_DEFLATE] == 0)
        return CODING_IDENTITY;
    return weights[CODING_DEFLATE] > weights[CODING_GZIP] ? CODING_DEFLATE : CODING_GZIP;
}

/* ---- bodies */

struct inflation {
    z_stream stream;
    enum coding coding;
    bool ended; /* at the end of a member or of the stream */
    uint8_t piece[PIECE_SIZE];
};

struct inflation *inflation_create(enum coding coding, struct error *error)
{
    struct inflation *inflation = calloc(1, sizeof *inflation);
    if (inflation != NULL) {
        inflation->coding = coding;
        if (inflateInit2(&inflation->stream, coding == CODING_GZIP ? GZIP_WINDOW : ZLIB_WINDOW) ==
            Z_OK)
            return inflation;
    }
    free(inflation);
    (void)error_set(error, ERROR_MEMORY, "no memory to inflate the body");
    return NULL;
}

void inflation_free(struct inflation *inflation)
{
    if (inflation != NULL)
        (void)inflateEnd(&inflation->stream);
    free(inflation);
}

static int refuse_bytes(const struct inflation *inflation, struct error *error)
{
    return error_set(error, ERROR_MALFORMED,
                     "the body is not the %s that its Content-Encoding says",
                     inflation->coding == CODING_GZIP ? "gzip (RFC 1952)" : "zlib (RFC 1950)");
}

/* One piece of plain bytes; 1: there may be more without further input, 0: not. */
static int inflate_piece(struct inflation *inflation, coding_take_fn *take, void *context,
                         struct error *error)
{
    z_stream *stream = &inflation->stream;
    if (inflation->ended) {
        if (inflation->coding != CODING_GZIP || inflateReset(stream) != Z_OK)
            return refuse_bytes(inflation, error);
        inflation->ended = false;
    }
    stream->next_out = inflation->piece;
    stream->avail_out = PIECE_SIZE;
    const int result = inflate(stream, Z_NO_FLUSH);
    if (result == Z_MEM_ERROR)
        return error_set(error, ERROR_MEMORY, "no memory to inflate the body");
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
        return refuse_bytes(inflation, error);
    inflation->ended = result == Z_STREAM_END;
    const size_t size = PIECE_SIZE - stream->avail_out;
    if (size > 0 && take(context, inflation->piece, size, error) != 0)
        return -1;
    return stream->avail_in > 0 || (stream->avail_out == 0 && !inflation->ended);
}

int inflation_add(struct inflation *inflation, const void *data, size_t size, coding_take_fn *take,
                  void *context, struct error *error)
{
    const uint8_t *at = data;
    while (size > 0) {
        const uInt part = size < UINT_MAX ? (uInt)size : UINT_MAX;
        inflation->stream.next_in = (z_const Bytef *)(uintptr_t)at;
        inflation->stream.avail_in = part;
        int more;
        do
            more = inflate_piece(inflation, take, context, error);
        while (more > 0);
        if (more < 0)
            return -1;
        at += part;
        size -= part;
    }
    return 0;
}

int inflation_finish(const struct inflation *inflation, struct error *error)
{
    if (inflation->ended)
        return 0;
    return error_set(error, ERROR_MALFORMED, "the body ends before its %s does",
                     coding_name(inflation->coding));
}

/* ---- answers */

int coding_deflate(enum coding coding, int level, const void *plain, size_t size,
                   struct bytes *coded, struct error *error)
{
    z_stream stream = {0};
    if (size > UINT_MAX / 2)
        return error_set(error, ERROR_TOO_LARGE, "an answer of %zu bytes is not compressed", size);
    if (deflateInit2(&stream, level, Z_DEFLATED, coding == CODING_GZIP ? GZIP_WINDOW : ZLIB_WINDOW,
                     MEMORY_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK)
        return error_set(error, ERROR_MEMORY, "no memory to compress the answer");
    const size_t before = coded->size, most = deflateBound(&stream, (uLong)size);
    uint8_t *out = bytes_extend(coded, most);
    stream.next_in = (z_const Bytef *)(uintptr_t)plain;
    stream.avail_in = (uInt)size;
    stream.next_out = out;
    stream.avail_out = (uInt)most;
    const bool done = out != NULL && deflate(&stream, Z_FINISH) == Z_STREAM_END;
    (void)deflateEnd(&stream);
    coded->size = before + (done ? most - stream.avail_out : 0);
    return done ? 0 : error_set(error, ERROR_MEMORY, "no memory to compress the answer");
}
