/* Lets each allocation of making a network and its workspaces fail in turn: it must end with
 * ERROR_MEMORY and NULL, and (under AddressSanitizer or valgrind) without a leak. Runs allocate
 * nothing. The linker sends malloc and its kin here. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/check.h"
#include "tests/engine/trial.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
char *__real_strdup(const char *string);
void *__real_aligned_alloc(size_t alignment, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
char *__wrap_strdup(const char *string);
void *__wrap_aligned_alloc(size_t alignment, size_t size);

/* Allocations until one fails; none does at SIZE_MAX. */
static size_t allowed = SIZE_MAX;

static bool may_allocate(void)
{
    if (allowed == SIZE_MAX)
        return true;
    if (allowed == 0)
        return false;
    allowed--;
    return true;
}

void *__wrap_malloc(size_t size)
{
    return may_allocate() ? __real_malloc(size) : NULL;
}

void *__wrap_calloc(size_t count, size_t size)
{
    return may_allocate() ? __real_calloc(count, size) : NULL;
}

char *__wrap_strdup(const char *string)
{
    return may_allocate() ? __real_strdup(string) : NULL;
}

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    return may_allocate() ? __real_aligned_alloc(alignment, size) : NULL;
}

static const char text[] =
    "{\"layers\": [{\"type\": \"dense\", \"units\": 4, \"name\": \"a\", \"activation\": "
    "{\"type\": \"elu\", \"alpha\": 2}}, {\"type\": \"dense\", \"units\": 4, "
    "\"kernel_initializer\": "
    "\"orthogonal\"}, {\"type\": \"add\", \"input\": [\"a\", \"dense_2\"]}, {\"type\": "
    "\"batch_norm\"}, {\"type\": \"reshape\", \"shape\": [2, 2, 1]}, {\"type\": \"conv2d\", "
    "\"filters\": "
    "2, \"kernel_size\": 2, \"padding\": \"same\"}, {\"type\": \"max_pool2d\", \"pool_size\": 1}, "
    "{\"type\": \"conv2d_transpose\", \"filters\": 1, \"kernel_size\": 1}, {\"type\": "
    "\"flatten\"}, "
    "{\"type\": \"dense\", \"units\": \"auto\", \"activation\": \"softmax\"}]}";

static const struct shape shape = {.rank = 1, .dims = {3}};
static json_t *document;
static struct network *made;

static void set_up(void)
{
    struct error error = {0};

    json_set_alloc_funcs(__wrap_malloc, free);
    json_object_seed(1);
    document = fields_parse(text, sizeof(text) - 1, &error);
    made = network_create(document, &shape, 2, &error);
    ck_assert_ok(error);
}

static void tear_down(void)
{
    network_free(made);
    json_decref(document);
}

/* Each does its work and frees it: whether it succeeded. */
static bool try_network(struct error *error)
{
    struct network *network = network_create(document, &shape, 2, error);

    network_free(network);
    return network != NULL;
}

static bool try_workspace(enum workspace_use use, struct error *error)
{
    struct workspace *workspace =
        workspace_create(made, kernels_reference(), 7, TRIAL_MEMBERS, use, error);

    workspace_free(workspace);
    return workspace != NULL;
}

static bool try_training(struct error *error)
{
    return try_workspace(WORKSPACE_TRAIN, error);
}

static bool try_prediction(struct error *error)
{
    return try_workspace(WORKSPACE_PREDICT, error);
}

static bool try_size(struct error *error)
{
    size_t size = 0;

    return workspace_size(made, 7, TRIAL_MEMBERS, WORKSPACE_TRAIN, &size, error) == 0;
}

static bool try_output(struct error *error)
{
    enum activation_code activation = ACTIVATION_COUNT;
    int64_t width = -1;

    return network_document_output(document, &activation, &width, error) == 0;
}

static const struct {
    bool (*attempt)(struct error *error);
    size_t least; /* allocations that it surely makes */
} operations[] = {
    {try_network, 20}, {try_training, 5}, {try_prediction, 5}, {try_size, 4}, {try_output, 2}};

START_TEST(every_failing_allocation_is_told)
{
    size_t count = 0;
    bool succeeded = false;

    for (; !succeeded; count++) {
        struct error error = {0};
        allowed = count;
        succeeded = operations[_i].attempt(&error);
        allowed = SIZE_MAX;
        ck_assert_msg(error.code == (succeeded ? ERROR_NONE : ERROR_MEMORY),
                      "allocation %zu: %s %s", count, error_code_name(error.code), error.message);
    }
    ck_assert_uint_ge(count, operations[_i].least);
}
END_TEST

START_TEST(runs_allocate_nothing)
{
    struct trial trial = trial_of_network(made, 7, 1, kernels_reference());
    float d_output[14] = {1.0F, -1.0F};

    allowed = 0;
    network_initialize(trial.network, 3, trial.parameters);
    trial_backward(&trial, d_output, true);
    trial_predict(&trial);
    network_penalty(trial.network, 0.1, 0.1, trial.parameters, trial.gradients);
    allowed = SIZE_MAX;
    trial_clear(&trial);
    made = NULL;
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_loop_test(tests, every_failing_allocation_is_told, 0, ARRAY_COUNT(operations));
    tcase_add_test(tests, runs_allocate_nothing);
}

int main(void)
{
    return tests_run("network_memory", add_tests);
}
