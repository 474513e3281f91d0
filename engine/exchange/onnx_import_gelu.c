/* x · (1 + erf(x / √2)) / 2 in a graph that is being imported: before opset 20 gelu is no operator,
 * and is written as a formula. Its steps are kept as parts of one until it is whole. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/exchange/onnx_import.h"

#include <math.h>
#include <string.h>

/* Whether a value is one constant number. */
static bool is_number(const struct import_value *value, double *number)
{
    float single;
    if (value->kind != IMPORT_TENSOR || value->tensor.elements != 1 ||
        onnx_tensor_floats(&value->tensor, &single, NULL) != 0)
        return false;
    *number = (double)single;
    return true;
}

static bool is_near(double number, double wanted)
{
    return fabs(number - wanted) < 1e-4;
}

static bool have_one_base(const struct import_value *a, const struct import_value *b)
{
    return a->layer == b->layer && a->rank == b->rank &&
           memcmp(a->dims, b->dims, (size_t)a->rank * sizeof(*a->dims)) == 0 &&
           memcmp(a->order, b->order, (size_t)a->rank * sizeof(*a->order)) == 0;
}

/* The value times a factor: the whole of gelu, or one more part. */
static int multiply(struct import *import, struct import_value *value, double factor)
{
    value->factor *= factor;
    if (value->kind != IMPORT_PART) {
        value->kind = IMPORT_PART;
        value->part = PART_SCALED;
        value->factor = factor;
    }
    if (value->part != PART_GELU || !is_near(value->factor, 0.5))
        return import_result(import, 0, value);
    value->kind = IMPORT_LAYER;
    return import_activation(import, value, json_string("gelu"));
}

/* x, or a multiple of it, times 1 + erf(x / √2). */
static bool makes_gelu(const struct import_value *x, const struct import_value *erf)
{
    return (x->kind == IMPORT_LAYER || (x->kind == IMPORT_PART && x->part == PART_SCALED)) &&
           erf->kind == IMPORT_PART && erf->part == PART_ERF_AND_ONE &&
           is_near(erf->factor, M_SQRT1_2) && have_one_base(x, erf);
}

bool import_is_part(const struct import_value *a, const struct import_value *b)
{
    double number;
    const bool has_number = is_number(a, &number) || is_number(b, &number);
    return a->kind == IMPORT_PART || b->kind == IMPORT_PART || has_number;
}

int import_mul_part(struct import *import, struct import_value *a, struct import_value *b)
{
    double number;
    const bool is_first = is_number(a, &number);
    struct import_value *other = is_first ? b : a;
    if (is_first || is_number(b, &number)) {
        const bool is_scaled = other->kind == IMPORT_LAYER ||
                               (other->kind == IMPORT_PART &&
                                (other->part == PART_SCALED || other->part == PART_GELU));
        return is_scaled ? multiply(import, other, number)
                         : import_refuse(import, "can multiply with a number only within gelu");
    }
    if (!makes_gelu(a, b) && !makes_gelu(b, a))
        return import_refuse(import, "is a part of a formula that is not gelu's");
    struct import_value *x = makes_gelu(a, b) ? a : b;
    const double factor = x->kind == IMPORT_PART ? x->factor : 1.0;
    x->kind = IMPORT_PART;
    x->part = PART_GELU;
    x->factor = 1.0;
    return multiply(import, x, factor);
}

int import_add_part(struct import *import, struct import_value *a, struct import_value *b)
{
    double number;
    struct import_value *part = a->kind == IMPORT_PART ? a : b;
    if (!is_number(part == a ? b : a, &number) || !is_near(number, 1.0) || part->part != PART_ERF)
        return import_refuse(import, "is a part of a formula that is not gelu's");
    part->part = PART_ERF_AND_ONE;
    return import_result(import, 0, part);
}

static int import_div(struct import *import)
{
    struct import_value value, divisor;
    double number;
    if (import_take_layer(import, 0, &value) || import_take(import, 1, &divisor))
        return -1;
    if (!is_number(&divisor, &number) || number == 0.0)
        return import_refuse(import, "can divide only by a number, within gelu");
    return multiply(import, &value, 1.0 / number);
}

static int import_erf(struct import *import)
{
    struct import_value value;
    if (import_take(import, 0, &value))
        return -1;
    if (value.kind != IMPORT_PART || value.part != PART_SCALED)
        return import_refuse(import, "can be only within gelu, of x / √2");
    value.part = PART_ERF;
    return import_result(import, 0, &value);
}

const struct import_operator import_gelu_operators[] = {
    {"Div", import_div, (const char *const[]){NULL}},
    {"Erf", import_erf, (const char *const[]){NULL}},
    {NULL, NULL, NULL}};
