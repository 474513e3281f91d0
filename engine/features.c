/* Choosing the inputs. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/features.h"
#include "base/compiler.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REASON_SIZE = 160, IDENTIFIER_VALUES_MIN = 100 };

/* What the job says of a column. */
enum wish { WISH_NONE, WISH_INCLUDED, WISH_EXCLUDED, WISH_TARGET };

/* ---- what the job wants */

static int wishes_mark(enum wish *wishes, const struct dataset *dataset,
                       const struct strings *names, const char *list, enum wish wish,
                       struct error *error)
{
    for (size_t i = 0; i < names->count; i++) {
        char path[64];
        snprintf(path, sizeof(path), "features.%s[%zu]", list, i);
        int column = columns_find(dataset, names->items[i], path, error);
        if (column < 0)
            return -1;
        if (wish == WISH_EXCLUDED && wishes[column] == WISH_INCLUDED)
            return error_set_at(error, ERROR_INVALID, path,
                                "\"%s\" is named by features.include too", names->items[i]);
        if (wish == WISH_INCLUDED && wishes[column] == WISH_TARGET)
            return error_set_at(error, ERROR_INVALID, path, "\"%s\" is the target",
                                names->items[i]);
        if (wishes[column] != WISH_TARGET)
            wishes[column] = wish;
    }
    return 0;
}

/* With windows the targets are columns like any other: their past is known. */
static enum wish *wishes_read(const struct dataset *dataset, const struct feature_options *wanted,
                              const struct task_request *request, const struct targets *targets,
                              struct error *error)
{
    enum wish *wishes = calloc((size_t)dataset->column_count + 1, sizeof(*wishes));
    if (!wishes) {
        error_set(error, ERROR_MEMORY, "out of memory for %d columns", dataset->column_count);
        return NULL;
    }
    for (int i = 0; !request->window && i < targets->count; i++)
        wishes[targets->items[i].column_index] = WISH_TARGET;
    if (wishes_mark(wishes, dataset, &wanted->include, "include", WISH_INCLUDED, error) ||
        wishes_mark(wishes, dataset, &wanted->exclude, "exclude", WISH_EXCLUDED, error)) {
        free(wishes);
        return NULL;
    }
    return wishes;
}

/* ---- what is left out by itself */

/* "id", "PassengerId", "row_id", "customerID", "index", and pandas' "Unnamed: 0". */
static bool name_counts_rows(const char *name)
{
    size_t length = strlen(name);
    if (strcasecmp(name, "id") == 0 || strcasecmp(name, "index") == 0 ||
        strcmp(name, "Unnamed: 0") == 0 || length == 0)
        return true;
    if (length < 3 || strcasecmp(name + length - 2, "id") != 0)
        return false;
    char before = name[length - 3];
    bool word_begins = name[length - 2] == 'I' && islower((unsigned char)before);
    return word_begins || before == '_' || before == '-' || before == ' ' || before == '.';
}

/* Statistics count no more different values than LABELS_MAX. */
static bool distinct_is_many(int64_t distinct, int64_t rows)
{
    return distinct > IDENTIFIER_VALUES_MIN && (distinct > rows / 2 || distinct >= LABELS_MAX);
}

/* Constant numbers stay: the place of a column may mean something, as that of a pixel does.
 *
 * Reasons are given by the whole dataset, so that they do not depend on how it is split. */
static bool reason_find(const struct column *column, int64_t rows, char reason[REASON_SIZE])
{
    int64_t present = rows - column->missing_count;
    int64_t distinct =
        column->type == COLUMN_CATEGORY ? column->category_count : column->distinct_count;
    const char *least = distinct >= LABELS_MAX ? "at least " : "";
    reason[0] = '\0';
    if (column->type == COLUMN_TENSOR)
        return false;
    if (present == 0)
        snprintf(reason, REASON_SIZE, "has no values");
    else if (column->type == COLUMN_TEXT)
        snprintf(reason, REASON_SIZE,
                 "text with %s%lld different values in %lld rows; features.include takes its "
                 "words",
                 least, (long long)distinct, (long long)rows);
    else if (column->type == COLUMN_CATEGORY && distinct == 1 && present == rows && rows > 1)
        snprintf(reason, REASON_SIZE, "has the same value in every row");
    else if (column->type == COLUMN_CATEGORY && distinct_is_many(distinct, rows))
        snprintf(reason, REASON_SIZE,
                 "%lld different values in %lld rows look like an identifier; features.include "
                 "takes it",
                 (long long)distinct, (long long)rows);
    else if (column->type == COLUMN_NUMBER && column->integers && rows > 1 &&
             name_counts_rows(column->name) &&
             (distinct == present || distinct_is_many(distinct, rows)))
        snprintf(reason, REASON_SIZE,
                 "whole numbers of that name with %s%lld different values in %lld rows look like "
                 "an identifier; features.include takes it",
                 least, (long long)distinct, (long long)rows);
    return reason[0] != '\0';
}

