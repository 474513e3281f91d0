/* The least that a server on libmicrohttpd does, to measure ours beside: every request is answered
 * with the same bytes, as many of them as asked for, the body of a POST thrown away.
 *
 *     bare_server THREADS ANSWER_SIZE       prints its port */
/* SPDX-License-Identifier: Apache-2.0 */
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static enum MHD_Result answer(void *context, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *data,
                              size_t *size, void **request)
{
    static int seen;
    (void)url, (void)method, (void)version, (void)data;
    if (*request == NULL) {
        *request = &seen;
        return MHD_YES;
    }
    if (*size > 0) {
        *size = 0;
        return MHD_YES;
    }
    return MHD_queue_response(connection, 200, context);
}

int main(int argument_count, char **arguments)
{
    if (argument_count != 3)
        return 2;
    size_t size = strtoul(arguments[2], NULL, 10);
    char *body = calloc(1, size + 1);
    if (body == NULL)
        return 1;
    memset(body, 'x', size);
    struct MHD_Response *response =
        MHD_create_response_from_buffer(size, body, MHD_RESPMEM_MUST_FREE);
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "application/json");
    struct MHD_Daemon *daemon =
        MHD_start_daemon(MHD_USE_POLL_INTERNAL_THREAD, 0, NULL, NULL, answer, response,
                         MHD_OPTION_THREAD_POOL_SIZE, (unsigned)strtoul(arguments[1], NULL, 10),
                         MHD_OPTION_CONNECTION_LIMIT, 1024U, MHD_OPTION_END);
    if (daemon == NULL)
        return 1;
    printf("%d\n", MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
    (void)fflush(stdout);
    return pause();
}
