/* Any bytes as a backup: refused with a reason, and then there is no database. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/backup.h"
#include "tests/fuzz/fuzz_import.h"

#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char folder[] = "/tmp/propd-fuzz-XXXXXX", database[64];
    static bool is_made;
    struct error error = {0};
    struct restored restored;
    if (!is_made && mkdtemp(folder) == NULL)
        abort();
    is_made = true;
    (void)snprintf(database, sizeof database, "%s/propd.db", folder);
    int file = fuzz_file(data, size);
    if (lseek(file, 0, SEEK_SET) != 0)
        abort();
    int result = store_restore(folder, file, &restored, &error);
    if ((access(database, F_OK) == 0) != (result == 0) ||
        (result != 0 && (error.code == ERROR_NONE || error.code == ERROR_IO)))
        abort();
    (void)unlink(database);
    close(file);
    return 0;
}
