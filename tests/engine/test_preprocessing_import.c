/* Preprocessing of datasets that came out of files. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/compiler.h"
#include "engine/preprocessing.h"
#include "tests/check.h"
#include "tests/engine/learn.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A file without a name that holds `size` bytes. */
static int file_of(const void *data, size_t size)
{
    FILE *stream = tmpfile();
    ck_assert_ptr_nonnull(stream);
    ck_assert_uint_eq(fwrite(data, 1, size, stream), size);
    rewind(stream);
    int file = dup(fileno(stream));
    fclose(stream);
    return file;
}

static struct dataset *import_sources(const struct dataset_source *sources, int count)
{
    struct error error = {0};
    struct dataset_options options;
    struct dataset_limits limits = {.bytes = 1 << 24, .columns = 100};
    int file = file_of("", 0);
    ck_assert_int_eq(fields_default(&dataset_options_kind, &options, &error), 0);
    dataset_import(sources, count, &options, &limits, file, &error);
    ck_assert_ok(error);
    struct dataset *dataset = dataset_open(file, &error);
    ck_assert_ok(error);
    fields_clear(&dataset_options_kind, &options);
    close(file);
    return dataset;
}

static struct dataset *import_text(const char *text)
{
    struct dataset_source source = {.file = file_of(text, strlen(text)), .name = "body"};
    struct dataset *dataset = import_sources(&source, 1);
    close(source.file);
    return dataset;
}

static void expect_instance(const struct preprocessing *preprocessing, const char *text,
                            const float *expected, size_t width)
{
    struct error error = {0};
    AUTO_FREE float *x = calloc(width, sizeof(*x));
    json_t *json = parse(text);
    preprocessing_encode_json(preprocessing, json, "instances[0]", x, &error);
    ck_assert_ok(error);
    expect_floats(x, expected, width);
    json_decref(json);
}

START_TEST(a_csv_row_and_its_json_are_encoded_alike)
{
    struct dataset *dataset = import_text("day,length,width,colour,kept,species\n"
                                          "2024-02-29,5.1,3.5,red,true,setosa\n"
                                          "2023-12-31,4.9,?,blue,false,setosa\n"
                                          "2022-06-01,,3.1,red,true,virginica\n"
                                          "2021-01-02,6.2,2.9,green,false,virginica\n");
    struct preprocessing *learned = learn(dataset, &(struct job){0});
    size_t width = (size_t)preprocessing_input_shape(learned).dims[0];
    ck_assert_str_eq(join(preprocessing_columns(learned)), "day, length, width, colour, kept");
    ck_assert_uint_eq(width, 5 + 2 + 2 + 4 + 1);
    ck_assert_str_eq(preprocessing_class(learned, 1), "virginica");
    AUTO_FREE float *x = encode_all(learned, dataset);
    expect_instance(learned, "[\"2024-02-29\", 5.1, 3.5, \"red\", true]", x, width);
    expect_instance(learned,
                    "{\"day\": \"2023-12-31\", \"length\": \"4.9\", \"width\": \"\", \"colour\": "
                    "\"blue\", \"kept\": false, \"species\": \"setosa\"}",
                    x + width, width);
    expect_instance(learned, "[\"2022-06-01\", null, 3.1, \"red\", 1]", x + 2 * width, width);
    preprocessing_free(learned);
    dataset_close(dataset);
}
END_TEST

START_TEST(another_file_of_the_same_columns_can_be_bound)
{
    int32_t classes[3];
    const uint32_t rows[] = {0, 1, 2};
    struct error error = {0};
    struct dataset *training = import_text("a,b,income\n1,x,<=50K\n2,y,>50K\n3,x,<=50K\n");
    struct dataset *test = import_text("b,income,a\nx,>50K.,7\nz,>50K,9\ny,<=50K,8\n");
    struct preprocessing *learned = learn(training, &(struct job){0});
    struct preprocessing_binding *binding = preprocessing_bind(learned, test, true, &error);
    ck_assert_ok(error);
    preprocessing_encode_classes(binding, rows, 3, classes);
    const int32_t expected[] = {-1, 1, 0}; /* ">50K." is another label than ">50K" */
    for (size_t i = 0; i < ARRAY_COUNT(expected); i++)
        ck_assert_int_eq(classes[i], expected[i]);
    preprocessing_binding_free(binding);
    preprocessing_free(learned);
    dataset_close(training);
    dataset_close(test);
}
END_TEST

START_TEST(an_idx_pair_gives_images_and_classes)
{
    static const uint8_t features[] = {0, 0, 8, 3, 0, 0, 0,   2, 0, 0,
                                       0, 1, 0, 0, 0, 2, 255, 0, 0, 255};
    static const uint8_t labels[] = {0, 0, 8, 1, 0, 0, 0, 2, 9, 4};
    struct dataset_source sources[] = {
        {.file = file_of(features, sizeof(features)), .name = "features"},
        {.file = file_of(labels, sizeof(labels)), .name = "labels"}};
    struct dataset *dataset = import_sources(sources, 2);
    struct preprocessing *learned = learn(dataset, &(struct job){0});
    ck_assert_int_eq(preprocessing_input_shape(learned).rank, 3);
    ck_assert_str_eq(preprocessing_class(learned, 0), "4");
    AUTO_FREE float *x = encode_all(learned, dataset);
    const float expected[] = {1, 0, 0, 1};
    expect_floats(x, expected, ARRAY_COUNT(expected));
    expect_instance(learned, "[[255, 0]]", expected, 2);
    preprocessing_free(learned);
    dataset_close(dataset);
    close(sources[0].file);
    close(sources[1].file);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, a_csv_row_and_its_json_are_encoded_alike);
    tcase_add_test(tests, another_file_of_the_same_columns_can_be_bound);
    tcase_add_test(tests, an_idx_pair_gives_images_and_classes);
}

int main(void)
{
    return tests_run("preprocessing_import", add_tests);
}
