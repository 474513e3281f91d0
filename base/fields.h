/* Option structs as tables: one reader, one writer and one describer for every document that propd
 * takes: configuration, request bodies, layers, losses, optimizers, schedules, preprocessing.
 *
 * A `struct kind` describes one option struct by a table of fields; a field's key in JSON is the
 * name of the struct's member, so that a renamed member renames the key, and a member of another
 * type does not compile:
 *
 *     struct dense { struct layer_options common; int64_t units; bool use_bias; };
 *     static const struct field dense_fields[] = {
 *         FIELD_INTEGER(struct dense, units, .min = 1, .max = 65536, .word = "auto",
 *                       .flags = FIELD_REQUIRED, .help = "outputs"),
 *         FIELD_BOOLEAN(struct dense, use_bias, .number = 1, .help = "add a bias"),
 *         FIELD_END};
 *     const struct kind dense_kind = {.name = "dense", .size = sizeof(struct dense),
 *                                     .fields = dense_fields, .base = &layer_options_kind, …};
 *
 * This file and fields.c are the one way in and out for JSON text. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_BASE_FIELDS_H
#define PROPD_BASE_FIELDS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/error.h"

enum field_type {
    FIELD_TYPE_BOOLEAN,  /* bool */
    FIELD_TYPE_INTEGER,  /* int64_t */
    FIELD_TYPE_NUMBER,   /* double, always finite */
    FIELD_TYPE_STRING,   /* char *, owned by the struct, NULL where absent or null */
    FIELD_TYPE_CHOICE,   /* int, an index into choices */
    FIELD_TYPE_STRINGS,  /* struct strings; a single string reads as a list of one */
    FIELD_TYPE_SIZES,    /* struct sizes; a single integer reads as a list of one */
    FIELD_TYPE_OBJECT,   /* pointer to a struct of `object`, owned; NULL where absent or null */
    FIELD_TYPE_VARIANT,  /* struct variant: "name" or {"type": "name", …} out of `kinds` */
    FIELD_TYPE_VARIANTS, /* struct variants: a list of these; one alone reads as a list of one */
    FIELD_TYPE_JSON,     /* json_t *, owned (reference); any value, its reader comes later */
};

enum field_flag {
    FIELD_REQUIRED = 1 << 0, /* absence is an error */
    FIELD_NULLABLE = 1 << 1, /* null is allowed: a NUMBER holds NAN then (also as .number = NAN, its
                                default), an INTEGER 0, a SIZES no entry; all are written as null.
                                Without it, null is allowed where absence gives NULL too: a STRING
                                or VARIANT without default, an OBJECT, a JSON, none of them
                                REQUIRED */
    FIELD_PRESENT = 1 << 2,  /* an absent OBJECT gets its defaults (NULLABLE: null gives NULL) */
    FIELD_ABOVE_MIN = 1 << 3, /* min itself is out of range */
    FIELD_BELOW_MAX = 1 << 4, /* max itself is out of range */
    FIELD_BYTES = 1 << 5,     /* an INTEGER of bytes: "512M", "2G", "64K" are read too */
    FIELD_SECRET = 1 << 6,    /* a STRING that is read and never written: null stands for it */
};

struct strings {
    size_t count;
    char **items; /* owned */
};

enum { SIZES_MAX = 64 };
struct sizes {
    size_t count;
    int64_t items[SIZES_MAX];
};

/* A value of one of several kinds. kind is NULL where absent and there is no default. */
struct variant {
    const struct kind *kind;
    void *options; /* struct of kind->size bytes, owned */
};

/* A list of values, each of one of several kinds. */
struct variants {
    size_t count;
    struct variant *items; /* owned */
};