/* ---- options of single columns */

/* Names of a text's choices. */
static const char *const text_choices[] = {"text", "text_slots", "text_bigrams", "text_vocabulary",
                                           "text_length"};

/* What a column's own options say goes over the job's. A choice that is not of its type's kind
 * would do nothing and is refused. */
static int check_choices(const struct feature *feature, const struct column *column,
                         const json_t *own, const char *path, struct error *error)
{
    const char *type = column_type_names[column->type];
    bool is_category = column->type == COLUMN_CATEGORY && !feature->is_text;
    bool is_scaled = column->type == COLUMN_NUMBER || column->type == COLUMN_DATE ||
                     (is_category && feature->options.categorical == CATEGORICAL_ORDINAL);
    if (json_object_get(own, "categorical") && !is_category)
        return error_set_at(error, ERROR_INVALID, path,
                            "has no categories: the column is of type %s", type);
    if (json_object_get(own, "numeric") && !is_scaled)
        return error_set_at(error, ERROR_INVALID, path,
                            "has no numbers to scale: the column is of type %s", type);
    for (size_t i = 0; i < ARRAY_COUNT(text_choices); i++)
        if (json_object_get(own, text_choices[i]) && !feature->is_text)
            return error_set_at(error, ERROR_INVALID, path,
                                "has no texts: the column is of type %s%s", type,
                                is_category ? "; \"text\": \"hash\" takes it as texts" : "");
    return 0;
}

static int feature_read_options(struct feature *feature, const struct column *column, json_t *own,
                                struct error *error)
{
    char path[256];
    snprintf(path, sizeof(path), "preprocessing.columns.%s", column->name);
    json_auto_t *merged = fields_write(&column_options_kind, &feature->options);
    if (!merged || (json_is_object(own) && json_object_update(merged, own)))
        return error_set(error, ERROR_MEMORY, "out of memory for the options of a column");
    if (fields_read(&column_options_kind, json_is_object(own) ? merged : own, &feature->options,
                    path, error))
        return -1;
    if (column->type == COLUMN_CATEGORY && json_object_get(own, "text"))
        feature->is_text = true;
    return check_choices(feature, column, own, path, error);
}

/* Every key of preprocessing.columns must be an input. */
static int features_check_column_options(const struct features *features,
                                         const struct dataset *dataset, json_t *columns,
                                         struct error *error)
{
    const char *name;
    json_t *value;
    if (columns && !json_is_object(columns))
        return error_set_at(error, ERROR_INVALID, "preprocessing.columns",
                            "must be an object by column name");
    json_object_foreach(columns, name, value)
    {
        int column = columns_find(dataset, name, "preprocessing.columns", error);
        bool used = false;
        if (column < 0)
            return -1;
        for (int i = 0; i < features->count; i++)
            used = used || features->items[i].column == column;
        if (!used)
            return error_set_at(error, ERROR_INVALID, "preprocessing.columns",
                                "\"%s\" is not an input of this job", name);
    }
    return 0;
}

/* ---- all together */

/* What the parts of the choice have in common. */
struct choice {
    const struct dataset *dataset;
    const struct preprocessing_options *options;
    const struct feature_options *wanted;
    const struct task_request *request;
    const enum wish *wishes;
};

/* Beside the words there are the ids of padding and of the unknown. */
static void limit_words(struct column_options *options, int64_t vocabulary)
{
    enum { OTHER_TOKENS = 2 };
    int64_t words = vocabulary - OTHER_TOKENS;
    if (vocabulary > 0 && words < options->text_vocabulary)
        options->text_vocabulary = words < 1 ? 1 : words;
}

