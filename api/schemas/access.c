/* Of who may do what: tokens and sessions; and of what an operator looks at: upkeep, webhooks. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/schemas/schemas.h"

static const struct schema_field token_fields[] = {
    {"id", "id", .help = "names it where it is revoked"},
    {"name", "string", .example = "laptop"},
    {"owner", "string", .help = "whose things it sees", .example = "ada"},
    {"scopes", "[string]", .help = "read, predict, train, admin"},
    {"quotas", "object | null", .help = "what its owner may have"},
    {"created_at", "time", .help = "when it was made"},
    {"expires_at", "time | null", .help = "when it ends"},
    {"revoked_at", "time | null", .help = "when it was ended"},
    {"used_at", "time | null", .help = "when it was last used"},
    {.name = NULL},
};
static const struct schema_field token_made_fields[] = {
    {"token", "string", .help = "the secret, which is never shown again",
     .example = "propd_0123456789abcdef"},
    {.name = NULL},
};
static const struct schema_field token_list_fields[] = {
    {"tokens", "[token]", .help = "newest first"},
    {"next?", "string | null", .help = "the next page's `cursor`"},
    {.name = NULL},
};
static const struct schema_field session_fields[] = {
    {"tokens", "boolean", .help = "whether tokens are asked for here"},
    {"name?", "string", .help = "of the session's token"},
    {"owner?", "string", .help = "whose things it sees"},
    {"scopes?", "[string]", .help = "read, predict, train, admin"},
    {"expires_at?", "time | null", .help = "when it ends"},
    {.name = NULL},
};

/* ---- upkeep and webhooks */

static const struct schema_field upkeep_fields[] = {
    {"dry_run", "boolean", .help = "whether nothing was removed"},
    {"jobs", "[upkeep_item]", .help = "that went"},
    {"models", "[upkeep_item]", .help = "that went"},
    {"checkpoints", "[upkeep_item]", .help = "jobs whose checkpoints went"},
    {"more", "boolean", .help = "whether not all are listed"},
    {.name = NULL},
};
static const struct schema_field upkeep_item_fields[] = {
    {"id", "id", .help = "of a job or a model"},
    {"name", "string", .example = "iris"},
    {"checkpoints?", "integer", .help = "how many"},
    {.name = NULL},
};
static const struct schema_field delivery_fields[] = {
    {"id", "id", .help = "time-ordered", .example = "dlv_01KE1S2W3X4Y5Z6A7B8C9D0E1F"},
    {"job", "id", .help = "that is told of"},
    {"type", "string", .example = "job.succeeded"},
    {"to", "'service' | 'job'", .help = "by whose webhook"},
    {"url", "string | null", .help = "null: the service's"},
    {"state", "string", .example = "delivered"},
    {"tries", "integer", .help = "so far"},
    {"status", "integer | null", .help = "of the last answer"},
    {"failure", "string | null", .help = "of the last try"},
    {"created_at", "time", .help = "when the job ended"},
    {"tried_at", "time | null", .help = "when it was tried last"},
    {"next_at", "time | null", .help = "when it is tried again"},
    {.name = NULL},
};
static const struct schema_field delivery_list_fields[] = {
    {"job", "id", .help = "of the job"},
    {"webhooks", "[delivery]", .help = "what was told, or is to be"},
    {.name = NULL},
};

const struct schema access_schemas[] = {
    {"delivery", "a call of a webhook", .fields = delivery_fields},
    {"delivery_list", "calls of a job's webhooks", .fields = delivery_list_fields},
    {"session", "who asks", .fields = session_fields},
    {"token", "a token", .fields = token_fields},
    {"token_list", "a page of tokens", .fields = token_list_fields},
    {"token_made", "a token, and its secret this once", .base = "token",
     .fields = token_made_fields},
    {"upkeep", "what rules let go", .fields = upkeep_fields},
    {"upkeep_item", "a job or a model", .fields = upkeep_item_fields},
    {.name = NULL},
};
