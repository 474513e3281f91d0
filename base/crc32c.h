/* CRC-32C (Castagnoli, RFC 3720 appendix B.4; polynomial 0x1edc6f41, reflected). */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_BASE_CRC32C_H
#define PROPD_BASE_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* Of "123456789" it is 0xe3069283. */
uint32_t crc32c(const void *data, size_t size);

#endif
