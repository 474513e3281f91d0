/* Which metrics a document names, and whether they fit. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/metrics.h"
#include "engine/metrics_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_SIZE = 128 };

/* What an entry of the list says. */
struct choice {
    int index;
    int64_t k;
};

/* k of "top_3", 0 where the name is none of these. */
static long k_of(const char *name)
{
    char *end;
    if (strncmp(name, "top_", 4) != 0 || name[4] < '0' || name[4] > '9')
        return 0;
    long k = strtol(name + 4, &end, 10);
    return *end == '\0' ? k : 0;
}

int metric_find(const char *name)
{
    const char *wanted = k_of(name) > 0 ? "top_k" : name;
    for (size_t i = 0; metric_table[i] != NULL; i++)
        if (strcmp(metric_table[i]->kind.name, wanted) == 0)
            return (int)i;
    return -1;
}

static int read_choice(const json_t *entry, const char *path, struct choice *choice,
                       struct error *error)
{
    struct variant metric = {0};
    const char *name = json_string_value(entry);
    json_auto_t *full = name != NULL && k_of(name) > 0
                            ? json_pack("{s:s, s:I}", "type", "top_k", "k", (json_int_t)k_of(name))
                            : json_incref((json_t *)(uintptr_t)entry);
    if (fields_read_variant(metric_kinds, full, &metric, path, error) != 0)
        return -1;
    *choice = (struct choice){metric_find(metric.kind->name), TOP_K_DEFAULT};
    if (metric_table[choice->index]->value_of_k != NULL)
        choice->k = ((const struct top_k_options *)metric.options)->k;
    variant_clear(&metric);
    return 0;
}

/* Calls visit(context, choice, path) for each entry; a single one may stand without its list. */
static int each_choice(const json_t *names, const char *path,
                       int (*visit)(struct metrics *metrics, const struct choice *choice,
                                    const char *path, struct error *error),
                       struct metrics *metrics, struct error *error)
{
    char entry_path[PATH_SIZE];
    struct choice choice;
    size_t count = json_is_array(names) ? json_array_size(names) : 1;
    for (size_t i = 0; i < count; i++) {
        const json_t *entry = json_is_array(names) ? json_array_get(names, i) : names;
        snprintf(entry_path, sizeof entry_path, json_is_array(names) ? "%s[%zu]" : "%s", path, i);
        if (read_choice(entry, entry_path, &choice, error) != 0 ||
            visit(metrics, &choice, entry_path, error) != 0)
            return -1;
    }
    return 0;
}

static int pass_over(struct metrics *metrics, const struct choice *choice, const char *path,
                     struct error *error)
{
    (void)metrics;
    (void)choice;
    (void)path;
    (void)error;
    return 0;
}

int metrics_check_names(const json_t *names, const char *path, struct error *error)
{
    if (names == NULL)
        return 0;
    if (!json_is_array(names) && !json_is_string(names) && !json_is_object(names))
        return error_set_at(error, ERROR_INVALID, path,
                            "must be a list of metrics like [\"accuracy\", \"f1\"]");
    return each_choice(names, path, pass_over, NULL, error);
}

bool metrics_are_named(const json_t *names)
{
    return names != NULL && !(json_is_array(names) && json_array_size(names) == 0);
}

static int refuse_misfit(const struct metrics *metrics, const char *name, const char *path,
                         struct error *error)
{
    static const char *const what[] = {[COMPARES_CLASSES] = "classes",
                                       [COMPARES_BINARY] = "targets of 0 and 1",
                                       [COMPARES_VALUES] = "a target of numbers"};
    char fitting[160] = "";
    for (size_t i = 0; metric_table[i] != NULL; i++) {
        size_t length = strlen(fitting);
        if (metric_table[i]->fits & metrics->compares)
            snprintf(fitting + length, sizeof fitting - length, "%s%s", length > 0 ? ", " : "",
                     metric_table[i]->kind.name);
    }
    return error_set_at(error, ERROR_INVALID, path, "names \"%s\", which does not fit %s; %s do",
                        name, what[metrics->compares], fitting);
}

static int add_choice(struct metrics *metrics, const struct choice *choice, const char *path,
                      struct error *error)
{
    const char *name = metric_table[choice->index]->kind.name;
    struct chosen_metric made = {.index = choice->index, .k = choice->k};
    snprintf(made.name, sizeof made.name, "%s", name);
    if (choice->k != TOP_K_DEFAULT)
        snprintf(made.name, sizeof made.name, "top_%d", (int)choice->k);
    if ((metric_table[choice->index]->fits & metrics->compares) == 0)
        return refuse_misfit(metrics, name, path, error);
    for (int i = 0; i < metrics->chosen_count; i++)
        if (strcmp(metrics->chosen[i].name, made.name) == 0)
            return error_set_at(error, ERROR_INVALID, path, "names \"%s\" twice", made.name);
    if (metrics->chosen_count == METRICS_MAX)
        return error_set_at(error, ERROR_INVALID, path, "is the metric number %d, but %d can be",
                            METRICS_MAX + 1, METRICS_MAX);
    metrics->chosen[metrics->chosen_count++] = made;
    return 0;
}

int metrics_choose(struct metrics *metrics, const json_t *names, const char *path,
                   struct error *error)
{
    if (metrics_check_names(names, path, error) != 0)
        return -1;
    if (metrics_are_named(names))
        return each_choice(names, path, add_choice, metrics, error);
    json_auto_t *usual = metrics->compares == COMPARES_VALUES
                             ? json_pack("[s, s, s]", "mse", "mae", "r2")
                             : json_pack("[s]", "accuracy");
    if (usual == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for the metrics");
    return each_choice(usual, path, add_choice, metrics, error);
}
