/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/propctl/terminal.h"

#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static volatile sig_atomic_t interrupted;

static const char *const escapes[COLOUR_COUNT] = {
    [COLOUR_PLAIN] = "",          [COLOUR_BOLD] = "\033[1m",   [COLOUR_BLUE] = "\033[34m",
    [COLOUR_ORANGE] = "\033[33m", [COLOUR_GREEN] = "\033[32m", [COLOUR_RED] = "\033[31m",
    [COLOUR_PURPLE] = "\033[35m",
};

static int environment_number(const char *name)
{
    const char *text = getenv(name);
    long number = text != NULL ? strtol(text, NULL, 10) : 0;
    return number > 0 && number < INT_MAX ? (int)number : 0;
}

void terminal_measure(struct terminal *terminal)
{
    struct winsize size = {0};
    bool is_known = terminal->is_terminal && ioctl(fileno(terminal->file), TIOCGWINSZ, &size) == 0;
    int columns = environment_number("COLUMNS");
    int unknown = terminal->is_terminal ? 80 : INT_MAX;
    terminal->width = columns > 0 ? columns : is_known && size.ws_col > 0 ? size.ws_col : unknown;
    terminal->height = is_known && size.ws_row > 0 ? size.ws_row : 24;
}

struct terminal terminal_of(FILE *file)
{
    const char *kind = getenv("TERM"), *no_colour = getenv("NO_COLOR");
    bool is_dumb = kind == NULL || strcmp(kind, "dumb") == 0;
    struct terminal terminal = {.file = file, .is_utf8 = text_is_utf8()};
    terminal.is_terminal = isatty(fileno(file)) == 1 && !is_dumb;
    terminal.has_colours = terminal.is_terminal && (no_colour == NULL || *no_colour == '\0');
    terminal_measure(&terminal);
    return terminal;
}

void terminal_paint(const struct terminal *terminal, struct text *text, enum colour colour,
                    const char *string)
{
    bool is_plain = !terminal->has_colours || colour == COLOUR_PLAIN;
    text_printf(text, "%s%s%s", is_plain ? "" : escapes[colour], string, is_plain ? "" : "\033[0m");
}

static const char hide_cursor[] = "\033[?25l", show_cursor[] = "\033[?25h";
static volatile sig_atomic_t hidden_file = -1; /* the descriptor whose cursor is hidden */

static void write_all(int file, const char *string)
{
    if (write(file, string, strlen(string)) < 0)
        return; /* a terminal that is gone has no cursor */
}

void terminal_hide_cursor(const struct terminal *terminal)
{
    (void)fflush(terminal->file);
    hidden_file = fileno(terminal->file);
    write_all(fileno(terminal->file), hide_cursor);
}

void terminal_show_cursor(const struct terminal *terminal)
{
    (void)fflush(terminal->file);
    hidden_file = -1;
    write_all(fileno(terminal->file), show_cursor);
}

static void note_interrupt(int signal_number)
{
    (void)signal_number;
    if (hidden_file >= 0)
        write_all(hidden_file, show_cursor);
    interrupted = 1;
}

void terminal_watch_interrupts(void)
{
    /* Without SA_RESTART a read that waits is cut; with SA_RESETHAND the second one kills. */
    struct sigaction action = {.sa_handler = note_interrupt, .sa_flags = (int)SA_RESETHAND};
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
}

bool terminal_interrupted(void)
{
    return interrupted != 0;
}

void terminal_print_line(const struct terminal *terminal, const char *line)
{
    struct text safe TEXT_AUTO = {0};
    text_append_safe(&safe, line);
    text_add(&safe, "\n");
    (void)fputs(safe.data, terminal->file);
}

void terminal_print(const struct terminal *terminal, const char *data, size_t size)
{
    struct text safe TEXT_AUTO = {0};
    if (isatty(fileno(terminal->file)) == 1) {
        text_append_safe_lines(&safe, data, size);
        data = text_string(&safe);
        size = safe.size;
    }
    (void)fwrite(data, 1, size, terminal->file);
}
