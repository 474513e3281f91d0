/* What JSON looks like that no table of fields reads (base/fields.h): answers, and what is given
 * through to a reader of its own. A table a piece, that reads like the piece; /openapi.json is made
 * of it, and a test holds every answer against that.
 *
 *     {"id", "id", "time-ordered"},
 *     {"state", "'queued' | 'running'", "where it stands"},
 *     {"metrics", "{number | null}", "the newest of each, by name"},
 *     {"settings", "[job_setting]", "changes while it ran"},
 *     {"left_out?", "[string]", "columns that are no inputs"},
 *
 * A type is one word or several with " | " between: string, integer, number, boolean, null, any,
 * object; time (RFC 3339), id ("job_…"), sha256; 'a word'; [type] a list; {type} an object by name;
 * anything else the name of a schema, here or of a group of engine/catalog.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_API_SCHEMA_H
#define PROPD_API_SCHEMA_H

#include <jansson.h>

#include "base/error.h"
#include "base/fields.h"

struct schema_field {
    const char *name;    /* "epoch"; with a ? at its end: may be absent */
    const char *type;    /* as above */
    const char *help;    /* one phrase; NULL */
    const char *example; /* text of a string, JSON of anything else; NULL: by its type */
};

struct schema {
    const char *name; /* "job": what routes and types refer to */
    const char *help;
    /* One of these three. An object, with the fields of `base` (a schema; NULL) before its own. */
    const char *base;
    const struct schema_field *fields; /* ended by one without a name */
    const char *others;                /* type of what it has under other names; NULL: nothing */
    const char *type;                  /* this type */
    const struct kind *kind;           /* what this table reads */
    const char *example;               /* JSON; NULL: of the parts' */
};

/* Lists of schemas, a file of api/schemas/ each: NULL-terminated; a list ends with a schema without
 * a name. */
extern const struct schema *const schemas[];

/* NULL where there is none. */
const struct schema *schema_find(const char *name);

/* A JSON Schema (2020-12); `groups` are those of engine/catalog.h. ERROR_INTERNAL names a type that
 * cannot be read. The caller owns it. */
json_t *schema_json(const struct schema *schema, const struct schema_group *groups,
                    struct error *error) MUST_CHECK;

/* A type alone: {"type": "integer"}, {"$ref": "…"}. */
json_t *schema_type_json(const char *type, struct error *error) MUST_CHECK;

/* A value that is right for `schema`, whose references are found in `parts`. NULL only when out of
 * memory, or where schemas hold themselves. */
json_t *schema_example(const json_t *schema, const json_t *parts) MUST_CHECK;

#endif
