/* Field tables and the structs they describe: walking, defaults, clearing. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fields.h"
#include "base/fields_inside.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The part of `kind`'s chain of bases that comes after `part`; its outermost base for NULL. */
static const struct kind *part_after(const struct kind *kind, const struct kind *part)
{
    while (kind->base != part)
        kind = kind->base;
    return kind;
}

struct fields_walk fields_walk(const struct kind *kind)
{
    const struct kind *part = part_after(kind, NULL);
    return (struct fields_walk){.kind = kind, .part = part, .next = part->fields};
}

const struct field *fields_walk_next(struct fields_walk *walk)
{
    while (walk->next == NULL || walk->next->name == NULL) {
        if (walk->part == walk->kind)
            return NULL;
        walk->part = part_after(walk->kind, walk->part);
        walk->next = walk->part->fields;
    }
    return walk->next++;
}

const struct field *field_find(const struct kind *kind, const char *name)
{
    const struct field *field = NULL;
    struct fields_walk walk = fields_walk(kind);
    while ((field = fields_walk_next(&walk)) != NULL) {
        if (strcmp(field->name, name) == 0)
            return field;
    }
    return NULL;
}

const struct kind *kind_find(const struct kind *const *kinds, const char *name)
{
    for (; *kinds != NULL; kinds++) {
        if (strcmp((*kinds)->name, name) == 0)
            return *kinds;
    }
    return NULL;
}

bool field_takes_null(const struct field *field)
{
    if ((field->flags & FIELD_NULLABLE) != 0)
        return true;
    if ((field->flags & FIELD_REQUIRED) != 0)
        return false;
    switch (field->type) {
    case FIELD_TYPE_STRING:
    case FIELD_TYPE_VARIANT:
        return field->text == NULL;
    case FIELD_TYPE_OBJECT:
        return (field->flags & FIELD_PRESENT) == 0;
    case FIELD_TYPE_JSON:
        return true;
    default:
        return false;
    }
}

struct limits field_limits(const struct field *field)
{
    struct limits limits = {
        .low = field->min,
        .high = field->max,
        .is_above_low = (field->flags & FIELD_ABOVE_MIN) != 0,
        .is_below_high = (field->flags & FIELD_BELOW_MAX) != 0,
    };
    bool is_both_zero = field->min == 0 && field->max == 0;
    if (is_both_zero && !limits.is_above_low)
        limits.low = -HUGE_VAL;
    if (field->max < field->min || (is_both_zero && !limits.is_below_high))
        limits.high = HUGE_VAL;
    return limits;
}

int error_memory(struct error *error, const char *what)
{
    return error_set(error, ERROR_MEMORY, "out of memory for %s", what);
}

void path_join(char joined[PATH_SIZE], const char *path, const char *key)
{
    snprintf(joined, PATH_SIZE, "%s%s%s", path, path[0] != '\0' ? "." : "", key);
}

void path_index(char joined[PATH_SIZE], const char *path, size_t index)
{
    snprintf(joined, PATH_SIZE, "%s[%zu]", path, index);
}

static int add_string(struct strings *strings, const char *start, size_t size)
{
    char *item = strndup(start, size);
    if (item == NULL)
        return -1;
    strings->items[strings->count++] = item;
    return 0;
}

int strings_split(const char *text, struct strings *strings, struct error *error)
{
    struct strings made = {0};
    if (text[0] == '\0') {
        *strings = made;
        return 0;
    }
    size_t count = 1;
    for (const char *at = text; *at != '\0'; at++)
        count += *at == ',';
    made.items = calloc(count, sizeof(*made.items));
    int result = made.items == NULL ? -1 : 0;
    for (size_t i = 0; i < count && result == 0; i++) {
        size_t size = strcspn(text, ",");
        result = add_string(&made, text, size);
        text += size + (i + 1 < count);
    }
    if (result != 0) {
        strings_clear(&made);
        return error_memory(error, "a list of strings");
    }
    *strings = made;
    return 0;
}

void strings_clear(struct strings *strings)
{
    for (size_t i = 0; i < strings->count; i++)
        free(strings->items[i]);
    free(strings->items);
    memset(strings, 0, sizeof(*strings));
}

int options_create(const struct kind *kind, void **options, struct error *error)
{
    void *made = NULL;
    if (kind->size > 0) {
        made = malloc(kind->size);
        if (made == NULL)
            return error_memory(error, kind->name);
        if (fields_default(kind, made, error) != 0) {
            free(made);
            return -1;
        }
    }
    *options = made;
    return 0;
}

void options_free(const struct kind *kind, void *options)
{
    fields_clear(kind, options);
    free(options);
}

