/* SHA-256 in lower-case hexadecimal. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/digest.h"

_Static_assert(DIGEST_SIZE == SHA256_DIGEST_SIZE, "a digest is a SHA-256");

void digest_start(struct digest *digest)
{
    sha256_init(&digest->context);
}

void digest_add(struct digest *digest, const void *data, size_t size)
{
    if (size > 0)
        sha256_update(&digest->context, size, data);
}

void digest_finish(struct digest *digest, char text[DIGEST_TEXT_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    uint8_t raw[DIGEST_SIZE];
    sha256_digest(&digest->context, sizeof(raw), raw);
    for (size_t i = 0; i < sizeof(raw); i++) {
        text[2 * i] = digits[raw[i] >> 4];
        text[2 * i + 1] = digits[raw[i] & 15];
    }
    text[2 * sizeof(raw)] = '\0';
}

void digest_bytes(const void *data, size_t size, char text[DIGEST_TEXT_SIZE])
{
    struct digest digest;
    digest_start(&digest);
    digest_add(&digest, data, size);
    digest_finish(&digest, text);
}
