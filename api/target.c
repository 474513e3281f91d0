/* The request target as it stood in the request line (RFC 9112 section 3.2, RFC 3986), taken apart
 * by ourselves: the HTTP library cuts at %00 and hands over %2e%2e%2f decoded. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/request.h"
#include "base/utf8.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { PARAMETERS_MAX = 32 };

static int hexadecimal(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    return digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;
}

/* The byte that an escape stands for; NUL for %00 and for a broken one. */
static char unescape(const char *text, size_t size)
{
    int high = size > 2 ? hexadecimal(text[1]) : -1;
    int low = size > 2 ? hexadecimal(text[2]) : -1;
    return high < 0 || low < 0 ? '\0' : (char)(high * 16 + low);
}

/* Decodes into `decoded` (size + 1 bytes). */
static int decode_into(char *decoded, const char *text, size_t size, bool plus_is_space,
                       struct error *error)
{
    size_t length = 0;
    for (size_t i = 0; i < size; i += text[i] == '%' ? 3 : 1) {
        char byte = text[i] == '%' ? unescape(text + i, size - i) : text[i];
        if (byte == '\0')
            return error_set(error, ERROR_MALFORMED,
                             "the request target has a %%00 or a %% without two digits behind it");
        decoded[length++] = text[i] == '+' && plus_is_space ? ' ' : byte;
    }
    decoded[length] = '\0';
    if (!utf8_is_valid(decoded))
        return error_set(error, ERROR_MALFORMED, "the request target is not UTF-8");
    return 0;
}

static char *decode(const char *text, size_t size, bool plus_is_space, struct error *error)
{
    char *decoded = malloc(size + 1);
    if (decoded == NULL) {
        (void)error_set(error, ERROR_MEMORY, "no memory for the request target");
        return NULL;
    }
    if (decode_into(decoded, text, size, plus_is_space, error) == 0)
        return decoded;
    free(decoded);
    return NULL;
}

/* No byte that ends lines, words or fragments anywhere in the raw target. */
static int check_raw(const char *target, struct error *error)
{
    if (strlen(target) > REQUEST_TARGET_MAX)
        return error_set(error, ERROR_URI_TOO_LONG, "the request target is over %d bytes",
                         REQUEST_TARGET_MAX);
    if (target[0] != '/')
        return error_set(error, ERROR_MALFORMED, "the request target must begin with a slash");
    for (const char *at = target; *at != '\0'; at++) {
        unsigned char byte = (unsigned char)*at;
        if (byte <= ' ' || byte >= 0x7f || byte == '#')
            return error_set(error, ERROR_MALFORMED,
                             "the request target has byte 0x%02x, which must be escaped", byte);
    }
    return 0;
}

static bool escapes_separator(const char *path, size_t size)
{
    for (size_t i = 0; i + 2 < size; i++) {
        if (path[i] != '%')
            continue;
        int byte = hexadecimal(path[i + 1]) * 16 + hexadecimal(path[i + 2]);
        if (byte == '/' || byte == '\\' || byte < ' ' || byte == 0x7f)
            return true;
    }
    return memchr(path, '\\', size) != NULL;
}

static bool has_odd_segment(const char *path)
{
    for (const char *at = path; at != NULL; at = strchr(at + 1, '/')) {
        size_t size = strcspn(at + 1, "/");
        bool last = at[1 + size] == '\0';
        bool is_dots = strspn(at + 1, ".") == size; /* or empty */
        if (size <= 2 && is_dots && (size > 0 || !last))
            return true;
    }
    return false;
}

static int set_path(struct request *request, const char *path, size_t size, struct error *error)
{
    if (escapes_separator(path, size))
        return error_set(error, ERROR_MALFORMED,
                         "the path has an escaped slash, a backslash or a control byte");
    request->path = decode(path, size, false, error);
    if (request->path == NULL)
        return -1;
    if (has_odd_segment(request->path))
        return error_set(error, ERROR_MALFORMED, "the path has an empty segment, \".\" or \"..\"");
    return 0;
}

static int add_parameter(struct request *request, const char *text, size_t size,
                         struct error *error)
{
    const char *equals = memchr(text, '=', size);
    size_t name_size = equals != NULL ? (size_t)(equals - text) : size;
    struct parameter *parameter = &request->parameters[request->parameter_count];
    parameter->name = decode(text, name_size, true, error);
    if (parameter->name == NULL)
        return -1;
    request->parameter_count++;
    parameter->value = equals != NULL ? decode(equals + 1, size - name_size - 1, true, error)
                                      : decode("", 0, true, error);
    if (parameter->value == NULL)
        return -1;
    if (strcmp(parameter->name, "pretty") == 0)
        request->pretty = strcmp(parameter->value, "false") != 0;
    return 0;
}

static int set_parameters(struct request *request, const char *query, struct error *error)
{
    request->parameters = calloc(PARAMETERS_MAX, sizeof *request->parameters);
    if (request->parameters == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for the query");
    while (*query != '\0') {
        size_t size = strcspn(query, "&");
        if (size > 0 && request->parameter_count == PARAMETERS_MAX)
            return error_set(error, ERROR_MALFORMED, "the query has more than %d parameters",
                             PARAMETERS_MAX);
        if (size > 0 && add_parameter(request, query, size, error) != 0)
            return -1;
        query += size + (query[size] == '&');
    }
    return 0;
}

static bool is_under(const char *target, const char *root)
{
    const size_t size = strlen(root);
    return strncmp(target, root, size) == 0 &&
           (target[size] == '\0' || target[size] == '/' || target[size] == '?');
}

int request_set_target(struct request *request, const char *target, struct error *error)
{
    request->is_open_inference = is_under(target, "/v2");
    if (check_raw(target, error) != 0)
        return -1;
    size_t path_size = strcspn(target, "?");
    if (set_path(request, target, path_size, error) != 0)
        return -1;
    return target[path_size] == '?' ? set_parameters(request, target + path_size + 1, error) : 0;
}

/* ---- the way back */

/* All but what RFC 3986 calls unreserved, and slashes, as escapes. */
static void escape(struct bytes *target, const char *text)
{
    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;
        if (isalnum(byte) || strchr("-._~/:@", byte) != NULL)
            bytes_append(target, text, 1);
        else
            bytes_printf(target, "%%%02X", byte);
    }
}

static void add_to_query(struct bytes *target, char before, const char *name, const char *value)
{
    bytes_append(target, &before, 1);
    escape(target, name);
    bytes_append(target, "=", 1);
    escape(target, value);
}

static bool is_among(const char *const *names, const char *name)
{
    while (*names != NULL && strcmp(*names, name) != 0)
        names++;
    return *names != NULL;
}

void request_append_parameters(const struct request *request, const char *const *but, char before,
                               struct bytes *target)
{
    for (size_t i = 0; i < request->parameter_count; i++) {
        const struct parameter *parameter = &request->parameters[i];
        if (is_among(but, parameter->name))
            continue;
        add_to_query(target, before, parameter->name, parameter->value);
        before = '&';
    }
}

void request_append_target(const struct request *request, const char *name, const char *value,
                           struct bytes *target)
{
    const char *const but[] = {name, NULL};
    escape(target, request->path);
    add_to_query(target, '?', name, value);
    request_append_parameters(request, but, '&', target);
}
