# SPDX-License-Identifier: Apache-2.0
NETWORK_TESTS = \
	tests/engine/test_activation \
	tests/engine/test_arena \
	tests/engine/test_column_embeddings \
	tests/engine/test_convolutions \
	tests/engine/test_embedding \
	tests/engine/test_gradient_check \
	tests/engine/test_gradients \
	tests/engine/test_loss_gradients \
	tests/engine/test_initializer \
	tests/engine/test_layers \
	tests/engine/test_losses \
	tests/engine/test_max_norm \
	tests/engine/test_network \
	tests/engine/test_network_memory \
	tests/engine/test_network_read \
	tests/engine/test_run \
	tests/engine/test_sequence_cuts \
	tests/engine/test_sequence_layers \
	tests/engine/test_shape \
	tests/engine/test_spatial \
	tests/engine/test_window
check_PROGRAMS += $(NETWORK_TESTS)
TESTS += $(NETWORK_TESTS)
NETWORK_TEST_LIBS = libengine.la libbase.la $(CHECK_LIBS)

tests_engine_test_activation_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_activation_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_activation_LDADD = $(NETWORK_TEST_LIBS)

tests_engine_test_arena_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_arena_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_arena_LDADD = $(NETWORK_TEST_LIBS)

tests_engine_test_column_embeddings_SOURCES = tests/engine/test_column_embeddings.c tests/engine/trial.c tests/engine/trial.h
tests_engine_test_column_embeddings_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_column_embeddings_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_column_embeddings_LDADD = $(NETWORK_TEST_LIBS)

tests_engine_test_gradient_check_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_gradient_check_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_gradient_check_LDADD = $(NETWORK_TEST_LIBS)

tests_engine_test_gradients_SOURCES = tests/engine/test_gradients.c tests/engine/trial.c tests/engine/trial.h \
	tests/engine/gradient_check.c tests/engine/gradient_check.h
tests_engine_test_gradients_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_gradients_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_gradients_LDADD = $(NETWORK_TEST_LIBS)

tests_engine_test_loss_gradients_SOURCES = tests/engine/test_loss_gradients.c tests/engine/trial.c tests/engine/trial.h \
	tests/engine/gradient_check.c tests/engine/gradient_check.h
tests_engine_test_loss_gradients_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_loss_gradients_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_loss_gradients_LDADD = $(NETWORK_TEST_LIBS)

tests_engine_test_initializer_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_initializer_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_initializer_LDADD = $(NETWORK_TEST_LIBS)

tests_engine_test_layers_SOURCES = tests/engine/test_layers.c tests/engine/trial.c tests/engine/trial.h
tests_engine_test_layers_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_layers_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_layers_LDADD = $(NETWORK_TEST_LIBS)

tests_engine_test_losses_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_losses_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_losses_LDADD = $(NETWORK_TEST_LIBS)

tests_engine_test_max_norm_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_max_norm_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_max_norm_LDADD = $(NETWORK_TEST_LIBS)

tests_engine_test_network_SOURCES = tests/engine/test_network.c tests/engine/trial.c tests/engine/trial.h
tests_engine_test_network_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_network_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_network_LDADD = $(NETWORK_TEST_LIBS)

tests_engine_test_network_memory_SOURCES = tests/engine/test_network_memory.c tests/engine/trial.c tests/engine/trial.h
tests_engine_test_network_memory_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_network_memory_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_network_memory_LDADD = $(NETWORK_TEST_LIBS)
# Every allocation goes through the test, which lets one fail.
tests_engine_test_network_memory_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=malloc -Wl,--wrap=calloc -Wl,--wrap=strdup -Wl,--wrap=aligned_alloc

tests_engine_test_network_read_SOURCES = tests/engine/test_network_read.c tests/engine/trial.c tests/engine/trial.h
tests_engine_test_network_read_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_network_read_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_network_read_LDADD = $(NETWORK_TEST_LIBS)

tests_engine_test_run_SOURCES = tests/engine/test_run.c tests/engine/trial.c tests/engine/trial.h
tests_engine_test_run_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_run_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_run_LDADD = $(NETWORK_TEST_LIBS)

tests_engine_test_sequence_cuts_SOURCES = tests/engine/test_sequence_cuts.c tests/engine/trial.c tests/engine/trial.h
tests_engine_test_sequence_cuts_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_sequence_cuts_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_sequence_cuts_LDADD = $(NETWORK_TEST_LIBS)

tests_engine_test_sequence_layers_SOURCES = tests/engine/test_sequence_layers.c tests/engine/trial.c tests/engine/trial.h
tests_engine_test_sequence_layers_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_sequence_layers_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_sequence_layers_LDADD = $(NETWORK_TEST_LIBS)

tests_engine_test_shape_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_shape_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_shape_LDADD = $(NETWORK_TEST_LIBS)

tests_engine_test_convolutions_SOURCES = tests/engine/test_convolutions.c tests/engine/trial.c tests/engine/trial.h
tests_engine_test_convolutions_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_convolutions_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_convolutions_LDADD = $(NETWORK_TEST_LIBS)

tests_engine_test_embedding_SOURCES = tests/engine/test_embedding.c tests/engine/trial.c tests/engine/trial.h
tests_engine_test_embedding_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_embedding_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_embedding_LDADD = $(NETWORK_TEST_LIBS)

tests_engine_test_spatial_SOURCES = tests/engine/test_spatial.c tests/engine/trial.c tests/engine/trial.h
tests_engine_test_spatial_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_spatial_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_spatial_LDADD = $(NETWORK_TEST_LIBS)

tests_engine_test_window_SOURCES = tests/engine/test_window.c tests/engine/trial.c tests/engine/trial.h
tests_engine_test_window_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_window_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_window_LDADD = $(NETWORK_TEST_LIBS)
