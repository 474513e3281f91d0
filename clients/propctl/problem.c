/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/propctl/problem.h"
#include "clients/propctl/terminal.h"
#include "clients/propctl/value.h"

#include <string.h>

enum outcome problem_outcome(long status)
{
    if (status == 401 || status == 403)
        return OUTCOME_FORBIDDEN;
    return status == 502 || status == 503 || status == 504 ? OUTCOME_LOST : OUTCOME_REFUSED;
}

static void tell_line(const char *where, const char *what)
{
    struct terminal terminal = terminal_of(stderr);
    struct text line TEXT_AUTO = {0};
    text_printf(&line, "  %s: %s", where, what);
    terminal_print_line(&terminal, line.data);
}

/* One error is mostly the problem's own words again. */
static void tell_errors(const json_t *problem, const char *detail)
{
    size_t i;
    json_t *error;
    json_array_foreach(json_object_get(problem, "errors"), i, error)
    {
        const char *what = value_string(error, "detail");
        if (strcmp(what, detail) != 0)
            tell_line(value_string(error, "pointer"), what);
    }
}

static void tell_document(const char *body)
{
    struct terminal terminal = terminal_of(stderr);
    terminal_print(&terminal, body, strlen(body));
    (void)fputc('\n', stderr);
}

enum outcome problem_tell(long status, const char *body, bool as_json)
{
    enum outcome outcome = problem_outcome(status);
    if (as_json) {
        tell_document(body);
        return outcome;
    }
    json_auto_t *problem = json_loads(body, 0, NULL);
    const char *detail = value_string(problem, "detail");
    if (*detail == '\0')
        detail = value_string(problem, "error");
    if (*detail == '\0')
        return complain(outcome, "the daemon answers with status %ld", status);
    (void)complain(outcome, "%s", detail);
    tell_errors(problem, detail);
    if (status == 401)
        (void)fputs("  PROPD_TOKEN, --token-file FILE or token = TOKEN in the configuration file "
                    "says who asks\n",
                    stderr);
    return outcome;
}
