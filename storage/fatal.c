/* The end of the process after a failure that it must not survive. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/fatal.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

void fatal_stop(const char *format, ...)
{
    char reason[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reason, sizeof(reason), format, arguments);
    va_end(arguments);
    dprintf(STDERR_FILENO, "propd: %s; stopping, so that the next start recovers from the disk\n",
            reason);
    _exit(FATAL_EXIT_CODE);
}
