/* What standard output or standard error is: its width, whether it takes colours and UTF-8; and
 * Ctrl-C. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPCTL_TERMINAL_H
#define PROPCTL_TERMINAL_H

#include "clients/propctl/text.h"

#include <stdio.h>

struct terminal {
    FILE *file;
    bool is_terminal; /* somebody looks at it, and the cursor can be moved */
    bool has_colours; /* a terminal, without NO_COLOR (no-color.org) and TERM=dumb */
    bool is_utf8;
    int width, height; /* where it is no terminal, COLUMNS or as wide as is wanted */
};

enum colour {
    COLOUR_PLAIN,
    COLOUR_BOLD,
    COLOUR_BLUE,
    COLOUR_ORANGE,
    COLOUR_GREEN,
    COLOUR_RED,
    COLOUR_PURPLE,
    COLOUR_COUNT
};

struct terminal terminal_of(FILE *file);

/* Looks again how wide it is. */
void terminal_measure(struct terminal *terminal);

/* Appends `string` in a colour, or as it is where there are none. */
void terminal_paint(const struct terminal *terminal, struct text *text, enum colour colour,
                    const char *string);

/* From here on Ctrl-C (and SIGTERM) sets what terminal_interrupted() tells, and cuts calls that
 * wait; a second one ends the process. */
void terminal_watch_interrupts(void);
bool terminal_interrupted(void);

/* Hides the cursor until it is shown again, by whatever ends the process but a kill. */
void terminal_hide_cursor(const struct terminal *terminal);
void terminal_show_cursor(const struct terminal *terminal);

/* Prints what a program elsewhere wrote: as it is into a file or pipe, harmless on a terminal. */
void terminal_print(const struct terminal *terminal, const char *data, size_t size);

/* Prints a line and its end, whatever there is in it made harmless. */
void terminal_print_line(const struct terminal *terminal, const char *line);

#endif
