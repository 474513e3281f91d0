/* predict: rows of a file, or one row of words, through a model. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/propctl/command.h"
#include "clients/propctl/layers.h"
#include "clients/propctl/table.h"
#include "clients/propctl/value.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

enum format { FORMAT_CSV, FORMAT_JSON, FORMAT_NDJSON, FORMAT_NPY, FORMAT_UNKNOWN };

static const struct {
    const char *name, *ending, *type;
} formats[] = {
    [FORMAT_CSV] = {"csv", ".csv", "text/csv"},
    [FORMAT_JSON] = {"json", ".json", "application/json"},
    [FORMAT_NDJSON] = {"ndjson", ".ndjson", "application/json"},
    [FORMAT_NPY] = {"npy", ".npy", "application/x-npy"},
};

static bool ends_in(const char *text, const char *ending)
{
    size_t length = strlen(text), ending_length = strlen(ending);
    return length >= ending_length && strcmp(text + length - ending_length, ending) == 0;
}

/* By --format, else the file's ending, else csv. */
static enum format format_of(const struct arguments *arguments)
{
    const char *name = option_text(arguments, "format");
    for (int i = 0; i < FORMAT_UNKNOWN; i++)
        if (name != NULL ? strcmp(name, formats[i].name) == 0
                         : ends_in(arguments->words[1], formats[i].ending))
            return (enum format)i;
    if (name == NULL && ends_in(arguments->words[1], ".jsonl"))
        return FORMAT_NDJSON;
    return name == NULL ? FORMAT_CSV : FORMAT_UNKNOWN;
}

/* {"instances": [line, line, …]} */
static enum outcome join_lines(struct text *body, const char *path)
{
    struct text joined = {0};
    char *rest = body->data, *line;
    bool is_first = true;
    text_add(&joined, "{\"instances\": [");
    while ((line = strsep(&rest, "\n")) != NULL) {
        if (line[strspn(line, " \t\r")] == '\0')
            continue;
        text_printf(&joined, "%s%s", is_first ? "" : ", ", line);
        is_first = false;
    }
    text_add(&joined, "]}");
    text_clear(body);
    *body = joined;
    if (is_first)
        return complain(OUTCOME_USAGE, "%s has no rows", path);
    return OUTCOME_OK;
}

/* 5.1 3.5 1.4 0.2, or sepal_length=5.1 petal_width=0.2. */
static enum outcome row_of_words(const struct arguments *arguments, struct text *body)
{
    json_t *row = strchr(arguments->words[1], '=') != NULL ? json_object() : json_array();
    json_auto_t *question = json_pack("{s:[o]}", "instances", row);
    for (size_t i = 1; i < arguments->count; i++) {
        const char *word = arguments->words[i], *equals = strchr(word, '=');
        struct text key TEXT_AUTO = {0};
        text_append(&key, word, equals != NULL ? (size_t)(equals - word) : 0);
        int set = json_is_array(row) ? json_array_append_new(row, layers_value(word))
                  : equals != NULL   ? json_object_set_new(row, key.data, layers_value(equals + 1))
                                     : -1;
        if (set != 0)
            return complain(OUTCOME_USAGE, "\"%s\" has no column: COLUMN=VALUE for each, or none",
                            word);
    }
    char *AUTO_FREE dumped = json_dumps(question, 0);
    text_add(body, dumped);
    return OUTCOME_OK;
}

/* One word is a file, unless it reads as a number or a column's value; so are several, as values.
 */
static bool is_file(const struct arguments *arguments)
{
    const char *word = arguments->words[1];
    if (arguments->count != 2)
        return false;
    json_auto_t *value = json_loads(word, JSON_DECODE_ANY, NULL);
    return access(word, F_OK) == 0 || (value == NULL && strchr(word, '=') == NULL);
}

static void add_row(struct table *table, const json_t *prediction, const json_t *label)
{
    struct text cell TEXT_AUTO = {0};
    size_t have_label = label != NULL ? 1 : 0;
    text_printf(&cell, "%zu", table->cell_count / table->column_count + 1);
    table_take(table, &cell);
    if (have_label != 0) {
        value_append(&cell, label);
        table_take(table, &cell);
    }
    for (size_t i = 1 + have_label; i < table->column_count; i++) {
        const json_t *value =
            json_is_array(prediction) ? json_array_get(prediction, i - 1 - have_label) : prediction;
        value_append(&cell, value);
        table_take(table, &cell);
    }
}

