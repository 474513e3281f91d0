/* Lets each allocation of preprocessing fail in turn: it must end with ERROR_MEMORY and (under
 * AddressSanitizer or valgrind) without a leak. The linker sends malloc and its kin here, jansson
 * is told to come here too. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/preprocessing.h"
#include "tests/check.h"
#include "tests/engine/learn.h"
#include "tests/engine/table.h"

#include <math.h>
#include <stdint.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *data, size_t size);
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *data, size_t size);
char *__wrap_strdup(const char *text);

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

void *__wrap_realloc(void *data, size_t size)
{
    return may_allocate() ? __real_realloc(data, size) : NULL;
}

char *__wrap_strdup(const char *text)
{
    return may_allocate() ? __real_strdup(text) : NULL;
}

/* What is tried with less and less memory missing. */
struct trial {
    struct dataset *table;
    struct preprocessing_options options;
    struct feature_options features;
    struct strings targets;
    struct series_options window;
    struct preprocessing *learned;
    json_t *written;
};

/* What a trial takes of the table: JSON; `window` may be NULL. */
struct take {
    const char *target, *features, *columns, *window;
};

static void trial_read(struct trial *trial, const struct take *take)
{
    json_t *features = parse(take->features);
    ck_assert_int_eq(fields_default(&preprocessing_options_kind, &trial->options, NULL), 0);
    ck_assert_int_eq(
        fields_read(&feature_options_kind, features, &trial->features, "features", NULL), 0);
    trial->options.columns = parse(take->columns);
    json_decref(features);
    if (take->window == NULL)
        return;
    json_t *window = parse(take->window);
    ck_assert_int_eq(fields_read(&series_options_kind, window, &trial->window, "window", NULL), 0);
    json_decref(window);
}

static struct trial trial_create(const struct take *take)
{
    const double numbers[] = {1, 2, (double)NAN, 4};
    const char *const categories[] = {"a", "b", NULL, "c"};
    const char *const texts[] = {"some words", "more of the words", "", "words"};
    const int64_t dates[] = {1, 2, 3, 4};
    const uint8_t halves[] = {0, 0, 1, 1};
    const double classes[] = {1, 2, 1, 2};
    static char *names[1];
    struct trial trial = {.table = table_create(4)};
    table_add_numbers(trial.table, "number", numbers);
    table_add_categories(trial.table, "category", categories);
    table_add_categories(trial.table, "rank", categories);
    table_add_categories(trial.table, "embedded", categories);
    table_add_text(trial.table, "text", texts);
    table_add_dates(trial.table, "date", dates);
    table_add_booleans(trial.table, "half", halves);
    table_add_numbers(trial.table, "class", classes);
    trial_read(&trial, take);
    names[0] = (char *)(uintptr_t)take->target;
    trial.targets = (struct strings){.count = 1, .items = names};
    return trial;
}

static void trial_clear(struct trial *trial)
{
    preprocessing_free(trial->learned);
    json_decref(trial->written);
    fields_clear(&preprocessing_options_kind, &trial->options);
    fields_clear(&feature_options_kind, &trial->features);
    fields_clear(&series_options_kind, &trial->window);
    table_free(trial->table);
}

static struct preprocessing *trial_learn(const struct trial *trial, struct error *error)
{
    const struct task_request request = {.targets = &trial->targets,
                                         .decided = true,
                                         .wanted = TARGET_CLASS,
                                         .window =
                                             trial->window.length > 0 ? &trial->window : NULL};
    return preprocessing_learn(trial->table, &trial->options, &trial->features, &request, NULL, 0,
                               error);
}

/* One go at all of it: true when nothing failed. */
static bool learn_once(struct trial *trial, struct error *error)
{
    struct preprocessing *learned = trial_learn(trial, error);
    bool done = learned != NULL;
    preprocessing_free(learned);
    return done;
}

static bool bind_once(struct trial *trial, struct error *error)
{
    struct preprocessing_binding *binding =
        preprocessing_bind(trial->learned, trial->table, true, error);
    bool done = binding != NULL;
    preprocessing_binding_free(binding);
    return done;
}

static bool write_once(struct trial *trial, struct error *error)
{
    json_t *written = preprocessing_write(trial->learned);
    if (!written)
        error_set(error, ERROR_MEMORY, "out of memory");
    bool done = written != NULL;
    json_decref(written);
    return done;
}

static bool read_once(struct trial *trial, struct error *error)
{
    struct preprocessing *read = preprocessing_read(trial->written, error);
    bool done = read != NULL;
    preprocessing_free(read);
    return done;
}

static void *jansson_malloc(size_t size)
{
    return __wrap_malloc(size);
}

static void fail_in_turn(struct trial *trial, bool (*once)(struct trial *, struct error *))
{
    size_t count = 0;
    for (bool done = false; !done; count++) {
        struct error error = {0};
        allowed = count;
        done = once(trial, &error);
        allowed = SIZE_MAX;
        ck_assert_msg(error.code == (done ? ERROR_NONE : ERROR_MEMORY), "allocation %zu: %s", count,
                      error.message);
        ck_assert_uint_lt(count, 10000);
    }
    ck_assert_uint_gt(count, 2);
}

static void fail_everything(const struct take *take)
{
    struct error error = {0};
    json_set_alloc_funcs(jansson_malloc, free);
    struct trial trial = trial_create(take);
    fail_in_turn(&trial, learn_once);
    trial.learned = trial_learn(&trial, &error);
    ck_assert_ok(error);
    trial.written = preprocessing_write(trial.learned);
    fail_in_turn(&trial, bind_once);
    fail_in_turn(&trial, write_once);
    fail_in_turn(&trial, read_once);
    trial_clear(&trial);
}

static const struct take takes[] = {
    {"class", "{\"exclude\": \"text\"}",
     "{\"rank\": {\"categorical\": \"ordinal\"}, \"embedded\": {\"categorical\": \"embedding\"}}",
     NULL},
    {"category", "{\"include\": [\"number\", \"rank\", \"text\"]}",
     "{\"text\": {\"text_slots\": 8}}", NULL},
    {"class", "{\"include\": \"text\"}", "{\"text\": {\"text\": \"tokens\"}}", NULL},
    {"class", "{\"exclude\": \"text\"}", "{\"embedded\": {\"categorical\": \"embedding\"}}",
     "{\"length\": 1, \"by\": \"date\"}"},
    {"category", "{\"include\": \"number\"}", "{}",
     "{\"length\": 1, \"by\": \"date\", \"group\": \"half\"}"},
};

START_TEST(no_failed_allocation_crashes_or_leaks)
{
    fail_everything(&takes[_i]);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_loop_test(tests, no_failed_allocation_crashes_or_leaks, 0,
                        (int)(sizeof(takes) / sizeof(takes[0])));
}

int main(void)
{
    return tests_run("preprocessing_memory", add_tests);
}
