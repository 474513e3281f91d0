/* Lists with weights, read element by element. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/accept.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char blanks[] = " \t";

/* "0.5" in thousandths; what is no weight counts as none given. */
static int read_quality(const char *text)
{
    double quality = text[0] == '0' || text[0] == '1' ? strtod(text, NULL) : 1;
    return quality >= 0 && quality <= 1 ? (int)(quality * ACCEPT_QUALITY_MAX + 0.5)
                                        : ACCEPT_QUALITY_MAX;
}

/* Of an element of `size` bytes: its parameter q. Others, which make a type narrower, are not ours
 * to tell apart. */
static int element_quality(const char *element, size_t size)
{
    for (size_t at = strcspn(element, ";"); at < size; at += strcspn(element + at, ";")) {
        at += 1 + strspn(element + at + 1, blanks);
        if (at + 1 < size && (element[at] == 'q' || element[at] == 'Q') && element[at + 1] == '=')
            return read_quality(element + at + 2);
    }
    return ACCEPT_QUALITY_MAX;
}

/* How precisely a name of a list means `wanted`; `size` bytes. */
static int element_precision(const char *name, size_t size, const char *wanted)
{
    size_t main_size = strcspn(wanted, "/") + 1;
    if (size == strlen(wanted) && strncasecmp(name, wanted, size) == 0)
        return 3;
    if (size == main_size + 1 && name[size - 1] == '*' && strncasecmp(name, wanted, main_size) == 0)
        return 2;
    return (size == 1 && name[0] == '*') || (size == 3 && strncmp(name, "*/*", 3) == 0);
}

static void read_list(const char *list, const char *wanted, struct wish *wish)
{
    for (const char *at = list + strspn(list, ", \t"); *at != '\0'; at += strspn(at, ", \t")) {
        size_t size = strcspn(at, ",");
        int precision = element_precision(at, strcspn(at, ",; \t"), wanted);
        int quality = element_quality(at, size);
        if (precision > wish->precision ||
            (precision > 0 && precision == wish->precision && quality > wish->quality))
            *wish = (struct wish){precision, quality};
        at += size;
    }
}

struct wish accept_type(const struct request *request, const char *media_type)
{
    struct wish wish = {0};
    const char *accept = request_header(request, "Accept");
    if (accept == NULL || accept[strspn(accept, ", \t")] == '\0')
        return (struct wish){1, ACCEPT_QUALITY_MAX};
    read_list(accept, media_type, &wish);
    return wish;
}
