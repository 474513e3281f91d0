/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/propctl/options.h"
#include "clients/propctl/nearest.h"
#include "clients/propctl/text.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct reading {
    struct arguments *arguments;
    const char *const *words;
    size_t count, at;
    const struct option *tables[2];
};

static const struct option *find(const struct reading *reading, const char *name, size_t length)
{
    for (size_t i = 0; i < ARRAY_COUNT(reading->tables); i++)
        for (const struct option *option = reading->tables[i]; option->name != NULL; option++) {
            if (length > 1 && strlen(option->name) == length &&
                strncmp(option->name, name, length) == 0)
                return option;
            if (length == 1 && option->letter == name[0])
                return option;
        }
    return NULL;
}

static enum outcome unknown(const struct reading *reading, const char *word)
{
    struct text name TEXT_AUTO = {0};
    text_add(&name, word + strspn(word, "-"));
    name.data[strcspn(name.data, "=")] = '\0';
    struct nearest nearest = nearest_start(name.data);
    for (size_t i = 0; i < ARRAY_COUNT(reading->tables); i++)
        for (const struct option *option = reading->tables[i]; option->name != NULL; option++)
            nearest_consider(&nearest, option->name);
    if (nearest.name != NULL)
        return complain(OUTCOME_USAGE, "there is no option %s; did you mean --%s?", word,
                        nearest.name);
    return complain(OUTCOME_USAGE, "there is no option %s; --help lists them", word);
}

static enum outcome read_option(struct reading *reading, const char *word)
{
    const char *name = word + (word[1] == '-' ? 2 : 1), *equals = strchr(name, '=');
    size_t length = equals != NULL ? (size_t)(equals - name) : strlen(name);
    bool is_short = word[1] != '-';
    const struct option *option = is_short != (length == 1) ? NULL : find(reading, name, length);
    if (option == NULL)
        return unknown(reading, word);
    const char *value = equals != NULL ? equals + 1 : NULL;
    if (option->value == NULL && value != NULL)
        return complain(OUTCOME_USAGE, "--%s takes no value", option->name);
    if (option->value != NULL && value == NULL) {
        if (reading->at == reading->count)
            return complain(OUTCOME_USAGE, "--%s needs %s: --%s=%s", option->name, option->value,
                            option->name, option->value);
        value = reading->words[reading->at++];
    }
    struct arguments *arguments = reading->arguments;
    arguments->given[arguments->given_count++] = (struct given){option, value};
    return OUTCOME_OK;
}

/* -o and --output, but neither - nor -0.5. */
static bool looks_like_option(const char *word)
{
    return word[0] == '-' && (word[1] == '-' || isalpha((unsigned char)word[1]) != 0);
}

enum outcome arguments_read(struct arguments *arguments, const char *const *words, size_t count,
                            const struct option *own, const struct option *common)
{
    struct reading reading = {arguments, words, count, 0, {own, common}};
    arguments->words = memory_get(count, sizeof *arguments->words);
    arguments->given = memory_get(count, sizeof *arguments->given);
    bool ended = false;
    while (reading.at < count) {
        const char *word = words[reading.at++];
        if (!ended && strcmp(word, "--") == 0) {
            ended = true;
        } else if (!ended && looks_like_option(word)) {
            enum outcome outcome = read_option(&reading, word);
            if (outcome != OUTCOME_OK)
                return outcome;
        } else {
            arguments->words[arguments->count++] = word;
        }
    }
    return OUTCOME_OK;
}

void arguments_clear(struct arguments *arguments)
{
    free(arguments->words);
    free(arguments->given);
    *arguments = (struct arguments){0};
}

static const struct given *last_given(const struct arguments *arguments, const char *name)
{
    for (size_t i = arguments->given_count; i > 0; i--)
        if (strcmp(arguments->given[i - 1].option->name, name) == 0)
            return &arguments->given[i - 1];
    return NULL;
}

bool option_given(const struct arguments *arguments, const char *name)
{
    return last_given(arguments, name) != NULL;
}

const char *option_text(const struct arguments *arguments, const char *name)
{
    const struct given *given = last_given(arguments, name);
    return given != NULL ? given->value : NULL;
}

enum outcome options_exclude(const struct arguments *arguments, const char *name, const char *other)
{
    if (!option_given(arguments, name) || !option_given(arguments, other))
        return OUTCOME_OK;
    return complain(OUTCOME_USAGE, "--%s and --%s exclude each other", name, other);
}

enum outcome option_number(const struct arguments *arguments, const char *name, double least,
                           double most, double *number)
{
    const char *text = option_text(arguments, name);
    if (text == NULL)
        return OUTCOME_OK;
    char *end = NULL;
    errno = 0;
    double value = strtod(text, &end);
    if (end == text || *end != '\0' || errno != 0 || !(value >= least && value <= most))
        return complain(OUTCOME_USAGE, "--%s must be a number from %g to %g, not \"%s\"", name,
                        least, most, text);
    *number = value;
    return OUTCOME_OK;
}
