/* Lists of augmentations over batches: the same bytes however the rows are cut, what is mixed, and
 * what is refused. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/check.h"
#include "tests/engine/augmented.h"

#include <math.h>
#include <string.h>

enum { ROWS = 60, HEIGHT = 8, WIDTH = 6, ELEMENTS = HEIGHT * WIDTH * 3 };

static struct augment_input input;
static uint32_t rows[ROWS];
static float start[ROWS * ELEMENTS];

static void set_up(void)
{
    struct rng rng = rng_stream(9, "test", "values", 0);
    input = augmented_input(HEIGHT, WIDTH, 3, true);
    for (uint32_t i = 0; i < ROWS; i++)
        rows[i] = 1000 + 7 * i;
    for (int i = 0; i < ROWS * ELEMENTS; i++)
        start[i] = rng_float(&rng, (uint64_t)i);
}

/* An augmentation with the list that it borrows. */
struct holder {
    struct variants list;
    struct augmentation *augmentation;
};

static struct holder holder_make(const char *text, struct team *team)
{
    static struct holder holder; /* one at a time: the setup points into it */
    struct error error = {0};
    holder.list = augmented_list(text);
    const struct augmentation_setup setup = {
        .list = &holder.list, .input = &input, .seed = 5, .rows = ROWS, .team = team};
    holder.augmentation = augmentation_create(&setup, &error);
    ck_assert_ok(error);
    return holder;
}

static void holder_clear(struct holder *holder)
{
    augmentation_free(holder->augmentation);
    variants_clear(&holder->list);
}

/* All but what mixes: the seed of every row's draws is its own. */
#define ROW_WISE                                                                                   \
    "[\"random_flip\", {\"type\": \"random_crop\", \"padding\": 2, \"probability\": 0.5}, "        \
    "\"random_translate\", \"random_rotate\", \"random_zoom\", \"random_shear\", \"brightness\", " \
    "\"contrast\", {\"type\": \"saturation\", \"probability\": 0.7}, \"hue\", "                    \
    "\"gaussian_noise\", "                                                                         \
    "{\"type\": \"cutout\", \"size\": 3}]"
#define MIXING                                                                                     \
    "[\"random_flip\", {\"type\": \"mixup\", \"probability\": 0.6}, \"gaussian_noise\", "          \
    "{\"type\": \"cutmix\", \"probability\": 0.6}, \"brightness\"]"

START_TEST(batches_of_any_size_and_order_give_the_same_rows)
{
    static const int64_t sizes[] = {1, 7, 16, ROWS};
    static float whole[ROWS * ELEMENTS], pieces[ROWS * ELEMENTS], backwards[ROWS * ELEMENTS];
    struct holder holder = holder_make(ROW_WISE, NULL);
    memcpy(whole, start, sizeof whole);
    augmentation_run(holder.augmentation, 3, rows, ROWS, whole);
    for (size_t s = 0; s < ARRAY_COUNT(sizes); s++) {
        memcpy(pieces, start, sizeof pieces);
        for (int64_t at = 0; at < ROWS; at += sizes[s]) {
            int64_t count = ROWS - at < sizes[s] ? ROWS - at : sizes[s];
            augmentation_run(holder.augmentation, 3, rows + at, count, pieces + at * ELEMENTS);
        }
        ck_assert_mem_eq(pieces, whole, sizeof whole);
    }
    uint32_t order[ROWS];
    for (int i = 0; i < ROWS; i++) {
        order[i] = rows[ROWS - 1 - i];
        memcpy(backwards + i * ELEMENTS, start + (ROWS - 1 - i) * ELEMENTS,
               ELEMENTS * sizeof(float));
    }
    augmentation_run(holder.augmentation, 3, order, ROWS, backwards);
    for (int i = 0; i < ROWS; i++)
        ck_assert_mem_eq(backwards + i * ELEMENTS, whole + (ROWS - 1 - i) * ELEMENTS,
                         ELEMENTS * sizeof(float));
    holder_clear(&holder);
}
END_TEST

START_TEST(teams_of_any_size_give_the_same_bytes)
{
    static const char *const lists[] = {ROW_WISE, MIXING};
    static float alone[ROWS * ELEMENTS], x[ROWS * ELEMENTS];
    for (size_t l = 0; l < ARRAY_COUNT(lists); l++)
        for (int members = 1; members <= 4; members++) {
            struct error error = {0};
            struct team *team = team_create(members, NULL, &error);
            ck_assert_ok(error);
            struct holder holder = holder_make(lists[l], members == 1 ? NULL : team);
            memcpy(x, start, sizeof x);
            augmentation_run(holder.augmentation, 0, rows, ROWS, x);
            if (members == 1)
                memcpy(alone, x, sizeof alone);
            ck_assert_mem_eq(x, alone, sizeof alone);
            holder_clear(&holder);
            team_free(team);
        }
}
END_TEST

