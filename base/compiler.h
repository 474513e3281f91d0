/* Attributes and small macros that every folder uses. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_BASE_COMPILER_H
#define PROPD_BASE_COMPILER_H

#include <stddef.h>
#include <stdlib.h>

#define PRINTF_LIKE(format_index, first_index)                                                     \
    __attribute__((format(printf, format_index, first_index)))
#define MUST_CHECK __attribute__((warn_unused_result))
#define UNUSED __attribute__((unused))
#define ARRAY_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A local pointer that is freed when its scope ends: `AUTO_FREE char *text = …;`. */
static inline void compiler_free_pointer(void *pointer_to_pointer)
{
    free(*(void **)pointer_to_pointer);
}
#define AUTO_FREE __attribute__((cleanup(compiler_free_pointer)))

/* A local that is handed to clear(&local) when its scope ends. */
#define AUTO_CLEAR(clear) __attribute__((cleanup(clear)))

#endif
