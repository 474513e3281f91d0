/* Names, and the dataset name that an uploaded file's name gives. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/names.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char name_bytes[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
enum { ALPHANUMERIC_COUNT = 62 };

int name_check(const char *what, const char *name, struct error *error)
{
    size_t size = strlen(name);
    if (size > 0 && size <= NAME_MAX_LENGTH && strspn(name, name_bytes) == size &&
        memchr(name_bytes, name[0], ALPHANUMERIC_COUNT) != NULL)
        return 0;
    return error_set_at(error, ERROR_INVALID, what,
                        "must be 1 to %d letters, digits, '.', '_' or '-', the first a letter "
                        "or digit, as in \"iris\", not \"%.80s\"",
                        NAME_MAX_LENGTH, name);
}

/* Takes `ending` off where the name has it and more than it. */
static bool strip(char *name, const char *ending)
{
    size_t size = strlen(name), ending_size = strlen(ending);
    if (size <= ending_size || strcasecmp(name + size - ending_size, ending) != 0)
        return false;
    name[size - ending_size] = '\0';
    return true;
}

int name_of_file(const char *file_name, char name[NAME_SIZE], struct error *error)
{
    static const char *const endings[] = {".csv",   ".tsv",    ".txt",  ".data",   ".json",
                                          ".jsonl", ".ndjson", ".arff", ".libsvm", ".svm",
                                          ".idx",   ".npy",    ".npz"};
    char base[NAME_SIZE + 16];
    int size = snprintf(base, sizeof base, "%s", file_name);
    if (size >= (int)sizeof base)
        return name_check("name", file_name, error);
    (void)strip(base, ".gz");
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
        if (strip(base, endings[i]))
            break;
    if (name_check("name", base, error) != 0)
        return -1;
    memcpy(name, base, strlen(base) + 1);
    return 0;
}
