/* Elements out of JSON. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handlers/oip_data.h"

#include <math.h>
#include <string.h>

/* A list that is taken apart. */
struct taking {
    const struct tensor_type *type;
    const char *path;
    struct bytes *bytes;
    struct error *error;
};

static int refuse(const struct taking *taking, const json_t *value)
{
    AUTO_FREE char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
    return error_set_at(taking->error, ERROR_INVALID, taking->path, "must be %s values, not %.60s",
                        taking->type->name, text != NULL ? text : "this");
}

static int take_text(const struct taking *taking, const json_t *value)
{
    if (!json_is_string(value))
        return refuse(taking, value);
    bytes_append_u32(taking->bytes, (uint32_t)json_string_length(value));
    bytes_append(taking->bytes, json_string_value(value), json_string_length(value));
    return 0;
}

static int take_float(const struct taking *taking, const json_t *value)
{
    if (!json_is_number(value) && !json_is_null(value))
        return refuse(taking, value);
    const double number = json_is_null(value) ? (double)NAN : json_number_value(value);
    if (taking->type->array.size == sizeof(double)) {
        bytes_append_f64(taking->bytes, number);
        return 0;
    }
    const float narrow = (float)number;
    uint32_t bits;
    if (isinf(narrow))
        return refuse(taking, value);
    memcpy(&bits, &narrow, sizeof bits);
    bytes_append_u32(taking->bytes, bits);
    return 0;
}

/* Whether the whole number fits; UINT64's upper half, which JSON's reader does not know, does not.
 */
static bool whole_fits(const struct array_type *type, int64_t number)
{
    const int bits = 8 * (int)type->size;
    if (type->kind == ARRAY_BOOLEAN)
        return number == 0 || number == 1;
    if (type->kind == ARRAY_UNSIGNED)
        return number >= 0 && (bits == 64 || number >> bits == 0);
    return bits == 64 ||
           (number >= -(INT64_C(1) << (bits - 1)) && number < INT64_C(1) << (bits - 1));
}

static bool read_whole(const json_t *value, int64_t *number)
{
    static const double exact = 9007199254740992.0; /* 2^53 */
    if (json_is_integer(value)) {
        *number = json_integer_value(value);
        return true;
    }
    const double real = json_real_value(value);
    if (!json_is_real(value) || real != floor(real) || fabs(real) > exact)
        return false;
    *number = (int64_t)real;
    return true;
}

static int take_whole(const struct taking *taking, const json_t *value)
{
    const struct array_type *type = &taking->type->array;
    int64_t number = 0;
    const bool is_boolean = type->kind == ARRAY_BOOLEAN && json_is_boolean(value);
    if (is_boolean)
        number = json_is_true(value);
    else if (!read_whole(value, &number) || !whole_fits(type, number))
        return refuse(taking, value);
    for (size_t i = 0; i < type->size; i++)
        bytes_append_u8(taking->bytes, (uint8_t)((uint64_t)number >> (8 * i)));
    return 0;
}

static int take(const struct taking *taking, const json_t *value)
{
    size_t i;
    const json_t *item;
    if (!json_is_array(value)) {
        if (taking->type->is_text)
            return take_text(taking, value);
        return taking->type->array.kind == ARRAY_FLOAT ? take_float(taking, value)
                                                       : take_whole(taking, value);
    }
    json_array_foreach(value, i, item)
    {
        if (take(taking, item) != 0)
            return -1;
    }
    return 0;
}

int oip_data_append(const struct tensor_type *type, const json_t *data, const char *path,
                    struct bytes *bytes, struct error *error)
{
    const struct taking taking = {type, path, bytes, error};
    if (!json_is_array(data))
        return error_set_at(error, ERROR_INVALID, path, "must be a list of values");
    if (!type->in_json)
        return error_set_at(error, ERROR_INVALID, path,
                            "cannot be JSON for %s: send it binary (binary_data_size)", type->name);
    if (take(&taking, data) != 0)
        return -1;
    return bytes_check(bytes, error);
}
