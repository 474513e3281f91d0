/* Finding a route by method and path. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/route.h"

#include <stdlib.h>
#include <string.h>

/* One segment against its pattern: "jobs", "{job}" or "{job}:cancel"; where a placeholder is, its
 * text is given back. */
static bool segment_matches(const char *pattern, size_t pattern_size, const char *text, size_t size,
                            size_t *capture_size)
{
    *capture_size = 0;
    if (pattern_size == 0 || pattern[0] != '{')
        return pattern_size == size && memcmp(pattern, text, size) == 0;
    const char *suffix = (const char *)memchr(pattern, '}', pattern_size) + 1;
    size_t suffix_size = pattern_size - (size_t)(suffix - pattern);
    if (size <= suffix_size || memcmp(text + size - suffix_size, suffix, suffix_size) != 0)
        return false;
    *capture_size = size - suffix_size;
    return memchr(text, ':', *capture_size) == NULL;
}

struct capture {
    const char *text;
    size_t size;
};

/* Both begin with a slash. captures: as many as the pattern has placeholders. */
static bool path_matches(const char *pattern, const char *path,
                         struct capture captures[REQUEST_CAPTURES_MAX])
{
    int count = 0;
    while (*pattern == '/' && *path == '/') {
        size_t pattern_size = strcspn(++pattern, "/"), size = strcspn(++path, "/");
        size_t capture_size;
        if (!segment_matches(pattern, pattern_size, path, size, &capture_size))
            return false;
        if (capture_size > 0)
            captures[count++] = (struct capture){path, capture_size};
        pattern += pattern_size;
        path += size;
    }
    return *pattern == '\0' && *path == '\0';
}

static bool route_serves(const struct route *route, const char *method)
{
    return strcmp(route->method, method) == 0 ||
           (strcmp(method, "HEAD") == 0 && strcmp(route->method, "GET") == 0);
}

static int set_captures(struct request *request, const struct capture *captures,
                        struct error *error)
{
    for (int i = 0; i < REQUEST_CAPTURES_MAX && captures[i].text != NULL; i++) {
        request->captures[i] = strndup(captures[i].text, captures[i].size);
        if (request->captures[i] == NULL)
            return error_set(error, ERROR_MEMORY, "no memory for the path");
    }
    return 0;
}

char *route_methods(const struct route *routes, const char *path)
{
    struct bytes methods = {0};
    for (const struct route *route = routes; route->method != NULL; route++) {
        struct capture captures[REQUEST_CAPTURES_MAX] = {0};
        if (!path_matches(route->path, path, captures))
            continue;
        bytes_printf(&methods, "%s%s", methods.size > 0 ? ", " : "", route->method);
        if (strcmp(route->method, "GET") == 0)
            bytes_printf(&methods, ", HEAD");
    }
    if (methods.size > 0 && bytes_text(&methods) != NULL)
        return (char *)methods.data;
    bytes_clear(&methods);
    return NULL;
}

/* The pattern with the path's own segments in the place of its placeholders, so that "/v1/job/iris"
 * is near to "/v1/jobs/iris". */
static void fill_pattern(const char *pattern, const char *path, struct bytes *filled)
{
    while (*pattern == '/') {
        size_t pattern_size = strcspn(++pattern, "/");
        path += *path == '/';
        size_t size = strcspn(path, "/:");
        bytes_append(filled, "/", 1);
        if (pattern[0] == '{' && size > 0) {
            const char *suffix = (const char *)memchr(pattern, '}', pattern_size) + 1;
            bytes_append(filled, path, size);
            bytes_append(filled, suffix, pattern_size - (size_t)(suffix - pattern));
        } else {
            bytes_append(filled, pattern, pattern_size);
        }
        pattern += pattern_size;
        path += strcspn(path, "/");
    }
}

enum { ROUTES_MAX = 128 };

static int refuse_path(const struct route *routes, const char *path, struct error *error)
{
    struct bytes filled[ROUTES_MAX] = {0};
    const char *names[ROUTES_MAX + 1] = {0};
    size_t count = 0, name_count = 0;
    for (const struct route *route = routes; route->method != NULL && count < ROUTES_MAX; route++) {
        fill_pattern(route->path, path, &filled[count]);
        const char *text = bytes_text(&filled[count++]);
        if (text != NULL)
            names[name_count++] = text;
    }
    const char *nearest = nearest_name(names, path);
    if (nearest != NULL)
        (void)error_set(error, ERROR_NOT_FOUND, "there is no %.200s here; did you mean %.200s?",
                        path, nearest);
    else
        (void)error_set(error, ERROR_NOT_FOUND, "there is no %.200s here; see GET /", path);
    for (size_t i = 0; i < count; i++)
        bytes_clear(&filled[i]);
    return -1;
}

int route_find(struct request *request, struct reply *reply, struct error *error)
{
    const struct route *routes = request->service->routes;
    for (const struct route *route = routes; route->method != NULL; route++) {
        struct capture captures[REQUEST_CAPTURES_MAX] = {0};
        if (!route_serves(route, request->method) ||
            !path_matches(route->path, request->path, captures))
            continue;
        request->route = route;
        return set_captures(request, captures, error);
    }
    AUTO_FREE char *methods = route_methods(routes, request->path);
    if (methods == NULL)
        return refuse_path(routes, request->path, error);
    if (reply_header(reply, error, "Allow", "%s", methods) != 0)
        return -1;
    return error_set(error, ERROR_NOT_ALLOWED, "%.200s takes %s, not %.20s", request->path, methods,
                     request->method);
}