static int default_variant(const struct field *field, struct variant *variant, struct error *error)
{
    if (field->text == NULL)
        return 0;
    const struct kind *kind = kind_find(field->kinds, field->text);
    assert(kind != NULL);
    if (options_create(kind, &variant->options, error) != 0)
        return -1;
    variant->kind = kind;
    return 0;
}

static int default_string(const struct field *field, char **string, struct error *error)
{
    if (field->text == NULL)
        return 0;
    *string = strdup(field->text);
    return *string != NULL ? 0 : error_memory(error, field->name);
}

static int default_object(const struct field *field, void *place, struct error *error)
{
    void *object = NULL;
    if ((field->flags & FIELD_PRESENT) != 0 && options_create(field->object, &object, error) != 0)
        return -1;
    object_put(place, object);
    return 0;
}

static void default_sizes(const struct field *field, struct sizes *sizes)
{
    if (field->number != 0)
        *sizes = (struct sizes){.count = 1, .items = {(int64_t)field->number}};
}

/* Gives a zeroed field its default. */
static int default_field(const struct field *field, void *options, struct error *error)
{
    void *place = field_place(field, options);
    switch (field->type) {
    case FIELD_TYPE_BOOLEAN:
        *(bool *)place = field->number != 0;
        return 0;
    case FIELD_TYPE_INTEGER:
        *(int64_t *)place = isnan(field->number) ? 0 : (int64_t)field->number;
        return 0;
    case FIELD_TYPE_NUMBER:
        *(double *)place = field->number;
        return 0;
    case FIELD_TYPE_CHOICE:
        *(int *)place = (int)field->number;
        return 0;
    case FIELD_TYPE_STRING:
        return default_string(field, place, error);
    case FIELD_TYPE_STRINGS:
        return field->text != NULL ? strings_split(field->text, place, error) : 0;
    case FIELD_TYPE_OBJECT:
        return default_object(field, place, error);
    case FIELD_TYPE_VARIANT:
        return default_variant(field, place, error);
    case FIELD_TYPE_SIZES:
        default_sizes(field, place);
        return 0;
    case FIELD_TYPE_VARIANTS:
    case FIELD_TYPE_JSON:
        return 0;
    }
    return 0;
}

int fields_default(const struct kind *kind, void *options, struct error *error)
{
    assert(kind->base == NULL || kind->base->size <= kind->size);
    if (kind->size > 0)
        memset(options, 0, kind->size);
    const struct field *field = NULL;
    struct fields_walk walk = fields_walk(kind);
    while ((field = fields_walk_next(&walk)) != NULL) {
        if (default_field(field, options, error) != 0) {
            fields_clear(kind, options);
            return -1;
        }
    }
    return 0;
}

void variant_clear(struct variant *variant)
{
    if (variant == NULL)
        return;
    if (variant->kind != NULL)
        options_free(variant->kind, variant->options);
    memset(variant, 0, sizeof(*variant));
}

void variants_clear(struct variants *variants)
{
    for (size_t i = 0; i < variants->count; i++)
        variant_clear(&variants->items[i]);
    free(variants->items);
    memset(variants, 0, sizeof(*variants));
}

void field_clear(const struct field *field, void *options)
{
    void *place = field_place(field, options);
    switch (field->type) {
    case FIELD_TYPE_STRING:
        free(*(char **)place);
        *(char **)place = NULL;
        break;
    case FIELD_TYPE_STRINGS:
        strings_clear(place);
        break;
    case FIELD_TYPE_OBJECT:
        options_free(field->object, object_get(place));
        object_put(place, NULL);
        break;
    case FIELD_TYPE_VARIANT:
        variant_clear(place);
        break;
    case FIELD_TYPE_VARIANTS:
        variants_clear(place);
        break;
    case FIELD_TYPE_JSON:
        json_decref(*(json_t **)place);
        *(json_t **)place = NULL;
        break;
    case FIELD_TYPE_BOOLEAN:
        *(bool *)place = false;
        break;
    case FIELD_TYPE_INTEGER:
        *(int64_t *)place = 0;
        break;
    case FIELD_TYPE_NUMBER:
        *(double *)place = 0;
        break;
    case FIELD_TYPE_CHOICE:
        *(int *)place = 0;
        break;
    case FIELD_TYPE_SIZES:
        memset(place, 0, sizeof(struct sizes));
        break;
    }
}

void fields_clear(const struct kind *kind, void *options)
{
    if (options == NULL)
        return;
    const struct field *field = NULL;
    struct fields_walk walk = fields_walk(kind);
    while ((field = fields_walk_next(&walk)) != NULL)
        field_clear(field, options);
    memset(options, 0, kind->size);
}
