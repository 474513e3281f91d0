/* The one place where all is put together: configuration, service, HTTP, signals. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/server.h"
#include "base/log.h"
#include "daemon/config.h"
#include "daemon/daemon.h"
#include "daemon/manager.h"
#include "daemon/token_command.h"
#include "daemon/tokens.h"
#include "storage/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { EXIT_USAGE = 2 };

/* Files are ours alone, a crash writes no memory to disk, a closed connection is no reason to end.
 */
static void harden(void)
{
    const struct rlimit none = {0, 0};
    umask(0077);
    (void)setrlimit(RLIMIT_CORE, &none);
    (void)prctl(PR_SET_DUMPABLE, 0);
    (void)signal(SIGPIPE, SIG_IGN);
}

/* The signals that end us; blocked in every thread, waited for in this one. */
static sigset_t block_signals(void)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    return signals;
}

static int fail(const struct error *error)
{
    fprintf(stderr, "propd: %s\n", error->message);
    return EXIT_FAILURE;
}

static void tell_first_token(struct daemon *daemon)
{
    const struct tokens *tokens = daemon_tokens(daemon);
    if (tokens_are_required(tokens) && !tokens_exist(tokens))
        fprintf(stderr,
                "propd: there is no token yet, and nothing is done without one: stop this, make "
                "the first by\n"
                "           propd --data %s --create-token NAME --scope admin\n"
                "       and start again\n",
                daemon_config(daemon)->data);
}

/* What the service manager thinks is no reason to end. */
static void tell_manager(const char *lines)
{
    struct error error = {0};
    if (manager_tell(lines, &error) != 0)
        log_error("manager_not_told", &error, "lines", lines);
}

static void tell_ready(const char *url)
{
    char lines[256];
    printf("listening on %s\n", url);
    fflush(stdout);
    (void)snprintf(lines, sizeof lines, "READY=1\nSTATUS=serving at %s", url);
    tell_manager(lines);
}

static void read_certificate_again(struct server *server)
{
    struct error error = {0};
    if (server_reload(server, &error) == 0)
        log_write(LOG_LEVEL_INFO, "certificate_read_again", NULL);
    else
        log_error("certificate_kept", &error, "because", "it could not be read again");
}

/* The next signal; 0 where `ms` pass without one (0: they do not). */
static int next_signal(const sigset_t *signals, int64_t ms)
{
    const struct timespec wait = {.tv_sec = (time_t)(ms / 1000),
                                  .tv_nsec = (long)(ms % 1000) * 1000000};
    int number;
    do {
        number = sigtimedwait(signals, NULL, ms > 0 ? &wait : NULL);
    } while (number < 0 && errno == EINTR);
    return number > 0 ? number : 0;
}

/* The signal that ends us. With a certificate, SIGHUP is no end but reads that again. A service
 * manager that watches us hears three times in its interval that requests are answered; where they
 * are not, it hears nothing. */
static int await_end(struct server *server, const sigset_t *signals)
{
    const int64_t watchdog_ms = (manager_watchdog_ms() + 2) / 3;
    for (;;) {
        int number = next_signal(signals, watchdog_ms);
        if (number == 0 && server_turns(server))
            tell_manager("WATCHDOG=1");
        else if (number == SIGHUP && server_is_secure(server))
            read_certificate_again(server);
        else if (number != 0)
            return number;
    }
}

static int make_token(const struct config *config)
{
    struct error error = {0};
    return token_command_run(config, stdout, &error) == 0 ? EXIT_SUCCESS : fail(&error);
}

static int serve(const struct config *config, const sigset_t *signals)
{
    struct error error = {0};
    struct daemon *daemon = daemon_start(config, &error);
    if (daemon == NULL)
        return fail(&error);
    struct server *server = server_start(daemon, &error);
    if (server == NULL) {
        daemon_stop(daemon);
        return fail(&error);
    }
    tell_ready(server_url(server));
    tell_first_token(daemon);
    int signal_number = await_end(server, signals);
    log_write(LOG_LEVEL_INFO, "stopping", "signal", LOG_INTEGER(signal_number), NULL);
    tell_manager("STOPPING=1\nSTATUS=running jobs save where they are");
    daemon_quiesce(daemon);
    server_stop(server);
    daemon_stop(daemon);
    return EXIT_SUCCESS;
}

static int restore(const struct config *config, const char *file)
{
    struct error error = {0};
    struct restored restored;
    int archive = strcmp(file, "-") == 0 ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC);
    if (archive < 0)
        (void)error_set_errno(&error, "cannot open the backup %s", file);
    if (archive < 0 || store_restore(config->data, archive, &restored, &error) != 0)
        return fail(&error);
    printf("restored the backup of %s into %s: the database and %lld dataset files, %lld bytes\n",
           restored.created_at, config->data, (long long)restored.datasets,
           (long long)restored.bytes);
    return EXIT_SUCCESS;
}

static int act(enum config_action action, const struct config *config, const char *restore_file)
{
    if (action == CONFIG_EXIT)
        return EXIT_SUCCESS;
    log_set_level((enum log_level)config->log);
    harden();
    if (action == CONFIG_RESTORE)
        return restore(config, restore_file);
    const sigset_t signals = block_signals();
    return action == CONFIG_RUN ? serve(config, &signals) : make_token(config);
}

int main(int argc, char **argv)
{
    struct config config;
    struct error error = {0};
    enum config_action action;
    if (config_read(argc, argv, &config, &action, stdout, &error) != 0) {
        (void)fail(&error);
        return EXIT_USAGE;
    }
    int status = act(action, &config, config_restore_file(argc, argv));
    config_clear(&config);
    return status;
}
