# SPDX-License-Identifier: Apache-2.0
# Models and their file.
libengine_la_SOURCES += \
	engine/exchange/exchange.c engine/exchange/exchange.h \
	engine/exchange/npz.h engine/exchange/npz_read.c engine/exchange/npz_write.c \
	engine/exchange/onnx.c \
	engine/exchange/onnx_activation.c \
	engine/exchange/onnx_file.c engine/exchange/onnx_file.h \
	engine/exchange/onnx_graph.c engine/exchange/onnx_graph.h \
	engine/exchange/onnx_import.c engine/exchange/onnx_import.h \
	engine/exchange/onnx_import_dense.c \
	engine/exchange/onnx_import_gelu.c \
	engine/exchange/onnx_import_layer.c \
	engine/exchange/onnx_import_sequences.c \
	engine/exchange/onnx_import_shapes.c \
	engine/exchange/onnx_import_windows.c \
	engine/exchange/onnx_inputs.c \
	engine/exchange/onnx_layers.c \
	engine/exchange/onnx_outputs.c \
	engine/exchange/onnx_read.c engine/exchange/onnx_read.h \
	engine/exchange/onnx_sequences.c \
	engine/exchange/onnx_tensor.c engine/exchange/onnx_tensor.h \
	engine/exchange/onnx_windows.c engine/exchange/onnx_write.h \
	engine/exchange/protobuf.c engine/exchange/protobuf.h \
	engine/exchange/safetensors.c engine/exchange/safetensors.h \
	engine/exchange/tensor_pile.c engine/exchange/tensor_pile.h \
	engine/model.c engine/model.h engine/model_parts.h engine/model_answer.c engine/model_predict.c engine/model_read.c engine/model_write.c \
	engine/evaluation.c engine/evaluation.h \
	engine/importance.c engine/importance.h \
	engine/model_loss.c engine/model_loss.h \
	engine/prediction.c engine/prediction.h engine/prediction_parts.h \
	engine/prediction_numbers.c \
	engine/prediction_request.c \
	engine/summary.c engine/summary.h \
	engine/trace.c engine/trace.h engine/trace_parts.h \
	engine/trace_loss.c \
	engine/trace_network.c \
	engine/trace_report.c
