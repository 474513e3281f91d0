/* attention: scaled dot-product self-attention of several heads (Vaswani et al., "Attention is all
 * you need", NeurIPS 2017) over the time steps of [time, channels]:
 *
 *     q, k, v = x · kernel + bias, each cut into heads of units / heads columns
 *     context = softmax(q · kᵀ / sqrt(units / heads)) · v for each head
 *     y = context · output kernel + output bias
 *
 * The scale goes into q once. Queries go in blocks through scores, softmax and context, so that the
 * scores stay in the cache; with `causal` a block stops at its last query's own time. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/initializer.h"
#include "engine/layers/layers.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    UNITS_MAX = 65536,
    QUERY_BLOCK = 64,
    CAUSAL_BLOCK = 32, /* shorter, so that fewer keys are met in vain */
    BLOCK_STEPS = 128, /* time steps that are projected together, of as many rows as that takes */
    FLOPS_PER_SCORE = 24
};

/* Tensors; a bias follows each kernel. */
enum { QUERY, KEY, VALUE, OUTPUT, PROJECTIONS };
static const char *const kernel_names[PROJECTIONS] = {"query_kernel", "key_kernel", "value_kernel",
                                                      "output_kernel"};
static const char *const bias_names[PROJECTIONS] = {"query_bias", "key_bias", "value_bias",
                                                    "output_bias"};

/* Scratch per row: q (scaled), k and v, which backward turns into their gradients, then the
 * context, each [time][units], and each head's softmax, [time][time]. */
enum { SCRATCH_CONTEXT = OUTPUT, SCRATCH_SOFTMAX };

struct attention {
    struct layer_options common;
    int64_t heads;
    int64_t units; /* 0: as many as the input has channels */
    bool causal;
    struct variant kernel_initializer, bias_initializer;
};

static const struct field attention_fields[] = {
    FIELD_INTEGER(struct attention, heads, .min = 1, .max = UNITS_MAX, .flags = FIELD_REQUIRED,
                  .help = "independent attentions side by side"),
    FIELD_INTEGER(struct attention, units, .min = 1, .max = UNITS_MAX, .flags = FIELD_NULLABLE,
                  .help = "columns of queries, keys and values, of all heads; null: the input's"),
    FIELD_BOOLEAN(struct attention, causal, .help = "each time step sees itself and earlier ones"),
    FIELD_VARIANT(struct attention, kernel_initializer, .kinds = initializer_kinds,
                  .text = "glorot_uniform", .help = "first weights of the kernels"),
    FIELD_VARIANT(struct attention, bias_initializer, .kinds = initializer_kinds, .text = "zeros",
                  .help = "first weights of the biases"),
    FIELD_END};

/* What one call works on. */
struct attention_view {
    const struct kernels *kernels;
    int64_t time, channels, units, heads, width; /* width: of a head */
    bool causal;
    float scale;
};

static struct attention_view attention_view(const struct layer *layer,
                                            const struct kernels *kernels)
{
    const struct attention *attention = layer->options;
    const struct shape *input = &layer->input_shapes[0];
    int64_t units = attention->units > 0 ? attention->units : input->dims[1];
    int64_t width = units / attention->heads;

    return (struct attention_view){.kernels = kernels,
                                   .time = input->dims[0],
                                   .channels = input->dims[1],
                                   .units = units,
                                   .heads = attention->heads,
                                   .width = width,
                                   .causal = attention->causal,
                                   .scale = (float)(1.0 / sqrt((double)width))};
}

/* ---- plan */

static int check_shapes(const struct layer *layer, const char *path, struct error *error)
{
    const struct attention *attention = layer->options;
    const struct shape *input = &layer->input_shapes[0];
    char heads_path[128];
    char text[160];

    if (layer_check_sequence(layer, path, error) != 0)
        return -1;
    int64_t units = attention->units > 0 ? attention->units : input->dims[1];
    if (units % attention->heads != 0) {
        snprintf(heads_path, sizeof(heads_path), "%s.heads", path);
        return error_set_at(error, ERROR_INVALID, heads_path,
                            "must divide its units (%lld) without a rest, not be %lld",
                            (long long)units, (long long)attention->heads);
    }
    struct shape scores = {.rank = 3, .dims = {attention->heads, input->dims[0], input->dims[0]}};
    struct shape columns = {.rank = 2, .dims = {input->dims[0], units}};
    if (shape_elements(&scores, NULL) >= 0 && shape_elements(&columns, NULL) >= 0)
        return 0;
    return error_set_at(error, ERROR_TOO_LARGE, path,
                        "has scores of shape %s: more than 2^40 elements",
                        shape_text(&scores, text, sizeof(text)));
}

static int plan_tensors(struct layer *layer, const struct attention_view *view, const char *path,
                        struct error *error)
{
    const struct attention *attention = layer->options;
    char initializer_path[128];

