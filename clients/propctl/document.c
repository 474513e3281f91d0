/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/propctl/document.h"
#include "clients/propctl/layers.h"

#include <stdlib.h>
#include <string.h>

/* SIZE_MAX, where no list has an element, for what is no number. */
static size_t index_of(const char *key)
{
    bool is_number = *key != '\0' && key[strspn(key, "0123456789")] == '\0';
    return is_number ? strtoul(key, NULL, 10) : SIZE_MAX;
}

static json_t *part_of(json_t *parent, const char *key)
{
    return json_is_array(parent) ? json_array_get(parent, index_of(key))
                                 : json_object_get(parent, key);
}

static bool set_part(json_t *parent, const char *key, json_t *value_taken)
{
    if (json_is_array(parent))
        return json_array_set_new(parent, index_of(key), value_taken) == 0;
    return json_object_set_new(parent, key, value_taken) == 0;
}

bool document_set(json_t *document, const char *path, json_t *value_taken)
{
    json_auto_t *value = value_taken;
    char *AUTO_FREE copy = memory_copy(path);
    char *rest = copy, *key = strsep(&rest, ".");
    while (rest != NULL) {
        json_t *part = part_of(document, key);
        if (part == NULL && !set_part(document, key, json_object()))
            return false;
        document = part != NULL ? part : part_of(document, key);
        key = strsep(&rest, ".");
    }
    return *key != '\0' && set_part(document, key, json_incref(value));
}

static enum outcome read_file(const char *path, json_t **document)
{
    struct text text TEXT_AUTO = {0};
    json_error_t error;
    enum outcome outcome = session_read(path, &text);
    if (outcome != OUTCOME_OK)
        return outcome;
    *document = json_loadb(text_string(&text), text.size, JSON_REJECT_DUPLICATES, &error);
    if (*document == NULL)
        return complain(OUTCOME_USAGE, "%s:%d:%d: %s", path, error.line, error.column, error.text);
    if (!json_is_object(*document))
        return complain(OUTCOME_USAGE, "%s must hold a JSON object, {\"dataset\": …}", path);
    return OUTCOME_OK;
}

static enum outcome read_layers(struct session *session, const char *line, json_t *document)
{
    json_auto_t *catalog = NULL;
    struct text problem TEXT_AUTO = {0};
    enum outcome outcome = http_get(&session->http, "/v1/catalog", &catalog);
    if (outcome != OUTCOME_OK)
        return outcome;
    json_t *layers = layers_parse(line, catalog, &problem);
    if (layers == NULL)
        return complain(OUTCOME_USAGE, "%s", text_string(&problem));
    (void)document_set(document, "network", json_pack("{s:o}", "layers", layers));
    return OUTCOME_OK;
}

/* Options that are a field of the document. */
static const struct {
    const char *option, *path;
    bool is_text;
} fields[] = {
    {"dataset", "dataset", true},
    {"target", "target", true},
    {"name", "name", true},
    {"epochs", "training.epochs", false},
    {"batch-size", "training.batch_size", false},
    {"loss", "training.loss", true},
    {"optimizer", "training.optimizer.type", true},
    {"learning-rate", "training.optimizer.learning_rate", false},
};

static enum outcome set(json_t *document, const char *path, json_t *value_taken)
{
    if (document_set(document, path, value_taken))
        return OUTCOME_OK;
    return complain(OUTCOME_USAGE, "%s leads nowhere in the document; as in training.batch_size",
                    path);
}

/* "adam" is {"type": "adam"}; and another optimizer does not take over the file's options of the
 * one before. */
static void prepare_optimizer(json_t *document, const char *type)
{
    json_t *training = json_object_get(document, "training");
    json_t *optimizer = json_object_get(training, "optimizer");
    if (json_is_string(optimizer))
        json_object_set_new(training, "optimizer", json_pack("{s:O}", "type", optimizer));
    optimizer = json_object_get(training, "optimizer");
    const char *before = json_string_value(json_object_get(optimizer, "type"));
    if (type != NULL && before != NULL && strcmp(before, type) != 0)
        json_object_del(training, "optimizer");
}

static enum outcome set_fields(json_t *document, const struct arguments *arguments)
{
    enum outcome outcome = OUTCOME_OK;
    prepare_optimizer(document, option_text(arguments, "optimizer"));
    for (size_t i = 0; i < ARRAY_COUNT(fields) && outcome == OUTCOME_OK; i++) {
        const char *value = option_text(arguments, fields[i].option);
        if (value != NULL)
            outcome = set(document, fields[i].path,
                          fields[i].is_text ? json_string(value) : layers_value(value));
    }
    return outcome;
}

static enum outcome set_others(json_t *document, const struct arguments *arguments)
{
    enum outcome outcome = OUTCOME_OK;
    for (size_t i = 0; i < arguments->given_count && outcome == OUTCOME_OK; i++) {
        const struct given *given = &arguments->given[i];
        if (strcmp(given->option->name, "set") != 0)
            continue;
        const char *equals = strchr(given->value, '=');
        if (equals == NULL)
            return complain(OUTCOME_USAGE,
                            "--set must be PATH=VALUE, as in training.batch_size=32, not \"%s\"",
                            given->value);
        struct text path TEXT_AUTO = {0};
        text_append(&path, given->value, (size_t)(equals - given->value));
        outcome = set(document, path.data, layers_value(equals + 1));
    }
    return outcome;
}

/* A learning rate alone is that of the optimizer that the daemon takes by itself. */
static void name_optimizer(json_t *document)
{
    json_t *optimizer = json_object_get(json_object_get(document, "training"), "optimizer");
    if (json_is_object(optimizer) && json_object_get(optimizer, "type") == NULL)
        json_object_set_new(optimizer, "type", json_string("adam"));
}

enum outcome document_read(struct session *session, const struct arguments *arguments,
                           json_t **document)
{
    const char *layers = option_text(arguments, "layers");
    enum outcome outcome = OUTCOME_OK;
    if (arguments->count > 0)
        outcome = read_file(arguments->words[0], document);
    else if (layers != NULL || option_given(arguments, "dataset"))
        *document = json_object();
    else
        outcome = complain(OUTCOME_USAGE,
                           "what is to be trained? propctl train spec.json, or propctl train "
                           "--dataset iris --layers 'dense 16 relu, dense auto softmax'");
    if (outcome == OUTCOME_OK && layers != NULL)
        outcome = read_layers(session, layers, *document);
    if (outcome == OUTCOME_OK)
        outcome = set_fields(*document, arguments);
    if (outcome == OUTCOME_OK)
        outcome = set_others(*document, arguments);
    if (outcome == OUTCOME_OK)
        name_optimizer(*document);
    return outcome;
}
