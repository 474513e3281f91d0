/* The words of a command line: options by a table, and what is no option. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPCTL_OPTIONS_H
#define PROPCTL_OPTIONS_H

#include "clients/propctl/outcome.h"

#include <stdbool.h>
#include <stddef.h>

/* One option; a table of them ends in one without a name. */
struct option {
    const char *name;  /* "learning-rate" for --learning-rate */
    const char *value; /* what stands behind it, for the help: "NUMBER"; NULL: it is a switch */
    const char *help;
    char letter; /* 'o' for -o; 0: none */
};

struct given {
    const struct option *option;
    const char *value; /* NULL for a switch */
};

/* What was given. All borrowed from argv. */
struct arguments {
    const char **words;
    size_t count;
    struct given *given;
    size_t given_count;
};

/* Reads the words, options of either table anywhere among them; "--" ends them. A word that begins
 * as a number does is no option. Complains of what is not known, and names what is near. */
enum outcome arguments_read(struct arguments *arguments, const char *const *words, size_t count,
                            const struct option *own, const struct option *common);
void arguments_clear(struct arguments *arguments);

bool option_given(const struct arguments *arguments, const char *name);

/* The value of the last one given, or NULL. */
const char *option_text(const struct arguments *arguments, const char *name);

/* Complains where both were given. */
enum outcome options_exclude(const struct arguments *arguments, const char *name,
                             const char *other);

/* Changes *number where the option was given; complains where it is not within the bounds. */
enum outcome option_number(const struct arguments *arguments, const char *name, double least,
                           double most, double *number);

#endif
