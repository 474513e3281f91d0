/* What an owner keeps and has waiting, against what he may; asked in the transaction that adds. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/compiler.h"
#include "storage/records.h"
#include "storage/statement.h"
#include "storage/tables.h"

#include <inttypes.h>

int quota_bytes_check(struct connection *connection, const char *owner, int64_t most, int64_t more,
                      struct error *error)
{
    if (most == 0)
        return 0;
    AUTO_CLEAR(statement_end)
    struct statement find = statement_start(
        connection, "SELECT (SELECT coalesce(sum(file_bytes), 0) FROM datasets WHERE owner = ?1) + "
                    "(SELECT coalesce(sum(file_bytes), 0) FROM models WHERE owner = ?1)");
    statement_bind_text(&find, record_owner(owner));
    if (statement_step(&find, error) != 1)
        return -1;
    const int64_t kept = statement_read_integer(&find);
    if (kept <= most && more <= most - kept)
        return 0;
    return error_set(error, ERROR_QUOTA,
                     "datasets and models of \"%.64s\" may be %" PRId64 " bytes: they are %" PRId64
                     ", and this is %" PRId64 "; remove some first",
                     owner, most, kept, more);
}

int quota_jobs_check(struct connection *connection, const char *owner, const char *state,
                     int64_t most, struct error *error)
{
    if (most == 0)
        return 0;
    AUTO_CLEAR(statement_end)
    struct statement find =
        statement_start(connection, "SELECT count(*) FROM jobs WHERE owner = ? AND state = ?");
    statement_bind_text(&find, record_owner(owner));
    statement_bind_text(&find, state);
    if (statement_step(&find, error) != 1)
        return -1;
    const int64_t waiting = statement_read_integer(&find);
    if (waiting < most)
        return 0;
    return error_set(error, ERROR_TOO_MANY,
                     "%" PRId64 " jobs of \"%.64s\" wait already, which is the quota", waiting,
                     owner);
}
