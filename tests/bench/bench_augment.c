/* What each type of augmentation costs a sample, on pictures of the sizes of MNIST and CIFAR-10, a
 * series and a table: the best of some runs in the thread's own time. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/augmentation.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROWS = 256, REPEATS = 20 };

struct holder {
    struct variants list;
};
static const struct field holder_fields[] = {
    FIELD_VARIANTS(struct holder, list, .kinds = augment_kinds), FIELD_END};
static const struct kind holder_kind = {
    .name = "holder", .size = sizeof(struct holder), .fields = holder_fields};

static double cpu_now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

/* Microseconds a row of the best of some runs; below 0 where it does not fit or memory is out. */
static double measure(const struct variants *list, const struct augment_input *input, float *x)
{
    static uint32_t rows[ROWS];
    double best = -1;
    if (augmentation_check(list, input, "", NULL) != 0)
        return -1;
    const struct augmentation_setup setup = {.list = list, .input = input, .rows = ROWS};
    struct augmentation *augmentation = augmentation_create(&setup, NULL);
    for (uint32_t i = 0; i < ROWS; i++)
        rows[i] = i;
    for (int repeat = 0; augmentation != NULL && repeat < REPEATS; repeat++) {
        for (int64_t i = 0; i < ROWS * input->elements; i++)
            x[i] = (float)(i % 251) / 250;
        double begin = cpu_now_us();
        augmentation_run(augmentation, repeat, rows, ROWS, x);
        double took = (cpu_now_us() - begin) / ROWS;
        best = best < 0 || took < best ? took : best;
    }
    augmentation_free(augmentation);
    return best;
}

static void show(const struct augment_type *type, const struct augment_input *inputs, int count,
                 float *x)
{
    struct holder holder;
    json_t *document = json_pack("{s:[s]}", "list", type->kind.name);
    if (document == NULL || fields_read(&holder_kind, document, &holder, "", NULL) != 0)
        exit(1);
    printf("%-18s", type->kind.name);
    for (int i = 0; i < count; i++) {
        double took = measure(&holder.list, &inputs[i], x);
        if (took < 0)
            printf("%12s", "");
        else
            printf("%12.2f", took);
    }
    printf("\n");
    fields_clear(&holder_kind, &holder);
    json_decref(document);
}

int main(void)
{
    static float x[ROWS * 32 * 32 * 3];
    const struct augment_input inputs[] = {
        {.shape = {3, {28, 28, 1}}, .elements = 784, .is_bytes = true},
        {.shape = {3, {32, 32, 3}}, .elements = 3072, .is_bytes = true},
        {.shape = {2, {128, 9}}, .elements = 1152},
        {.shape = {1, {100}}, .elements = 100}};
    printf("%-18s%12s%12s%12s%12s\n", "us a sample", "28x28x1", "32x32x3", "128x9", "100");
    for (const struct augment_type *const *type = augment_types; *type != NULL; type++)
        show(*type, inputs, (int)ARRAY_COUNT(inputs), x);
    return 0;
}
