/* getifaddrs(3), gethostname(2). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/hosts.h"

#include <ifaddrs.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int add(struct strings *hosts, const char *name, struct error *error)
{
    char **larger = reallocarray(hosts->items, hosts->count + 1, sizeof *larger);
    if (larger != NULL)
        hosts->items = larger;
    char *copy = larger != NULL ? strdup(name) : NULL;
    if (copy == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for the machine's names");
    hosts->items[hosts->count++] = copy;
    return 0;
}

static int add_address(struct strings *hosts, const struct sockaddr *address, struct error *error)
{
    char text[NI_MAXHOST], host[NI_MAXHOST + 2];
    bool is_six = address->sa_family == AF_INET6;
    socklen_t size = is_six ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
    if (getnameinfo(address, size, text, sizeof text, NULL, 0, NI_NUMERICHOST) != 0)
        return 0;
    text[strcspn(text, "%")] = '\0'; /* a link's own address names the link */
    (void)snprintf(host, sizeof host, is_six ? "[%s]" : "%s", text);
    return add(hosts, host, error);
}

int hosts_find(struct strings *hosts, struct error *error)
{
    char name[256] = "";
    struct ifaddrs *all = NULL;
    int result = 0;
    if (gethostname(name, sizeof name - 1) == 0 && name[0] != '\0')
        result = add(hosts, name, error);
    if (getifaddrs(&all) != 0)
        return result;
    for (const struct ifaddrs *at = all; at != NULL && result == 0; at = at->ifa_next)
        if (at->ifa_addr != NULL &&
            (at->ifa_addr->sa_family == AF_INET || at->ifa_addr->sa_family == AF_INET6))
            result = add_address(hosts, at->ifa_addr, error);
    freeifaddrs(all);
    return result;
}

void hosts_clear(struct strings *hosts)
{
    for (size_t i = 0; i < hosts->count; i++)
        free(hosts->items[i]);
    free(hosts->items);
    *hosts = (struct strings){0};
}
