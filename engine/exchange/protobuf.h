/* Protocol Buffers' wire format (https://protobuf.dev/programming-guides/encoding/): fields
 * appended to a message, and a cursor over a message that came from elsewhere. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_EXCHANGE_PROTOBUF_H
#define PROPD_ENGINE_EXCHANGE_PROTOBUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

enum protobuf_wire {
    PROTOBUF_VARINT = 0,
    PROTOBUF_FIXED64 = 1,
    PROTOBUF_BYTES = 2, /* texts, bytes, messages, packed lists */
    PROTOBUF_FIXED32 = 5
};

void protobuf_put_integer(struct bytes *message, uint32_t field, int64_t value);
void protobuf_put_float(struct bytes *message, uint32_t field, float value);
void protobuf_put_bytes(struct bytes *message, uint32_t field, const void *data, size_t size);
void protobuf_put_text(struct bytes *message, uint32_t field, const char *text);
/* The message is cleared; where memory ran out for it, it did so for both. */
void protobuf_put_message(struct bytes *message, uint32_t field, struct bytes *part_taken);
/* Room for `size` bytes that the caller fills; NULL when out of memory. */
void *protobuf_put_space(struct bytes *message, uint32_t field, size_t size);

/* One field of a message. */
struct protobuf_field {
    uint32_t number;
    enum protobuf_wire wire;
    uint64_t value;      /* of varints and fixed numbers */
    const uint8_t *data; /* of bytes: inside of what is read */
    size_t size;
};

/* The next field. False at the end, and, with `failed` set, where what follows is no field: a
 * varint of more than 64 bits, a field number of 0, a length beyond the end, a group. */
bool protobuf_next(struct bytes_reader *reader, struct protobuf_field *field);
/* A varint of a packed list; 0 and `failed` where there is none. */
uint64_t protobuf_read_varint(struct bytes_reader *reader);
/* What a field of bytes holds, as a message or packed list. */
struct bytes_reader protobuf_inside(const struct protobuf_field *field);

#endif
