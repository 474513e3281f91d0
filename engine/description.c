/* Descriptions of columns and of the whole. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/description.h"

#include <stdlib.h>
#include <string.h>

static int out_of_memory(struct error *error)
{
    return error_set(error, ERROR_MEMORY, "out of memory for the description of a dataset");
}

/* Takes `column` into `columns`; NULL is what jansson gives when memory ran out. */
static int add(json_t *columns, json_t *column_taken, struct error *error)
{
    return json_array_append_new(columns, column_taken) == 0 ? 0 : out_of_memory(error);
}

static json_t *bins(const struct column_statistics *statistics)
{
    json_t *counts = json_array();
    for (int i = 0; i < HISTOGRAM_BINS; i++)
        json_array_append_new(counts, json_integer((json_int_t)statistics->histogram[i]));
    return counts;
}

/* Fails to an object without the members, which the caller's json_object_update notices. */
static int set_statistics(json_t *column, const struct column_statistics *statistics)
{
    int status = json_object_set_new(column, "integers", json_boolean(statistics->integers));
    status |= json_object_set_new(column, "distinct", json_integer(statistics->distinct));
    if (statistics->count == 0)
        return status;
    status |= json_object_set_new(column, "min", json_real(statistics->min));
    status |= json_object_set_new(column, "max", json_real(statistics->max));
    status |= json_object_set_new(column, "mean", json_real(statistics->mean));
    status |= json_object_set_new(column, "deviation", json_real(statistics->deviation));
    json_t *histogram = json_pack("{s:f, s:f, s:o}", "from", statistics->min, "to", statistics->max,
                                  "counts", bins(statistics));
    return status | json_object_set_new(column, "histogram", histogram);
}

static int add_numbers(json_t *columns, const struct column_builder *column, struct error *error)
{
    json_t *json =
        json_pack("{s:s, s:s, s:I}", "name", column->name, "type", column_type_names[COLUMN_NUMBER],
                  "missing", (json_int_t)column->missing_count);
    if (json == NULL || set_statistics(json, &column->statistics) != 0) {
        json_decref(json);
        return out_of_memory(error);
    }
    return add(columns, json, error);
}

static int add_tensors(json_t *columns, const struct column_builder *column,
                       const struct column_file *file, struct error *error)
{
    struct column_statistics statistics, *out = &statistics;
    const struct column_section *section = &column->values;
    int status = column->tensor_is_bytes
                     ? byte_statistics_compute(file, section, &statistics, error)
                     : column_statistics_compute(file, &section, 1, SECTION_FLOATS, &out, error);
    if (status != 0)
        return -1;
    json_t *dims = json_array();
    for (int i = 0; i < column->shape.rank; i++)
        json_array_append_new(dims, json_integer(column->shape.dims[i]));
    json_t *json = json_pack("{s:s, s:s, s:o, s:i}", "name", column->name, "type",
                             column_type_names[COLUMN_TENSOR], "shape", dims, "missing", 0);
    if (json == NULL || set_statistics(json, &statistics) != 0) {
        json_decref(json);
        return out_of_memory(error);
    }
    return add(columns, json, error);
}

static json_t *date_json(double seconds)
{
    char text[DATE_TEXT_SIZE];
    date_text_write((int64_t)seconds, text);
    return json_string(text);
}

static json_t *describe_dates(const struct column_builder *column, const struct column_file *file,
                              struct error *error)
{
    struct column_statistics statistics, *out = &statistics;
    const struct column_section *section = &column->values;
    if (column_statistics_compute(file, &section, 1, SECTION_DATES, &out, error) != 0)
        return NULL;
    json_t *json = json_pack("{s:I}", "distinct", (json_int_t)statistics.distinct);
    if (statistics.count == 0)
        return json;
    json_t *histogram = json_pack("{s:o, s:o, s:o}", "from", date_json(statistics.min), "to",
                                  date_json(statistics.max), "counts", bins(&statistics));
    json_object_set_new(json, "min", date_json(statistics.min));
    json_object_set_new(json, "max", date_json(statistics.max));
    json_object_set_new(json, "histogram", histogram);
    return json;
}

static json_t *describe_booleans(const struct column_builder *column,
                                 const struct column_file *file, struct error *error)
{
    uint64_t counts[256] = {0};
    uint8_t chunk[4096];
    for (uint64_t at = 0; at < column->values.size; at += sizeof(chunk)) {
        uint64_t left = column->values.size - at;
        size_t size = left < sizeof(chunk) ? (size_t)left : sizeof(chunk);
        if (column_file_read(file, column->values.offset + at, chunk, size, error) != 0)
            return NULL;
        for (size_t i = 0; i < size; i++)
            counts[chunk[i]]++;
    }
    return json_pack("{s:i, s:[{s:b, s:I}, {s:b, s:I}]}", "distinct",
                     (counts[0] > 0) + (counts[1] > 0), "categories", "value", 0, "count",
                     (json_int_t)counts[0], "value", 1, "count", (json_int_t)counts[1]);
}

