/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/propctl/session.h"

#include <errno.h>
#include <string.h>

FILE *session_open(const char *path)
{
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    if (file == NULL)
        (void)complain(OUTCOME_REFUSED, "%s cannot be read: %s", path, strerror(errno));
    return file;
}

enum outcome session_read(const char *path, struct text *text)
{
    FILE *file = session_open(path);
    if (file == NULL)
        return OUTCOME_REFUSED;
    char piece[16384];
    size_t size;
    while ((size = fread(piece, 1, sizeof piece, file)) > 0)
        text_append(text, piece, size);
    int problem = ferror(file) != 0 ? errno : 0;
    if (file != stdin)
        (void)fclose(file);
    if (terminal_interrupted())
        return OUTCOME_INTERRUPTED;
    if (problem != 0)
        return complain(OUTCOME_REFUSED, "%s cannot be read: %s", path, strerror(problem));
    return OUTCOME_OK;
}

enum outcome session_print_answer(struct session *session, const struct http_request *request)
{
    struct http_answer answer AUTO_CLEANUP(http_answer_clear) = {0};
    enum outcome outcome = http_send(&session->http, request, &answer);
    if (outcome != OUTCOME_OK || answer.body.size == 0)
        return outcome;
    terminal_print(&session->out, answer.body.data, answer.body.size);
    if (answer.body.data[answer.body.size - 1] != '\n')
        (void)fputc('\n', session->out.file);
    return OUTCOME_OK;
}

void session_print_document(const struct session *session, const json_t *document)
{
    (void)json_dumpf(document, session->out.file, JSON_INDENT(2) | JSON_ENSURE_ASCII);
    (void)fputc('\n', session->out.file);
}

enum outcome session_delete(struct session *session, const char *path, const char *done)
{
    struct http_request request = {.method = "DELETE", .path = path};
    struct http_answer answer AUTO_CLEANUP(http_answer_clear) = {0};
    enum outcome outcome = http_send(&session->http, &request, &answer);
    if (outcome == OUTCOME_OK && !session->http.prints_json)
        terminal_print_line(&session->out, done);
    return outcome;
}

enum outcome session_ask(struct session *session, const struct http_request *request, json_t **json)
{
    if (session->http.prints_json)
        return session_print_answer(session, request);
    return http_json(&session->http, request, json);
}
