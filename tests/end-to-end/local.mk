# SPDX-License-Identifier: Apache-2.0
# A real daemon, spoken to over its socket. Tests of real data skip where that is absent.
END_TO_END_TESTS = \
	tests/end-to-end/test_augmentation.py \
	tests/end-to-end/test_backup.py \
	tests/end-to-end/test_clients.py \
	tests/end-to-end/test_documents.py \
	tests/end-to-end/test_evaluation.py \
	tests/end-to-end/test_formats.py \
	tests/end-to-end/test_golden.py \
	tests/end-to-end/test_hostile.py \
	tests/end-to-end/test_inference.py \
	tests/end-to-end/test_insight.py \
	tests/end-to-end/test_kill.py \
	tests/end-to-end/test_main_job.py \
	tests/end-to-end/test_malformed.py \
	tests/end-to-end/test_metrics.py \
	tests/end-to-end/test_model_travel.py \
	tests/end-to-end/test_monitoring.py \
	tests/end-to-end/test_onnx.py \
	tests/end-to-end/test_openapi.py \
	tests/end-to-end/test_propagation.py \
	tests/end-to-end/test_propctl.py \
	tests/end-to-end/test_propctl_access.py \
	tests/end-to-end/test_propctl_follow.py \
	tests/end-to-end/test_python_client.py \
	tests/end-to-end/test_python_failures.py \
	tests/end-to-end/test_python_install.py \
	tests/end-to-end/test_python_sklearn.py \
	tests/end-to-end/test_real_data.py \
	tests/end-to-end/test_real_data_networks.py \
	tests/end-to-end/test_real_data_tables.py \
	tests/end-to-end/test_representations.py \
	tests/end-to-end/test_resources.py \
	tests/end-to-end/test_sandbox.py \
	tests/end-to-end/test_security.py \
	tests/end-to-end/test_service_manager.py \
	tests/end-to-end/test_serving.py \
	tests/end-to-end/test_steering.py \
	tests/end-to-end/test_stop.py \
	tests/end-to-end/test_tls.py \
	tests/end-to-end/test_training.py \
	tests/end-to-end/test_upkeep.py \
	tests/end-to-end/test_webhooks.py
TEST_EXTENSIONS = .py .sh
PY_LOG_COMPILER = $(TEST_PYTHON)
# A unit test that takes a minute hangs; libcheck's own 4 s are too few for a busy machine and sanitizers.
AM_TESTS_ENVIRONMENT = PROPD=$(abs_top_builddir)/propd DIGITS=$(abs_top_builddir)/digits \
	SOURCE=$(abs_top_srcdir) BUILD=$(abs_top_builddir) CK_DEFAULT_TIMEOUT=60; \
	export PROPD DIGITS SOURCE BUILD CK_DEFAULT_TIMEOUT;
TESTS += $(END_TO_END_TESTS)
EXTRA_DIST += $(END_TO_END_TESTS) \
	tests/end-to-end/contract.py \
	tests/end-to-end/document.py \
	tests/end-to-end/png.py \
	tests/end-to-end/prometheus.py \
	tests/end-to-end/propctl.py \
	tests/end-to-end/propd.py \
	tests/end-to-end/python_client.py \
	tests/end-to-end/torch_models.py \
	tests/end-to-end/validate.py
