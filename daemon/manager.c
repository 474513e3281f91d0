/* The protocols of systemd's manager, which its interface stability promise covers and others
 * (podman, s6, systemd-socket-activate) speak as well. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/manager.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { FIRST_DESCRIPTOR = 3, SEND_SECONDS = 5 };

/* ---- variables */

/* -1: it is not there, or not a number. */
static int64_t variable_number(const char *name)
{
    const char *text = getenv(name);
    char *end = NULL;
    if (text == NULL || text[0] < '0' || text[0] > '9')
        return -1;
    errno = 0;
    int64_t number = strtoll(text, &end, 10);
    return errno == 0 && *end == '\0' ? number : -1;
}

/* ---- the socket */

static int refuse_socket(const char *what, struct error *error)
{
    return error_set(error, ERROR_INVALID,
                     "the service manager must hand over a TCP socket that listens, such as "
                     "ListenStream=127.0.0.1:8420 makes, not %s",
                     what);
}

static int socket_option(int descriptor, int option)
{
    int value = 0;
    socklen_t size = sizeof value;
    return getsockopt(descriptor, SOL_SOCKET, option, &value, &size) == 0 ? value : -1;
}

/* Of the socket: "127.0.0.1:8420", "[::1]:8420". */
static int write_address(const struct sockaddr *own, socklen_t size,
                         char address[MANAGER_ADDRESS_SIZE], struct error *error)
{
    char host[NI_MAXHOST], port[NI_MAXSERV];
    int result = getnameinfo(own, size, host, sizeof host, port, sizeof port,
                             NI_NUMERICHOST | NI_NUMERICSERV);
    if (result != 0)
        return error_set(error, ERROR_IO, "the address of the socket cannot be read: %s",
                         gai_strerror(result));
    host[strcspn(host, "%")] = '\0'; /* a link's own address names the link */
    (void)snprintf(address, MANAGER_ADDRESS_SIZE, own->sa_family == AF_INET6 ? "[%s]:%s" : "%s:%s",
                   host, port);
    return 0;
}

static int prepare_socket(int descriptor, struct error *error)
{
    int flags = fcntl(descriptor, F_GETFL);
    if (flags >= 0 && fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) == 0 &&
        fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0)
        return 0;
    return error_set_errno(error, "the service manager's socket cannot be set up");
}

int manager_check_socket(int descriptor, char address[MANAGER_ADDRESS_SIZE], struct error *error)
{
    struct sockaddr_storage own = {0};
    socklen_t size = sizeof own;
    if (getsockname(descriptor, (struct sockaddr *)&own, &size) != 0)
        return refuse_socket("a file that is no socket", error);
    if (own.ss_family != AF_INET && own.ss_family != AF_INET6)
        return refuse_socket("one of another family (ListenStream=/a/path?)", error);
    if (socket_option(descriptor, SO_TYPE) != SOCK_STREAM)
        return refuse_socket("one for datagrams (ListenDatagram=?)", error);
    if (socket_option(descriptor, SO_ACCEPTCONN) != 1)
        return refuse_socket("one that does not listen (Accept=yes?)", error);
    if (write_address((const struct sockaddr *)&own, size, address, error) != 0)
        return -1;
    return prepare_socket(descriptor, error);
}

int manager_take_socket(int *listener, char address[MANAGER_ADDRESS_SIZE], struct error *error)
{
    const int64_t count = variable_number("LISTEN_FDS");
    const bool is_ours = variable_number("LISTEN_PID") == getpid() && count != 0;
    *listener = 0;
    (void)unsetenv("LISTEN_PID");
    (void)unsetenv("LISTEN_FDS");
    (void)unsetenv("LISTEN_FDNAMES");
    if (!is_ours)
        return 0;
    if (count < 0)
        return error_set(error, ERROR_INVALID,
                         "environment variable LISTEN_FDS must be the number of sockets that the "
                         "service manager hands over, such as 1");
    if (count > 1)
        return error_set(error, ERROR_INVALID,
                         "the service manager must hand over one socket (one line such as "
                         "ListenStream=127.0.0.1:8420), not %" PRId64,
                         count);
    if (manager_check_socket(FIRST_DESCRIPTOR, address, error) != 0)
        return -1;
    *listener = FIRST_DESCRIPTOR;
    return 0;
}

/* ---- telling */

/* '@' begins a name in the abstract namespace, which ends without a zero byte. */
static int find_manager(const char *name, struct sockaddr_un *address, socklen_t *size,
                        struct error *error)
{
    const size_t length = strlen(name);
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    if ((name[0] != '/' && name[0] != '@') || length < 2 || length >= sizeof address->sun_path)
        return error_set(error, ERROR_INVALID,
                         "environment variable NOTIFY_SOCKET must be a path such as "
                         "/run/systemd/notify or an abstract name such as @notify, not %.120s",
                         name);
    memcpy(address->sun_path, name, length);
    if (name[0] == '@')
        address->sun_path[0] = '\0';
    *size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + (name[0] == '/'));
    return 0;
}

int manager_tell(const char *lines, struct error *error)
{
    const char *name = getenv("NOTIFY_SOCKET");
    const struct timeval patience = {.tv_sec = SEND_SECONDS};
    struct sockaddr_un address;
    socklen_t size = 0;
    if (name == NULL)
        return 0;
    if (find_manager(name, &address, &size, error) != 0)
        return -1;
    int speaker = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (speaker < 0)
        return error_set_errno(error, "cannot make a socket to the service manager");
    (void)setsockopt(speaker, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    int result = 0;
    if (sendto(speaker, lines, strlen(lines), MSG_NOSIGNAL, (const struct sockaddr *)&address,
               size) < 0)
        result = error_set_errno(error, "the service manager at %.120s cannot be told", name);
    (void)close(speaker);
    return result;
}

int64_t manager_watchdog_ms(void)
{
    const int64_t interval_us = variable_number("WATCHDOG_USEC");
    const bool is_ours =
        getenv("WATCHDOG_PID") == NULL || variable_number("WATCHDOG_PID") == getpid();
    return is_ours && interval_us > 0 ? (interval_us + 999) / 1000 : 0;
}