    snprintf(initializer_path, sizeof(initializer_path), "%s.kernel_initializer", path);
    for (int p = QUERY; p < PROJECTIONS; p++) {
        struct shape shape = {.rank = 2, .dims = {view->channels, view->units}};
        if (p == OUTPUT)
            shape = (struct shape){.rank = 2, .dims = {view->units, view->channels}};
        struct layer_tensor *kernel =
            layer_add_tensor(layer, kernel_names[p], TENSOR_KERNEL, &shape, 0.0F);
        kernel->initializer = attention->kernel_initializer;
        kernel->fan_in = shape.dims[0];
        kernel->fan_out = shape.dims[1];
        if (initializer_check(&kernel->initializer, &shape, initializer_path, error) != 0)
            return -1;
        layer_add_channel_tensor(layer, bias_names[p], TENSOR_BIAS, shape.dims[1], 0.0F)
            ->initializer = attention->bias_initializer;
    }
    return 0;
}

/* Rows whose projections are made together. */
static int64_t block_rows(const struct attention_view *view)
{
    return view->time < BLOCK_STEPS ? BLOCK_STEPS / view->time : 1;
}

static void plan_memory(struct layer *layer, const struct attention_view *view)
{
    int64_t columns = view->time * view->units;
    int64_t predicting = block_rows(view) * PROJECTIONS * columns;
    int64_t learning = columns + 3 * view->time * view->width;

    for (int p = QUERY; p <= SCRATCH_CONTEXT; p++)
        layer->scratch_per_row[p] = columns;
    layer->scratch_per_row[SCRATCH_SOFTMAX] = view->heads * view->time * view->time;
    layer->work_size = QUERY_BLOCK * view->time + (predicting > learning ? predicting : learning);
}

static int attention_plan(struct layer *layer, const char *path, struct error *error)
{
    if (check_shapes(layer, path, error) != 0)
        return -1;
    struct attention_view view = attention_view(layer, NULL);
    layer->output_shape = layer->input_shapes[0];
    layer->parameter_items = 3 * view.units + view.channels;
    layer->flops_per_row =
        view.time * (2 * PROJECTIONS * view.channels * view.units +
                     view.time * (4 * view.units + FLOPS_PER_SCORE * view.heads));
    plan_memory(layer, &view);
    return plan_tensors(layer, &view, path, error);
}

/* ---- forward */

/* Memory of some rows' columns and of a block of queries' scores. */
struct attention_memory {
    float *columns[SCRATCH_CONTEXT + 1]; /* [rows][time][units] */
    float *softmax; /* training: [rows][heads][time][time]; else one block of queries' */
};

static struct attention_memory memory_kept(const struct attention_view *view,
                                           const struct layer_pass *pass, int64_t begin)
{
    struct attention_memory memory;

    for (int p = QUERY; p <= SCRATCH_CONTEXT; p++)
        memory.columns[p] = pass->scratch[p] + begin * view->time * view->units;
    memory.softmax = pass->scratch[SCRATCH_SOFTMAX] + begin * view->heads * view->time * view->time;
    return memory;
}

static struct attention_memory memory_in_work(const struct attention_view *view,
                                              const struct layer_pass *pass)
{
    struct attention_memory memory = {.softmax = pass->work};

    for (int p = QUERY; p <= SCRATCH_CONTEXT; p++)
        memory.columns[p] =
            pass->work + QUERY_BLOCK * view->time + p * block_rows(view) * view->time * view->units;
    return memory;
}

/* Where the block of queries that begins at `begin` ends. */
static int64_t block_end(const struct attention_view *view, int64_t begin)
{
    int64_t end = begin + (view->causal ? CAUSAL_BLOCK : QUERY_BLOCK);

    return end < view->time ? end : view->time;
}

/* Keys that queries up to `end` see. */
static int64_t keys_of(const struct attention_view *view, int64_t end)
{
    return view->causal ? end : view->time;
}

/* Scores of the queries [begin, end) become weights, in rows of `time`. */
static void softmax_queries(const struct attention_view *view, int64_t begin, int64_t end,
                            float *scores)
{
    const struct kernels *kernels = view->kernels;

    if (!view->causal) {
        kernels->activation_forward(ACTIVATION_SOFTMAX, 0.0F, end - begin, view->time, scores,
                                    scores);
        return;
    }
    for (int64_t query = begin; query < end; query++, scores += view->time) {
        kernels->activation_forward(ACTIVATION_SOFTMAX, 0.0F, 1, query + 1, scores, scores);
        memset(scores + query + 1, 0, (size_t)(end - query - 1) * sizeof(float));
    }
}

