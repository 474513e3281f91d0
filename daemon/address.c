/* Special-purpose addresses as tables of prefixes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/address.h"
#include "base/compiler.h"

#include <netinet/in.h>
#include <stdint.h>
#include <string.h>

/* https://www.iana.org/assignments/iana-ipv4-special-registry, and multicast. */
static const struct {
    uint8_t bytes[4];
    int bits;
} special_v4[] = {
    {{0, 0, 0, 0}, 8},       /* this network */
    {{10, 0, 0, 0}, 8},      /* private */
    {{100, 64, 0, 0}, 10},   /* shared: carrier-grade NAT */
    {{127, 0, 0, 0}, 8},     /* loopback */
    {{169, 254, 0, 0}, 16},  /* link-local: metadata services of clouds */
    {{172, 16, 0, 0}, 12},   /* private */
    {{192, 0, 0, 0}, 24},    /* protocol assignments */
    {{192, 0, 2, 0}, 24},    /* documentation */
    {{192, 88, 99, 0}, 24},  /* 6to4 relays */
    {{192, 168, 0, 0}, 16},  /* private */
    {{198, 18, 0, 0}, 15},   /* benchmarks */
    {{198, 51, 100, 0}, 24}, /* documentation */
    {{203, 0, 113, 0}, 24},  /* documentation */
    {{224, 0, 0, 0}, 4},     /* multicast */
    {{240, 0, 0, 0}, 4},     /* reserved, and broadcast */
};

/* Within 2000::/3, outside of which nothing is public: not ::1, IPv4 in ::ffff:0:0/96 and
 * 64:ff9b::/96, unique local fc00::/7, link-local fe80::/10, multicast ff00::/8.
 * https://www.iana.org/assignments/iana-ipv6-special-registry */
static const struct {
    uint8_t bytes[4];
    int bits;
} special_v6[] = {
    {{0x20, 0x01, 0x00, 0x00}, 23}, /* protocol assignments, Teredo among them */
    {{0x20, 0x01, 0x0d, 0xb8}, 32}, /* documentation */
    {{0x20, 0x02, 0x00, 0x00}, 16}, /* 6to4: an IPv4 address inside */
    {{0x3f, 0xff, 0x00, 0x00}, 20}, /* documentation */
};

static bool has_prefix(const uint8_t *address, const uint8_t prefix[4], int bits)
{
    int whole = bits / 8, rest = bits % 8;
    if (memcmp(address, prefix, (size_t)whole) != 0)
        return false;
    return rest == 0 || ((address[whole] ^ prefix[whole]) >> (8 - rest)) == 0;
}

static bool v4_is_public(const uint8_t *address)
{
    for (size_t i = 0; i < ARRAY_COUNT(special_v4); i++)
        if (has_prefix(address, special_v4[i].bytes, special_v4[i].bits))
            return false;
    return true;
}

static bool v6_is_public(const uint8_t *address)
{
    if (address[0] >> 5 != 1)
        return false;
    for (size_t i = 0; i < ARRAY_COUNT(special_v6); i++)
        if (has_prefix(address, special_v6[i].bytes, special_v6[i].bits))
            return false;
    return true;
}

bool address_is_public(const struct sockaddr *address)
{
    switch (address->sa_family) {
    case AF_INET:
        return v4_is_public(
            (const uint8_t *)&((const struct sockaddr_in *)(const void *)address)->sin_addr.s_addr);
    case AF_INET6:
        return v6_is_public(
            ((const struct sockaddr_in6 *)(const void *)address)->sin6_addr.s6_addr);
    default:
        return false;
    }
}
