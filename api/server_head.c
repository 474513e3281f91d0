/* A request's head as the library hands it over, and what its way of reading hides: a NUL in the
 * request line cuts a word short, a folded header line changes the name of the header, and a header
 * line without a name ends the head. All show in where the words stand in the library's buffer
 * (tried with 0.9.75). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/server_inside.h"

#include <stdlib.h>
#include <string.h>

/* A line that is continued is joined at the end of the name in place of the value, so that
 * "Content: 5" and " -Length" read as "Content-Length: 5"; the name is moved elsewhere for that. So
 * a value that does not stand right behind its name tells. */
static bool is_folded(const char *name, size_t name_size, const char *value)
{
    if (value == NULL)
        return false;
    if ((uintptr_t)value <= (uintptr_t)name + name_size)
        return true;
    for (const char *at = name + name_size + 1; at != value; at++)
        if (*at != ' ' && *at != '\t')
            return true;
    return false;
}

/* The library ends words at a NUL and puts NULs where lines ended. Behind a value that was not cut
 * short by one of the client's stand the line end's one or two, then the next header's name or,
 * behind the last one (NULL), the empty line's. */
static bool ends_its_line(const char *value_end, const char *next_name)
{
    if (next_name == NULL)
        return value_end[1] == '\0';
    size_t gap = (uintptr_t)next_name - (uintptr_t)value_end;
    return gap == 1 || (gap == 2 && value_end[1] == '\0');
}

static int check_values(const struct request *request, struct error *error)
{
    for (size_t i = 0; i < request->header_count; i++) {
        const struct header *header = &request->headers[i];
        const char *next = i + 1 < request->header_count ? header[1].name : NULL;
        if (!header->is_folded && !(next != NULL && header[1].is_folded) &&
            !ends_its_line(header->value + header->value_size, next))
            return error_set(error, ERROR_MALFORMED, "header %zu has a NUL in its value", i + 1);
    }
    return 0;
}

static enum MHD_Result add_header(void *context, enum MHD_ValueKind kind, const char *name,
                                  size_t name_size, const char *value, size_t value_size)
{
    struct exchange *exchange = context;
    (void)kind;
    exchange->headers[exchange->request.header_count++] =
        (struct header){.name = name,
                        .value = value != NULL ? value : "",
                        .name_size = name_size,
                        .value_size = value_size,
                        .is_folded = is_folded(name, name_size, value)};
    return MHD_YES;
}

static int take_headers(struct exchange *exchange, struct error *error)
{
    int count = MHD_get_connection_values_n(exchange->connection, MHD_HEADER_KIND, NULL, NULL);
    exchange->headers = calloc((size_t)count + 1, sizeof *exchange->headers);
    if (exchange->headers == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for the headers");
    exchange->request.headers = exchange->headers;
    (void)MHD_get_connection_values_n(exchange->connection, MHD_HEADER_KIND, add_header, exchange);
    return check_values(&exchange->request, error);
}

/* Method, target and version follow each other with one byte in between. */
static int check_request_line(const struct exchange *exchange, const char *method,
                              const char *version, struct error *error)
{
    uintptr_t target = (uintptr_t)exchange->target;
    if ((uintptr_t)method + strlen(method) + 1 == target &&
        target + exchange->target_size + 1 == (uintptr_t)version)
        return 0;
    return error_set(error, ERROR_MALFORMED,
                     "the request line must be a method, a target and a version with one space "
                     "between them");
}

/* A line that begins with its colon is the empty line to the library: what follows would be a
 * request of its own to us, and more headers to a proxy. Behind the last header's line (or the
 * request line) the head must end with one more line end, of the kind that ends the request line.
 */
static int check_end(const struct exchange *exchange, const char *method, const char *version,
                     struct error *error)
{
    const struct request *request = &exchange->request;
    const struct header *first = request->headers, *last = first + request->header_count - 1;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(exchange->connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    const bool has_headers = request->header_count > 0;
    if (info == NULL || (has_headers && last->is_folded))
        return 0;
    const uintptr_t end = (uintptr_t)method + info->header_size,
                    request_line = (uintptr_t)version + strlen(version),
                    last_line =
                        has_headers ? (uintptr_t)last->value + last->value_size : request_line;
    const uintptr_t line_end = has_headers ? (uintptr_t)first->name - request_line : 0;
    if (has_headers ? end - last_line == 2 * line_end
                    : end - last_line == 2 || end - last_line == 4)
        return 0;
    return error_set(error, ERROR_MALFORMED,
                     "a header has no name, or the head's lines end in different ways");
}

int exchange_take_head(struct exchange *exchange, const char *method, const char *version,
                       struct error *error)
{
    exchange->request.method = method;
    exchange->request.version = version;
    if (take_headers(exchange, error) != 0 || error->code != ERROR_NONE)
        return -1;
    if (check_request_line(exchange, method, version, error) != 0)
        return -1;
    return check_end(exchange, method, version, error);
}