START_TEST(seed_epoch_row_and_place_all_change_the_draws)
{
    float first[ELEMENTS], other[ELEMENTS];
    static const char *const list = "[\"gaussian_noise\"]";
    struct augment_input numbers = input;
    numbers.is_bytes = false;
    memcpy(first, start, sizeof first);
    augmented_run(list, &numbers, 0, 4, 1, first);
    memcpy(other, start, sizeof other);
    augmented_run(list, &numbers, 0, 4, 1, other);
    ck_assert_mem_eq(first, other, sizeof first);
    memcpy(other, start, sizeof other);
    augmented_run(list, &numbers, 1, 4, 1, other);
    ck_assert_mem_ne(first, other, sizeof first);
    memcpy(other, start, sizeof other);
    augmented_run(list, &numbers, 0, 5, 1, other);
    ck_assert_mem_ne(first, other, sizeof first);
    memcpy(other, start, sizeof other);
    augmented_run("[{\"type\": \"hue\", \"probability\": 0}, \"gaussian_noise\"]", &numbers, 0, 4,
                  1, other);
    ck_assert_mem_ne(first, other, sizeof first);
}
END_TEST

/* ---- mixing */

/* Every element of row i is i: mixed, it tells the shares of the rows. */
static void fill_with_numbers(float *x)
{
    for (int i = 0; i < ROWS * ELEMENTS; i++) {
        int row = i / ELEMENTS;
        x[i] = (float)row;
    }
}

static double shared_number(const struct augmentation_mix *mix, int64_t row)
{
    double sum = 0, shares = 0;
    for (int part = 0; part < mix->parts; part++) {
        int64_t at = part * mix->stride + row;
        ck_assert(mix->sources[at] >= 0 && mix->sources[at] < ROWS && mix->shares[at] >= 0);
        sum += mix->shares[at] * mix->sources[at];
        shares += mix->shares[at];
    }
    ck_assert_double_eq_tol(shares, 1, 1e-12);
    return sum;
}

START_TEST(shares_tell_what_a_mixed_row_is_made_of)
{
    static const char *const lists[] = {
        "[{\"type\": \"mixup\", \"alpha\": 1}]", "[{\"type\": \"cutmix\", \"probability\": 0.5}]",
        "[{\"type\": \"mixup\", \"alpha\": 2}, \"cutmix\"]",
        "[{\"type\": \"mixup\", \"alpha\": 2}, {\"type\": \"mixup\", \"alpha\": 0.5}]"};
    static const int parts[] = {2, 2, 4, 4};
    static float x[ROWS * ELEMENTS];
    input.is_bytes = false;
    for (size_t l = 0; l < ARRAY_COUNT(lists); l++) {
        struct holder holder = holder_make(lists[l], NULL);
        int mixed = 0;
        fill_with_numbers(x);
        struct augmentation_mix mix = augmentation_run(holder.augmentation, 2, rows, ROWS, x);
        ck_assert_int_eq(mix.parts, parts[l]);
        ck_assert_int_eq(augmentation_parts(&holder.list), parts[l]);
        for (int64_t i = 0; i < ROWS; i++) {
            double mean = 0;
            for (int64_t j = 0; j < ELEMENTS; j++)
                mean += (double)x[i * ELEMENTS + j] / ELEMENTS;
            ck_assert_double_eq_tol(mean, shared_number(&mix, i), 1e-4);
            mixed += fabs(mean - (double)i) > 1e-6;
        }
        ck_assert_int_gt(mixed, l == 1 ? ROWS / 3 : ROWS * 3 / 4);
        ck_assert_int_le(mixed, l == 1 ? ROWS * 2 / 3 : ROWS);
        holder_clear(&holder);
    }
}
END_TEST

START_TEST(partners_are_others_of_the_batch_all_alike)
{
    enum { BATCH = 4, EPOCHS = 1500 };
    int seen[BATCH] = {0};
    float x[BATCH * ELEMENTS];
    struct holder holder = holder_make("[\"mixup\"]", NULL);
    for (int64_t epoch = 0; epoch < EPOCHS; epoch++) {
        memcpy(x, start, sizeof x);
        struct augmentation_mix mix = augmentation_run(holder.augmentation, epoch, rows, BATCH, x);
        ck_assert_int_eq(mix.sources[2], 2);
        seen[mix.sources[mix.stride + 2]]++;
    }
    ck_assert_int_eq(seen[2], 0);
    for (int i = 0; i < BATCH; i++)
        ck_assert_int_lt(abs(seen[i] - (i == 2 ? 0 : EPOCHS / 3)), 100);
    holder_clear(&holder);
}
END_TEST

START_TEST(row_alone_in_its_batch_is_not_mixed)
{
    float x[ELEMENTS];
    struct holder holder = holder_make("[\"mixup\", \"cutmix\"]", NULL);
    memcpy(x, start, sizeof x);
    struct augmentation_mix mix = augmentation_run(holder.augmentation, 0, rows, 1, x);
    ck_assert_mem_eq(x, start, sizeof x);
    ck_assert_double_eq(mix.shares[0], 1);
    for (int part = 1; part < mix.parts; part++)
        ck_assert_double_eq(mix.shares[part * mix.stride], 0);
    holder_clear(&holder);
}
END_TEST

