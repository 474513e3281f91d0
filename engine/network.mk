# SPDX-License-Identifier: Apache-2.0
libengine_la_SOURCES += \
	engine/activation.c engine/activation.h \
	engine/arena.c engine/arena.h \
	engine/gradient_check.c engine/gradient_check.h \
	engine/initializer.c engine/initializer.h \
	engine/layer.c engine/layer.h \
	engine/layers/activation.c \
	engine/layers/add.c \
	engine/layers/affine.c engine/layers/affine.h \
	engine/layers/attention.c \
	engine/layers/average_pool.c \
	engine/layers/batch_norm.c \
	engine/layers/column_embeddings.c \
	engine/layers/concat.c \
	engine/layers/conv.c \
	engine/layers/conv2d_transpose.c \
	engine/layers/convolution.c engine/layers/convolution.h engine/layers/convolution_parts.h \
	engine/layers/convolution_sliding.c \
	engine/layers/dense.c \
	engine/layers/dropout.c \
	engine/layers/embedding.c \
	engine/layers/flatten.c \
	engine/layers/gaussian_noise.c \
	engine/layers/global_pool.c \
	engine/layers/gru.c \
	engine/layers/layer_norm.c \
	engine/layers/layers.c engine/layers/layers.h \
	engine/layers/lstm.c \
	engine/layers/max_pool.c \
	engine/layers/multiply.c \
	engine/layers/patches.c engine/layers/patches.h engine/layers/sliding.c engine/layers/sliding.h \
	engine/layers/pool.c engine/layers/pool.h \
	engine/layers/positional_embedding.c \
	engine/layers/recurrent.c engine/layers/recurrent.h \
	engine/layers/recurrent_plan.c \
	engine/layers/reshape.c \
	engine/layers/upsampling2d.c \
	engine/layers/window.c engine/layers/window.h \
	engine/layers/zero_padding2d.c \
	engine/layout.c engine/layout.h \
	engine/loss.h \
	engine/losses/binary_crossentropy.c \
	engine/losses/categorical_crossentropy.c \
	engine/losses/focal.c \
	engine/losses/hinge.c \
	engine/losses/huber.c \
	engine/losses/kl_divergence.c \
	engine/losses/log_cosh.c \
	engine/losses/losses.c engine/losses/losses.h \
	engine/losses/mae.c \
	engine/losses/mse.c \
	engine/losses/poisson.c \
	engine/max_norm.c \
	engine/network.c engine/network.h \
	engine/network_describe.c engine/network_describe.h \
	engine/network_graph.c engine/network_pack.c \
	engine/network_read.c engine/network_read.h \
	engine/penalty.c \
	engine/run.c \
	engine/shape.c engine/shape.h \
	engine/workspace.c engine/workspace.h
