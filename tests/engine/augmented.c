/* Running augmentations on rows made by hand. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/engine/augmented.h"
#include "tests/check.h"

#include <math.h>
#include <string.h>

enum { SEED = 5 };

struct variants_holder {
    struct variants list;
};

static const struct field holder_fields[] = {
    FIELD_VARIANTS(struct variants_holder, list, .kinds = augment_kinds), FIELD_END};
static const struct kind holder_kind = {
    .name = "holder", .size = sizeof(struct variants_holder), .fields = holder_fields};

struct variants augmented_list(const char *text)
{
    struct error error = {0};
    struct variants_holder holder = {{0}};
    json_t *json = fields_parse(text, strlen(text), &error);
    ck_assert_ok(error);
    json_t *document = json_pack("{s:o}", "list", json);
    ck_assert_msg(fields_read(&holder_kind, document, &holder, "", &error) == 0, "%s",
                  error.message);
    json_decref(document);
    return holder.list;
}

struct augment_input augmented_input(int64_t a, int64_t b, int64_t c, bool is_bytes)
{
    struct augment_input input = {.shape = {.dims = {a, b, c}}, .is_bytes = is_bytes};
    while (input.shape.rank < 3 && input.shape.dims[input.shape.rank] > 0)
        input.shape.rank++;
    input.elements = shape_elements(&input.shape, NULL);
    return input;
}

void augmented_run(const char *text, const struct augment_input *input, int64_t epoch,
                   uint32_t first, int64_t count, float *x)
{
    struct error error = {0};
    struct variants list = augmented_list(text);
    ck_assert_msg(augmentation_check(&list, input, "list", &error) == 0, "%s", error.message);
    const struct augmentation_setup setup = {
        .list = &list, .input = input, .seed = SEED, .rows = count};
    struct augmentation *augmentation = augmentation_create(&setup, &error);
    ck_assert_ok(error);
    uint32_t *rows = calloc((size_t)count, sizeof *rows);
    ck_assert_ptr_nonnull(rows);
    for (int64_t i = 0; i < count; i++)
        rows[i] = first + (uint32_t)i;
    augmentation_run(augmentation, epoch, rows, count, x);
    free(rows);
    augmentation_free(augmentation);
    variants_clear(&list);
}

void augmented_expect(const float *x, const float *expected, int64_t count, double tolerance)
{
    for (int64_t i = 0; i < count; i++)
        ck_assert_msg(fabs((double)x[i] - (double)expected[i]) <= tolerance, "[%lld] is %g, not %g",
                      (long long)i, (double)x[i], (double)expected[i]);
}
