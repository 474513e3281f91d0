/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/propctl/transfer.h"
#include "clients/propctl/chart.h"
#include "clients/propctl/patience.h"
#include "clients/propctl/value.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SHOW_EVERY_MS = 100, BAR_WIDTH = 30 };

void transfer_show(struct transfer *transfer, double done, double total)
{
    const struct terminal *terminal = transfer->terminal;
    long long now_ms = patience_now_ms();
    if (!terminal->is_terminal || done <= 0 || now_ms - transfer->shown_ms < SHOW_EVERY_MS)
        return;
    struct text line TEXT_AUTO = {0};
    if (total >= 1)
        chart_bar(done / total, terminal, BAR_WIDTH, &line);
    text_add(&line, " ");
    value_append_size(&line, done);
    if (total >= 1) {
        text_add(&line, " of ");
        value_append_size(&line, total);
    }
    (void)fprintf(terminal->file, "\r\033[K%s", line.data);
    (void)fflush(terminal->file);
    transfer->shown_ms = now_ms;
    transfer->is_shown = true;
}

void transfer_end(struct transfer *transfer)
{
    if (transfer->is_shown)
        (void)fputs("\r\033[K", transfer->terminal->file);
    (void)fflush(transfer->terminal->file);
    transfer->is_shown = false;
}

/* ---- downloads */

struct download {
    struct session *session;
    const char *from;
    FILE *file;
    double size;   /* bytes that are there */
    char *etag;    /* of the answer that they are from, or NULL */
    bool is_begun; /* this answer has been looked at */
    int problem;   /* errno of what could not be written; 0: none */
    struct http_answer answer;
    struct transfer transfer;
};

static void download_clear(struct download *download)
{
    free(download->etag);
    http_answer_clear(&download->answer);
}

/* An answer that is the whole once more begins at the beginning. */
static bool begin_answer(struct download *download)
{
    download->is_begun = true;
    if (download->answer.status == 206)
        return true;
    free(download->etag);
    download->etag = memory_copy(download->answer.etag);
    if (download->size == 0)
        return true;
    download->size = 0;
    return fflush(download->file) == 0 && ftruncate(fileno(download->file), 0) == 0 &&
           fseek(download->file, 0, SEEK_SET) == 0;
}

static bool take_piece(void *context, const char *data, size_t size)
{
    struct download *download = context;
    bool is_ready = download->is_begun || begin_answer(download);
    if (!is_ready || fwrite(data, 1, size, download->file) != size) {
        download->problem = errno;
        return false;
    }
    download->size += (double)size;
    transfer_show(&download->transfer, download->size, 0);
    return true;
}

static bool can_go_on(const struct download *download)
{
    return download->etag != NULL && *download->etag == '"';
}

static enum outcome once(struct download *download)
{
    struct text range TEXT_AUTO = {0}, condition TEXT_AUTO = {0};
    struct http_request request = {.path = download->from,
                                   .accept = "*/*",
                                   .take = take_piece,
                                   .context = download,
                                   .is_quiet = download->size > 0};
    if (download->size > 0 && can_go_on(download)) {
        text_printf(&range, "Range: bytes=%.0f-", download->size);
        text_printf(&condition, "If-Range: %s", download->etag);
        request.headers[0] = range.data;
        request.headers[1] = condition.data;
    }
    download->is_begun = false;
    http_answer_clear(&download->answer);
    return http_send(&download->session->http, &request, &download->answer);
}

/* That the reader of a pipe has seen enough is nothing to complain of. */
static enum outcome tell_unwritten(const struct download *download)
{
    if (download->problem == EPIPE)
        return OUTCOME_REFUSED;
    return complain(OUTCOME_REFUSED, "the file cannot be written: %s", strerror(download->problem));
}

/* Between tries nothing is complained of: what ends them has still to be said. */
static enum outcome end_tries(const struct download *download, const struct patience *patience,
                              enum outcome outcome)
{
    bool is_refused = outcome == OUTCOME_REFUSED || outcome == OUTCOME_FORBIDDEN;
    if (is_refused && patience->lost_ms != 0)
        (void)complain(outcome,
                       "the rest cannot be had any more: the daemon answers with status %ld",
                       download->answer.status);
    return outcome;
}

/* What came is kept between the tries. Standard output cannot be gone back in, nor can an answer
 * without an ETag be taken up again. */
static enum outcome download_all(struct download *download)
{
    struct patience patience = {.session = download->session};
    for (;;) {
        enum outcome outcome = once(download);
        transfer_end(&download->transfer);
        if (download->problem != 0)
            return tell_unwritten(download);
        bool is_broken = outcome == OUTCOME_LOST && download->size > 0;
        if (!is_broken)
            return end_tries(download, &patience, outcome);
        if (download->file == stdout || !can_go_on(download))
            return complain(OUTCOME_LOST, "the connection broke before the end");
        outcome = patience_wait(&patience);
        if (outcome != OUTCOME_OK)
            return outcome;
    }
}

/* On disk before it takes the name, with the mode that a new file has. */
static enum outcome settle(FILE *file, const char *part, const char *path)
{
    mode_t mask = umask(0);
    (void)umask(mask);
    bool is_kept = fflush(file) == 0 && fchmod(fileno(file), 0666 & ~mask) == 0 &&
                   fsync(fileno(file)) == 0 && rename(part, path) == 0;
    if (is_kept)
        return OUTCOME_OK;
    return complain(OUTCOME_REFUSED, "%s cannot be written: %s", path, strerror(errno));
}

enum outcome transfer_download(struct session *session, const char *from, const char *path)
{
    struct download download AUTO_CLEANUP(download_clear) = {
        .session = session, .from = from, .file = stdout, .transfer = {.terminal = &session->err}};
    if (strcmp(path, "-") == 0)
        return download_all(&download);
    struct text part TEXT_AUTO = {0};
    text_printf(&part, "%s.XXXXXX", path);
    int descriptor = mkstemp(part.data);
    download.file = descriptor >= 0 ? fdopen(descriptor, "w") : NULL;
    if (download.file == NULL)
        return complain(OUTCOME_REFUSED, "%s cannot be written: %s", path, strerror(errno));
    enum outcome outcome = download_all(&download);
    if (outcome == OUTCOME_OK)
        outcome = settle(download.file, part.data, path);
    (void)fclose(download.file);
    if (outcome != OUTCOME_OK)
        (void)unlink(part.data);
    return outcome;
}
