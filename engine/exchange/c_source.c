/* A model as one C file, put together. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/exchange/c_source.h"
#include "engine/preprocessing_parts.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static int64_t input_width(const struct c_writer *writer)
{
    return shape_elements(&writer->model->network->input_shape, NULL);
}

static int64_t output_width(const struct c_writer *writer)
{
    return shape_elements(&writer->model->network->output_shape, NULL);
}

/* Rows of columns that are one input. */
static int64_t rows_of(const struct c_writer *writer)
{
    const int64_t length = writer->model->preprocessing->window.length;
    return length > 0 ? length : 1;
}

/* "iris@1" is called iris in C. */
static void set_names(struct c_writer *writer)
{
    char name[C_NAME_SIZE] = {0};
    strncpy(name, writer->title, sizeof(name) - 1);
    name[strcspn(name, "@")] = '\0';
    c_identifier(name, writer->name);
    for (size_t i = 0; writer->name[i] != '\0'; i++)
        writer->capitals[i] = (char)toupper((unsigned char)writer->name[i]);
}

static void append_about(const struct c_writer *writer, struct bytes *file)
{
    const char *name = writer->name;
    bytes_printf(file, "/* ");
    c_comment(file, writer->title);
    bytes_printf(file,
                 ", a model by propd " PROPD_VERSION ": predictions in C99 or C++11, without "
                 "memory of the heap.\n"
                 " *\n"
                 " *     struct %s_row row = {…};\n"
                 " *     struct %s_prediction prediction;\n"
                 " *     if (%s_predict(&row, &prediction) == 0)\n"
                 " *         … prediction.values[0] …\n"
                 " *\n"
                 " * With %s_DECLARATIONS defined this file is its own header. Its test:\n"
                 " * cc -std=c99 -DPROPD_SELF_TEST %s.c -lm && ./a.out */\n",
                 name, name, name, writer->capitals, name);
}

static void append_sizes(const struct c_writer *writer, int64_t workspace, struct bytes *file)
{
    const char *capitals = writer->capitals;
    bytes_printf(file, "enum {\n    %s_INPUTS = %lld, %s_OUTPUTS = %lld", capitals,
                 (long long)input_width(writer), capitals, (long long)output_width(writer));
    if (c_outputs_are_labelled(writer))
        bytes_printf(file, ", %s_CLASSES = %zu", capitals,
                     json_array_size(preprocessing_classes(writer->model->preprocessing)));
    bytes_printf(file, ",\n    %s_ROWS = %lld, /* rows of columns that are one input */\n",
                 capitals, (long long)rows_of(writer));
    bytes_printf(file, "    %s_FLOATS = %lld /* of memory for the layers */\n};\n\n", capitals,
                 (long long)(workspace > 0 ? workspace : 1));
}

static void append_prediction(const struct c_writer *writer, struct bytes *file)
{
    const bool is_classes = preprocessing_task(writer->model->preprocessing) == TASK_CLASSES;
    bytes_printf(file, "\nstruct %s_prediction {\n    float values[%s_OUTPUTS]; /* %s */\n",
                 writer->name, writer->capitals,
                 is_classes ? "the network's outputs: of classes, probabilities"
                            : "in original units");
    if (c_outputs_are_labelled(writer))
        bytes_printf(file, "    int class_index;\n    const char *label;\n");
    bytes_printf(file,
                 "};\n\nstruct %s_workspace {\n    float x[%s_INPUTS], y[%s_OUTPUTS], "
                 "floats[%s_FLOATS];\n};\n",
                 writer->name, writer->capitals, writer->capitals, writer->capitals);
}

static void append_prototypes(const struct c_writer *writer, struct bytes *file)
{
    const char *name = writer->name;
    bytes_printf(
        file,
        "\n/* What a row%s gives: 0, or -1 where a value is missing that must be there, or is "
        "no id. In a\n * workspace of its own, so not for several threads at once: those "
        "give each their own. */\n"
        "int %s_predict(const struct %s_row *row, struct %s_prediction *prediction);\n"
        "int %s_predict_with(struct %s_workspace *workspace, const struct %s_row *row,\n"
        "    struct %s_prediction *prediction);\n",
        rows_of(writer) > 1 ? " (the first of a window of rows, the oldest)" : "", name, name, name,
        name, name, name, name);
    bytes_printf(
        file,
        "/* The network alone: encoded inputs x [%s_INPUTS] to its outputs y [%s_OUTPUTS]. "
        "*/\n"
        "int %s_predict_features(const float *x, float *y);\n"
        "int %s_predict_features_with(struct %s_workspace *workspace, const float *x, float "
        "*y);\n",
        writer->capitals, writer->capitals, name, name, name);
}

