/* A job's document: a file, or flags, or a file that flags change. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPCTL_DOCUMENT_H
#define PROPCTL_DOCUMENT_H

#include "clients/propctl/session.h"

/* The options that make a document; the one place where they stand. */
#define DOCUMENT_OPTIONS                                                                           \
    {"dataset", "NAME", "what to learn from", 0}, {"target", "COLUMN", "what to learn", 0},        \
        {"layers", "LAYERS", "the network: 'dense 64 relu, dropout 0.2, dense auto softmax'", 0},  \
        {"epochs", "N", "passes over the data", 0}, {"batch-size", "N", "rows a step", 0},         \
        {"optimizer", "NAME", "sgd, adam, …: propctl catalog adam", 0},                            \
        {"learning-rate", "NUMBER", "of the optimizer, or of adam", 0},                            \
        {"loss", "NAME", "by the target where it is not given", 0},                                \
        {"name", "NAME", "of the job and its model; else the dataset's", 0},                       \
    {                                                                                              \
        "set", "PATH=VALUE", "any other field: --set training.seed=7; may come several times", 0   \
    }

/* The document of a command whose first word may be its file. */
enum outcome document_read(struct session *session, const struct arguments *arguments,
                           json_t **document);

/* Sets what a path of keys and numbers of list elements leads to; makes the objects on the way.
 * false: a part of the path leads into something that has no parts. */
bool document_set(json_t *document, const char *path, json_t *value_taken);

#endif
