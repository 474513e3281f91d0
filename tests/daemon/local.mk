# SPDX-License-Identifier: Apache-2.0
DAEMON_TESTS = \
	tests/daemon/test_cache \
	tests/daemon/test_config \
	tests/daemon/test_daemon \
	tests/daemon/test_dataset_cache \
	tests/daemon/test_job \
	tests/daemon/test_job_control \
	tests/daemon/test_job_document \
	tests/daemon/test_job_setup \
	tests/daemon/test_job_state \
	tests/daemon/test_job_status \
	tests/daemon/test_job_write \
	tests/daemon/test_manager \
	tests/daemon/test_model_cache \
	tests/daemon/test_patch \
	tests/daemon/test_recorder \
	tests/daemon/test_scheduler \
	tests/daemon/test_scheduler_request \
	tests/daemon/test_statistics \
	tests/daemon/test_submit \
	tests/daemon/test_task_queue \
	tests/daemon/test_tokens \
	tests/daemon/test_upload \
	tests/daemon/test_webhook \
	tests/daemon/test_weight_log
# Those that run more than one thread.
DAEMON_THREAD_TESTS = \
	tests/daemon/test_cache \
	tests/daemon/test_daemon \
	tests/daemon/test_dataset_cache \
	tests/daemon/test_job \
	tests/daemon/test_job_control \
	tests/daemon/test_job_status \
	tests/daemon/test_job_write \
	tests/daemon/test_model_cache \
	tests/daemon/test_patch \
	tests/daemon/test_scheduler \
	tests/daemon/test_scheduler_request \
	tests/daemon/test_tokens
check_PROGRAMS += $(DAEMON_TESTS)
TESTS += $(DAEMON_TESTS)

check_LTLIBRARIES += tests/daemon/libfixture.la
tests_daemon_libfixture_la_SOURCES = tests/daemon/fixture.c tests/daemon/fixture.h
tests_daemon_libfixture_la_CFLAGS = $(TEST_CFLAGS)
tests_daemon_libfixture_la_CPPFLAGS = $(TEST_CPPFLAGS) -DTEST_IRIS=\"$(abs_top_srcdir)/clients/demo/iris.csv\"
DAEMON_TEST_LIBS = tests/daemon/libfixture.la libdaemon.la libengine.la libstorage.la libbase.la $(CHECK_LIBS)

tests_daemon_test_cache_CFLAGS = $(TEST_CFLAGS)
tests_daemon_test_cache_LDADD = $(DAEMON_TEST_LIBS)
tests_daemon_test_config_CFLAGS = $(TEST_CFLAGS)
tests_daemon_test_config_LDADD = $(DAEMON_TEST_LIBS)
tests_daemon_test_daemon_CFLAGS = $(TEST_CFLAGS)
tests_daemon_test_daemon_LDADD = $(DAEMON_TEST_LIBS)
tests_daemon_test_dataset_cache_CFLAGS = $(TEST_CFLAGS)
tests_daemon_test_dataset_cache_LDADD = $(DAEMON_TEST_LIBS)
tests_daemon_test_job_CFLAGS = $(TEST_CFLAGS)
tests_daemon_test_job_LDADD = $(DAEMON_TEST_LIBS)
tests_daemon_test_job_control_CFLAGS = $(TEST_CFLAGS)
tests_daemon_test_job_control_LDADD = $(DAEMON_TEST_LIBS)
tests_daemon_test_job_document_CFLAGS = $(TEST_CFLAGS)
tests_daemon_test_job_document_LDADD = $(DAEMON_TEST_LIBS)
tests_daemon_test_job_setup_CFLAGS = $(TEST_CFLAGS)
tests_daemon_test_job_setup_LDADD = $(DAEMON_TEST_LIBS)
tests_daemon_test_job_state_CFLAGS = $(TEST_CFLAGS)
tests_daemon_test_job_state_LDADD = $(DAEMON_TEST_LIBS)
tests_daemon_test_job_status_CFLAGS = $(TEST_CFLAGS)
tests_daemon_test_job_status_LDADD = $(DAEMON_TEST_LIBS)
tests_daemon_test_job_write_CFLAGS = $(TEST_CFLAGS)
tests_daemon_test_job_write_LDADD = $(DAEMON_TEST_LIBS)
tests_daemon_test_manager_CFLAGS = $(TEST_CFLAGS)
tests_daemon_test_manager_LDADD = $(DAEMON_TEST_LIBS)
tests_daemon_test_model_cache_CFLAGS = $(TEST_CFLAGS)
tests_daemon_test_model_cache_LDADD = $(DAEMON_TEST_LIBS)
tests_daemon_test_patch_CFLAGS = $(TEST_CFLAGS)
tests_daemon_test_patch_LDADD = $(DAEMON_TEST_LIBS)
tests_daemon_test_recorder_CFLAGS = $(TEST_CFLAGS)
tests_daemon_test_recorder_LDADD = $(DAEMON_TEST_LIBS)
task_fixture = tests/daemon/task_fixture.c tests/daemon/task_fixture.h
tests_daemon_test_scheduler_SOURCES = tests/daemon/test_scheduler.c $(task_fixture)
tests_daemon_test_scheduler_CFLAGS = $(TEST_CFLAGS)
tests_daemon_test_scheduler_LDADD = $(DAEMON_TEST_LIBS)
tests_daemon_test_scheduler_request_SOURCES = tests/daemon/test_scheduler_request.c $(task_fixture)
tests_daemon_test_scheduler_request_CFLAGS = $(TEST_CFLAGS)
tests_daemon_test_scheduler_request_LDADD = $(DAEMON_TEST_LIBS)
tests_daemon_test_statistics_CFLAGS = $(TEST_CFLAGS)
tests_daemon_test_statistics_LDADD = $(DAEMON_TEST_LIBS)
tests_daemon_test_submit_CFLAGS = $(TEST_CFLAGS)
tests_daemon_test_submit_LDADD = $(DAEMON_TEST_LIBS)
tests_daemon_test_tokens_CFLAGS = $(TEST_CFLAGS)
tests_daemon_test_tokens_LDADD = $(DAEMON_TEST_LIBS)
tests_daemon_test_task_queue_CFLAGS = $(TEST_CFLAGS)
tests_daemon_test_task_queue_LDADD = $(DAEMON_TEST_LIBS)
tests_daemon_test_upload_CFLAGS = $(TEST_CFLAGS)
tests_daemon_test_upload_LDADD = $(DAEMON_TEST_LIBS)
tests_daemon_test_webhook_CFLAGS = $(TEST_CFLAGS)
tests_daemon_test_webhook_LDADD = $(DAEMON_TEST_LIBS)
tests_daemon_test_weight_log_CFLAGS = $(TEST_CFLAGS)
tests_daemon_test_weight_log_LDADD = $(DAEMON_TEST_LIBS)