START_TEST(shares_have_the_moments_of_their_beta)
{
    enum { EPOCHS = 200 };
    static float x[ROWS * ELEMENTS];
    struct holder holder = holder_make("[{\"type\": \"mixup\", \"alpha\": 3}]", NULL);
    double sum = 0, squares = 0;
    for (int64_t epoch = 0; epoch < EPOCHS; epoch++) {
        memcpy(x, start, sizeof x);
        struct augmentation_mix mix = augmentation_run(holder.augmentation, epoch, rows, ROWS, x);
        for (int64_t i = 0; i < ROWS; i++) {
            sum += mix.shares[i];
            squares += pow(mix.shares[i] - 0.5, 2);
        }
    }
    ck_assert_double_eq_tol(sum / (EPOCHS * ROWS), 0.5, 0.01);
    ck_assert_double_eq_tol(squares / (EPOCHS * ROWS), 1.0 / 28, 0.002);
    holder_clear(&holder);
}
END_TEST

/* ---- what is refused */

static void check_refused(const char *text, const struct augment_input *of, const char *path,
                          const char *words)
{
    struct error error = {0};
    struct variants list = augmented_list(text);
    ck_assert_int_eq(augmentation_check(&list, of, "training.augmentation", &error), -1);
    ck_assert_int_eq(error.code, ERROR_INVALID);
    ck_assert_str_eq(error.path, path);
    ck_assert_msg(strstr(error.message, words) != NULL, "%s", error.message);
    variants_clear(&list);
}

START_TEST(what_does_not_fit_the_rows_is_refused_with_what_does)
{
    struct augment_input table = augmented_input(4, 0, 0, false),
                         series = augmented_input(9, 2, 0, false),
                         grey = augmented_input(9, 9, 1, true);
    check_refused("[\"mixup\", \"gaussian_noise\", \"random_flip\"]", &table,
                  "training.augmentation[2].type",
                  "is \"random_flip\", which takes images, [height, width, channels], but a row is "
                  "[4]: what fits is gaussian_noise, mixup, feature_dropout");
    check_refused("[\"feature_dropout\"]", &series, "training.augmentation[0].type",
                  "which takes tables, [columns], but a row is [9, 2]: what fits is "
                  "gaussian_noise, mixup, jitter, scaling, time_shift, time_mask");
    check_refused("[\"jitter\"]", &table, "training.augmentation[0].type", "which takes series");
    check_refused("[\"hue\"]", &grey, "training.augmentation[0]",
                  "needs images of red, green and blue, [height, width, 3], not [9, 9, 1]");
    check_refused("[{\"type\": \"cutout\", \"size\": 10}]", &grey, "training.augmentation[0]",
                  "has a size of 10, which is more than the 9 x 9 pixels of an image");
    series.id_layer = table.id_layer = "tokens";
    check_refused("[\"time_shift\", \"jitter\"]", &series, "training.augmentation[1].type",
                  "is \"jitter\", which makes new numbers, but layer \"tokens\" takes the input as "
                  "ids");
    check_refused("[\"feature_dropout\", \"gaussian_noise\"]", &table,
                  "training.augmentation[1].type", "takes the input as ids");
    static struct preprocessing_column category = {0, 4, 0};
    table.column_count = 1;
    table.columns = &category;
    check_refused("[\"gaussian_noise\"]", &table, "training.augmentation[0]",
                  "finds no column of numbers or dates to add noise to");
    check_refused("[\"mixup\", \"cutmix\", \"mixup\"]", &grey, "training.augmentation[2]",
                  "is one more than the 2 of mixup and cutmix that a list may have");
}
END_TEST

START_TEST(every_example_is_taken_and_uses_every_option)
{
    for (const struct augment_type *const *type = augment_types; *type != NULL; type++) {
        struct variants list = augmented_list((*type)->example);
        ck_assert_uint_eq(list.count, 1);
        ck_assert_ptr_eq(list.items[0].kind, &(*type)->kind);
        json_t *example = fields_parse((*type)->example, strlen((*type)->example), NULL);
        json_t *written = fields_write_variant(&list.items[0]);
        json_object_del(written, "probability");
        ck_assert_msg(json_object_size(written) == json_object_size(json_array_get(example, 0)),
                      "%s", (*type)->example);
        json_decref(written);
        json_decref(example);
        variants_clear(&list);
    }
}
END_TEST

static void add_tests(TCase *cases)
{
    tcase_add_checked_fixture(cases, set_up, NULL);
    tcase_add_test(cases, batches_of_any_size_and_order_give_the_same_rows);
    tcase_add_test(cases, teams_of_any_size_give_the_same_bytes);
    tcase_add_test(cases, seed_epoch_row_and_place_all_change_the_draws);
    tcase_add_test(cases, shares_tell_what_a_mixed_row_is_made_of);
    tcase_add_test(cases, partners_are_others_of_the_batch_all_alike);
    tcase_add_test(cases, row_alone_in_its_batch_is_not_mixed);
    tcase_add_test(cases, shares_have_the_moments_of_their_beta);
    tcase_add_test(cases, what_does_not_fit_the_rows_is_refused_with_what_does);
    tcase_add_test(cases, every_example_is_taken_and_uses_every_option);
}

int main(void)
{
    return tests_run("augmentation", add_tests);
}
