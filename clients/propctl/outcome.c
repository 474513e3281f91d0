/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/propctl/outcome.h"
#include "clients/propctl/text.h"

#include <stdarg.h>
#include <stdio.h>

enum outcome complain(enum outcome outcome, const char *format, ...)
{
    struct text message TEXT_AUTO = {0};
    va_list arguments;
    va_start(arguments, format);
    text_vprintf(&message, format, arguments);
    va_end(arguments);
    struct text safe TEXT_AUTO = {0};
    text_append_safe(&safe, text_string(&message));
    (void)fprintf(stderr, "propctl: %s\n", text_string(&safe));
    return outcome;
}