struct field {
    const char *name;
    enum field_type type;
    unsigned flags; /* enum field_flag, or'ed */
    size_t offset;
    double min, max;  /* of INTEGER, NUMBER, each of SIZES; of a STRING's, STRINGS' or VARIANTS'
                         length (in characters, entries); both 0: no limit; max below min: no upper
                         limit; .flags = FIELD_ABOVE_MIN alone: above 0 */
    double number;    /* default of BOOLEAN, INTEGER, NUMBER and CHOICE; the one entry of SIZES by
                         default, 0: none */
    const char *text; /* default of STRING and STRINGS; name of the default kind of VARIANT */
    const char *word; /* a word that an INTEGER may be instead ("auto"); it is stored as 0 and
                         written as the word */
    const char *const *choices;      /* of CHOICE, NULL-terminated */
    const struct kind *const *kinds; /* of VARIANT and VARIANTS, NULL-terminated */
    const struct kind *object;       /* of OBJECT */
    const char *schema; /* of JSON: the name of what its reader takes, for fields_schema_parts();
                           NULL: any value */
    const char *help;   /* one phrase, lower case; shown in --help, /v1/catalog and /openapi.json */
};

/* The first member of every entry of every table of propd (layers, losses, optimizers, formats,
 * routes …). */
struct kind {
    const char *name;
    const char *help;
    size_t size;                /* of the option struct; 0: no options */
    const struct field *fields; /* ended by FIELD_END; NULL: no options of its own */
    const struct kind
        *base; /* fields shared with others: the option struct begins with base's struct; NULL */
    /* Further checks over several fields, after all were read; NULL. Sets error at `path` or below.
     */
    int (*check)(const void *options, const char *path, struct error *error);
};

#define FIELD_AT(c_type, owner, member, of_type, ...)                                              \
    {                                                                                              \
        .name = #member, .type = of_type,                                                          \
        .offset = offsetof(owner, member) + 0 * sizeof((c_type *)0 == &((owner *)0)->member),      \
        __VA_ARGS__                                                                                \
    }
#define FIELD_BOOLEAN(owner, member, ...)                                                          \
    FIELD_AT(bool, owner, member, FIELD_TYPE_BOOLEAN, __VA_ARGS__)
#define FIELD_INTEGER(owner, member, ...)                                                          \
    FIELD_AT(int64_t, owner, member, FIELD_TYPE_INTEGER, __VA_ARGS__)
#define FIELD_NUMBER(owner, member, ...)                                                           \
    FIELD_AT(double, owner, member, FIELD_TYPE_NUMBER, __VA_ARGS__)
#define FIELD_STRING(owner, member, ...)                                                           \
    FIELD_AT(char *, owner, member, FIELD_TYPE_STRING, __VA_ARGS__)
#define FIELD_CHOICE(owner, member, ...)                                                           \
    FIELD_AT(int, owner, member, FIELD_TYPE_CHOICE, __VA_ARGS__)
#define FIELD_STRINGS(owner, member, ...)                                                          \
    FIELD_AT(struct strings, owner, member, FIELD_TYPE_STRINGS, __VA_ARGS__)
#define FIELD_SIZES(owner, member, ...)                                                            \
    FIELD_AT(struct sizes, owner, member, FIELD_TYPE_SIZES, __VA_ARGS__)
#define FIELD_VARIANT(owner, member, ...)                                                          \
    FIELD_AT(struct variant, owner, member, FIELD_TYPE_VARIANT, __VA_ARGS__)
#define FIELD_VARIANTS(owner, member, ...)                                                         \
    FIELD_AT(struct variants, owner, member, FIELD_TYPE_VARIANTS, __VA_ARGS__)
#define FIELD_JSON(owner, member, ...)                                                             \
    FIELD_AT(json_t *, owner, member, FIELD_TYPE_JSON, __VA_ARGS__)
/* `member` is a pointer to `struct_type`. */
#define FIELD_OBJECT(owner, member, struct_type, ...)                                              \
    FIELD_AT(struct_type *, owner, member, FIELD_TYPE_OBJECT, __VA_ARGS__)
