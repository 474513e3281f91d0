/* Shared by the tests of the field tables. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/base/example.h"
#include "tests/check.h"

#include <math.h>
#include <string.h>

static const struct field common_fields[] = {
    FIELD_STRING(struct example_common, name, .min = 1, .max = 8, .help = "what it is called"),
    FIELD_BOOLEAN(struct example_common, is_trainable, .number = 1),
    FIELD_END,
};

static int check_common(const void *options, const char *path, struct error *error)
{
    const struct example_common *common = options;
    if (common->name != NULL && strcmp(common->name, "root") == 0)
        return error_set_at(error, ERROR_INVALID, path, "may not be named root");
    return 0;
}

static const struct kind common_kind = {
    .name = "common",
    .size = sizeof(struct example_common),
    .fields = common_fields,
    .check = check_common,
};

static const struct field part_fields[] = {
    FIELD_INTEGER(struct example_part, depth, .min = 1, .number = 2),
    FIELD_STRING(struct example_part, note, .text = "none"),
    FIELD_END,
};
static const struct kind part_kind = {
    .name = "part", .size = sizeof(struct example_part), .fields = part_fields};

static const struct field step_fields[] = {
    FIELD_NUMBER(struct example_step, gamma, .max = 1, .number = 0.1,
                 .flags = FIELD_ABOVE_MIN | FIELD_BELOW_MAX),
    FIELD_INTEGER(struct example_step, every, .min = 1, .max = 100, .flags = FIELD_REQUIRED),
    FIELD_END,
};
static const struct kind step_kind = {
    .name = "step", .size = sizeof(struct example_step), .fields = step_fields};
static const struct kind constant_kind = {.name = "constant", .help = "stays as it is"};
const struct kind *const example_schedules[] = {&constant_kind, &step_kind, NULL};

static const char *const paddings[] = {"valid", "same", NULL};

static const struct field example_fields[] = {
    FIELD_INTEGER(struct example, units, .min = 1, .max = 65536, .flags = FIELD_REQUIRED,
                  .help = "outputs"),
    FIELD_INTEGER(struct example, cores, .min = 1, .max = 64, .word = "auto"),
    FIELD_INTEGER(struct example, memory, .min = 1024, .number = 65536, .flags = FIELD_BYTES),
    FIELD_INTEGER(struct example, limit, .min = -9007199254740992, .max = 9007199254740992,
                  .flags = FIELD_NULLABLE),
    FIELD_NUMBER(struct example, rate, .flags = FIELD_ABOVE_MIN, .number = 0.01),
    FIELD_NUMBER(struct example, clip, .min = 0, .max = 10, .flags = FIELD_NULLABLE,
                 .number = (double)NAN),
    FIELD_CHOICE(struct example, padding, .choices = paddings, .number = EXAMPLE_SAME),
    FIELD_STRINGS(struct example, metrics, .max = 3, .text = "loss,accuracy"),
    FIELD_SIZES(struct example, kernel, .min = 1, .max = 99),
    FIELD_SIZES(struct example, strides, .min = 1, .max = 99, .number = 2, .flags = FIELD_NULLABLE),
    FIELD_OBJECT(struct example, part, struct example_part, .object = &part_kind,
                 .flags = FIELD_PRESENT | FIELD_NULLABLE),
    FIELD_OBJECT(struct example, extra, struct example_part, .object = &part_kind),
    FIELD_VARIANT(struct example, schedule, .kinds = example_schedules, .text = "constant"),
    FIELD_VARIANT(struct example, stop, .kinds = example_schedules),
    FIELD_VARIANTS(struct example, stages, .kinds = example_schedules, .max = 3,
                   .flags = FIELD_NULLABLE),
    FIELD_JSON(struct example, layers),
    FIELD_END,
};

static int check_example(const void *options, const char *path, struct error *error)
{
    const struct example *example = options;
    if (example->cores > example->units)
        return error_set_at(error, ERROR_INVALID, path, "may not have more cores than units");
    return 0;
}

const struct kind example_kind = {
    .name = "example",
    .help = "an example",
    .size = sizeof(struct example),
    .fields = example_fields,
    .base = &common_kind,
    .check = check_example,
};

int example_read(const char *text, struct example *example, const char *path, struct error *error)
{
    struct error cause = {0};
    json_t *json = fields_parse(text, strlen(text), &cause);
    ck_assert_ok(cause);
    int result = fields_read(&example_kind, json, example, path, error);
    json_decref(json);
    return result;
}
