/* SHA-256 (FIPS 180-4, by nettle), of one run of bytes or as they come. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_BASE_DIGEST_H
#define PROPD_BASE_DIGEST_H

#include <nettle/sha2.h>
#include <stddef.h>
#include <stdint.h>

enum { DIGEST_SIZE = 32, DIGEST_TEXT_SIZE = 65 };

struct digest {
    struct sha256_ctx context;
};

void digest_start(struct digest *digest);
void digest_add(struct digest *digest, const void *data, size_t size);
/* Writes 64 lower-case hexadecimal digits and a NUL. */
void digest_finish(struct digest *digest, char text[DIGEST_TEXT_SIZE]);
void digest_bytes(const void *data, size_t size, char text[DIGEST_TEXT_SIZE]);

#endif
