# SPDX-License-Identifier: Apache-2.0
# Models and their file.
libengine_la_SOURCES += \
	$(C_SOURCE_FILES) \
	engine/exchange/exchange.c engine/exchange/exchange.h \
	engine/exchange/keras.h \
	engine/exchange/keras_layer_read.c \
	engine/exchange/keras_layer_write.c \
	engine/exchange/keras_read.c \
	engine/exchange/keras_table.c engine/exchange/keras_table.h \
	engine/exchange/keras_weights.c \
	engine/exchange/keras_write.c \
	engine/exchange/npz.h engine/exchange/npz_read.c engine/exchange/npz_write.c \
	engine/exchange/onnx.c \
	engine/exchange/onnx_activation.c \
	engine/exchange/onnx_file.c engine/exchange/onnx_file.h \
	engine/exchange/onnx_graph.c engine/exchange/onnx_graph.h \
	engine/exchange/onnx_import.c engine/exchange/onnx_import.h \
	engine/exchange/onnx_import_dense.c \
	engine/exchange/onnx_import_gelu.c \
	engine/exchange/onnx_import_images.c \
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
	engine/prediction_csv.c \
	engine/prediction_example.c \
	engine/prediction_numbers.c \
	engine/prediction_request.c \
	engine/prediction_tensors.c \
	engine/summary.c engine/summary.h \
	engine/tensor.c engine/tensor.h \
	engine/trace.c engine/trace.h engine/trace_parts.h \
	engine/trace_loss.c \
	engine/trace_network.c \
	engine/trace_report.c

# A model as C source: its functions are C files that are compiled into what writes it as texts.
C_SOURCE_FILES = \
	engine/exchange/c_columns.c \
	engine/exchange/c_layers.c \
	engine/exchange/c_names.c \
	engine/exchange/c_network.c \
	engine/exchange/c_outputs.c \
	engine/exchange/c_parts.c \
	engine/exchange/c_rows.c engine/exchange/c_rows.h \
	engine/exchange/c_self_test.c \
	engine/exchange/c_source.c engine/exchange/c_source.h
# In an order in which each comes after those that it calls.
C_PARTS = \
	engine/exchange/c_parts/activations.h \
	engine/exchange/c_parts/layers.h \
	engine/exchange/c_parts/windows.h \
	engine/exchange/c_parts/sequences.h \
	engine/exchange/c_parts/columns.h \
	engine/exchange/c_parts/words.h
EXTRA_DIST += engine/exchange/c_parts.awk $(C_PARTS)
CLEANFILES += engine/exchange/c_parts.inc
engine/exchange/c_parts.inc: engine/exchange/c_parts.awk $(C_PARTS)
	$(AM_V_GEN)$(MKDIR_P) engine/exchange && $(AWK) -f $(srcdir)/engine/exchange/c_parts.awk $(addprefix $(srcdir)/,$(C_PARTS)) > $@.new && mv $@.new $@
$(libengine_la_OBJECTS): | engine/exchange/c_parts.inc
