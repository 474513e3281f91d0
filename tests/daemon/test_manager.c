/* What a service manager hands over and is told. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/manager.h"
#include "tests/check.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* ---- sockets */

static int make_socket(int type, bool listens)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int made = socket(AF_INET, type, 0);
    ck_assert_int_ge(made, 0);
    ck_assert_int_eq(bind(made, (const struct sockaddr *)&address, sizeof address), 0);
    if (listens)
        ck_assert_int_eq(listen(made, 5), 0);
    return made;
}

START_TEST(a_listening_tcp_socket_is_taken_with_its_address)
{
    struct error error = {0};
    struct sockaddr_in own = {0};
    socklen_t size = sizeof own;
    char address[MANAGER_ADDRESS_SIZE], expected[MANAGER_ADDRESS_SIZE];
    int listener = make_socket(SOCK_STREAM, true);
    ck_assert_int_eq(manager_check_socket(listener, address, &error), 0);
    ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&own, &size), 0);
    (void)snprintf(expected, sizeof expected, "127.0.0.1:%d", ntohs(own.sin_port));
    ck_assert_str_eq(address, expected);
    ck_assert_int_eq(fcntl(listener, F_GETFD), FD_CLOEXEC);
    ck_assert_int_ne(fcntl(listener, F_GETFL) & O_NONBLOCK, 0);
    close(listener);
}
END_TEST

START_TEST(an_address_of_ipv6_is_in_brackets)
{
    struct error error = {0};
    struct sockaddr_in6 own = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    char address[MANAGER_ADDRESS_SIZE];
    int listener = socket(AF_INET6, SOCK_STREAM, 0);
    if (listener < 0 || bind(listener, (const struct sockaddr *)&own, sizeof own) != 0)
        return; /* a machine without IPv6 */
    ck_assert_int_eq(listen(listener, 5), 0);
    ck_assert_int_eq(manager_check_socket(listener, address, &error), 0);
    ck_assert_msg(strncmp(address, "[::1]:", 6) == 0 && address[6] != '0', "%s", address);
    close(listener);
}
END_TEST

/* Closes it. */
static void expect_refused(int descriptor, const char *what)
{
    struct error error = {0};
    char address[MANAGER_ADDRESS_SIZE], message[512];
    ck_assert_int_eq(manager_check_socket(descriptor, address, &error), -1);
    (void)snprintf(message, sizeof message,
                   "the service manager must hand over a TCP socket that listens, such as "
                   "ListenStream=127.0.0.1:8420 makes, not %s",
                   what);
    ck_assert_error(error, ERROR_INVALID, message);
    if (descriptor >= 0)
        close(descriptor);
}

START_TEST(anything_else_is_refused_by_what_it_is)
{
    expect_refused(-1, "a file that is no socket");
    expect_refused(open("/dev/null", O_RDONLY | O_CLOEXEC), "a file that is no socket");
    expect_refused(socket(AF_UNIX, SOCK_STREAM, 0),
                   "one of another family (ListenStream=/a/path?)");
    expect_refused(make_socket(SOCK_DGRAM, false), "one for datagrams (ListenDatagram=?)");
    expect_refused(make_socket(SOCK_STREAM, false), "one that does not listen (Accept=yes?)");
}
END_TEST

/* ---- variables */

static int take(const char *pid, const char *count, struct error *error)
{
    char address[MANAGER_ADDRESS_SIZE], own[32];
    int listener = -1;
    (void)snprintf(own, sizeof own, "%d", (int)getpid());
    setenv("LISTEN_PID", pid != NULL ? pid : own, 1);
    setenv("LISTEN_FDS", count, 1);
    setenv("LISTEN_FDNAMES", "propd.socket", 1);
    int result = manager_take_socket(&listener, address, error);
    ck_assert_int_eq(listener, 0);
    ck_assert_ptr_null(getenv("LISTEN_PID"));
    ck_assert_ptr_null(getenv("LISTEN_FDS"));
    ck_assert_ptr_null(getenv("LISTEN_FDNAMES"));
    return result;
}

START_TEST(what_is_meant_for_another_process_is_left)
{
    struct error error = {0};
    ck_assert_int_eq(take("1", "1", &error), 0);
    ck_assert_int_eq(take("", "1", &error), 0);
    ck_assert_int_eq(take(NULL, "0", &error), 0);
    ck_assert_ok(error);
}
END_TEST

START_TEST(more_than_one_socket_is_refused)
{
    struct error error = {0};
    ck_assert_int_eq(take(NULL, "2", &error), -1);
    ck_assert_error(error, ERROR_INVALID,
                    "the service manager must hand over one socket (one line such as "
                    "ListenStream=127.0.0.1:8420), not 2");
}
END_TEST

