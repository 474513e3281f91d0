# SPDX-License-Identifier: Apache-2.0
API_TESTS = \
	tests/api/test_access \
	tests/api/test_body \
	tests/api/test_coding \
	tests/api/test_cursor \
	tests/api/test_dispatch \
	tests/api/test_guard \
	tests/api/test_loops \
	tests/api/test_media \
	tests/api/test_names \
	tests/api/test_openapi \
	tests/api/test_pictures \
	tests/api/test_problem \
	tests/api/test_reply \
	tests/api/test_representation \
	tests/api/test_request \
	tests/api/test_route \
	tests/api/test_server \
	tests/api/test_target \
	tests/api/test_waits \
	tests/api/test_watchdog \
	tests/api/test_workers \
	tests/api/handlers/test_augmentations \
	tests/api/handlers/test_datasets \
	tests/api/handlers/test_events \
	tests/api/handlers/test_health \
	tests/api/handlers/test_history \
	tests/api/handlers/test_insight \
	tests/api/handlers/test_jobs \
	tests/api/handlers/test_metrics \
	tests/api/handlers/test_models \
	tests/api/handlers/test_oip \
	tests/api/handlers/test_predict \
	tests/api/handlers/test_rows
check_PROGRAMS += $(API_TESTS)
TESTS += $(API_TESTS)

check_LTLIBRARIES += libapitest.la
libapitest_la_SOURCES = tests/api/support.c tests/api/support.h
libapitest_la_CPPFLAGS = $(TEST_CPPFLAGS)
libapitest_la_CFLAGS = $(TEST_CFLAGS)
API_TEST_LIBS = libapitest.la libapi.la libdaemon.la libengine.la libstorage.la libbase.la $(CHECK_LIBS)