/* One head of one row: q, k, v and context at its first column. */
static void attend(const struct attention_view *view, const float *q, const float *k,
                   const float *v, float *softmax, bool kept, float *context)
{
    const struct kernels *kernels = view->kernels;
    int64_t units = view->units;

    for (int64_t begin = 0, end; begin < view->time; begin = end) {
        end = block_end(view, begin);
        int64_t keys = keys_of(view, end);
        float *scores = softmax + (kept ? begin * view->time : 0);
        kernels->product_d_input(end - begin, view->width, keys, q + begin * units, units, k, units,
                                 scores, view->time, true);
        softmax_queries(view, begin, end, scores);
        kernels->product(end - begin, view->width, keys, scores, view->time, v, units, NULL,
                         context + begin * units, units, ACTIVATION_LINEAR);
    }
}

static void forward_block(const struct attention_view *view, const struct layer_pass *pass,
                          const struct attention_memory *memory, int64_t begin, int64_t rows)
{
    const struct kernels *kernels = view->kernels;
    int64_t steps = rows * view->time;
    int64_t offset = begin * view->time * view->channels;
    int64_t scores = view->time * view->time;

    for (int p = QUERY; p <= VALUE; p++)
        kernels->product(steps, view->units, view->channels, pass->inputs[0] + offset,
                         view->channels, pass->tensors[2 * p], view->units,
                         pass->tensors[2 * p + 1], memory->columns[p], view->units,
                         ACTIVATION_LINEAR);
    kernels->scale(steps * view->units, view->scale, memory->columns[QUERY]);
    for (int64_t row = 0; row < rows; row++) {
        for (int64_t head = 0; head < view->heads; head++) {
            int64_t at = row * view->time * view->units + head * view->width;
            attend(view, memory->columns[QUERY] + at, memory->columns[KEY] + at,
                   memory->columns[VALUE] + at,
                   memory->softmax + (pass->training ? (row * view->heads + head) * scores : 0),
                   pass->training, memory->columns[SCRATCH_CONTEXT] + at);
        }
    }
    kernels->product(steps, view->channels, view->units, memory->columns[SCRATCH_CONTEXT],
                     view->units, pass->tensors[2 * OUTPUT], view->channels,
                     pass->tensors[2 * OUTPUT + 1], pass->output + offset, view->channels,
                     ACTIVATION_LINEAR);
}

static void attention_forward(const struct layer *layer, struct layer_pass *pass, int64_t begin,
                              int64_t end)
{
    struct attention_view view = attention_view(layer, pass->kernels);
    int64_t step = block_rows(&view);

    for (int64_t at = begin; at < end; at += step) {
        struct attention_memory memory =
            pass->training ? memory_kept(&view, pass, at) : memory_in_work(&view, pass);
        forward_block(&view, pass, &memory, at, at + step < end ? step : end - at);
    }
}

/* ---- backward */

/* Gradients of one head, [time][width] each, and of a block of queries' scores. */
struct head_gradients {
    float *scores, *q, *k, *v;
};

static void softmax_queries_backward(const struct attention_view *view, int64_t begin, int64_t end,
                                     const float *softmax, float *d_scores)
{
    const struct kernels *kernels = view->kernels;

    if (!view->causal) {
        kernels->activation_backward(ACTIVATION_SOFTMAX, 0.0F, end - begin, view->time, NULL,
                                     softmax, d_scores, d_scores);
        return;
    }
    for (int64_t query = begin; query < end; query++) {
        kernels->activation_backward(ACTIVATION_SOFTMAX, 0.0F, 1, query + 1, NULL, softmax,
                                     d_scores, d_scores);
        memset(d_scores + query + 1, 0, (size_t)(end - query - 1) * sizeof(float));
        softmax += view->time;
        d_scores += view->time;
    }
}

/* One head of one row; d_context at the head's first column, as q, k and v. */
static void attend_backward(const struct attention_view *view, const float *q, const float *k,
                            const float *v, const float *softmax, const float *d_context,
                            const struct head_gradients *d)
{
    const struct kernels *kernels = view->kernels;
    int64_t units = view->units;
    int64_t width = view->width;
    int64_t time = view->time;

    memset(d->k, 0, (size_t)(time * width) * sizeof(float));
    memset(d->v, 0, (size_t)(time * width) * sizeof(float));
    for (int64_t begin = 0, end; begin < time; begin = end) {
        end = block_end(view, begin);
        int64_t keys = keys_of(view, end);
        const float *weights = softmax + begin * time;
        kernels->product_d_kernel(end - begin, width, keys, weights, time,
                                  d_context + begin * units, units, d->v, width, 0);
        kernels->product_d_input(end - begin, width, keys, d_context + begin * units, units, v,
                                 units, d->scores, time, true);
        softmax_queries_backward(view, begin, end, weights, d->scores);
        kernels->product(end - begin, width, keys, d->scores, time, k, units, NULL,
                         d->q + begin * width, width, ACTIVATION_LINEAR);
        kernels->product_d_kernel(end - begin, width, keys, d->scores, time, q + begin * units,
                                  units, d->k, width, 0);
    }
    kernels->scale(time * width, view->scale, d->q);
}

