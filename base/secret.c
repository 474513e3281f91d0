/* SPDX-License-Identifier: Apache-2.0 */
#include "base/secret.h"

#include <errno.h>
#include <nettle/base16.h>
#include <stdint.h>
#include <sys/random.h>

int secret_fill(void *bytes, size_t size, struct error *error)
{
    size_t done = 0;
    while (done < size) {
        ssize_t got = getrandom((uint8_t *)bytes + done, size - done, 0);
        if (got < 0 && errno != EINTR)
            return error_set_errno(error, "there are no random bytes");
        done += got > 0 ? (size_t)got : 0;
    }
    return 0;
}

int secret_text(char text[SECRET_TEXT_SIZE], struct error *error)
{
    uint8_t bytes[32];
    _Static_assert(BASE16_ENCODE_LENGTH(sizeof bytes) == SECRET_TEXT_SIZE - 1, "two digits a byte");
    if (secret_fill(bytes, sizeof bytes, error) != 0)
        return -1;
    base16_encode_update(text, sizeof bytes, bytes);
    text[SECRET_TEXT_SIZE - 1] = '\0';
    return 0;
}
