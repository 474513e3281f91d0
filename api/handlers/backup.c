/* GET /v1/backup: everything that is kept, as one archive that propd --restore takes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handlers/handlers.h"
#include "base/clock.h"
#include "base/log.h"
#include "daemon/daemon.h"
#include "storage/backup.h"

#include <string.h>
#include <time.h>

static int backup_next(void *context, struct bytes *piece, bool *ended)
{
    struct error error = {0};
    int result = store_backup_read(context, piece, ended, &error);
    if (result != 0)
        log_error("backup_failed", &error, "at", "a member of the archive");
    return result;
}

static void backup_free(void *context)
{
    store_backup_end(context);
}

static int name_it(struct reply *reply, struct error *error)
{
    char stamp[32] = "";
    struct tm parts;
    time_t now = (time_t)(clock_unix_ms() / 1000);
    if (gmtime_r(&now, &parts) != NULL)
        (void)strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", &parts);
    return reply_header(reply, error, "Content-Disposition",
                        "attachment; filename=\"propd-backup-%s.tar\"", stamp);
}

static int nothing_next(void *context, struct bytes *piece, bool *ended)
{
    (void)context, (void)piece;
    *ended = true;
    return 0;
}

static void nothing_free(void *context)
{
    (void)context;
}

/* HEAD: no snapshot for nobody, and no length, which only the archive itself would tell. */
static int reply_head(struct reply *reply)
{
    static char nothing;
    reply->stream = (struct reply_stream){
        .next = nothing_next, .free = nothing_free, .context = &nothing, .is_file = true};
    return 0;
}

int handle_backup(struct request *request, struct reply *reply, struct error *error)
{
    reply->content_type = "application/x-tar";
    if (name_it(reply, error) != 0)
        return -1;
    if (strcmp(request->method, "HEAD") == 0)
        return reply_head(reply);
    struct store_backup *backup = daemon_backup_begin(request->service->daemon, error);
    if (backup == NULL)
        return -1;
    reply->stream = (struct reply_stream){
        .next = backup_next, .free = backup_free, .context = backup, .is_file = true};
    return 0;
}
