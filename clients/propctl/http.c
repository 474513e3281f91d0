/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/propctl/http.h"
#include "clients/propctl/problem.h"
#include "clients/propctl/terminal.h"

#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Connections are looked after while nothing comes, or a daemon whose machine went away would be
 * waited for without end. */
enum { KEEPALIVE_AFTER_S = 20, KEEPALIVE_EVERY_S = 10 };

struct exchange {
    const struct http_request *request;
    struct http_answer *answer;
    CURL *curl;
    struct curl_slist *headers;
    char reason[CURL_ERROR_SIZE];
};

static void exchange_clear(struct exchange *exchange)
{
    curl_slist_free_all(exchange->headers);
}

static void add_header(struct exchange *exchange, const char *name, const char *value)
{
    struct text line TEXT_AUTO = {0};
    text_printf(&line, "%s: %s", name, value);
    exchange->headers = curl_slist_append(exchange->headers, line.data);
}

static size_t take_body(char *data, size_t one, size_t size, void *context)
{
    (void)one;
    struct exchange *exchange = context;
    const struct http_request *request = exchange->request;
    curl_easy_getinfo(exchange->curl, CURLINFO_RESPONSE_CODE, &exchange->answer->status);
    if (request->take != NULL && exchange->answer->status / 100 == 2)
        return request->take(request->context, data, size) ? size : 0;
    text_append(&exchange->answer->body, data, size);
    return size;
}

static size_t take_header(char *data, size_t one, size_t size, void *context)
{
    (void)one;
    struct exchange *exchange = context;
    char *etag = exchange->answer->etag;
    if (size > 5 && strncasecmp(data, "etag:", 5) == 0) {
        (void)snprintf(etag, sizeof exchange->answer->etag, "%.*s", (int)size - 5, data + 5);
        etag[strcspn(etag, "\r\n")] = '\0';
        memmove(etag, etag + strspn(etag, " "), strlen(etag + strspn(etag, " ")) + 1);
    }
    return size;
}

static size_t give_file(char *room, size_t one, size_t count, void *context)
{
    struct exchange *exchange = context;
    size_t size = fread(room, one, count, exchange->request->file);
    bool is_broken = size == 0 && ferror(exchange->request->file) != 0;
    return is_broken ? CURL_READFUNC_ABORT : size;
}

static int tick(void *context, curl_off_t got_total, curl_off_t got, curl_off_t sent_total,
                curl_off_t sent)
{
    (void)got_total;
    (void)got;
    struct exchange *exchange = context;
    const struct http_request *request = exchange->request;
    /* Nobody reads what would be printed. */
    if (terminal_interrupted() || ferror(stdout) != 0)
        return 1;
    return request->tick != NULL && !request->tick(request->context, sent, sent_total) ? 1 : 0;
}

static void set_headers(struct exchange *exchange, const struct settings *settings)
{
    const struct http_request *request = exchange->request;
    bool has_body = request->body != NULL || request->file != NULL;
    add_header(exchange, "Accept", request->accept != NULL ? request->accept : "application/json");
    if (has_body)
        add_header(exchange, "Content-Type",
                   request->content_type != NULL ? request->content_type : "application/json");
    if (settings->token != NULL) {
        struct text value TEXT_AUTO = {0};
        text_printf(&value, "Bearer %s", settings->token);
        add_header(exchange, "Authorization", value.data);
    }
    for (size_t i = 0; i < ARRAY_COUNT(request->headers) && request->headers[i] != NULL; i++)
        exchange->headers = curl_slist_append(exchange->headers, request->headers[i]);
    curl_easy_setopt(exchange->curl, CURLOPT_HTTPHEADER, exchange->headers);
}

static void set_body(struct exchange *exchange)
{
    const struct http_request *request = exchange->request;
    CURL *curl = exchange->curl;
    if (request->body != NULL) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_size);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body);
    } else if (request->form != NULL) {
        curl_easy_setopt(curl, CURLOPT_MIMEPOST, request->form);
    } else if (request->file != NULL) {
        curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
        curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, request->file_size);
        curl_easy_setopt(curl, CURLOPT_READFUNCTION, give_file);
        curl_easy_setopt(curl, CURLOPT_READDATA, exchange);
    }
    if (request->method != NULL)
        curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
}

/* What a proxy is set for is the world outside; the daemon on this machine is reached directly. */
static void set_connection(CURL *curl, const struct settings *settings)
{
    const char *host = strstr(settings->url, "://") + 3;
    if (strncmp(host, "127.", 4) == 0 || strncmp(host, "[::1]", 5) == 0 ||
        strncmp(host, "localhost", 9) == 0)
        curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS,
                     (long)(settings->timeout_s * 1000) + 1); /* 0 would be libcurl's own */
    curl_easy_setopt(curl, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(curl, CURLOPT_TCP_KEEPIDLE, (long)KEEPALIVE_AFTER_S);
    curl_easy_setopt(curl, CURLOPT_TCP_KEEPINTVL, (long)KEEPALIVE_EVERY_S);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, settings->is_insecure ? 0L : 1L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, settings->is_insecure ? 0L : 2L);
    if (settings->ca_file != NULL)
        curl_easy_setopt(curl, CURLOPT_CAINFO, settings->ca_file);
}