#define FIELD_END                                                                                  \
    {                                                                                              \
        .name = NULL                                                                               \
    }

/* Parses JSON text of at most `size` bytes (no terminating NUL needed): UTF-8, no duplicate keys,
 * depth at most 32, nothing after the value; a number that overflows a double is refused.
 * ERROR_MALFORMED names line and column. The caller owns the result. */
json_t *fields_parse(const char *text, size_t size, struct error *error) MUST_CHECK;

/* Writes JSON text, compact, with 17 significant digits at most (the shortest that reads back as
 * the same double); the caller frees. NULL only when out of memory. */
char *fields_print(const json_t *json) MUST_CHECK;

/* Fills `options` (kind->size bytes, any content) with the defaults. Fails only out of memory. */
int fields_default(const struct kind *kind, void *options, struct error *error) MUST_CHECK;

/* Fills `options` from a JSON object: defaults first, then what `json` says. Unknown keys, wrong
 * types, out of range values, missing required keys and what kind->check says are ERROR_INVALID
 * naming the path, which begins with `path` ("" for the root). An unknown key's message suggests
 * the nearest known one. On failure `options` needs no clearing. */
int fields_read(const struct kind *kind, const json_t *json, void *options, const char *path,
                struct error *error) MUST_CHECK;

/* Reads one value of a VARIANT outside of a struct: "name" or {"type": "name", …} out of `kinds`.
 */
int fields_read_variant(const struct kind *const *kinds, const json_t *json,
                        struct variant *variant, const char *path, struct error *error) MUST_CHECK;

/* Sets one field by its name from text, as flags and environment variables do ("true", "8", "2G", a
 * string as it is). `name` may use '-' for '_'. */
int fields_set(const struct kind *kind, void *options, const char *name, const char *text,
               struct error *error) MUST_CHECK;

/* The options as a JSON object with every default filled in; what fields_read takes again. NULL
 * only when out of memory. The caller owns it. */
json_t *fields_write(const struct kind *kind, const void *options) MUST_CHECK;
json_t *fields_write_variant(const struct variant *variant) MUST_CHECK;

/* Frees what `options` owns and zeroes it; NULL and zeroed structs are fine. */
void fields_clear(const struct kind *kind, void *options);
void variant_clear(struct variant *variant);
void variants_clear(struct variants *variants);

/* {"name", "help", "fields": [{"name", "type", "default", "required", "min", "max", "choices",
 * "help", …}]}: what /v1/catalog shows of one kind. The caller owns it; NULL only when out of
 * memory. */
json_t *fields_describe(const struct kind *kind) MUST_CHECK;

/* The same as a JSON Schema (2020-12) object that stands alone. */
json_t *fields_schema(const struct kind *kind) MUST_CHECK;

/* A list of kinds that has a name where schemas are parts of one document. */
struct schema_group {
    const char *name; /* "optimizer" */
    const struct kind *const *kinds;
    bool is_object; /* {"type": "name", …} always, not its bare name */
};
#define SCHEMA_PLACE "#/components/schemas/" /* where OpenAPI keeps such parts */

/* The same as a part of such a document: a VARIANT out of a group, and a JSON that has a schema,
 * refer to SCHEMA_PLACE and the name. `groups` ends with one without a name. */
json_t *fields_schema_parts(const struct kind *kind, const struct schema_group *groups) MUST_CHECK;

/* Adds the parts of every group to `parts`: "optimizer_adam" for each kind and "optimizer" for
 * whichever of them, told apart by `type`. -1 only when out of memory. */
int fields_schema_groups(const struct schema_group *groups, json_t *parts) MUST_CHECK;

/* Finds by name in a NULL-terminated list; NULL where there is none. */
const struct kind *kind_find(const struct kind *const *kinds, const char *name);

/* The name in `names` (NULL-terminated) nearest to `name` by edit distance, or NULL where none is
 * near: for "did you mean". */
const char *nearest_name(const char *const *names, const char *name);

#endif