START_TEST(a_count_that_is_none_is_refused)
{
    static const char *const wrong[] = {"", "one", "1 ", "-1", "99999999999999999999"};
    for (size_t i = 0; i < ARRAY_COUNT(wrong); i++) {
        struct error error = {0};
        ck_assert_int_eq(take(NULL, wrong[i], &error), -1);
        ck_assert_error(error, ERROR_INVALID,
                        "environment variable LISTEN_FDS must be the number of sockets that the "
                        "service manager hands over, such as 1");
    }
}
END_TEST

START_TEST(watchdog_is_ours_alone)
{
    char own[32];
    (void)snprintf(own, sizeof own, "%d", (int)getpid());
    ck_assert_int_eq(manager_watchdog_ms(), 0);
    setenv("WATCHDOG_USEC", "30000000", 1);
    ck_assert_int_eq(manager_watchdog_ms(), 30000);
    setenv("WATCHDOG_PID", own, 1);
    ck_assert_int_eq(manager_watchdog_ms(), 30000);
    setenv("WATCHDOG_USEC", "1", 1);
    ck_assert_int_eq(manager_watchdog_ms(), 1);
    setenv("WATCHDOG_PID", "1", 1);
    ck_assert_int_eq(manager_watchdog_ms(), 0);
}
END_TEST

/* ---- telling */

/* A manager's socket; '@' begins an abstract name. */
static int make_manager(const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", name);
    if (name[0] == '@')
        address.sun_path[0] = '\0';
    int manager = socket(AF_UNIX, SOCK_DGRAM, 0);
    ck_assert_int_ge(manager, 0);
    ck_assert_int_eq(bind(manager, (const struct sockaddr *)&address,
                          (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name))),
                     0);
    return manager;
}

static void expect_told(const char *name)
{
    struct error error = {0};
    char heard[64] = "";
    int manager = make_manager(name);
    setenv("NOTIFY_SOCKET", name, 1);
    ck_assert_int_eq(manager_tell("READY=1\nSTATUS=here", &error), 0);
    ck_assert_int_eq(recv(manager, heard, sizeof heard - 1, 0), strlen("READY=1\nSTATUS=here"));
    ck_assert_str_eq(heard, "READY=1\nSTATUS=here");
    close(manager);
}

START_TEST(a_manager_is_told_by_path_and_by_abstract_name)
{
    char folder[] = "/tmp/propd-manager-XXXXXX", name[64];
    ck_assert_ptr_nonnull(mkdtemp(folder));
    (void)snprintf(name, sizeof name, "%s/notify", folder);
    expect_told(name);
    unlink(name);
    rmdir(folder);
    (void)snprintf(name, sizeof name, "@propd-test-%d", (int)getpid());
    expect_told(name);
}
END_TEST

START_TEST(without_a_manager_nobody_is_told)
{
    struct error error = {0};
    unsetenv("NOTIFY_SOCKET");
    ck_assert_int_eq(manager_tell("READY=1", &error), 0);
}
END_TEST

START_TEST(a_manager_that_cannot_be_reached_is_an_error)
{
    struct error error = {0};
    setenv("NOTIFY_SOCKET", "/nowhere/notify", 1);
    ck_assert_int_eq(manager_tell("READY=1", &error), -1);
    ck_assert_error(error, ERROR_IO,
                    "the service manager at /nowhere/notify cannot be told: No such file or "
                    "directory");
    static const char *const wrong[] = {"", "/", "@", "notify", "vsock:2:1234"};
    for (size_t i = 0; i < ARRAY_COUNT(wrong); i++) {
        error_clear(&error);
        setenv("NOTIFY_SOCKET", wrong[i], 1);
        ck_assert_int_eq(manager_tell("READY=1", &error), -1);
        ck_assert_ptr_nonnull(strstr(error.message, "must be a path such as /run/systemd/notify"));
    }
    char text[200];
    memset(text, 'a', sizeof text - 1);
    text[0] = '/';
    text[sizeof text - 1] = '\0';
    setenv("NOTIFY_SOCKET", text, 1);
    error_clear(&error);
    ck_assert_int_eq(manager_tell("READY=1", &error), -1);
    ck_assert_int_eq(error.code, ERROR_INVALID);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, a_listening_tcp_socket_is_taken_with_its_address);
    tcase_add_test(tests, an_address_of_ipv6_is_in_brackets);
    tcase_add_test(tests, anything_else_is_refused_by_what_it_is);
    tcase_add_test(tests, what_is_meant_for_another_process_is_left);
    tcase_add_test(tests, more_than_one_socket_is_refused);
    tcase_add_test(tests, a_count_that_is_none_is_refused);
    tcase_add_test(tests, watchdog_is_ours_alone);
    tcase_add_test(tests, a_manager_is_told_by_path_and_by_abstract_name);
    tcase_add_test(tests, without_a_manager_nobody_is_told);
    tcase_add_test(tests, a_manager_that_cannot_be_reached_is_an_error);
}

int main(void)
{
    return tests_run("manager", add_tests);
}
