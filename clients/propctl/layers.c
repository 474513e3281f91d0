/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/propctl/layers.h"
#include "clients/propctl/nearest.h"
#include "clients/propctl/value.h"

#include <string.h>

#define BLANKS " \t\r\n\f\v"

/* One layer on its way. */
struct layer {
    const json_t *catalog; /* all types */
    const json_t *fields;  /* of its type */
    json_t *json;
    const char *line; /* as it was written, for what is said of it */
    size_t number;
    struct text *problem;
};

/* Bytes up to one of `ends` outside of brackets and quotes. */
static size_t span_to(const char *line, const char *ends)
{
    size_t length = 0;
    int depth = 0;
    bool is_quoted = false;
    for (; line[length] != '\0'; length++) {
        char c = line[length];
        if (!is_quoted && depth <= 0 && strchr(ends, c) != NULL)
            break;
        if (c == '"')
            is_quoted = !is_quoted;
        else if (!is_quoted)
            depth += (strchr("[{(", c) != NULL) - (strchr("]})", c) != NULL);
    }
    return length;
}

static char *copy(const char *begin, size_t length)
{
    while (length > 0 && strchr(BLANKS, *begin) != NULL) {
        begin++;
        length--;
    }
    while (length > 0 && strchr(BLANKS, begin[length - 1]) != NULL)
        length--;
    struct text text = {0};
    text_append(&text, begin, length);
    return text.data;
}

static json_t *list_value(const char *inside, size_t length)
{
    char *AUTO_FREE rest = copy(inside, length);
    json_t *list = json_array();
    for (const char *at = rest; *at != '\0';) {
        size_t size = span_to(at, ",");
        char *AUTO_FREE word = copy(at, size);
        json_array_append_new(list, layers_value(word));
        at += size + (at[size] == ',');
    }
    return list;
}

