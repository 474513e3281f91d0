/* FANN beside propd: fann FEATURES LABELS classes|values INPUTS UNITS...; see arrays.h. It has no
 * batches that it would update after, no ReLU, no softmax and no Adam: sigmoids, the squared error,
 * an update a sample. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <floatfann.h>

#include "arrays.h"

static const int part = 128; /* samples between looks at the clock */

int main(int count, char **arguments)
{
    if (count < 6)
        return 1;
    const bool classes = strcmp(arguments[3], "classes") == 0;
    std::vector<unsigned> widths;
    for (int i = 4; i < count; i++)
        widths.push_back(atoi(arguments[i]));
    std::vector<float> x = read_array(arguments[1], false), y = read_array(arguments[2], true);
    const size_t inputs = widths.front(), outputs = widths.back(), rows = y.size();
    std::vector<float> wanted(rows * outputs);
    for (size_t i = 0; i < rows; i++) {
        if (classes)
            wanted[i * outputs + static_cast<size_t>(y[i])] = 1;
        else
            wanted[i] = y[i];
    }
    fann *network = fann_create_standard_array(widths.size(), widths.data());
    fann_set_activation_function_hidden(network, FANN_SIGMOID_SYMMETRIC);
    fann_set_activation_function_output(network, classes ? FANN_SIGMOID : FANN_LINEAR);
    fann_set_training_algorithm(network, FANN_TRAIN_INCREMENTAL);
    fann_set_learning_rate(network, classes ? 0.05F : 0.002F);
    size_t row = 0;
    const int code = answer_seconds([&] {
        for (int i = 0; i < part; i++, row = (row + 7919) % rows)
            fann_train(network, &x[row * inputs], &wanted[row * outputs]);
        return part;
    });
    fann_destroy(network);
    return code;
}
