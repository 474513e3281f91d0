/* The certificate that HTTPS shows (GnuTLS), which can be read again while connections are open. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_API_TLS_H
#define PROPD_API_TLS_H

#include <gnutls/abstract.h>

#include "base/error.h"

/* TLS 1.2 and 1.3; "NORMAL" alone offers 1.0. Without CBC modes and RSA key exchange what is left
 * keeps earlier connections secret and has no padding to be tried. */
#define TLS_PRIORITIES                                                                             \
    "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA:-AES-128-CBC:-AES-256-CBC:-CAMELLIA-128-CBC:" \
    "-CAMELLIA-256-CBC"

struct tls;

/* Reads a chain and its key, PEM files. ERROR_INVALID where one is not what it should be, or the
 * key is another certificate's. */
struct tls *tls_open(const char *certificate_path, const char *key_path, struct error *error);
/* Takes NULL. No connection may be open. */
void tls_close(struct tls *tls);

/* Reads both again; handshakes from here on show the new chain. On failure the old one stays. */
int tls_reload(struct tls *tls, struct error *error);

/* The calling thread answers handshakes with this certificate from here on: tls_retrieve(), which
 * the HTTP library calls there, is told of no context. */
void tls_serve(const struct tls *tls);
int tls_retrieve(gnutls_session_t session, const gnutls_datum_t *names, int name_count,
                 const gnutls_pk_algorithm_t *algorithms, int algorithm_count,
                 gnutls_pcert_st **chain, unsigned *chain_count, gnutls_privkey_t *key);

#endif
