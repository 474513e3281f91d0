/* GET / and /dashboard/{build}/{file}: the pages of clients/dashboard, which are part of the
 * program. They hold nothing of anybody's, so that whoever has no token yet is shown where to give
 * it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/dashboard_files.inc" /* made by clients/dashboard/embed.sh */
#include "api/handlers/handlers.h"

#include <string.h>

static const char *file_type(const char *name)
{
    static const struct {
        const char *ending, *type;
    } types[] = {{".html", "text/html; charset=utf-8"},
                 {".css", "text/css; charset=utf-8"},
                 {".js", "text/javascript; charset=utf-8"},
                 {".svg", "image/svg+xml"}};
    const char *ending = strrchr(name, '.');
    for (size_t i = 0; ending != NULL && i < ARRAY_COUNT(types); i++)
        if (strcmp(ending, types[i].ending) == 0)
            return types[i].type;
    return "text/plain; charset=utf-8";
}

/* Asked for again each time, and answered by 304: another propd has another page. */
static const char kept_until_asked[] = "no-cache";
/* A year: what is at a path with this build's digest never changes (RFC 8246). */
static const char kept[] = "max-age=31536000, immutable";

static int reply_file(struct reply *reply, const struct embedded_file *file, const char *cached,
                      struct error *error)
{
    reply->status = 200;
    reply->content_type = file_type(file->name);
    reply->keeps = true;
    reply_header_static(reply, "Cache-Control", cached);
    reply_header_static(reply, "Content-Security-Policy",
                        "default-src 'self'; frame-ancestors 'none'");
    bytes_append(&reply->body, file->bytes, file->size);
    return reply->body.failed ? error_set(error, ERROR_MEMORY, "out of memory") : 0;
}

static const struct embedded_file *file_find(const char *name)
{
    for (size_t i = 0; i < ARRAY_COUNT(files); i++)
        if (strcmp(files[i].name, name) == 0)
            return &files[i];
    return NULL;
}

int handle_dashboard(struct request *request, struct reply *reply, struct error *error)
{
    (void)request;
    return reply_file(reply, file_find("index.html"), kept_until_asked, error);
}

int handle_dashboard_file(struct request *request, struct reply *reply, struct error *error)
{
    const char *name = request->captures[1];
    bool is_ours = strcmp(request->captures[0], files_build) == 0;
    const struct embedded_file *file = file_find(name);
    if (file == NULL)
        return error_set(error, ERROR_NOT_FOUND, "the dashboard has no file \"%s\"; it begins at /",
                         name);
    return reply_file(reply, file, is_ours ? kept : kept_until_asked, error);
}