json_t *layers_value(const char *word)
{
    json_t *value = json_loads(word, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
    size_t length = strlen(word);
    if (value != NULL)
        return value;
    if (length > 1 && word[0] == '[' && word[length - 1] == ']' && word[1] != '[')
        return list_value(word + 1, length - 2);
    value = json_string(word);
    return value != NULL ? value : json_null(); /* not UTF-8: the daemon says what it expects */
}

static const json_t *find_named(const json_t *list, const char *name)
{
    size_t i;
    json_t *entry;
    json_array_foreach(list, i, entry)
    {
        if (strcmp(value_string(entry, "name"), name) == 0)
            return entry;
    }
    return NULL;
}

/* name, input, l1 and the like, which every type has, are given by their names alone. */
static bool is_common(const struct layer *layer, const char *field)
{
    size_t i;
    json_t *type;
    json_array_foreach(json_object_get(layer->catalog, "layers"), i, type)
    {
        if (find_named(json_object_get(type, "fields"), field) == NULL)
            return false;
    }
    return true;
}

static bool is_open(const struct layer *layer, const json_t *field)
{
    const char *name = value_string(field, "name");
    return json_object_get(layer->json, name) == NULL && !is_common(layer, name);
}

/* The field that the next number is for, or NULL. */
static const json_t *next_number(const struct layer *layer)
{
    const json_t *optional = NULL;
    size_t i;
    json_t *field;
    json_array_foreach(layer->fields, i, field)
    {
        const char *type = value_string(field, "type");
        bool is_number = strcmp(type, "integer") == 0 || strcmp(type, "number") == 0 ||
                         strcmp(type, "sizes") == 0;
        if (!is_number || !is_open(layer, field))
            continue;
        if (json_is_true(json_object_get(field, "required")))
            return field;
        optional = optional != NULL ? optional : field;
    }
    return optional;
}

static bool has_choice(const json_t *field, const char *word)
{
    size_t i;
    json_t *choice;
    json_array_foreach(json_object_get(field, "choices"), i, choice)
    {
        if (strcmp(json_string_value(choice), word) == 0)
            return true;
    }
    return false;
}

/* 3, 0.2, 3x3 or NULL. */
static json_t *number_value(const char *word)
{
    if (strspn(word, "0123456789x") == strlen(word) && strchr(word, 'x') != NULL) {
        struct text list TEXT_AUTO = {0};
        text_add(&list, "[");
        for (; *word != '\0'; word++)
            text_printf(&list, "%c", *word == 'x' ? ',' : *word);
        text_add(&list, "]");
        return json_loads(list.data, 0, NULL);
    }
    json_t *value = json_loads(word, JSON_DECODE_ANY, NULL);
    if (json_is_number(value) || json_is_array(value))
        return value;
    json_decref(value);
    return NULL;
}

static void append_expected(const struct layer *layer)
{
    const json_t *number = next_number(layer);
    if (number != NULL)
        text_printf(layer->problem, "a number for %s, ", value_string(number, "name"));
    if (find_named(layer->fields, "activation") != NULL)
        text_add(layer->problem, "an activation, ");
    text_add(layer->problem, "or key=value with one of:");
    size_t i;
    json_t *field;
    json_array_foreach(layer->fields, i, field)
        text_printf(layer->problem, " %s", value_string(field, "name"));
}

static int unexpected(const struct layer *layer, const char *word)
{
    struct nearest nearest = nearest_start(word);
    size_t i, j;
    json_t *field, *choice;
    json_array_foreach(layer->fields, i, field)
    {
        nearest_consider(&nearest, value_string(field, "name"));
        json_array_foreach(json_object_get(field, "choices"), j, choice)
            nearest_consider(&nearest, json_string_value(choice));
    }
    text_printf(layer->problem, "layer %zu \"%s\": \"%s\" is not expected", layer->number,
                layer->line, word);
    if (nearest.name != NULL)
        text_printf(layer->problem, "; did you mean %s?", nearest.name);
    text_add(layer->problem, nearest.name != NULL ? " Expected is " : ". Expected is ");
    append_expected(layer);
    return -1;
}

static int take_pair(const struct layer *layer, const char *word, const char *equals)
{
    char *AUTO_FREE key = copy(word, (size_t)(equals - word));
    if (find_named(layer->fields, key) == NULL)
        return unexpected(layer, key);
    if (json_object_get(layer->json, key) != NULL) {
        text_printf(layer->problem, "layer %zu \"%s\": %s is given twice", layer->number,
                    layer->line, key);
        return -1;
    }
    json_t *sizes = number_value(equals + 1);
    return json_object_set_new(layer->json, key, sizes != NULL ? sizes : layers_value(equals + 1));
}

/* A choice, a switch, or the word that a field takes in place of a number. */
static int take_name(const struct layer *layer, const char *word)
{
    size_t i;
    json_t *field;
    json_array_foreach(layer->fields, i, field)
    {
        const char *name = value_string(field, "name");
        if (!is_open(layer, field))
            continue;
        bool is_switch = strcmp(value_string(field, "type"), "boolean") == 0;
        if (is_switch && strcmp(name, word) == 0)
            return json_object_set_new(layer->json, name, json_true());
        if (has_choice(field, word) || strcmp(value_string(field, "word"), word) == 0)
            return json_object_set_new(layer->json, name, json_string(word));
    }
    return unexpected(layer, word);
}

static int take_word(const struct layer *layer, const char *word)
{
    size_t key = span_to(word, "=");
    if (word[key] == '=')
        return take_pair(layer, word, word + key);
    json_t *number = number_value(word);
    if (number == NULL)
        return take_name(layer, word);
    const json_t *field = next_number(layer);
    if (field == NULL) {
        json_decref(number);
        return unexpected(layer, word);
    }
    return json_object_set_new(layer->json, value_string(field, "name"), number);
}

static int take_type(struct layer *layer, const char *word)
{
    const json_t *types = json_object_get(layer->catalog, "layers");
    const json_t *type = find_named(types, word);
    struct nearest nearest = nearest_start(word);
    size_t i;
    json_t *other;
    if (type != NULL) {
        layer->fields = json_object_get(type, "fields");
        return json_object_set_new(layer->json, "type", json_string(word));
    }
    text_printf(layer->problem, "layer %zu \"%s\": \"%s\" is no layer type", layer->number,
                layer->line, word);
    json_array_foreach(types, i, other) nearest_consider(&nearest, value_string(other, "name"));
    if (nearest.name != NULL)
        text_printf(layer->problem, "; did you mean %s?", nearest.name);
    text_add(layer->problem, " Layers are as in 'dense 64 relu, dropout 0.2, dense auto softmax'");
    return -1;
}

static int parse_layer(struct layer *layer)
{
    bool has_type = false;
    for (const char *at = layer->line; *at != '\0';) {
        at += strspn(at, BLANKS);
        size_t length = span_to(at, BLANKS);
        char *AUTO_FREE word = copy(at, length);
        at += length;
        int taken = 0;
        if (length == 0)
            continue;
        if (!has_type && length > 1 && word[length - 1] == ':') {
            word[length - 1] = '\0';
            taken = json_object_set_new(layer->json, "name", json_string(word));
        } else if (!has_type) {
            taken = take_type(layer, word);
            has_type = true;
        } else {
            taken = take_word(layer, word);
        }
        if (taken != 0)
            return -1;
    }
    if (!has_type)
        text_printf(layer->problem,
                    "layer %zu is empty; layers are as in 'dense 64 relu, dense auto softmax'",
                    layer->number);
    return has_type ? 0 : -1;
}

json_t *layers_parse(const char *line, const json_t *catalog, struct text *problem)
{
    json_t *layers = json_array();
    for (const char *at = line;;) {
        size_t length = span_to(at, ",");
        char *AUTO_FREE part = copy(at, length);
        struct layer layer = {catalog, NULL, json_object(), part, json_array_size(layers) + 1,
                              problem};
        json_array_append_new(layers, layer.json);
        if (parse_layer(&layer) != 0) {
            if (problem->size == 0)
                text_printf(problem, "layer %zu \"%s\" is not UTF-8", layer.number, part);
            json_decref(layers);
            return NULL;
        }
        at += length;
        if (*at == '\0')
            return layers;
        at++;
    }
}
