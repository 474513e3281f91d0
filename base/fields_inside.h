/* What the files of the field tables share: walking a table, places in a struct, paths. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_BASE_FIELDS_INSIDE_H
#define PROPD_BASE_FIELDS_INSIDE_H

#include "base/fields.h"

#include <string.h>

/* A path as long as an error can hold; longer ones are cut. */
enum { PATH_SIZE = sizeof(((struct error *)0)->path) };

/* A walk over all fields of a kind: those of its base first. */
struct fields_walk {
    const struct kind *kind;  /* the whole */
    const struct kind *part;  /* whose table it is in */
    const struct field *next; /* in that table; NULL: the table is done */
};
struct fields_walk fields_walk(const struct kind *kind);
/* NULL at the end. */
const struct field *fields_walk_next(struct fields_walk *walk);

/* NULL where there is none. */
const struct field *field_find(const struct kind *kind, const char *name);
/* The nearest of the kind's field names, or NULL. */
const char *field_nearest(const struct kind *kind, const char *name);
/* The nearest of the names in a list of kinds, or NULL. */
const char *kind_nearest(const struct kind *const *kinds, const char *name);

static inline void *field_place(const struct field *field, void *options)
{
    return (char *)options + field->offset;
}
static inline const void *field_value(const struct field *field, const void *options)
{
    return (const char *)options + field->offset;
}

/* The pointer that an OBJECT's member holds, whatever struct it points to. */
static inline void *object_get(const void *place)
{
    void *object = NULL;
    memcpy(&object, place, sizeof(object));
    return object;
}
static inline void object_put(void *place, void *object)
{
    memcpy(place, &object, sizeof(object));
}

/* Whether null may be read: for a NULLABLE one, and where absence gives the same as null. */
bool field_takes_null(const struct field *field);

/* The range that min and max mean: infinite where there is no limit. Both 0 is none, and so is a
 * max below min; ABOVE_MIN keeps a min of 0, BELOW_MAX a max of 0. */
struct limits {
    double low, high;
    bool is_above_low, is_below_high; /* the limit itself is out */
};
struct limits field_limits(const struct field *field);

/* An option struct of `kind` with its defaults, *options == NULL for a kind without options. */
int options_create(const struct kind *kind, void **options, struct error *error);
void options_free(const struct kind *kind, void *options);
void strings_clear(struct strings *strings);
/* Splits at commas; no entries from "". Replaces nothing: `strings` is written on success only. */
int strings_split(const char *text, struct strings *strings, struct error *error);

/* Frees what one field owns and zeroes it. */
void field_clear(const struct field *field, void *options);
/* Reads one value, `path` being its own; the field keeps its value on failure. */
int field_read(const struct field *field, const json_t *json, void *options, const char *path,
               struct error *error);
/* NULL only when out of memory. */
json_t *field_write(const struct field *field, const void *options);

/* Checks a number, a length or a count against the field's limits. */
int field_check_integer(const struct field *field, int64_t value, const char *path,
                        struct error *error);
int field_check_number(const struct field *field, double value, const char *path,
                       struct error *error);
int field_check_length(const struct field *field, size_t length, const char *unit, const char *path,
                       struct error *error);

/* ERROR_INVALID at `path`: "must be <expected>, not <what json is>". "the document" stands for the
 * root's empty path. */
int error_type(struct error *error, const char *path, const char *expected, const json_t *json);

/* ERROR_INVALID: `path`, which ends in `key`, is not known; suggests the nearest field. */
int error_unknown(const struct kind *kind, const char *key, const char *path, struct error *error);

/* The names that there are, for a message; a long list is cut. All zero is an empty one. */
struct name_list {
    char text[400];
    size_t used;
};
void name_list_add(struct name_list *list, const char *name);
/* ERROR_INVALID: "must be one of …, not "found"; did you mean nearest?", which may be NULL. */
int error_name(struct error *error, const char *path, const struct name_list *list,
               const char *found, const char *nearest);

/* A new option struct out of a JSON object, where `type_key` (or NULL) is a key that is not an
 * option; a `json` of NULL is an object without keys. *options == NULL for a kind without any. */
int options_read(const struct kind *kind, const json_t *json, const char *type_key, void **options,
                 const char *path, struct error *error);

/* A limit as an integer where it is one. These three: NULL only when out of memory. */
json_t *limit_json(double limit);
json_t *choices_json(const char *const *choices);
/* The object that fields_write gives of the defaults. */
json_t *defaults_json(const struct kind *kind);

/* path.key, or key alone at the root. */
void path_join(char joined[PATH_SIZE], const char *path, const char *key);
/* path[index]. */
void path_index(char joined[PATH_SIZE], const char *path, size_t index);

int error_memory(struct error *error, const char *what);

/* jansson's iterators and references want a json_t * where they write but the count, or nothing. */
static inline json_t *json_not_const(const json_t *json)
{
    return (json_t *)(uintptr_t)json;
}

#endif
