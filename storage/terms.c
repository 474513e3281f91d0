/* What else belongs to a write. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/terms.h"
#include "storage/tables.h"

/* What an operation before this one has changed in the same transaction counts too: it is still
 * under way. */
int terms_check(struct connection *connection, const struct store_terms *terms, struct error *error)
{
    if (!terms || !terms->unchanged ||
        !changes_any(connection->changes, terms->unchanged, terms->since))
        return 0;
    return error_set(error, ERROR_PRECONDITION, "it has changed since");
}

int terms_answer(struct connection *connection, const struct store_terms *terms, const void *record,
                 bool is_new, struct error *error)
{
    if (!terms || !terms->answer)
        return 0;
    const struct store_answer *answer = terms->answer;
    struct answer_record made AUTO_CLEAR(answer_record_clear) = {0};
    if (answer->fill(answer->context, record, is_new, &made, error) != 0)
        return -1;
    return answer_add(connection, answer, &made, error);
}