static void prepare(struct exchange *exchange, const struct settings *settings)
{
    CURL *curl = exchange->curl;
    struct text url TEXT_AUTO = {0};
    text_printf(&url, "%s%s", settings->url, exchange->request->path);
    curl_easy_reset(curl);
    curl_easy_setopt(curl, CURLOPT_URL, url.data);
    curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L); /* ".." is no job, but no way to another path */
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "propctl/" PROPD_VERSION);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, exchange->reason);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, exchange);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, exchange);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, tick);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, exchange);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)(exchange->request->limit_s * 1000));
    set_connection(curl, settings);
    set_headers(exchange, settings);
    set_body(exchange);
}

static enum outcome tell_lost(const struct http *http, const struct exchange *exchange,
                              CURLcode code)
{
    const char *reason = exchange->reason[0] != '\0' ? exchange->reason : curl_easy_strerror(code);
    if (terminal_interrupted())
        return OUTCOME_INTERRUPTED;
    /* Who takes the answer knows why it was not to be had to its end. */
    if (ferror(stdout) != 0 || code == CURLE_WRITE_ERROR)
        return OUTCOME_REFUSED;
    if (exchange->request->is_quiet)
        return OUTCOME_LOST;
    if (exchange->request->file != NULL && ferror(exchange->request->file) != 0)
        return complain(OUTCOME_REFUSED, "the file cannot be read to its end");
    if (code == CURLE_COULDNT_CONNECT)
        return complain(OUTCOME_LOST,
                        "no daemon answers at %s (%s); is propd running there? --url or PROPD_URL "
                        "names another",
                        http->settings->url, reason);
    return complain(OUTCOME_LOST, "the connection to %s is lost: %s", http->settings->url, reason);
}

static enum outcome tell_foreign(const struct http *http, const struct exchange *exchange)
{
    if (exchange->request->is_quiet)
        return OUTCOME_LOST;
    return complain(OUTCOME_LOST, "%s does not answer as propd does: status %ld",
                    http->settings->url, exchange->answer->status);
}

static enum outcome perform(struct http *http, struct exchange *exchange)
{
    prepare(exchange, http->settings);
    CURLcode code = curl_easy_perform(exchange->curl);
    struct http_answer *answer = exchange->answer;
    curl_easy_getinfo(exchange->curl, CURLINFO_RESPONSE_CODE, &answer->status);
    /* An upload that was refused before its end breaks the connection behind the answer. */
    if (answer->status >= 400)
        return exchange->request->is_quiet
                   ? problem_outcome(answer->status)
                   : problem_tell(answer->status, text_string(&answer->body), http->prints_json);
    if (code != CURLE_OK)
        return tell_lost(http, exchange, code);
    return answer->status / 100 == 2 ? OUTCOME_OK : tell_foreign(http, exchange);
}

enum outcome http_send(struct http *http, const struct http_request *request,
                       struct http_answer *answer)
{
    struct exchange exchange AUTO_CLEANUP(exchange_clear) = {.request = request, .answer = answer};
    assert(http->busy < ARRAY_COUNT(http->handles));
    CURL **handle = &http->handles[http->busy];
    if (*handle == NULL)
        *handle = curl_easy_init();
    if (*handle == NULL)
        return complain(OUTCOME_LOST, "libcurl could not be started");
    exchange.curl = *handle;
    http->busy++;
    enum outcome outcome = perform(http, &exchange);
    http->busy--;
    return outcome;
}

void http_close(struct http *http)
{
    for (size_t i = 0; i < ARRAY_COUNT(http->handles); i++)
        curl_easy_cleanup(http->handles[i]);
}

void http_answer_clear(struct http_answer *answer)
{
    text_clear(&answer->body);
}

static void append_escaped(struct text *path, const char *word)
{
    for (; *word != '\0'; word++) {
        bool is_plain = isalnum((unsigned char)*word) != 0 || strchr("-_.~@,", *word) != NULL;
        text_printf(path, is_plain ? "%c" : "%%%02X", (unsigned char)*word);
    }
}

void http_path(struct text *path, const char *pattern, ...)
{
    va_list words;
    va_start(words, pattern);
    for (; *pattern != '\0'; pattern++)
        if (pattern[0] == '%' && pattern[1] == 's') {
            append_escaped(path, va_arg(words, const char *));
            pattern++;
        } else {
            text_append(path, pattern, 1);
        }
    va_end(words);
}

enum outcome http_json(struct http *http, const struct http_request *request, json_t **json)
{
    struct http_answer answer AUTO_CLEANUP(http_answer_clear) = {0};
    enum outcome outcome = http_send(http, request, &answer);
    if (outcome != OUTCOME_OK)
        return outcome;
    *json = json_loadb(text_string(&answer.body), answer.body.size, JSON_DECODE_ANY, NULL);
    if (*json == NULL && !request->is_quiet)
        return complain(OUTCOME_LOST, "%s does not answer as propd does", http->settings->url);
    return *json == NULL ? OUTCOME_LOST : OUTCOME_OK;
}

enum outcome http_get(struct http *http, const char *path, json_t **json)
{
    return http_json(http, &(struct http_request){.path = path}, json);
}
