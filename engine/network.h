/* A network document, planned: layers in the order of their run, one block of parameters, one
 * arena.
 *
 * A struct network is immutable after its creation and may be shared by threads; a struct workspace
 * holds the memory of one run and belongs to one caller at a time; the parameters are a flat block
 * that the caller owns. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_NETWORK_H
#define PROPD_ENGINE_NETWORK_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "engine/kernels/kernels.h"
#include "engine/layer.h"
#include "engine/shape.h"
#include "engine/team.h"

struct network {
    struct shape input_shape, output_shape;
    int layer_count;
    struct layer *layers;
    /* Floats of the parameter block: the trained tensors first, then the states; each aligned to 16
     * floats, gaps zero. */
    int64_t parameter_count, trained_count;
    int64_t weight_count; /* sum of the elements of the trained tensors, as users count */
    enum activation_code output_activation; /* of the last layer, peeled off: forward gives logits
                                               and output apart */
    float output_alpha;
    /* Gradients reach every layer's output, also where no weights lie below: set between
     * network_create() and workspace_create() by whoever looks at them. */
    bool every_gradient;
    json_t *document; /* with every default filled in, "auto" resolved */
};

enum { NETWORK_LAYERS_MAX = 1024 };

/* Plans `document` ({"layers": […]}). `auto_units` replaces "units": "auto" (0: refused, naming the
 * path). Errors name paths below "network". Nothing is allocated for the tensors yet. */
struct network *network_create(const json_t *document, const struct shape *input_shape,
                               int64_t auto_units, struct error *error);
void network_free(struct network *network);

/* The activation of a document's last layer, before planning (linear where there is none): it tells
 * classes from numbers. *width: its units where they are a number, 0 for "auto" or where it has
 * none. */
int network_document_output(const json_t *document, enum activation_code *activation,
                            int64_t *width, struct error *error);

/* Whether a document's first layer, which reads the input, is of this type; false where the
 * document cannot be read. */
bool network_document_begins_with(const json_t *document, const char *type);
/* The "vocabulary" of a document's first layer, 0 where that has none or "auto". */
int64_t network_document_vocabulary(const json_t *document);

/* Fills a parameter block of network->parameter_count floats with first weights: a function of
 * (seed, layer name, tensor name) alone. */
void network_initialize(const struct network *network, uint64_t seed, float *parameters);

/* Every tensor of the network in document order: calls visit(context, "layer/tensor", tensor).
 * Stops at non-zero and returns it. */
int network_each_tensor(const struct network *network,
                        int (*visit)(void *context, const char *name,
                                     const struct layer_tensor *tensor),
                        void *context);

/* Adds the penalties (l1·Σ|w| + l2·Σw²; default_l1/l2 where a layer sets none) and, where
 * `gradients` is not NULL, their gradients. Returns the penalty. Sums in a fixed order. */
double network_penalty(const struct network *network, double default_l1, double default_l2,
                       const float *parameters, float *gradients);
bool network_has_penalty(const struct network *network, double default_l1, double default_l2);

/* Scales the weights of each unit of the layers with max_norm down to it, where their norm is
 * greater: along layer_tensor.unit_axis of each kernel (in a dense layer a column, in a convolution
 * a filter, in an embedding a row; in a recurrent layer each gate's column, in both kernels), the
 * norm over all else. The same bytes by any team. */
void network_apply_max_norm(const struct network *network, float *parameters, struct team *team);

enum workspace_use { WORKSPACE_PREDICT, WORKSPACE_TRAIN };

struct workspace;

/* Memory for batches of up to `rows` rows run by a team of up to `members`, all of it: nothing
 * allocates afterwards. Fails with ERROR_TOO_LARGE where it would not fit an address space,
 * ERROR_MEMORY. */
struct workspace *workspace_create(const struct network *network, const struct kernels *kernels,
                                   int64_t rows, int members, enum workspace_use use,
                                   struct error *error);
void workspace_free(struct workspace *workspace);
/* Bytes that workspace_create() would take. */
int workspace_size(const struct network *network, int64_t rows, int members, enum workspace_use use,
                   size_t *size, struct error *error);

/* Where the caller puts a batch: [rows][input elements]. */
float *workspace_input(struct workspace *workspace);
/* One row of it. */
const float *workspace_row(const struct workspace *workspace, int64_t row);
/* After forward: [rows][output elements] before and after the output activation. The same where it
 * is linear. */
const float *workspace_logits(const struct workspace *workspace);
const float *workspace_output(const struct workspace *workspace);
/* Where the loss puts its gradient, by the logits (fused losses) or by the output. [rows][output
 * elements] */
float *workspace_d_output(struct workspace *workspace);

struct network_run {
    int64_t rows;
    bool training; /* dropout draws, batch statistics, moving averages move */
    bool frozen;   /* with training: the moving statistics normalize and stay as they are */
    bool output_activation; /* apply the output activation (false where the loss works on logits and
                               no output is wanted) */
    bool first;             /* backward: the gradients are undefined yet, else they are added to */
    const float *packed;    /* prediction: what network_pack() made of the parameters, or NULL */
    uint64_t seed, step;    /* key of the draws */
    struct team *team;      /* NULL: the caller's thread */
};

void network_forward(const struct network *network, struct workspace *workspace, float *parameters,
                     const struct network_run *run);

/* Weights as predictions read them fastest, made once of parameters that stay: floats that it takes
 * (0: nothing to pack), and their filling. Predictions have the same bytes with them and without.
 */
int64_t network_packed_size(const struct network *network, const struct kernels *kernels);
void network_pack(const struct network *network, const struct kernels *kernels,
                  const float *parameters, float *packed);

/* After a training forward and with workspace_d_output filled: `gradients` (trained_count floats)
 * get theirs, in addition to what they hold unless run->first. `from_logits`: d_output is by the
 * logits, else by the output. */
void network_backward(const struct network *network, struct workspace *workspace, float *parameters,
                      float *gradients, bool from_logits, const struct network_run *run);

/* The same for one layer alone, for whoever looks at the gradients in between: calls from the last
 * layer down to the first equal one network_backward(). workspace_layer_d_output() of the layer is
 * complete before its call. */
void network_backward_layer(const struct network *network, struct workspace *workspace,
                            float *parameters, float *gradients, int layer, bool from_logits,
                            const struct network_run *run);

/* The name of a layer that takes the network's input, or a part of it, as ids; NULL where none
 * does. Borrowed. */
const char *network_id_layer(const struct network *network);

/* Whether the layers that read the network's input can work with a row of it ([input elements]): an
 * embedding takes ids alone. ERROR_INVALID at `path`, "instances[3]". */
int network_check_row(const struct network *network, const float *x, const char *path,
                      struct error *error);

/* The first layer whose output in the workspace has a value that is not finite, and its row: for
 * the message of a diverged job. -1 where all are finite. */
int network_first_not_finite(const struct network *network, const struct workspace *workspace,
                             int64_t rows, int64_t *row);

#endif
