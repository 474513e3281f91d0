# SPDX-License-Identifier: Apache-2.0
CLIENT_TESTS = \
	tests/clients/test_chart \
	tests/clients/test_event_parser \
	tests/clients/test_layers \
	tests/clients/test_options \
	tests/clients/test_table
check_PROGRAMS += $(CLIENT_TESTS)
TESTS += $(CLIENT_TESTS)

CLIENT_TEST_LIBS = libpropctl.la $(CHECK_LIBS)
tests_clients_test_chart_CFLAGS = $(TEST_CFLAGS)
tests_clients_test_chart_CPPFLAGS = $(TEST_CPPFLAGS) $(LIBCURL_CFLAGS)
tests_clients_test_chart_LDADD = $(CLIENT_TEST_LIBS)
tests_clients_test_event_parser_CFLAGS = $(TEST_CFLAGS)
tests_clients_test_event_parser_CPPFLAGS = $(TEST_CPPFLAGS)
tests_clients_test_event_parser_LDADD = $(CLIENT_TEST_LIBS)
tests_clients_test_layers_CFLAGS = $(TEST_CFLAGS)
tests_clients_test_layers_CPPFLAGS = $(TEST_CPPFLAGS)
tests_clients_test_layers_LDADD = $(CLIENT_TEST_LIBS)
tests_clients_test_options_CFLAGS = $(TEST_CFLAGS)
tests_clients_test_options_CPPFLAGS = $(TEST_CPPFLAGS) $(LIBCURL_CFLAGS)
tests_clients_test_options_LDADD = $(CLIENT_TEST_LIBS)
tests_clients_test_table_CFLAGS = $(TEST_CFLAGS)
tests_clients_test_table_CPPFLAGS = $(TEST_CPPFLAGS)
tests_clients_test_table_LDADD = $(CLIENT_TEST_LIBS)