/* A head's gradient takes the place of what it is by. */
static void put_head(const struct attention_view *view, const float *gradient, float *columns)
{
    for (int64_t step = 0; step < view->time; step++)
        memcpy(columns + step * view->units, gradient + step * view->width,
               (size_t)view->width * sizeof(float));
}

static void backward_row(const struct attention_view *view, const struct layer_pass *pass,
                         int64_t row)
{
    struct attention_memory memory = memory_kept(view, pass, row);
    int64_t head_size = view->time * view->width;
    float *d_context = pass->work;
    struct head_gradients d = {.scores = d_context + view->time * view->units};

    d.q = d.scores + QUERY_BLOCK * view->time;
    d.k = d.q + head_size;
    d.v = d.k + head_size;
    view->kernels->product_d_input(
        view->time, view->channels, view->units, pass->d_output + row * view->time * view->channels,
        view->channels, pass->tensors[2 * OUTPUT], view->channels, d_context, view->units, true);
    for (int64_t head = 0; head < view->heads; head++) {
        int64_t at = head * view->width;
        attend_backward(view, memory.columns[QUERY] + at, memory.columns[KEY] + at,
                        memory.columns[VALUE] + at, memory.softmax + head * view->time * view->time,
                        d_context + at, &d);
        put_head(view, d.q, memory.columns[QUERY] + at);
        put_head(view, d.k, memory.columns[KEY] + at);
        put_head(view, d.v, memory.columns[VALUE] + at);
    }
}

static void attention_backward(const struct layer *layer, struct layer_pass *pass, int64_t begin,
                               int64_t end)
{
    struct attention_view view = attention_view(layer, pass->kernels);
    struct attention_memory memory = memory_kept(&view, pass, begin);
    int64_t steps = (end - begin) * view.time;

    for (int64_t row = begin; row < end; row++)
        backward_row(&view, pass, row);
    for (int p = QUERY; p <= VALUE && pass->d_inputs[0] != NULL; p++)
        view.kernels->product_d_input(steps, view.units, view.channels, memory.columns[p],
                                      view.units, pass->tensors[2 * p], view.units,
                                      pass->d_inputs[0] + begin * view.time * view.channels,
                                      view.channels, p == QUERY && pass->d_input_overwrite[0]);
}

/* Columns [begin, end) of one projection, as far as it has them: from `x`, of `depth` columns, and
 * the gradient `d_y`, of `columns`. */
static void projection_gradients(const struct layer_pass *pass, int projection, int64_t rows,
                                 const float *x, int64_t depth, const float *d_y, int64_t columns,
                                 int64_t begin, int64_t end)
{
    int64_t first = begin > 0 ? begin : 0;
    int64_t last = end < columns ? end : columns;

    if (first >= last)
        return;
    pass->kernels->product_d_kernel(rows, last - first, depth, x, depth, d_y + first, columns,
                                    pass->d_tensors[2 * projection] + first, columns, 0);
    pass->kernels->column_sums(rows, last - first, d_y + first, columns,
                               pass->d_tensors[2 * projection + 1] + first);
}

/* Items are columns of the query, key, value and output kernels. */
static void attention_backward_parameters(const struct layer *layer, struct layer_pass *pass,
                                          int64_t begin, int64_t end)
{
    struct attention_view view = attention_view(layer, pass->kernels);
    struct attention_memory memory = memory_kept(&view, pass, 0);
    int64_t rows = pass->rows * view.time;

    for (int p = QUERY; p <= VALUE; p++)
        projection_gradients(pass, p, rows, pass->inputs[0], view.channels, memory.columns[p],
                             view.units, begin - p * view.units, end - p * view.units);
    projection_gradients(pass, OUTPUT, rows, memory.columns[SCRATCH_CONTEXT], view.units,
                         pass->d_output, view.channels, begin - 3 * view.units,
                         end - 3 * view.units);
}

const struct layer_type layer_attention = {
    .kind = {.name = "attention",
             .help = "self-attention between the time steps of [time, channels]",
             .size = sizeof(struct attention),
             .fields = attention_fields,
             .base = &layer_options_kind},
    .min_inputs = 1,
    .max_inputs = 1,
    .example = "{\"input\": [4, 3], \"layers\": [{\"type\": \"dense\", \"units\": 6}, "
               "{\"type\": \"attention\", \"heads\": 2, \"causal\": true}]}",
    .plan = attention_plan,
    .forward = attention_forward,
    .backward = attention_backward,
    .backward_parameters = attention_backward_parameters,
};