static void append_declarations(const struct c_writer *writer, int64_t workspace,
                                struct bytes *file)
{
    const char *capitals = writer->capitals;
    bytes_printf(file, "#ifndef %s_H\n#define %s_H\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n",
                 capitals, capitals);
    append_sizes(writer, workspace, file);
    c_columns_declare(writer, file);
    append_prediction(writer, file);
    append_prototypes(writer, file);
    bytes_printf(file, "\n#ifdef __cplusplus\n}\n#endif\n#endif /* %s_H */\n", capitals);
}

static const char functions[] =
    "\nint NAME_predict_features_with(struct NAME_workspace *workspace, const float *x, float *y)\n"
    "{\n"
    "    return network(x, workspace->floats, y);\n"
    "}\n"
    "\n"
    "int NAME_predict_with(struct NAME_workspace *workspace, const struct NAME_row *row,\n"
    "    struct NAME_prediction *prediction)\n"
    "{\n"
    "    if (encode(row, workspace->x) != 0 ||\n"
    "        network(workspace->x, workspace->floats, workspace->y) != 0)\n"
    "        return -1;\n"
    "    decode(workspace->y, prediction);\n"
    "    return 0;\n"
    "}\n"
    "\n"
    "static struct NAME_workspace own_workspace;\n"
    "\n"
    "int NAME_predict_features(const float *x, float *y)\n"
    "{\n"
    "    return NAME_predict_features_with(&own_workspace, x, y);\n"
    "}\n"
    "\n"
    "int NAME_predict(const struct NAME_row *row, struct NAME_prediction *prediction)\n"
    "{\n"
    "    return NAME_predict_with(&own_workspace, row, prediction);\n"
    "}\n";

void c_template(const struct c_writer *writer, struct bytes *bytes, const char *text)
{
    static const char name[] = "NAME", capitals[] = "CAPITALS";
    while (*text != '\0')
        if (strncmp(text, name, sizeof(name) - 1) == 0) {
            bytes_printf(bytes, "%s", writer->name);
            text += sizeof(name) - 1;
        } else if (strncmp(text, capitals, sizeof(capitals) - 1) == 0) {
            bytes_printf(bytes, "%s", writer->capitals);
            text += sizeof(capitals) - 1;
        } else {
            bytes_append_u8(bytes, (uint8_t)*text++);
        }
}

static int write_file(struct c_writer *writer, struct bytes *file)
{
    int64_t workspace = 0;
    set_names(writer);
    if (c_columns_prepare(writer) != 0 || c_network_append(writer, &workspace) != 0 ||
        c_columns_append(writer) != 0 || c_outputs_append(writer) != 0)
        return -1;
    c_template(writer, &writer->body, functions);
    if (c_self_test_append(writer) != 0 || bytes_check(&writer->body, writer->error) != 0)
        return -1;
    append_about(writer, file);
    append_declarations(writer, workspace, file);
    bytes_printf(file,
                 "\n#ifndef %s_DECLARATIONS\n#include <float.h>\n#include <math.h>\n"
                 "#include <string.h>\n\n",
                 writer->capitals);
    c_parts_append(writer, file);
    bytes_append(file, writer->body.data, writer->body.size);
    bytes_printf(file, "\n#endif /* %s_DECLARATIONS */\n", writer->capitals);
    return bytes_check(file, writer->error);
}

static int c_write_model(const struct model *model, const char *title, struct bytes *file,
                         struct error *error)
{
    struct c_writer writer = {.model = model, .title = title, .error = error};
    const int status = write_file(&writer, file);
    free(writer.members);
    bytes_clear(&writer.body);
    return status;
}

const struct model_format c_model_format = {
    .name = "c",
    .help = "one C99 file without dependencies: preprocessing, network, labels, a self-test",
    .content_type = "text/x-c",
    .ending = ".c",
    .write = c_write_model,
};