/* The names of the outputs are the model's classes; values have the model's own names, or none. */
static void start_table(struct table *table, const json_t *answer, const json_t *model)
{
    const json_t *first = json_array_get(json_object_get(answer, "predictions"), 0);
    const json_t *classes = json_object_get(json_object_get(model, "description"), "classes");
    bool has_labels = json_is_array(json_object_get(answer, "labels"));
    size_t count = json_is_array(first) ? json_array_size(first) : 1;
    table_start(table, has_labels ? ">row|label" : ">row");
    for (size_t i = 0; i < count; i++) {
        struct text title TEXT_AUTO = {0};
        if (i < json_array_size(classes) && count == json_array_size(classes))
            value_append(&title, json_array_get(classes, i));
        else
            text_printf(&title, count == 1 ? "value" : "value %zu", i + 1);
        table_column(table, title.data, true);
    }
}

static void print_predictions(const struct session *session, const json_t *answer,
                              const json_t *model)
{
    struct table table TABLE_AUTO = {0};
    const json_t *predictions = json_object_get(answer, "predictions");
    const json_t *labels = json_object_get(answer, "labels");
    size_t i;
    json_t *prediction;
    start_table(&table, answer, model);
    json_array_foreach(predictions, i, prediction)
        add_row(&table, prediction, json_array_get(labels, i));
    table_print(&table, &session->out, "there are no rows");
}

static enum outcome ask(struct session *session, const struct arguments *arguments,
                        struct http_request *request)
{
    json_auto_t *answer = NULL, *model = NULL;
    struct text path TEXT_AUTO = {0}, model_path TEXT_AUTO = {0};
    http_path(&path, "/v1/models/%s:predict", arguments->words[0]);
    http_path(&model_path, "/v1/models/%s", arguments->words[0]);
    request->path = path.data;
    if (option_given(arguments, "csv")) {
        request->accept = "text/csv";
        return session_print_answer(session, request);
    }
    enum outcome outcome = session_ask(session, request, &answer);
    if (answer == NULL)
        return outcome;
    /* The names are an extra: what a running job predicts (name@live) is no model yet. */
    (void)http_json(&session->http,
                    &(struct http_request){.path = model_path.data, .is_quiet = true}, &model);
    print_predictions(session, answer, model);
    return outcome;
}

static enum outcome predict_file(struct session *session, const struct arguments *arguments)
{
    enum format format = format_of(arguments);
    const char *path = arguments->words[1];
    struct text body TEXT_AUTO = {0};
    if (format == FORMAT_UNKNOWN)
        return complain(OUTCOME_USAGE, "--format must be csv, json, ndjson or npy, not \"%s\"",
                        option_text(arguments, "format"));
    struct http_request request = {.method = "POST", .content_type = formats[format].type};
    if (format == FORMAT_NDJSON) {
        enum outcome outcome = session_read(path, &body);
        if (outcome == OUTCOME_OK)
            outcome = join_lines(&body, path);
        if (outcome != OUTCOME_OK)
            return outcome;
        request.body = body.data;
        request.body_size = body.size;
        return ask(session, arguments, &request);
    }
    request.file = session_open(path);
    request.file_size = -1;
    if (request.file == NULL)
        return OUTCOME_REFUSED;
    enum outcome outcome = ask(session, arguments, &request);
    if (request.file != stdin)
        (void)fclose(request.file);
    return outcome;
}

static enum outcome run_predict(struct session *session, const struct arguments *arguments)
{
    struct text body TEXT_AUTO = {0};
    enum outcome outcome = options_exclude(arguments, "csv", "json");
    if (outcome == OUTCOME_OK && is_file(arguments))
        return predict_file(session, arguments);
    if (outcome == OUTCOME_OK)
        outcome = row_of_words(arguments, &body);
    if (outcome != OUTCOME_OK)
        return outcome;
    return ask(session, arguments,
               &(struct http_request){.body = body.data, .body_size = body.size});
}

static const struct option predict_options[] = {
    {"format", "csv|json|ndjson|npy", "of the file; else by its ending, else csv", 0},
    {"csv", NULL, "print CSV, a column a class and the label", 0},
    {.name = NULL}};

const struct command command_predict = {
    .name = "predict",
    .words = "MODEL FILE|VALUE...",
    .help = "Predicts the rows of a file (- for standard input), or one row of values",
    .example = "propctl predict iris 5.1 3.5 1.4 0.2",
    .options = predict_options,
    .least = 2,
    .most = 65536,
    .run = run_predict,
};