static int features_add(struct features *features, const struct choice *choice, int column,
                        bool is_text, struct error *error)
{
    const struct column *described = &choice->dataset->columns[column];
    struct feature feature = {.column = column,
                              .is_text = is_text || described->type == COLUMN_TEXT,
                              .options = choice->options->common};
    json_t *own = json_object_get(choice->options->columns, described->name);
    if (own && feature_read_options(&feature, described, own, error))
        return -1;
    if (feature.options.text == TEXT_AUTO)
        feature.options.text = choice->request->reads_tokens ? TEXT_TOKENS : TEXT_HASH;
    limit_words(&feature.options, choice->request->vocabulary);
    features->items[features->count++] = feature;
    return 0;
}

static int features_leave_out(struct features *features, const char *column, const char *reason,
                              struct error *error)
{
    int failed =
        reason ? json_array_append_new(features->left_out,
                                       json_pack("{s:s, s:s}", "column", column, "reason", reason))
               : json_array_append_new(features->unused, json_string(column));
    return failed ? error_set(error, ERROR_MEMORY, "out of memory for the columns") : 0;
}

/* Texts, and categories that are another in nearly every row. */
static bool is_like_text(const struct column *column, int64_t rows)
{
    return column->missing_count < rows &&
           (column->type == COLUMN_TEXT ||
            (column->type == COLUMN_CATEGORY && distinct_is_many(column->category_count, rows)));
}

/* `with_texts`: texts are taken without being named. */
static int features_sort(struct features *features, const struct choice *choice, bool with_texts,
                         struct error *error)
{
    const struct dataset *dataset = choice->dataset;
    char reason[REASON_SIZE];
    for (int i = 0; i < dataset->column_count; i++) {
        const struct column *column = &dataset->columns[i];
        enum wish wish = choice->wishes[i];
        bool is_text = with_texts && wish == WISH_NONE && is_like_text(column, dataset->rows);
        int failed;
        if (wish == WISH_TARGET)
            continue;
        if (wish == WISH_EXCLUDED || (wish == WISH_NONE && choice->wanted->include.count > 0))
            failed = features_leave_out(features, column->name, NULL, error);
        else if (wish == WISH_NONE && !is_text && reason_find(column, dataset->rows, reason))
            failed = features_leave_out(features, column->name, reason, error);
        else
            failed = features_add(features, choice, i, is_text, error);
        if (failed)
            return -1;
    }
    return 0;
}

static int features_check(const struct features *features, const struct dataset *dataset,
                          struct error *error)
{
    if (features->count == 0)
        return error_set_at(error, ERROR_INVALID, "features",
                            "no column is left as an input: besides the target the dataset has "
                            "%zu columns of no use and %zu that are not wanted",
                            json_array_size(features->left_out), json_array_size(features->unused));
    for (int i = 0; features->count > 1 && i < features->count; i++) {
        const struct column *column = &dataset->columns[features->items[i].column];
        if (column->type == COLUMN_TENSOR)
            return error_set_at(error, ERROR_INVALID, "features",
                                "the tensors of \"%s\" cannot be combined with other inputs: "
                                "exclude them, or include \"%s\" alone",
                                column->name, column->name);
    }
    return 0;
}

static int features_fill(struct features *features, const struct choice *choice,
                         struct error *error)
{
    const struct dataset *dataset = choice->dataset;
    features->items = calloc((size_t)dataset->column_count + 1, sizeof(*features->items));
    features->left_out = json_array();
    features->unused = json_array();
    if (!features->items || !features->left_out || !features->unused)
        return error_set(error, ERROR_MEMORY, "out of memory for %d columns",
                         dataset->column_count);
    if (features_sort(features, choice, false, error))
        return -1;
    /* A table of texts and labels. */
    if (features->count == 0 &&
        (json_array_clear(features->left_out) || json_array_clear(features->unused) ||
         features_sort(features, choice, true, error)))
        return -1;
    if (features_check_column_options(features, dataset, choice->options->columns, error))
        return -1;
    return features_check(features, dataset, error);
}

int features_choose(struct features *features, const struct dataset *dataset,
                    const struct preprocessing_options *options,
                    const struct feature_options *wanted, const struct task_request *request,
                    const struct targets *targets, struct error *error)
{
    AUTO_FREE enum wish *wishes = wishes_read(dataset, wanted, request, targets, error);
    struct choice choice = {.dataset = dataset,
                            .options = options,
                            .wanted = wanted,
                            .request = request,
                            .wishes = wishes};
    return wishes ? features_fill(features, &choice, error) : -1;
}

void features_clear(struct features *features)
{
    free(features->items);
    json_decref(features->left_out);
    json_decref(features->unused);
    *features = (struct features){0};
}
