/* Buckets of a few places each. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/attempts.h"
#include "base/fnv.h"

#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { BUCKETS = 512, PLACES = 8 };
static const uint64_t window_ns = ATTEMPTS_SECONDS * UINT64_C(1000000000);

struct attempt {
    struct client_address address;
    uint64_t since_ns; /* of the first that counts; 0: the place is free */
    int count;
};

struct attempts {
    pthread_mutex_t mutex;
    struct attempt places[BUCKETS][PLACES];
};

struct client_address client_address(const struct sockaddr *address)
{
    struct client_address key = {{0}};
    if (address != NULL && address->sa_family == AF_INET) {
        const struct in_addr *from = &((const struct sockaddr_in *)(const void *)address)->sin_addr;
        key.bytes[10] = key.bytes[11] = 0xff; /* as an IPv6 address that stands for it */
        memcpy(key.bytes + 12, from, sizeof *from);
    } else if (address != NULL && address->sa_family == AF_INET6) {
        const struct in6_addr *from =
            &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
        memcpy(key.bytes, from, IN6_IS_ADDR_V4MAPPED(from) ? sizeof *from : 8);
    }
    return key;
}

struct attempts *attempts_create(struct error *error)
{
    struct attempts *attempts = calloc(1, sizeof *attempts);
    if (attempts == NULL) {
        (void)error_set(error, ERROR_MEMORY, "no memory to count failed logins");
        return NULL;
    }
    pthread_mutex_init(&attempts->mutex, NULL);
    return attempts;
}

void attempts_free(struct attempts *attempts)
{
    if (attempts == NULL)
        return;
    pthread_mutex_destroy(&attempts->mutex);
    free(attempts);
}

static size_t bucket_of(const struct client_address *address)
{
    return fnv_add(FNV_START, (const char *)address->bytes, sizeof address->bytes) % BUCKETS;
}

/* The address's place, or the one whose window began first for it to take. */
static struct attempt *place_of(struct attempts *attempts, const struct client_address *address)
{
    struct attempt *bucket = attempts->places[bucket_of(address)], *oldest = bucket;
    for (struct attempt *place = bucket; place < bucket + PLACES; place++) {
        if (place->since_ns != 0 && memcmp(&place->address, address, sizeof place->address) == 0)
            return place;
        if (place->since_ns < oldest->since_ns)
            oldest = place;
    }
    *oldest = (struct attempt){.address = *address};
    return oldest;
}

int attempts_fail(struct attempts *attempts, const struct client_address *address, uint64_t now_ns)
{
    int wait_s = 0;
    if (attempts == NULL)
        return 0;
    pthread_mutex_lock(&attempts->mutex);
    struct attempt *place = place_of(attempts, address);
    if (place->since_ns == 0 || now_ns - place->since_ns >= window_ns) {
        place->since_ns = now_ns;
        place->count = 0;
    }
    if (place->count < ATTEMPTS_MOST)
        place->count++;
    else
        wait_s = (int)((place->since_ns + window_ns - now_ns + 999999999) / 1000000000);
    pthread_mutex_unlock(&attempts->mutex);
    return wait_s;
}
