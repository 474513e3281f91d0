/* dlib beside propd: dlib FEATURES LABELS mlp|lenet|cnn BATCH; see arrays.h. The networks of the
 * workloads w3, w5 and w6, which dlib wants as types, so that they stand here a second time. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <dlib/dnn.h>

#include "arrays.h"

using namespace dlib;
using Image = matrix<float>;
using Colors = std::array<Image, 3>;

template <long filters, long size, long pad, class Below>
using Convolved = relu<add_layer<con_<filters, size, size, 1, 1, pad, pad>, Below>>;
template <class Below> using Pooled = max_pool<2, 2, 2, 2, Below>;
using Mlp = loss_multiclass_log<fc<10, relu<fc<256, relu<fc<512, input<Image>>>>>>>;
using LeNet = loss_multiclass_log<
    fc<10, relu<fc<84, relu<fc<120, Pooled<Convolved<
                                        16, 5, 0, Pooled<Convolved<6, 5, 2, input<Image>>>>>>>>>>>;
using Cnn = loss_multiclass_log<fc<
    10, avg_pool_everything<Convolved<
            128, 3, 1, Pooled<Convolved<64, 3, 1, Pooled<Convolved<32, 3, 1, input<Colors>>>>>>>>>;

static const int steps = 4; /* between looks at the clock */

static Image plane(const float *values, long side, long channels)
{
    Image image(side, side);
    for (long i = 0; i < side * side; i++)
        image(i) = values[i * channels];
    return image;
}

template <class Input> static Input picture(const float *values);
template <> Image picture(const float *values)
{
    return plane(values, 28, 1);
}
template <> Colors picture(const float *values)
{
    return {plane(values, 32, 3), plane(values + 1, 32, 3), plane(values + 2, 32, 3)};
}

template <class Network, class Input, class Solver>
static int run(const std::vector<float> &x, const std::vector<float> &y, size_t batch,
               const Solver &solver, double rate)
{
    const size_t rows = y.size(), elements = x.size() / rows;
    std::vector<Input> images, batch_x;
    std::vector<unsigned long> batch_y;
    for (size_t i = 0; i < rows; i++)
        images.push_back(picture<Input>(&x[i * elements]));
    Network network;
    dnn_trainer<Network, Solver> trainer(network, solver);
    trainer.set_learning_rate(rate);
    trainer.set_mini_batch_size(batch);
    trainer.set_iterations_without_progress_threshold(1000000);
    size_t row = 0;
    return answer_seconds([&] {
        for (int step = 0; step < steps; step++) {
            batch_x.clear();
            batch_y.clear();
            for (size_t i = 0; i < batch; i++, row = (row + 7919) % rows) {
                batch_x.push_back(images[row]);
                batch_y.push_back(static_cast<unsigned long>(y[row]));
            }
            trainer.train_one_step(batch_x, batch_y);
        }
        trainer.get_net(); /* waits for the steps, which run on a thread of the trainer's */
        return steps * batch;
    });
}

int main(int count, char **arguments)
{
    if (count != 5)
        return 1;
    const std::string network = arguments[3];
    const std::vector<float> x = read_array(arguments[1], false),
                             y = read_array(arguments[2], true);
    const size_t batch = atoi(arguments[4]);
    if (network == "cnn")
        return run<Cnn, Colors>(x, y, batch, sgd(0, 0.9), 0.05);
    if (network == "lenet")
        return run<LeNet, Image>(x, y, batch, adam(0, 0.9, 0.999), 1e-3);
    return run<Mlp, Image>(x, y, batch, adam(0, 0.9, 0.999), 1e-3);
}