tests_api_test_access_CFLAGS = $(TEST_CFLAGS)
tests_api_test_access_CPPFLAGS = $(TEST_CPPFLAGS)
tests_api_test_access_LDADD = $(API_TEST_LIBS)
tests_api_test_body_CFLAGS = $(TEST_CFLAGS)
tests_api_test_body_CPPFLAGS = $(TEST_CPPFLAGS)
tests_api_test_body_LDADD = $(API_TEST_LIBS)
tests_api_test_coding_CFLAGS = $(TEST_CFLAGS)
tests_api_test_coding_CPPFLAGS = $(TEST_CPPFLAGS)
tests_api_test_coding_LDADD = $(API_TEST_LIBS)
tests_api_test_cursor_CFLAGS = $(TEST_CFLAGS)
tests_api_test_cursor_CPPFLAGS = $(TEST_CPPFLAGS)
tests_api_test_cursor_LDADD = $(API_TEST_LIBS)
tests_api_test_dispatch_CFLAGS = $(TEST_CFLAGS)
tests_api_test_dispatch_CPPFLAGS = $(TEST_CPPFLAGS)
tests_api_test_dispatch_LDADD = $(API_TEST_LIBS)
tests_api_test_guard_CFLAGS = $(TEST_CFLAGS)
tests_api_test_guard_CPPFLAGS = $(TEST_CPPFLAGS)
tests_api_test_guard_LDADD = $(API_TEST_LIBS)
tests_api_test_loops_CFLAGS = $(TEST_CFLAGS)
tests_api_test_loops_CPPFLAGS = $(TEST_CPPFLAGS)
tests_api_test_loops_LDADD = $(API_TEST_LIBS)
tests_api_test_media_CFLAGS = $(TEST_CFLAGS)
tests_api_test_media_CPPFLAGS = $(TEST_CPPFLAGS)
tests_api_test_media_LDADD = $(API_TEST_LIBS)
tests_api_test_names_CFLAGS = $(TEST_CFLAGS)
tests_api_test_names_CPPFLAGS = $(TEST_CPPFLAGS)
tests_api_test_names_LDADD = $(API_TEST_LIBS)
tests_api_test_openapi_CFLAGS = $(TEST_CFLAGS)
tests_api_test_openapi_CPPFLAGS = $(TEST_CPPFLAGS)
tests_api_test_openapi_LDADD = $(API_TEST_LIBS)
tests_api_test_pictures_CFLAGS = $(TEST_CFLAGS)
tests_api_test_pictures_CPPFLAGS = $(TEST_CPPFLAGS)
tests_api_test_pictures_LDADD = $(API_TEST_LIBS)
tests_api_test_problem_CFLAGS = $(TEST_CFLAGS)
tests_api_test_problem_CPPFLAGS = $(TEST_CPPFLAGS)
tests_api_test_problem_LDADD = $(API_TEST_LIBS)
tests_api_test_reply_CFLAGS = $(TEST_CFLAGS)
tests_api_test_reply_CPPFLAGS = $(TEST_CPPFLAGS)
tests_api_test_reply_LDADD = $(API_TEST_LIBS)
tests_api_test_representation_CFLAGS = $(TEST_CFLAGS)
tests_api_test_representation_CPPFLAGS = $(TEST_CPPFLAGS)
tests_api_test_representation_LDADD = $(API_TEST_LIBS)
tests_api_test_request_CFLAGS = $(TEST_CFLAGS)
tests_api_test_request_CPPFLAGS = $(TEST_CPPFLAGS)
tests_api_test_request_LDADD = $(API_TEST_LIBS)
tests_api_test_route_CFLAGS = $(TEST_CFLAGS)
tests_api_test_route_CPPFLAGS = $(TEST_CPPFLAGS)
tests_api_test_route_LDADD = $(API_TEST_LIBS)
tests_api_test_server_CFLAGS = $(TEST_CFLAGS)
tests_api_test_server_CPPFLAGS = $(TEST_CPPFLAGS)
tests_api_test_server_LDADD = $(API_TEST_LIBS)
tests_api_test_target_CFLAGS = $(TEST_CFLAGS)
tests_api_test_target_CPPFLAGS = $(TEST_CPPFLAGS)
tests_api_test_target_LDADD = $(API_TEST_LIBS)
tests_api_test_waits_CFLAGS = $(TEST_CFLAGS)
tests_api_test_waits_CPPFLAGS = $(TEST_CPPFLAGS)
tests_api_test_waits_LDADD = $(API_TEST_LIBS)
tests_api_test_watchdog_CFLAGS = $(TEST_CFLAGS)
tests_api_test_watchdog_CPPFLAGS = $(TEST_CPPFLAGS)
tests_api_test_watchdog_LDADD = $(API_TEST_LIBS)
tests_api_test_workers_CFLAGS = $(TEST_CFLAGS)
tests_api_test_workers_CPPFLAGS = $(TEST_CPPFLAGS)
tests_api_test_workers_LDADD = $(API_TEST_LIBS)
tests_api_handlers_test_augmentations_CFLAGS = $(TEST_CFLAGS)
tests_api_handlers_test_augmentations_CPPFLAGS = $(TEST_CPPFLAGS)
tests_api_handlers_test_augmentations_LDADD = $(API_TEST_LIBS)
tests_api_handlers_test_datasets_CFLAGS = $(TEST_CFLAGS)
tests_api_handlers_test_datasets_CPPFLAGS = $(TEST_CPPFLAGS)
tests_api_handlers_test_datasets_LDADD = $(API_TEST_LIBS)
tests_api_handlers_test_events_CFLAGS = $(TEST_CFLAGS)
tests_api_handlers_test_events_CPPFLAGS = $(TEST_CPPFLAGS)
tests_api_handlers_test_events_LDADD = $(API_TEST_LIBS)
tests_api_handlers_test_health_CFLAGS = $(TEST_CFLAGS)
tests_api_handlers_test_health_CPPFLAGS = $(TEST_CPPFLAGS)
tests_api_handlers_test_health_LDADD = $(API_TEST_LIBS)
tests_api_handlers_test_history_CFLAGS = $(TEST_CFLAGS)
tests_api_handlers_test_history_CPPFLAGS = $(TEST_CPPFLAGS)
tests_api_handlers_test_history_LDADD = $(API_TEST_LIBS)
tests_api_handlers_test_insight_CFLAGS = $(TEST_CFLAGS)
tests_api_handlers_test_insight_CPPFLAGS = $(TEST_CPPFLAGS)
tests_api_handlers_test_insight_LDADD = $(API_TEST_LIBS)
tests_api_handlers_test_jobs_CFLAGS = $(TEST_CFLAGS)
tests_api_handlers_test_jobs_CPPFLAGS = $(TEST_CPPFLAGS)
tests_api_handlers_test_jobs_LDADD = $(API_TEST_LIBS)
tests_api_handlers_test_metrics_CFLAGS = $(TEST_CFLAGS)
tests_api_handlers_test_metrics_CPPFLAGS = $(TEST_CPPFLAGS)
tests_api_handlers_test_metrics_LDADD = $(API_TEST_LIBS)
tests_api_handlers_test_models_CFLAGS = $(TEST_CFLAGS)
tests_api_handlers_test_models_CPPFLAGS = $(TEST_CPPFLAGS)
tests_api_handlers_test_models_LDADD = $(API_TEST_LIBS)
tests_api_handlers_test_oip_CFLAGS = $(TEST_CFLAGS)
tests_api_handlers_test_oip_CPPFLAGS = $(TEST_CPPFLAGS)
tests_api_handlers_test_oip_LDADD = $(API_TEST_LIBS)
tests_api_handlers_test_predict_CFLAGS = $(TEST_CFLAGS)
tests_api_handlers_test_predict_CPPFLAGS = $(TEST_CPPFLAGS)
tests_api_handlers_test_predict_LDADD = $(API_TEST_LIBS)
tests_api_handlers_test_rows_CFLAGS = $(TEST_CFLAGS)
tests_api_handlers_test_rows_CPPFLAGS = $(TEST_CPPFLAGS)
tests_api_handlers_test_rows_LDADD = $(API_TEST_LIBS)
EXTRA_DIST += tests/data/invalid/http
EXTRA_DIST += tests/data/invalid/json
