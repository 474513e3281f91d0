/* Certificates as a list, the newest first: handshakes under way may still use an older one. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/tls.h"
#include "base/compiler.h"

#include <stdatomic.h>
#include <string.h>

enum { CHAIN_MAX = 16 };

struct certificate {
    struct certificate *older;
    gnutls_pcert_st chain[CHAIN_MAX];
    unsigned count;
    gnutls_privkey_t key; /* NULL: not yet */
};

struct tls {
    char *certificate_path, *key_path;
    struct certificate *_Atomic newest;
};

static void certificate_free(struct certificate *certificate)
{
    if (certificate == NULL)
        return;
    for (unsigned i = 0; i < certificate->count; i++)
        gnutls_pcert_deinit(&certificate->chain[i]);
    if (certificate->key != NULL)
        gnutls_privkey_deinit(certificate->key);
    free(certificate);
}

static int fail(const char *what, const char *path, int code, struct error *error)
{
    return error_set(error, ERROR_INVALID, "%s %s cannot be read: %s", what, path,
                     gnutls_strerror(code));
}

static int read_chain(struct certificate *certificate, const char *path, struct error *error)
{
    gnutls_datum_t text = {0};
    unsigned count = CHAIN_MAX;
    int code = gnutls_load_file(path, &text);
    if (code == 0)
        code = gnutls_pcert_list_import_x509_raw(certificate->chain, &count, &text,
                                                 GNUTLS_X509_FMT_PEM,
                                                 GNUTLS_X509_CRT_LIST_FAIL_IF_UNSORTED);
    gnutls_free(text.data);
    if (code != 0)
        return fail("tls_certificate", path, code, error);
    certificate->count = count;
    return 0;
}

static int read_key(struct certificate *certificate, const char *path, struct error *error)
{
    gnutls_datum_t text = {0};
    int code = gnutls_load_file(path, &text);
    if (code == 0)
        code = gnutls_privkey_init(&certificate->key);
    if (code == 0)
        code =
            gnutls_privkey_import_x509_raw(certificate->key, &text, GNUTLS_X509_FMT_PEM, NULL, 0);
    if (text.data != NULL)
        gnutls_memset(text.data, 0, text.size);
    gnutls_free(text.data);
    return code == 0 ? 0 : fail("tls_key", path, code, error);
}

/* Both keys' public halves are told apart by their digests. */
static bool key_fits(const struct certificate *certificate)
{
    unsigned char ids[2][64];
    size_t sizes[2] = {sizeof ids[0], sizeof ids[1]};
    gnutls_pubkey_t key = NULL;
    bool fits = gnutls_pubkey_init(&key) == 0 &&
                gnutls_pubkey_import_privkey(key, certificate->key, 0, 0) == 0 &&
                gnutls_pubkey_get_key_id(key, GNUTLS_KEYID_USE_SHA256, ids[0], &sizes[0]) == 0 &&
                gnutls_pubkey_get_key_id(certificate->chain[0].pubkey, GNUTLS_KEYID_USE_SHA256,
                                         ids[1], &sizes[1]) == 0 &&
                sizes[0] == sizes[1] && memcmp(ids[0], ids[1], sizes[0]) == 0;
    if (key != NULL)
        gnutls_pubkey_deinit(key);
    return fits;
}

int tls_reload(struct tls *tls, struct error *error)
{
    struct certificate *certificate = calloc(1, sizeof *certificate);
    if (certificate == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a certificate");
    if (read_chain(certificate, tls->certificate_path, error) != 0 ||
        read_key(certificate, tls->key_path, error) != 0) {
        certificate_free(certificate);
        return -1;
    }
    if (!key_fits(certificate)) {
        certificate_free(certificate);
        return error_set(error, ERROR_INVALID,
                         "tls_key %s must be the key of the first certificate in %s", tls->key_path,
                         tls->certificate_path);
    }
    certificate->older = tls->newest;
    tls->newest = certificate;
    return 0;
}

struct tls *tls_open(const char *certificate_path, const char *key_path, struct error *error)
{
    struct tls *tls = calloc(1, sizeof *tls);
    if (tls != NULL) {
        tls->certificate_path = strdup(certificate_path);
        tls->key_path = strdup(key_path);
    }
    if (tls == NULL || tls->certificate_path == NULL || tls->key_path == NULL)
        (void)error_set(error, ERROR_MEMORY, "no memory for TLS");
    else if (tls_reload(tls, error) == 0)
        return tls;
    tls_close(tls);
    return NULL;
}

void tls_close(struct tls *tls)
{
    if (tls == NULL)
        return;
    for (struct certificate *at = tls->newest, *older; at != NULL; at = older) {
        older = at->older;
        certificate_free(at);
    }
    free(tls->certificate_path);
    free(tls->key_path);
    free(tls);
}

static _Thread_local const struct tls *served;

void tls_serve(const struct tls *tls)
{
    served = tls;
}

int tls_retrieve(gnutls_session_t session, const gnutls_datum_t *names, int name_count,
                 const gnutls_pk_algorithm_t *algorithms, int algorithm_count,
                 gnutls_pcert_st **chain, unsigned *chain_count, gnutls_privkey_t *key)
{
    (void)session, (void)names, (void)name_count, (void)algorithms, (void)algorithm_count;
    if (served == NULL)
        return -1;
    struct certificate *certificate = served->newest;
    *chain = certificate->chain;
    *chain_count = certificate->count;
    *key = certificate->key;
    return 0;
}
