/* Configuration: one table (config_kind) read from defaults, a file (--config, JSON), PROPD_…
 * environment variables and flags, later ones winning. --help, --print-config and the error
 * messages come from the same table. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_DAEMON_CONFIG_H
#define PROPD_DAEMON_CONFIG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"
#include "base/fields.h"

struct config {
    char *data; /* folder; $XDG_DATA_HOME/propd, ~/.local/share/propd or /var/lib/propd for root */
    char *listen;             /* 127.0.0.1:8420; port 0: a free one */
    int64_t cores;            /* for training; 0: all that the process may use */
    int64_t memory;           /* budget for jobs, bytes; 0: half of what the machine has */
    int64_t max_dataset;      /* bytes of one upload, inflated: 16 GiB */
    int64_t max_body;         /* bytes of a JSON body: 1 MiB */
    int64_t max_predict_body; /* 64 MiB */
    int64_t max_model;        /* bytes of an imported model file: 1 GiB */
    int64_t max_connections;  /* 512 */
    int64_t max_queued;       /* jobs waiting at most: 100,000; above: 429 */
    int64_t free_space_floor; /* bytes; 0: by itself */
    int64_t cache_models;     /* bytes of loaded models kept: 512 MiB */
    int64_t cache_datasets;   /* mapped datasets kept open: 64 */
    double idle_timeout_s, header_timeout_s, stall_timeout_s; /* 30, 10, 30 */
    char *webhook_url;                                        /* told of every job's end; NULL */
    char *webhook_secret;                                     /* signs that */
    bool webhook_allow_private;                               /* private addresses may be called */
    int64_t webhook_tries;                                    /* 12 */
    double webhook_retry_s, webhook_timeout_s;                /* 5, 10 */
    int64_t keep_jobs, keep_jobs_days;                        /* 0: all, for ever */
    int64_t keep_checkpoints, keep_checkpoints_days;          /* of jobs that have ended */
    int64_t keep_model_versions;                              /* of a name; 0: all */
    double upkeep_every_s;                                    /* 60 */
    int log;                      /* choice: debug info warning error off */
    struct strings allowed_hosts; /* names beside the address, localhost, 127.0.0.1, [::1] */
    struct strings allowed_origins;
    int tokens;                       /* choice: auto on off, as enum tokens_mode */
    char *tls_certificate, *tls_key;  /* PEM files; NULL: plain HTTP */
    bool insecure_http;               /* plain HTTP on any address */
    struct token_words *create_token; /* owned; what --create-token and its flags say; NULL */
    int listen_socket; /* listens at `listen` already: the server's to close; 0: none */
};

/* What only flags say: a token to be made. */
struct token_words {
    char *create_token; /* its name; NULL: no token is to be made */
    struct strings scope;
    char *owner, *expires, *quota; /* NULL: not said */
};
extern const struct kind config_kind;

enum config_action {
    CONFIG_RUN,
    CONFIG_CREATE_TOKEN,
    CONFIG_RESTORE, /* --restore FILE: config_restore_file() */
    CONFIG_EXIT     /* --help, --version or --print-config was answered on `out` */
};

/* Reads everything. Errors name the flag, the variable or the file's path. A socket that a service
 * manager hands over stands in place of `listen`, whatever that says. Any address but loopback is
 * refused here without tokens, and without TLS unless plain HTTP is asked for. */
int config_read(int argc, char **argv, struct config *config, enum config_action *action, FILE *out,
                struct error *error);
void config_clear(struct config *config);
/* What --restore names ("-": standard input), out of the words that config_read() took. */
const char *config_restore_file(int argc, char **argv);

/* Whether only this machine can connect. */
bool config_is_loopback(const struct config *config);

#endif
