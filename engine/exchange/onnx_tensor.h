/* TensorProto, taken apart; for the files that read ONNX. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_EXCHANGE_ONNX_TENSOR_H
#define PROPD_ENGINE_EXCHANGE_ONNX_TENSOR_H

#include "engine/exchange/onnx_file.h"

/* Sets all but the name, which is left where it lies. ERROR_INVALID for data that lie in another
 * file, or are not as many as type and dimensions say. */
int onnx_tensor_read(struct bytes_reader message, struct onnx_tensor_view *tensor,
                     struct protobuf_field *name, struct error *error);

#endif
