/* Models out of ONNX files: propd's own, which say all of the model in their metadata, and those of
 * others, whose graphs are made into networks. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_EXCHANGE_ONNX_READ_H
#define PROPD_ENGINE_EXCHANGE_ONNX_READ_H

#include "engine/exchange/onnx_file.h"
#include "engine/model.h"

/* struct model_format's read. */
struct model *onnx_read(const void *file, size_t size, struct error *error);

/* A model of a graph that others made: its inputs are taken as they come, images and sequences with
 * their channels last. ERROR_INVALID naming the node that no layer can be. */
struct model *onnx_import(const struct onnx_file *file, struct error *error);

#endif
