/* Messages inside out: what is inside is written first, as its size stands before it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/tfevents.h"
#include "base/crc32c.h"

#include <string.h>

/* protobuf.dev/programming-guides/encoding: a field's number and how long it is. */
enum { WIRE_VARINT = 0, WIRE_8_BYTES = 1, WIRE_SIZED = 2, WIRE_4_BYTES = 5 };

static void append_varint(struct bytes *message, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        bytes_append_u8(message, (uint8_t)(value | 0x80));
    bytes_append_u8(message, (uint8_t)value);
}

static void append_key(struct bytes *message, unsigned field, unsigned wire)
{
    append_varint(message, field << 3 | wire);
}

static void append_sized(struct bytes *message, unsigned field, const void *data, size_t size)
{
    append_key(message, field, WIRE_SIZED);
    append_varint(message, size);
    bytes_append(message, data, size);
}

static void append_nested(struct bytes *message, unsigned field, struct bytes *inner_taken)
{
    append_sized(message, field, inner_taken->data, inner_taken->size);
    message->failed |= inner_taken->failed;
    bytes_clear(inner_taken);
}

/* A CRC of data that holds CRCs tells little: so they are turned and moved. */
static uint32_t masked_crc(const void *data, size_t size)
{
    uint32_t crc = crc32c(data, size);
    return (crc >> 15 | crc << 17) + UINT32_C(0xa282ead8);
}

static void append_record(struct bytes *file, struct bytes *event_taken)
{
    struct bytes length AUTO_CLEAR(bytes_clear) = {0};
    bytes_append_u64(&length, event_taken->size);
    bytes_append_u32(&length, masked_crc(length.data, length.size));
    bytes_append(file, length.data, length.size);
    bytes_append(file, event_taken->data, event_taken->size);
    bytes_append_u32(file, masked_crc(event_taken->data, event_taken->size));
    file->failed |= length.failed || event_taken->failed;
    bytes_clear(event_taken);
}

static struct bytes event_start(double wall_time)
{
    struct bytes event = {0};
    append_key(&event, 1, WIRE_8_BYTES);
    bytes_append_f64(&event, wall_time);
    return event;
}

void tfevents_start(struct bytes *file, double wall_time)
{
    static const char version[] = "brain.Event:2";
    struct bytes event = event_start(wall_time);
    append_sized(&event, 3, version, strlen(version));
    append_record(file, &event);
}

static struct bytes value_message(const struct tfevents_value *value)
{
    struct bytes message = {0};
    uint32_t bits;
    memcpy(&bits, &value->value, sizeof bits);
    append_sized(&message, 1, value->tag, strlen(value->tag));
    append_key(&message, 2, WIRE_4_BYTES);
    bytes_append_u32(&message, bits);
    return message;
}

void tfevents_append(struct bytes *file, double wall_time, int64_t step,
                     const struct tfevents_value *values, size_t count)
{
    struct bytes event = event_start(wall_time), summary = {0};
    append_key(&event, 2, WIRE_VARINT);
    append_varint(&event, (uint64_t)step);
    for (size_t i = 0; i < count; i++) {
        struct bytes value = value_message(&values[i]);
        append_nested(&summary, 1, &value);
    }
    append_nested(&event, 5, &summary);
    append_record(file, &event);
}
