/* Types as they stand in tables of schemas, into JSON Schema. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/schema.h"

#include <string.h>

#define WORD_LETTERS "abcdefghijklmnopqrstuvwxyz0123456789_"

struct reader {
    const char *text; /* the whole type, for messages */
    const char *at;
    struct error *error;
};

static const struct {
    const char *name, *json;
} words[] = {
    {"string", "{\"type\": \"string\"}"},
    {"integer", "{\"type\": \"integer\"}"},
    {"number", "{\"type\": \"number\"}"},
    {"boolean", "{\"type\": \"boolean\"}"},
    {"null", "{\"type\": \"null\"}"},
    {"any", "{}"},
    {"object", "{\"type\": \"object\"}"},
    {"time", "{\"type\": \"string\", \"format\": \"date-time\", \"examples\": "
             "[\"2026-01-01T00:00:00.000Z\"]}"},
    {"id", "{\"type\": \"string\", \"pattern\": \"^[a-z]+_[0-9A-HJKMNP-TV-Z]{26}$\", "
           "\"examples\": [\"job_01KE1S2W3X4Y5Z6A7B8C9D0E1F\"]}"},
    {"sha256", "{\"type\": \"string\", \"pattern\": \"^[0-9a-f]{64}$\", \"examples\": "
               "[\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"]}"},
};

static json_t *read_any_of(struct reader *reader);

static json_t *refuse(struct reader *reader, const char *expected)
{
    (void)error_set(reader->error, ERROR_INTERNAL, "the type \"%s\" must have %s at \"%s\"",
                    reader->text, expected, reader->at);
    return NULL;
}

static json_t *read_word(struct reader *reader)
{
    size_t size = strspn(reader->at, WORD_LETTERS);
    const char *word = reader->at;
    reader->at += size;
    for (size_t i = 0; i < ARRAY_COUNT(words); i++)
        if (strlen(words[i].name) == size && memcmp(words[i].name, word, size) == 0)
            return fields_parse(words[i].json, strlen(words[i].json), reader->error);
    return json_pack("{s:o}", "$ref", json_sprintf("%s%.*s", SCHEMA_PLACE, (int)size, word));
}

/* [type] and {type}, after the opening bracket. */
static json_t *read_within(struct reader *reader, char closing)
{
    json_t *inner = read_any_of(reader);
    if (inner == NULL)
        return NULL;
    if (*reader->at != closing) {
        json_decref(inner);
        return refuse(reader, closing == ']' ? "]" : "}");
    }
    reader->at++;
    return closing == ']'
               ? json_pack("{s:s, s:o}", "type", "array", "items", inner)
               : json_pack("{s:s, s:o}", "type", "object", "additionalProperties", inner);
}

static json_t *read_literal(struct reader *reader)
{
    const char *end = strchr(reader->at, '\'');
    if (end == NULL)
        return refuse(reader, "a closing quote");
    json_t *literal = json_stringn(reader->at, (size_t)(end - reader->at));
    reader->at = end + 1;
    return json_pack("{s:[o]}", "enum", literal);
}

static json_t *read_one(struct reader *reader)
{
    if (strspn(reader->at, WORD_LETTERS) > 0)
        return read_word(reader);
    switch (*reader->at) {
    case '[':
        reader->at++;
        return read_within(reader, ']');
    case '{':
        reader->at++;
        return read_within(reader, '}');
    case '\'':
        reader->at++;
        return read_literal(reader);
    default:
        return refuse(reader, "a type");
    }
}

/* Adds one more; literals that follow each other are one enum. */
static int add_one(json_t *list, json_t *one_taken)
{
    json_t *last = json_array_get(list, json_array_size(list) - 1);
    json_t *before = json_object_get(last, "enum"), *literal = json_object_get(one_taken, "enum");
    if (before == NULL || literal == NULL)
        return json_array_append_new(list, one_taken);
    int result = json_array_extend(before, literal);
    json_decref(one_taken);
    return result;
}

static json_t *read_any_of(struct reader *reader)
{
    json_auto_t *list = json_array();
    int result = 0;
    do {
        reader->at += strspn(reader->at, " |");
        json_t *one = read_one(reader);
        if (one == NULL)
            return NULL;
        result |= add_one(list, one);
        reader->at += strspn(reader->at, " ");
    } while (*reader->at == '|');
    if (result == 0 && json_array_size(list) == 1)
        return json_incref(json_array_get(list, 0));
    return result == 0 ? json_pack("{s:O}", "anyOf", list) : NULL;
}

json_t *schema_type_json(const char *type, struct error *error)
{
    struct reader reader = {.text = type, .at = type, .error = error};
    json_t *json = read_any_of(&reader);
    if (json == NULL && error->code == ERROR_NONE)
        (void)error_set(error, ERROR_MEMORY, "no memory for a schema");
    if (json == NULL || *reader.at == '\0')
        return json;
    json_decref(json);
    return refuse(&reader, "its end");
}
