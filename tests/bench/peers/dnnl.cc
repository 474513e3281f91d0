/* Matrix products by oneDNN: dnnl THREADS TRIES, see shapes.h. Inner-product primitives that choose
 * the layout of the weights themselves, prepared beforehand: the best of its forms in training,
 * where weights can stay as they are liked. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "shapes.h"

#include <dnnl.hpp>
#include <unordered_map>

using dnnl::memory;

static const dnnl::engine engine(dnnl::engine::kind::cpu, 0);

/* Runs a primitive on memory that stays with it. */
static std::function<void()> runner(const dnnl::primitive &primitive,
                                    const std::unordered_map<int, memory> &arguments)
{
    return [=] {
        static dnnl::stream stream(engine);
        primitive.execute(stream, arguments);
        stream.wait();
    };
}

static memory::desc plain(memory::dim lines, memory::dim columns)
{
    return {{lines, columns}, memory::data_type::f32, memory::format_tag::nc};
}

static Runs make(const Shape &shape, Operands &o)
{
    const memory::desc x = plain(shape.rows, shape.depth), y = plain(shape.rows, shape.columns);
    const memory::desc w({shape.columns, shape.depth}, memory::data_type::f32,
                         memory::format_tag::any);
    const memory::desc bias({shape.columns}, memory::data_type::f32, memory::format_tag::x);
    const dnnl::inner_product_forward::primitive_desc forward(
        {dnnl::prop_kind::forward_training, x, w, bias, y}, engine);
    const dnnl::inner_product_backward_data::primitive_desc d_input({x, w, y}, engine, forward);
    const dnnl::inner_product_backward_weights::primitive_desc d_kernel({x, w, y}, engine, forward);
    const memory in(x, engine, o.x.data()), out(y, engine, o.y.data()), b(bias, engine);
    const auto weights = [](const memory::desc &desc) {
        const memory made(desc, engine);
        std::fill_n(static_cast<float *>(made.get_data_handle()), desc.get_size() / sizeof(float),
                    0.001F);
        return made;
    };
    return {runner(dnnl::inner_product_forward(forward),
                   {{DNNL_ARG_SRC, in},
                    {DNNL_ARG_WEIGHTS, weights(forward.weights_desc())},
                    {DNNL_ARG_BIAS, b},
                    {DNNL_ARG_DST, out}}),
            runner(dnnl::inner_product_backward_data(d_input),
                   {{DNNL_ARG_DIFF_DST, out},
                    {DNNL_ARG_WEIGHTS, weights(d_input.weights_desc())},
                    {DNNL_ARG_DIFF_SRC, in}}),
            runner(dnnl::inner_product_backward_weights(d_kernel),
                   {{DNNL_ARG_SRC, in},
                    {DNNL_ARG_DIFF_DST, out},
                    {DNNL_ARG_DIFF_WEIGHTS, weights(d_kernel.diff_weights_desc())}})};
}

int main(int count, char **arguments)
{
    return count == 3 ? answer_shapes(atoi(arguments[1]), atoi(arguments[2]), make) : 1;
}
