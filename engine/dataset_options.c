/* What an upload's query may say about the file. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/dataset_options.h"

#include <string.h>

const char *const column_type_names[] = {"number", "boolean", "category", "date",
                                         "text",   "tensor",  NULL};

const char *const dataset_format_names[] = {"auto",  "csv",    "idx", "npy", "npz", "arff",
                                            "jsonl", "libsvm", "raw", "tar", NULL};

static const char *const header_names[] = {"auto", "yes", "no", "true", "false", NULL};
static const enum dataset_header headers[] = {DATASET_HEADER_AUTO, DATASET_HEADER_YES,
                                              DATASET_HEADER_NO, DATASET_HEADER_YES,
                                              DATASET_HEADER_NO};

static const char *const separator_names[] = {"auto",  "comma", "semicolon", "tab",
                                              "space", "pipe",  NULL};
static const char separators[] = {0, ',', ';', '\t', ' ', '|'};

static const char *const layout_names[] = {"hwc", "chw", NULL};

enum { SCALED_SIDE_MAX = 4096 };

char dataset_separator(int choice)
{
    return separators[choice];
}

enum dataset_header dataset_header(int choice)
{
    return headers[choice];
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

/* "y1,y2" */
static int read_names(const char *text, json_t *names, struct error *error)
{
    while (*text != 0) {
        size_t length = strcspn(text, ",");
        if (length > 0 && json_array_append_new(names, json_stringn(text, length)) != 0)
            return error_set(error, ERROR_INVALID, "target must be UTF-8 like species");
        text += length + (text[length] == ',');
    }
    return 0;
}

static int check_names(const json_t *names, struct error *error)
{
    size_t index;
    json_t *name;
    json_auto_t *seen = json_object();
    if (!json_is_array(names))
        return error_set(error, ERROR_INVALID, "target must be a JSON list like [\"y1\", \"y2\"]");
    json_array_foreach(names, index, name)
    {
        const char *text = json_string_value(name);
        if (text == NULL)
            return error_set(error, ERROR_INVALID, "target must be a list of names of columns");
        if (json_object_get(seen, text) != NULL)
            return error_set(error, ERROR_INVALID, "target names \"%.80s\" twice", text);
        if (json_object_set_new(seen, text, json_true()) != 0)
            return error_set(error, ERROR_MEMORY, "out of memory for the target's names");
    }
    return 0;
}

json_t *dataset_targets(const char *text, struct error *error)
{
    bool is_json = text != NULL && text[0] == '[';
    json_t *names = is_json ? fields_parse(text, strlen(text), error) : json_array();
    if (names == NULL) {
        error_set(error, ERROR_MEMORY, "out of memory for the target's names");
        return NULL;
    }
    if ((!is_json && text != NULL && read_names(text, names, error) != 0) ||
        check_names(names, error) != 0) {
        json_decref(names);
        return NULL;
    }
    return names;
}

char *dataset_targets_text(const json_t *names)
{
    const char *first = json_string_value(json_array_get(names, 0));
    if (json_array_size(names) == 1 && first[0] != '[' && first[0] != 0 &&
        strchr(first, ',') == NULL)
        return strdup(first);
    return fields_print(names);
}

/* A whole number of up to SCALED_SIDE_MAX in front of `ends`, and past both; 0 where there is none.
 */
static int64_t read_side(const char **text, char ends)
{
    int64_t side = 0;
    for (; **text >= '0' && **text <= '9' && side <= SCALED_SIDE_MAX; ++*text)
        side = side * 10 + (**text - '0');
    if (**text != ends || side > SCALED_SIDE_MAX)
        return 0;
    *text += ends != '\0';
    return side;
}

