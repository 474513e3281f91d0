/* Checks of a request's head. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/guard.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* tchar of RFC 9110 section 5.6.2; so "Content-Length " with a space is no name. */
static bool is_token(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        unsigned char byte = (unsigned char)text[i];
        if (byte >= 0x7f || (!isalnum(byte) && strchr("!#$%&'*+-.^_`|~", byte) == NULL) ||
            byte == '\0')
            return false;
    }
    return size > 0;
}

static bool is_field_value(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        unsigned char byte = (unsigned char)text[i];
        if ((byte < ' ' && byte != '\t') || byte == 0x7f)
            return false;
    }
    return true;
}

/* Gateways that turn headers into variables read Content_Length as Content-Length. */
static bool imitates_framing(const struct header *header)
{
    return (header->name_size == 14 && strncasecmp(header->name, "Content_Length", 14) == 0) ||
           (header->name_size == 17 && strncasecmp(header->name, "Transfer_Encoding", 17) == 0);
}

static int check_headers(const struct request *request, struct error *error)
{
    size_t size = 0;
    for (size_t i = 0; i < request->header_count; i++) {
        const struct header *header = &request->headers[i];
        size += header->name_size + header->value_size + 4;
        if (header->name_size + header->value_size > GUARD_HEADER_MAX)
            return error_set(error, ERROR_HEADERS_TOO_LARGE, "header %zu must be at most %d bytes",
                             i + 1, GUARD_HEADER_MAX);
        if (header->is_folded)
            return error_set(error, ERROR_MALFORMED, "header %zu is folded over two lines", i + 1);
        if (!is_token(header->name, header->name_size))
            return error_set(error, ERROR_MALFORMED, "header %zu has no proper name", i + 1);
        if (!is_field_value(header->value, header->value_size))
            return error_set(error, ERROR_MALFORMED, "header %zu has a control byte in its value",
                             i + 1);
        if (imitates_framing(header))
            return error_set(error, ERROR_MALFORMED,
                             "header %zu has an underscore where a dash belongs", i + 1);
    }
    if (size > GUARD_HEADERS_MAX)
        return error_set(error, ERROR_HEADERS_TOO_LARGE, "the headers must be at most %d bytes",
                         GUARD_HEADERS_MAX);
    return 0;
}

/* The library would say so too, but in a form that is none of ours. */
static int check_host(const struct request *request, struct error *error)
{
    if (request->version == NULL || strcmp(request->version, "HTTP/1.1") != 0 ||
        request_header(request, "Host") != NULL)
        return 0;
    return error_set(error, ERROR_MALFORMED,
                     "a request of HTTP/1.1 has a Host, as in Host: localhost:8420");
}

static int check_transfer_encoding(const struct request *request, struct error *error)
{
    const char *encoding = request_header(request, "Transfer-Encoding");
    if (encoding == NULL)
        return 0;
    if (request_header(request, "Content-Length") != NULL)
        return error_set(error, ERROR_MALFORMED,
                         "a request has Content-Length or Transfer-Encoding, not both");
    if (request->version != NULL && strcmp(request->version, "HTTP/1.0") == 0)
        return error_set(error, ERROR_MALFORMED, "HTTP/1.0 has no Transfer-Encoding");
    if (strcasecmp(encoding, "chunked") != 0)
        return error_set(error, ERROR_NOT_IMPLEMENTED, "Transfer-Encoding must be chunked");
    return 0;
}

int guard_check_framing(const struct request *request, struct error *error)
{
    static const char *const single[] = {"Content-Length", "Transfer-Encoding", "Host",
                                         "Content-Type",   "Authorization",     "Origin"};
    if (request->version != NULL && strcmp(request->version, "HTTP/1.1") != 0 &&
        strcmp(request->version, "HTTP/1.0") != 0)
        return error_set(error, ERROR_MALFORMED, "the version must be HTTP/1.1 or HTTP/1.0");
    if (!is_token(request->method, strlen(request->method)))
        return error_set(error, ERROR_MALFORMED, "the method is no proper word");
    if (check_headers(request, error) != 0)
        return -1;
    for (size_t i = 0; i < ARRAY_COUNT(single); i++)
        if (request_header_count(request, single[i]) > 1)
            return error_set(error, ERROR_MALFORMED, "a request has one %s, not two", single[i]);
    if (check_host(request, error) != 0)
        return -1;
    const char *length = request_header(request, "Content-Length");
    if (length != NULL &&
        (*length == '\0' || strlen(length) > 18 || strspn(length, "0123456789") != strlen(length)))
        return error_set(error, ERROR_MALFORMED, "Content-Length must be a number of bytes");
    return check_transfer_encoding(request, error);
}

