/* Cursors of lists, whose texts come from clients. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/cursor.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* What is taken is what would be given. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct store_place place;
    char again[CURSOR_SIZE];
    char *text = strndup((const char *)data, size);
    if (text != NULL && cursor_read(text, 7, &place, NULL) == 0) {
        struct store_place same;
        cursor_write(&place, 7, again);
        assert(cursor_read(again, 7, &same, NULL) == 0);
        assert(strcmp(same.key, place.key) == 0 && strcmp(same.id, place.id) == 0);
    }
    free(text);
    return 0;
}
