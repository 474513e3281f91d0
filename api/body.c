/* A body on its way into memory or into the store's uploads/. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/body.h"
#include "api/coding.h"
#include "storage/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

/* After an error a client is listened to for so much longer, so that it reads the answer. */
static const int64_t thrown_away_max = 64 << 20;
static const int64_t space_check_every = 4 << 20;

int body_check_size(const struct body *body, int64_t size, struct error *error)
{
    if (body->kind == BODY_NONE && size != 0)
        return error_set(error, ERROR_MALFORMED, "this request takes no body");
    if (size > body->limit)
        return error_set(error, ERROR_TOO_LARGE, "the body must be at most %lld bytes",
                         (long long)body->limit);
    if (body->kind == BODY_UPLOAD &&
        (uint64_t)(size > 0 ? size : 1) > store_free_space(body->store))
        return error_set(error, ERROR_STORAGE_FULL,
                         "there is not enough free space for this upload");
    return 0;
}

static int write_all(int file, const uint8_t *data, size_t size, struct error *error)
{
    while (size > 0) {
        ssize_t written = write(file, data, size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return error_set_errno(error, "cannot write the upload");
        data += written;
        size -= (size_t)written;
    }
    return 0;
}

static struct upload *upload_add(struct body *body, const char *name)
{
    if (body->upload_count == BODY_UPLOADS_MAX) {
        (void)error_set(&body->error, ERROR_INVALID,
                        "an upload is one file, or one of \"features\" and one of \"labels\"");
        return NULL;
    }
    struct upload *upload = &body->uploads[body->upload_count];
    upload->name = name;
    upload->file = store_upload_create(body->store, &upload->path, &body->error);
    if (upload->file < 0)
        return NULL;
    digest_start(&upload->digest);
    body->upload_count++;
    return upload;
}

const struct upload *body_upload(const struct body *body, const char *name)
{
    for (int i = 0; i < body->upload_count; i++)
        if (strcmp(body->uploads[i].name, name) == 0)
            return &body->uploads[i];
    return NULL;
}

static struct upload *upload_find(struct body *body, const char *name)
{
    for (int i = 0; i < body->upload_count; i++)
        if (strcmp(body->uploads[i].name, name) == 0)
            return &body->uploads[i];
    return upload_add(body, name);
}

static void upload_write(struct body *body, const char *name, const void *data, size_t size)
{
    struct upload *upload = upload_find(body, name);
    if (upload == NULL || write_all(upload->file, data, size, &body->error) != 0)
        return;
    digest_add(&upload->digest, data, size);
    upload->bytes += (int64_t)size;
}

/* Counts, and checks what was not known when the head came: a chunked body has no size. */
static bool accepts(struct body *body, size_t size)
{
    body->received += (int64_t)size;
    if (body->error.code == ERROR_NONE && (body->kind == BODY_NONE || body->received > body->limit))
        (void)body_check_size(body, body->received, &body->error);
    if (body->error.code == ERROR_NONE && body->kind == BODY_UPLOAD &&
        body->received - body->received_at_check >= space_check_every) {
        body->received_at_check = body->received;
        (void)body_check_size(body, 0, &body->error);
    }
    return body->error.code == ERROR_NONE;
}

static void text_clear(struct body *body)
{
    if (body->budget != NULL)
        body->budget->used -= body->budgeted;
    body->budgeted = 0;
    bytes_clear(&body->text);
}

static void text_append(struct body *body, const void *data, size_t size)
{
    if (body->budget != NULL) {
        int64_t used = atomic_fetch_add(&body->budget->used, (int64_t)size) + (int64_t)size;
        body->budgeted += (int64_t)size;
        if (used > body->budget->most)
            (void)error_set(&body->error, ERROR_BUSY,
                            "other requests take all the memory that bodies may have");
    }
    if (body->error.code == ERROR_NONE)
        bytes_append(&body->text, data, size);
    if (body->error.code != ERROR_NONE || bytes_check(&body->text, &body->error) != 0)
        text_clear(body);
}

static int take_inflated(void *context, const void *data, size_t size, struct error *error)
{
    struct body *body = context;
    body->inflated += (int64_t)size;
    if (body->inflated > body->limit)
        return error_set(error, ERROR_TOO_LARGE, "the body must inflate to at most %lld bytes",
                         (long long)body->limit);
    text_append(body, data, size);
    return body->error.code == ERROR_NONE ? 0 : -1;
}

void body_add(struct body *body, const void *data, size_t size)
{
    if (!accepts(body, size))
        return;
    if (body->kind == BODY_UPLOAD)
        upload_write(body, "body", data, size);
    else if (body->inflation == NULL)
        text_append(body, data, size);
    else if (inflation_add(body->inflation, data, size, take_inflated, body, &body->error) != 0)
        text_clear(body);
}

void body_add_field(struct body *body, const char *field, const void *data, size_t size)
{
    static const char *const known[] = {"features", "labels", "file"};
    if (!accepts(body, size))
        return;
    for (size_t i = 0; i < ARRAY_COUNT(known); i++)
        if (field != NULL && strcmp(field, known[i]) == 0) {
            upload_write(body, known[i], data, size);
            return;
        }
    (void)error_set(&body->error, ERROR_INVALID,
                    "a form's fields must be \"features\" and \"labels\", or \"file\", as in -F "
                    "features=@images.idx -F labels=@labels.idx");
}

bool body_is_hopeless(const struct body *body)
{
    return body->error.code != ERROR_NONE && body->received > body->limit &&
           body->received - body->limit > thrown_away_max;
}

/* The first error wins, as everywhere. */
static int error_copy(struct error *error, const struct error *from)
{
    if (error->code == ERROR_NONE)
        *error = *from;
    return -1;
}

int body_finish(struct body *body, struct error *error)
{
    if (body->error.code == ERROR_NONE && body->inflation != NULL && body->received > 0)
        (void)inflation_finish(body->inflation, &body->error);
    if (body->error.code != ERROR_NONE)
        return error_copy(error, &body->error);
    for (int i = 0; i < body->upload_count; i++)
        digest_finish(&body->uploads[i].digest, body->uploads[i].sha256);
    return 0;
}

static int digest_file(struct digest *digest, const struct upload *upload, struct error *error)
{
    uint8_t block[65536];
    int64_t at = 0;
    while (at < upload->bytes) {
        ssize_t size = pread(upload->file, block, sizeof block, at);
        if (size < 0 && errno == EINTR)
            continue;
        if (size <= 0)
            return error_set_errno(error, "cannot read the upload again");
        digest_add(digest, block, (size_t)size);
        at += size;
    }
    return 0;
}

int body_digest(const struct body *body, char text[DIGEST_TEXT_SIZE], struct error *error)
{
    if (body->upload_count == 0) {
        digest_bytes(body->text.data, body->text.size, text);
        return 0;
    }
    if (body->upload_count == 1) {
        memcpy(text, body->uploads[0].sha256, DIGEST_TEXT_SIZE);
        return 0;
    }
    bool in_order = strcmp(body->uploads[0].name, "labels") != 0;
    struct digest digest;
    digest_start(&digest);
    if (digest_file(&digest, &body->uploads[in_order ? 0 : 1], error) != 0 ||
        digest_file(&digest, &body->uploads[in_order ? 1 : 0], error) != 0)
        return -1;
    digest_finish(&digest, text);
    return 0;
}

void body_clear(struct body *body)
{
    for (int i = 0; i < body->upload_count; i++) {
        (void)close(body->uploads[i].file);
        (void)unlink(body->uploads[i].path);
        free(body->uploads[i].path);
    }
    text_clear(body);
    inflation_free(body->inflation);
    *body = (struct body){0};
}
