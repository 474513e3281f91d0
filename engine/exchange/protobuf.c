/* The wire format: varints, and fields of a number and a type. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/exchange/protobuf.h"

#include <string.h>

enum { WIRE_BITS = 3, FIELD_NUMBER_MAX = (1 << 29) - 1 };

/* ---- writing */

static void put_varint(struct bytes *message, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        bytes_append_u8(message, (uint8_t)(value | 0x80));
    bytes_append_u8(message, (uint8_t)value);
}

static void put_tag(struct bytes *message, uint32_t field, enum protobuf_wire wire)
{
    put_varint(message, (uint64_t)field << WIRE_BITS | wire);
}

void protobuf_put_integer(struct bytes *message, uint32_t field, int64_t value)
{
    put_tag(message, field, PROTOBUF_VARINT);
    put_varint(message, (uint64_t)value);
}

void protobuf_put_float(struct bytes *message, uint32_t field, float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof(bits));
    put_tag(message, field, PROTOBUF_FIXED32);
    bytes_append_u32(message, bits);
}

void *protobuf_put_space(struct bytes *message, uint32_t field, size_t size)
{
    put_tag(message, field, PROTOBUF_BYTES);
    put_varint(message, size);
    return bytes_extend(message, size);
}

void protobuf_put_bytes(struct bytes *message, uint32_t field, const void *data, size_t size)
{
    void *space = protobuf_put_space(message, field, size);
    if (space != NULL && size > 0)
        memcpy(space, data, size);
}

void protobuf_put_text(struct bytes *message, uint32_t field, const char *text)
{
    protobuf_put_bytes(message, field, text, strlen(text));
}

void protobuf_put_message(struct bytes *message, uint32_t field, struct bytes *part_taken)
{
    protobuf_put_bytes(message, field, part_taken->data, part_taken->size);
    message->failed = message->failed || part_taken->failed;
    bytes_clear(part_taken);
}

/* ---- reading */

uint64_t protobuf_read_varint(struct bytes_reader *reader)
{
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
        const uint8_t byte = bytes_read_u8(reader);
        /* The tenth byte has room for one bit. */
        if (reader->failed || (shift == 63 && byte > 1))
            break;
        value |= (uint64_t)(byte & 0x7F) << shift;
        if ((byte & 0x80) == 0)
            return value;
    }
    reader->failed = true;
    return 0;
}

/* The length of a field of bytes, and these. */
static void read_bytes(struct bytes_reader *reader, struct protobuf_field *field)
{
    const uint64_t size = protobuf_read_varint(reader);
    if (size > reader->size - reader->at) {
        reader->failed = true;
        return;
    }
    field->size = (size_t)size;
    field->data = bytes_read(reader, field->size);
}

bool protobuf_next(struct bytes_reader *reader, struct protobuf_field *field)
{
    if (reader->failed || reader->at == reader->size)
        return false;
    const uint64_t tag = protobuf_read_varint(reader), number = tag >> WIRE_BITS;
    *field =
        (struct protobuf_field){.number = (uint32_t)number, .wire = (enum protobuf_wire)(tag & 7)};
    reader->failed = reader->failed || number < 1 || number > FIELD_NUMBER_MAX;
    switch (field->wire) {
    case PROTOBUF_VARINT:
        field->value = protobuf_read_varint(reader);
        break;
    case PROTOBUF_FIXED64:
        field->value = bytes_read_u64(reader);
        break;
    case PROTOBUF_FIXED32:
        field->value = bytes_read_u32(reader);
        break;
    case PROTOBUF_BYTES:
        read_bytes(reader, field);
        break;
    default: /* groups, which no new message has */
        reader->failed = true;
    }
    return !reader->failed;
}

struct bytes_reader protobuf_inside(const struct protobuf_field *field)
{
    return (struct bytes_reader){.data = field->data, .size = field->size};
}