int dataset_image_size(const struct dataset_options *options, int64_t *width, int64_t *height,
                       struct error *error)
{
    const char *text = options->size;
    int64_t w = text != NULL ? read_side(&text, 'x') : 0;
    int64_t h = w > 0 ? read_side(&text, '\0') : 0;
    if (options->size != NULL && h < 1)
        return error_set_at(error, ERROR_INVALID, "size",
                            "must be a width and a height of 1 to %d, like 32x32, not %.40s",
                            SCALED_SIDE_MAX, options->size);
    *width = w;
    *height = h;
    return 0;
}

unsigned dataset_options_given(const struct dataset_options *options)
{
    return (options->types != NULL ? OPTION_TYPES : 0) |
           (options->missing != NULL ? OPTION_MISSING : 0) |
           (options->header != DATASET_HEADER_AUTO ? OPTION_HEADER : 0) |
           (options->separator != 0 ? OPTION_SEPARATOR : 0) |
           (options->shape.count > 0 ? OPTION_SHAPE : 0) |
           (options->dtype != NULL ? OPTION_DTYPE : 0) |
           (options->labels != 0 ? OPTION_LABELS : 0) |
           (options->layout != DATASET_LAYOUT_HWC ? OPTION_LAYOUT : 0) |
           (options->size != NULL ? OPTION_SIZE : 0);
}

const char *dataset_option_name(enum dataset_option option)
{
    static const char *const names[] = {"types", "missing", "header", "separator", "shape",
                                        "dtype", "labels",  "layout", "size"};
    return names[__builtin_ctz((unsigned)option)];
}

static int check_options(const void *options, const char *path UNUSED, struct error *error)
{
    const struct dataset_options *given = options;
    int64_t width, height;
    json_auto_t *types = dataset_types(options, error);
    json_auto_t *targets = types == NULL ? NULL : dataset_targets(given->target, error);
    return targets == NULL ? -1 : dataset_image_size(given, &width, &height, error);
}

static const struct field option_fields[] = {
    FIELD_STRING(struct dataset_options, target,
                 .help = "the column that jobs predict unless they say otherwise; several: y1,y2, "
                         "or a JSON list"),
    FIELD_STRING(struct dataset_options, types,
                 .help = "column types that are not to be found out: age=number,zip=category, or "
                         "JSON; number, boolean, category, date or text"),
    FIELD_STRING(struct dataset_options, missing,
                 .help = "further words for missing values, comma-separated, beside empty, ?, NA, "
                         "N/A, null and NaN (ARFF: beside ?)"),
    FIELD_CHOICE(struct dataset_options, header, .choices = header_names,
                 .help = "CSV: whether the first line has the columns' names"),
    FIELD_CHOICE(struct dataset_options, separator, .choices = separator_names,
                 .help = "CSV: what stands between fields; space: any number of blanks"),
    FIELD_CHOICE(struct dataset_options, format, .choices = dataset_format_names,
                 .help = "the file's format; only raw is never found out"),
    FIELD_SIZES(struct dataset_options, shape, .min = 1, .max = 1 << 30,
                .help = "raw: the shape of a row as it lies in the file: 3,32,32"),
    FIELD_STRING(struct dataset_options, dtype,
                 .help = "raw: the type of its values as NumPy writes it: u1, i2, <f4, >f8; < or "
                         "nothing: little-endian; by default u1"),
    FIELD_INTEGER(struct dataset_options, labels, .min = 0, .max = 16,
                  .help =
                      "raw: how many bytes before each row are its labels, each a whole number"),
    FIELD_CHOICE(struct dataset_options, layout, .choices = layout_names,
                 .help = "arrays with rows of rank 3: chw are planes, one a channel, and become "
                         "height, width, channels"),
    FIELD_STRING(struct dataset_options, size,
                 .help = "archives of images: the width and height that all are brought to: 32x32; "
                         "by default they must have one size"),
    FIELD_END};

const struct kind dataset_options_kind = {.name = "dataset",
                                          .help = "how an uploaded file is read",
                                          .size = sizeof(struct dataset_options),
                                          .fields = option_fields,
                                          .check = check_options};
