/* What an upload's query may say about the file. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/dataset_options.h"

#include <string.h>

const char *const column_type_names[] = {"number", "boolean", "category", "date",
                                         "text",   "tensor",  NULL};

const char *const dataset_format_names[] = {"auto",  "csv",    "idx", "npy", "npz", "arff",
                                            "jsonl", "libsvm", "raw", "tar", NULL};

static const char *const header_names[] = {"auto", "yes", "no", NULL};

static const char *const separator_names[] = {"auto",  "comma", "semicolon", "tab",
                                              "space", "pipe",  NULL};
static const char separators[] = {0, ',', ';', '\t', ' ', '|'};

char dataset_separator(int choice)
{
    return separators[choice];
}

int dataset_type_find(const char *name)
{
    for (int type = COLUMN_NUMBER; type <= COLUMN_TEXT; type++)
        if (strcmp(column_type_names[type], name) == 0)
            return type;
    return -1;
}

/* "age=number,zip=category": a name with a comma or an equals sign needs the JSON form. */
static int read_pairs(const char *text, json_t *types, struct error *error)
{
    while (*text != 0) {
        size_t length = strcspn(text, ",");
        const char *equals = memchr(text, '=', length);
        if (equals == NULL)
            return error_set(
                error, ERROR_INVALID,
                "types must be like age=number,zip=category or a JSON object, not %.80s", text);
        json_t *type = json_stringn(equals + 1, (size_t)(text + length - equals - 1));
        AUTO_FREE char *name = strndup(text, (size_t)(equals - text));
        if (name == NULL || json_object_set_new(types, name, type) != 0)
            return error_set(error, ERROR_INVALID, "types must be UTF-8 like age=number");
        text += length + (text[length] == ',');
    }
    return 0;
}

static int check_types(json_t *types, struct error *error)
{
    const char *name;
    json_t *value;
    if (!json_is_object(types))
        return error_set(error, ERROR_INVALID,
                         "types must be a JSON object like {\"age\": \"number\"}");
    json_object_foreach(types, name, value)
    {
        const char *type = json_string_value(value);
        if (type == NULL || dataset_type_find(type) < 0)
            return error_set(error, ERROR_INVALID,
                             "types: column \"%.80s\" must be number, boolean, category, date or "
                             "text, not %.40s",
                             name, type == NULL ? "another JSON value" : type);
    }
    return 0;
}

json_t *dataset_types(const struct dataset_options *options, struct error *error)
{
    const char *text = options->types == NULL ? "" : options->types;
    bool is_json = text[strspn(text, " \t\r\n")] == '{';
    json_t *types = is_json ? fields_parse(text, strlen(text), error) : json_object();
    if (types == NULL) {
        error_set(error, ERROR_MEMORY, "out of memory for types");
        return NULL;
    }
    if ((!is_json && read_pairs(text, types, error) != 0) || check_types(types, error) != 0) {
        json_decref(types);
        return NULL;
    }
    return types;
}

static int check_options(const void *options, const char *path UNUSED, struct error *error)
{
    json_t *types = dataset_types(options, error);
    json_decref(types);
    return types == NULL ? -1 : 0;
}

static const struct field option_fields[] = {
    FIELD_STRING(struct dataset_options, target,
                 .help = "the column that jobs predict unless they say otherwise"),
    FIELD_STRING(struct dataset_options, types,
                 .help = "column types that are not to be found out: age=number,zip=category, or "
                         "JSON; number, boolean, category, date or text"),
    FIELD_STRING(struct dataset_options, missing,
                 .help = "further words for missing values, comma-separated, beside empty, ?, NA, "
                         "N/A, null and NaN"),
    FIELD_CHOICE(struct dataset_options, header, .choices = header_names,
                 .help = "whether the first line has the columns' names"),
    FIELD_CHOICE(struct dataset_options, separator, .choices = separator_names,
                 .help = "what stands between fields; space: any number of blanks"),
    FIELD_CHOICE(struct dataset_options, format, .choices = dataset_format_names,
                 .help = "the file's format"),
    FIELD_END};

const struct kind dataset_options_kind = {.name = "dataset",
                                          .help = "how an uploaded file is read",
                                          .size = sizeof(struct dataset_options),
                                          .fields = option_fields,
                                          .check = check_options};
