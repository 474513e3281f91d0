# SPDX-License-Identifier: Apache-2.0
MODEL_TESTS = \
	tests/engine/test_c_source \
	tests/engine/test_c_words \
	tests/engine/test_model_evaluation \
	tests/engine/test_model \
	tests/engine/test_model_file \
	tests/engine/test_model_formats \
	tests/engine/test_model_predict \
	tests/engine/test_onnx \
	tests/engine/test_prediction \
	tests/engine/test_prediction_forms \
	tests/engine/test_safetensors \
	tests/engine/test_trace
check_PROGRAMS += $(MODEL_TESTS)
TESTS += $(MODEL_TESTS)
MODEL_TEST_HELPERS = tests/engine/example_models.c tests/engine/example_models.h \
	tests/engine/learn.c tests/engine/learn.h tests/engine/table.c tests/engine/table.h

tests_engine_test_c_source_SOURCES = tests/engine/test_c_source.c $(MODEL_TEST_HELPERS)
tests_engine_test_c_source_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_c_source_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_c_source_LDADD = libengine.la $(CHECK_LIBS)
tests_engine_test_c_words_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_c_words_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_c_words_LDADD = libengine.la $(CHECK_LIBS)
tests_engine_test_model_evaluation_SOURCES = tests/engine/test_model_evaluation.c $(MODEL_TEST_HELPERS)
tests_engine_test_model_evaluation_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_model_evaluation_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_model_evaluation_LDADD = libengine.la $(CHECK_LIBS)
tests_engine_test_model_SOURCES = tests/engine/test_model.c $(MODEL_TEST_HELPERS)
tests_engine_test_model_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_model_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_model_LDADD = libengine.la $(CHECK_LIBS)
tests_engine_test_model_file_SOURCES = tests/engine/test_model_file.c $(MODEL_TEST_HELPERS)
tests_engine_test_model_file_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_model_file_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_model_file_LDADD = libengine.la $(CHECK_LIBS)
tests_engine_test_model_formats_SOURCES = tests/engine/test_model_formats.c $(MODEL_TEST_HELPERS)
tests_engine_test_model_formats_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_model_formats_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_model_formats_LDADD = libengine.la $(CHECK_LIBS)
tests_engine_test_model_predict_SOURCES = tests/engine/test_model_predict.c $(MODEL_TEST_HELPERS)
tests_engine_test_model_predict_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_model_predict_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_model_predict_LDADD = libengine.la $(CHECK_LIBS)
tests_engine_test_onnx_SOURCES = tests/engine/test_onnx.c $(MODEL_TEST_HELPERS)
tests_engine_test_onnx_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_onnx_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_onnx_LDADD = libengine.la $(CHECK_LIBS)
tests_engine_test_prediction_SOURCES = tests/engine/test_prediction.c $(MODEL_TEST_HELPERS)
tests_engine_test_prediction_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_prediction_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_prediction_LDADD = libengine.la $(CHECK_LIBS)
tests_engine_test_prediction_forms_SOURCES = tests/engine/test_prediction_forms.c $(MODEL_TEST_HELPERS)
tests_engine_test_prediction_forms_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_prediction_forms_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_prediction_forms_LDADD = libengine.la $(CHECK_LIBS)
tests_engine_test_safetensors_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_safetensors_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_safetensors_LDADD = libengine.la $(CHECK_LIBS)
tests_engine_test_trace_SOURCES = tests/engine/test_trace.c $(MODEL_TEST_HELPERS)
tests_engine_test_trace_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_trace_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_trace_LDADD = libengine.la $(CHECK_LIBS)
