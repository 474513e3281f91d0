/* Rows of floats through a model. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/kernels/kernels.h"
#include "engine/model_parts.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* Rows of a block: enough for the kernels' full speed, and an arena that stays in the cache. */
enum { BLOCK_ROWS = 256 };

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* A place in the rows of several parts. */
struct cursor {
    const struct model_rows *part, *end;
    int64_t row; /* of that part */
};

/* Rows of one part that lie behind each other. */
struct piece {
    const struct model_rows *part;
    int64_t first, rows;
};

/* At most `rows` rows, and moves on. */
static struct piece take(struct cursor *cursor, int64_t rows)
{
    assert(cursor->part < cursor->end);
    const struct piece piece = {.part = cursor->part,
                                .first = cursor->row,
                                .rows = smaller(rows, cursor->part->rows - cursor->row)};
    cursor->row += piece.rows;
    if (cursor->row == cursor->part->rows) {
        cursor->part++;
        cursor->row = 0;
    }
    return piece;
}

static void gather(struct cursor *cursor, float *block, int64_t rows, int64_t width)
{
    while (rows > 0) {
        const struct piece piece = take(cursor, rows);
        memcpy(block, piece.part->x + piece.first * width,
               (size_t)(piece.rows * width) * sizeof(*block));
        block += piece.rows * width;
        rows -= piece.rows;
    }
}

static void scatter(struct cursor *cursor, const float *block, int64_t rows, int64_t width)
{
    while (rows > 0) {
        const struct piece piece = take(cursor, rows);
        memcpy(piece.part->y + piece.first * width, block,
               (size_t)(piece.rows * width) * sizeof(*block));
        block += piece.rows * width;
        rows -= piece.rows;
    }
}

static void predict_blocks(const struct model *model, struct workspace *workspace,
                           const struct model_rows *parts, size_t count, int64_t rows)
{
    const struct network *network = model->network;
    const int64_t in = shape_elements(&network->input_shape, NULL);
    const int64_t out = shape_elements(&network->output_shape, NULL);
    struct cursor inputs = {.part = parts, .end = parts + count}, outputs = inputs;
    for (int64_t row = 0; row < rows; row += BLOCK_ROWS) {
        const struct network_run run = {.rows = smaller(rows - row, BLOCK_ROWS),
                                        .output_activation = true,
                                        .packed = model->packed};
        gather(&inputs, workspace_input(workspace), run.rows, in);
        network_forward(network, workspace, model->parameters, &run);
        scatter(&outputs, workspace_output(workspace), run.rows, out);
    }
}

int model_predict_all(const struct model *model, const struct model_rows *parts, size_t count,
                      struct error *error)
{
    const struct kernels *kernels = kernels_get(error);
    int64_t rows = 0;
    for (size_t i = 0; i < count; i++)
        rows += parts[i].rows;
    if (!kernels)
        return -1;
    struct workspace *workspace =
        workspace_create(model->network, kernels, rows > 0 ? smaller(rows, BLOCK_ROWS) : 1, 1,
                         WORKSPACE_PREDICT, error);
    if (!workspace)
        return -1;
    predict_blocks(model, workspace, parts, count, rows);
    workspace_free(workspace);
    return 0;
}

static int check_rows(const struct network *network, const float *x, int64_t rows,
                      struct error *error)
{
    const int64_t width = shape_elements(&network->input_shape, NULL);
    for (int64_t row = 0; row < rows; row++) {
        char path[64];
        snprintf(path, sizeof(path), "row %lld", (long long)row);
        if (network_check_row(network, x + row * width, path, error))
            return -1;
    }
    return 0;
}

int model_predict(const struct model *model, const float *x, int64_t rows, float *y,
                  struct error *error)
{
    const struct model_rows part = {.x = x, .y = y, .rows = rows};
    if (rows <= 0)
        return 0;
    if (check_rows(model->network, x, rows, error))
        return -1;
    return model_predict_all(model, &part, 1, error);
}