int64_t guard_content_length(const struct request *request)
{
    const char *length = request_header(request, "Content-Length");
    if (request_header(request, "Transfer-Encoding") != NULL)
        return -1;
    return length != NULL ? strtoll(length, NULL, 10) : 0;
}

/* Length of the host in "host:port", "[::1]:port" or without a port; 0: not a host at all. */
static size_t host_size(const char *authority)
{
    size_t size = authority[0] == '[' ? strcspn(authority, "]") + 1 : strcspn(authority, ":");
    if (size > strlen(authority))
        return 0;
    const char *rest = authority + size;
    if (rest[0] == ':' && rest[1 + strspn(rest + 1, "0123456789")] == '\0')
        return size;
    return rest[0] == '\0' ? size : 0;
}

static bool host_is(const char *authority, size_t size, const char *name)
{
    return name != NULL && strlen(name) == size && strncasecmp(authority, name, size) == 0;
}

static bool host_is_ours(const struct service *service, const char *authority)
{
    size_t size = host_size(authority);
    if (size == 0)
        return false;
    if (host_is(authority, size, "localhost") || host_is(authority, size, "127.0.0.1") ||
        host_is(authority, size, "[::1]") || host_is(authority, size, service->address))
        return true;
    const struct strings *const lists[] = {&service->config->allowed_hosts, &service->hosts};
    for (size_t list = 0; list < ARRAY_COUNT(lists); list++)
        for (size_t i = 0; i < lists[list]->count; i++)
            if (host_is(authority, size, lists[list]->items[i]))
                return true;
    return false;
}

bool guard_origin_is_listed(const struct request *request)
{
    const char *origin = request_header(request, "Origin");
    const struct strings *allowed = &request->service->config->allowed_origins;
    for (size_t i = 0; origin != NULL && i < allowed->count; i++)
        if (strcasecmp(allowed->items[i], origin) == 0)
            return true;
    return false;
}

/* Our own pages have the origin that they were loaded from: the Host of this request. */
static bool origin_is_own(const char *origin, const char *host)
{
    if (host == NULL)
        return false;
    if (strncasecmp(origin, "http://", 7) == 0)
        return strcasecmp(origin + 7, host) == 0;
    return strncasecmp(origin, "https://", 8) == 0 && strcasecmp(origin + 8, host) == 0;
}

static bool method_is_safe(const char *method)
{
    return strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0 ||
           strcmp(method, "OPTIONS") == 0;
}

int guard_check_site(const struct request *request, struct error *error)
{
    const char *host = request_header(request, "Host");
    const char *origin = request_header(request, "Origin");
    const char *site = request_header(request, "Sec-Fetch-Site");
    if (host != NULL && !host_is_ours(request->service, host))
        return error_set(error, ERROR_MISDIRECTED,
                         "this Host is not served here; use localhost, or add the name to "
                         "allowed_hosts");
    if (method_is_safe(request->method) || guard_origin_is_listed(request))
        return 0;
    if (origin != NULL && !origin_is_own(origin, host))
        return error_set(error, ERROR_FORBIDDEN,
                         "a page of another origin may not do this; add it to allowed_origins");
    if (site != NULL && strcasecmp(site, "cross-site") == 0)
        return error_set(error, ERROR_FORBIDDEN, "a page of another site may not do this");
    return 0;
}

int guard_check_own_page(const struct request *request, struct error *error)
{
    const char *origin = request_header(request, "Origin");
    const char *site = request_header(request, "Sec-Fetch-Site");
    if (method_is_safe(request->method) || guard_origin_is_listed(request) ||
        (origin != NULL && origin_is_own(origin, request_header(request, "Host"))) ||
        (origin == NULL && site != NULL && strcasecmp(site, "same-origin") == 0))
        return 0;
    return error_set(error, ERROR_FORBIDDEN,
                     "a change by cookie must come from a page of this origin; programs send their "
                     "token in the header Authorization");
}
