/* What options must be together: an address, what may be reached there, webhooks. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/config.h"
#include "daemon/config_inside.h"
#include "daemon/tokens.h"
#include "daemon/webhook.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool config_is_loopback(const struct config *config)
{
    char host[64];
    struct in_addr address;
    size_t size = (size_t)(strrchr(config->listen, ':') - config->listen);
    if (size >= sizeof host)
        return false;
    (void)snprintf(host, sizeof host, "%.*s", (int)size, config->listen);
    if (inet_pton(AF_INET, host, &address) == 1)
        return ntohl(address.s_addr) >> 24 == IN_LOOPBACKNET;
    return strcmp(host, "[::1]") == 0 || strcmp(host, "localhost") == 0;
}

int config_check_exposure(const struct config *config, struct error *error)
{
    if ((config->tls_certificate == NULL) != (config->tls_key == NULL))
        return error_set_at(error, ERROR_INVALID,
                            config->tls_key == NULL ? "tls_key" : "tls_certificate",
                            "must be given too: HTTPS needs a certificate and its key");
    if (config_is_loopback(config))
        return 0;
    if (config->tokens == TOKENS_OFF)
        return error_set_at(error, ERROR_INVALID, "tokens",
                            "must be on, or listen a loopback address such as 127.0.0.1:8420: "
                            "at %s others than this machine could do everything",
                            config->listen);
    if (config->tls_certificate == NULL && !config->insecure_http)
        return error_set_at(error, ERROR_INVALID, "listen",
                            "must be a loopback address such as 127.0.0.1:8420 unless there is "
                            "TLS (--tls-certificate and --tls-key): at %s tokens could be read on "
                            "their way; --insecure-http allows that, e.g. behind a proxy",
                            config->listen);
    return 0;
}

static int check_webhook(const struct config *config, struct error *error)
{
    if (config->webhook_url != NULL &&
        webhook_check_url(config->webhook_url, config->webhook_allow_private, "webhook_url",
                          error) != 0)
        return -1;
    return config->webhook_secret != NULL
               ? webhook_check_secret(config->webhook_secret, "webhook_secret", error)
               : 0;
}

int config_check(const void *options, const char *path, struct error *error)
{
    const struct config *config = options;
    const char *colon = config->listen != NULL ? strrchr(config->listen, ':') : NULL;
    char *end = NULL;
    long port =
        colon != NULL && isdigit((unsigned char)colon[1]) ? strtol(colon + 1, &end, 10) : -1;
    (void)path;
    if (port < 0 || port > 65535 || *end != '\0')
        return error_set_at(error, ERROR_INVALID, "listen",
                            "must be address:port such as 127.0.0.1:8420, not %s",
                            config->listen != NULL ? config->listen : "null");
    return check_webhook(config, error);
}
