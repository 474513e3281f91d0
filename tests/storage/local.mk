# SPDX-License-Identifier: Apache-2.0
STORAGE_TESTS = \
	tests/storage/test_answers \
	tests/storage/test_backup \
	tests/storage/test_changes \
	tests/storage/test_checkpoints \
	tests/storage/test_datasets \
	tests/storage/test_deliveries \
	tests/storage/test_events \
	tests/storage/test_fatal \
	tests/storage/test_histograms \
	tests/storage/test_history \
	tests/storage/test_job_change \
	tests/storage/test_jobs \
	tests/storage/test_kill \
	tests/storage/test_models \
	tests/storage/test_owners \
	tests/storage/test_settings \
	tests/storage/test_store \
	tests/storage/test_writer
check_PROGRAMS += $(STORAGE_TESTS)
TESTS += $(STORAGE_TESTS)

check_LTLIBRARIES += tests/storage/libsupport.la
tests_storage_libsupport_la_SOURCES = tests/storage/support.c tests/storage/support.h
tests_storage_libsupport_la_CFLAGS = $(TEST_CFLAGS)
tests_storage_libsupport_la_CPPFLAGS = $(TEST_CPPFLAGS) $(SQLITE_CFLAGS)
STORAGE_TEST_CPPFLAGS = $(TEST_CPPFLAGS) $(SQLITE_CFLAGS)
STORAGE_TEST_LIBS = tests/storage/libsupport.la libstorage.la $(CHECK_LIBS)

tests_storage_test_answers_CFLAGS = $(TEST_CFLAGS)
tests_storage_test_answers_CPPFLAGS = $(STORAGE_TEST_CPPFLAGS)
tests_storage_test_answers_LDADD = $(STORAGE_TEST_LIBS)
tests_storage_test_changes_CFLAGS = $(TEST_CFLAGS)
tests_storage_test_changes_CPPFLAGS = $(STORAGE_TEST_CPPFLAGS)
tests_storage_test_changes_LDADD = $(STORAGE_TEST_LIBS)

tests_storage_test_backup_CFLAGS = $(TEST_CFLAGS)
tests_storage_test_backup_CPPFLAGS = $(STORAGE_TEST_CPPFLAGS)
tests_storage_test_backup_LDADD = $(STORAGE_TEST_LIBS)

tests_storage_test_checkpoints_CFLAGS = $(TEST_CFLAGS)
tests_storage_test_checkpoints_CPPFLAGS = $(STORAGE_TEST_CPPFLAGS)
tests_storage_test_checkpoints_LDADD = $(STORAGE_TEST_LIBS)

tests_storage_test_datasets_CFLAGS = $(TEST_CFLAGS)
tests_storage_test_datasets_CPPFLAGS = $(STORAGE_TEST_CPPFLAGS)
tests_storage_test_datasets_LDADD = $(STORAGE_TEST_LIBS)

tests_storage_test_deliveries_CFLAGS = $(TEST_CFLAGS)
tests_storage_test_deliveries_CPPFLAGS = $(STORAGE_TEST_CPPFLAGS)
tests_storage_test_deliveries_LDADD = $(STORAGE_TEST_LIBS)

tests_storage_test_events_CFLAGS = $(TEST_CFLAGS)
tests_storage_test_events_CPPFLAGS = $(STORAGE_TEST_CPPFLAGS)
tests_storage_test_events_LDADD = $(STORAGE_TEST_LIBS)

tests_storage_test_fatal_CFLAGS = $(TEST_CFLAGS)
tests_storage_test_fatal_CPPFLAGS = $(STORAGE_TEST_CPPFLAGS)
tests_storage_test_fatal_LDADD = $(STORAGE_TEST_LIBS)

tests_storage_test_histograms_CFLAGS = $(TEST_CFLAGS)
tests_storage_test_histograms_CPPFLAGS = $(STORAGE_TEST_CPPFLAGS)
tests_storage_test_histograms_LDADD = $(STORAGE_TEST_LIBS)

tests_storage_test_history_CFLAGS = $(TEST_CFLAGS)
tests_storage_test_history_CPPFLAGS = $(STORAGE_TEST_CPPFLAGS)
tests_storage_test_history_LDADD = $(STORAGE_TEST_LIBS)

tests_storage_test_job_change_CFLAGS = $(TEST_CFLAGS)
tests_storage_test_job_change_CPPFLAGS = $(STORAGE_TEST_CPPFLAGS)
tests_storage_test_job_change_LDADD = $(STORAGE_TEST_LIBS)

tests_storage_test_jobs_CFLAGS = $(TEST_CFLAGS)
tests_storage_test_jobs_CPPFLAGS = $(STORAGE_TEST_CPPFLAGS)
tests_storage_test_jobs_LDADD = $(STORAGE_TEST_LIBS)

tests_storage_test_kill_CFLAGS = $(TEST_CFLAGS)
tests_storage_test_kill_CPPFLAGS = $(STORAGE_TEST_CPPFLAGS)
tests_storage_test_kill_LDADD = $(STORAGE_TEST_LIBS)

tests_storage_test_models_CFLAGS = $(TEST_CFLAGS)
tests_storage_test_models_CPPFLAGS = $(STORAGE_TEST_CPPFLAGS)
tests_storage_test_models_LDADD = $(STORAGE_TEST_LIBS)

tests_storage_test_owners_CFLAGS = $(TEST_CFLAGS)
tests_storage_test_owners_CPPFLAGS = $(STORAGE_TEST_CPPFLAGS)
tests_storage_test_owners_LDADD = $(STORAGE_TEST_LIBS)

tests_storage_test_settings_CFLAGS = $(TEST_CFLAGS)
tests_storage_test_settings_CPPFLAGS = $(STORAGE_TEST_CPPFLAGS)
tests_storage_test_settings_LDADD = $(STORAGE_TEST_LIBS)

tests_storage_test_store_CFLAGS = $(TEST_CFLAGS)
tests_storage_test_store_CPPFLAGS = $(STORAGE_TEST_CPPFLAGS)
tests_storage_test_store_LDADD = $(STORAGE_TEST_LIBS)

tests_storage_test_writer_CFLAGS = $(TEST_CFLAGS)
tests_storage_test_writer_CPPFLAGS = $(STORAGE_TEST_CPPFLAGS)
tests_storage_test_writer_LDADD = $(STORAGE_TEST_LIBS)