struct ranked {
    const struct dictionary_entry *entry;
    uint64_t count;
};

static int by_count(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    return x->entry->code < y->entry->code ? -1 : 1;
}

/* The most frequent categories first, equal ones in the dictionary's order. */
static json_t *describe_categories(const struct column_builder *column, struct error *error)
{
    const struct dictionary *dictionary = &column->dictionary;
    AUTO_FREE struct ranked *ranked = calloc((size_t)dictionary->count + 1, sizeof(*ranked));
    if (ranked == NULL) {
        out_of_memory(error);
        return NULL;
    }
    for (uint32_t i = 0; i < dictionary->count; i++) {
        const struct dictionary_entry *entry = &dictionary->entries[i];
        ranked[i] = (struct ranked){entry, column->category_counts[entry->code]};
    }
    qsort(ranked, dictionary->count, sizeof(*ranked), by_count);
    json_t *categories = json_array();
    for (uint32_t i = 0; i < dictionary->count && i < DESCRIPTION_CATEGORIES_MAX; i++) {
        const char *text = (const char *)dictionary->text.data + ranked[i].entry->start;
        json_array_append_new(categories, json_pack("{s:s%, s:I}", "value", text,
                                                    (size_t)ranked[i].entry->length, "count",
                                                    (json_int_t)ranked[i].count));
    }
    return json_pack("{s:I, s:o}", "distinct", (json_int_t)dictionary->count, "categories",
                     categories);
}

static json_t *describe_values(const struct column_builder *column, const struct column_file *file,
                               struct error *error)
{
    switch (column->type) {
    case COLUMN_BOOLEAN:
        return describe_booleans(column, file, error);
    case COLUMN_CATEGORY:
        return describe_categories(column, error);
    case COLUMN_DATE:
        return describe_dates(column, file, error);
    case COLUMN_TEXT:
    case COLUMN_NUMBER:
    case COLUMN_TENSOR:
        break;
    }
    int64_t distinct =
        column->dictionary.full ? DICTIONARY_ENTRIES_MAX : (int64_t)column->dictionary.count;
    return json_pack("{s:I}", "distinct", (json_int_t)distinct);
}

int description_add_column(json_t *columns, const struct column_builder *column,
                           const struct column_file *file, struct error *error)
{
    if (column->type == COLUMN_NUMBER)
        return add_numbers(columns, column, error);
    if (column->type == COLUMN_TENSOR)
        return add_tensors(columns, column, file, error);
    json_t *values = describe_values(column, file, error);
    json_t *json =
        json_pack("{s:s, s:s, s:I}", "name", column->name, "type", column_type_names[column->type],
                  "missing", (json_int_t)column->missing_count);
    if (values == NULL || json == NULL || json_object_update(json, values) != 0) {
        json_decref(values);
        json_decref(json);
        return out_of_memory(error);
    }
    json_decref(values);
    return add(columns, json, error);
}

static int set_section(json_t *place, const char *key, const struct column_section *section)
{
    if (section == NULL)
        return 0;
    return json_object_set_new(
        place, key, json_pack("[I, I]", (json_int_t)section->offset, (json_int_t)section->size));
}

int description_add_place(json_t *places, const struct column_section *values,
                          const struct column_section *offsets, const struct column_section *text,
                          struct error *error)
{
    json_t *place = json_object();
    if (set_section(place, "values", values) != 0 || set_section(place, "offsets", offsets) != 0 ||
        set_section(place, "text", text) != 0) {
        json_decref(place);
        return out_of_memory(error);
    }
    return add(places, place, error);
}

int description_finish(struct column_file *file, int64_t rows, json_t *about_taken,
                       json_t *columns_taken, json_t *places_taken, struct error *error)
{
    json_t *header = NULL;
    if (json_object_set_new(about_taken, "rows", json_integer(rows)) != 0) {
        json_decref(columns_taken);
    } else if (json_object_set_new(about_taken, "columns", columns_taken) == 0) {
        header = json_pack("{s:O, s:O}", "description", about_taken, "places", places_taken);
    }
    int status = header == NULL ? out_of_memory(error)
                                : column_file_finish(file, (uint64_t)rows, header, error);
    json_decref(header);
    json_decref(about_taken);
    json_decref(places_taken);
    return status;
}
