/* Tests of the catalog. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/catalog.h"
#include "engine/augment.h"
#include "engine/layer.h"
#include "engine/loss.h"
#include "engine/metrics.h"
#include "engine/optimizer.h"
#include "engine/schedule.h"
#include "tests/check.h"

#include <string.h>

/* Whether a list of the catalog has an entry of this name with a list of fields. */
static bool has(const json_t *catalog, const char *list_name, const char *name)
{
    const json_t *list = json_object_get(catalog, list_name);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *entry = json_array_get(list, i);
        if (strcmp(json_string_value(json_object_get(entry, "name")), name) == 0)
            return json_is_array(json_object_get(entry, "fields"));
    }
    return false;
}

START_TEST(everything_that_is_built_is_listed)
{
    json_t *catalog = catalog_describe();
    for (size_t i = 0; layer_types[i] != NULL; i++)
        ck_assert(has(catalog, "layers", layer_types[i]->kind.name));
    for (size_t i = 0; loss_kinds[i] != NULL; i++)
        ck_assert(has(catalog, "losses", loss_kinds[i]->name));
    for (size_t i = 0; optimizer_kinds[i] != NULL; i++)
        ck_assert(has(catalog, "optimizers", optimizer_kinds[i]->name));
    for (size_t i = 0; schedule_kinds[i] != NULL; i++)
        ck_assert(has(catalog, "schedules", schedule_kinds[i]->name));
    for (size_t i = 0; augment_kinds[i] != NULL; i++)
        ck_assert(has(catalog, "augmentations", augment_kinds[i]->name));
    ck_assert(has(catalog, "activations", "gelu_tanh"));
    ck_assert(has(catalog, "initializers", "glorot_uniform"));
    ck_assert(has(catalog, "formats", "csv") && has(catalog, "formats", "npz"));
    for (size_t i = 0; metric_kinds[i] != NULL; i++)
        ck_assert(has(catalog, "metrics", metric_kinds[i]->name));
    ck_assert(has(catalog, "documents", "training") && has(catalog, "documents", "window"));
    ck_assert(has(catalog, "documents", "preprocessing") && has(catalog, "documents", "features"));
    json_decref(catalog);
}
END_TEST

START_TEST(every_layer_shows_its_use)
{
    json_t *catalog = catalog_describe();
    const json_t *layers = json_object_get(catalog, "layers");
    for (size_t i = 0; i < json_array_size(layers); i++) {
        const json_t *layer = json_array_get(layers, i);
        const json_t *chain = json_object_get(json_object_get(layer, "example"), "layers");
        const json_t *last = json_array_get(chain, json_array_size(chain) - 1);
        ck_assert_str_eq(json_string_value(json_object_get(last, "type")),
                         json_string_value(json_object_get(layer, "name")));
    }
    json_decref(catalog);
}
END_TEST

START_TEST(every_augmentation_shows_what_it_fits)
{
    json_t *catalog = catalog_describe();
    const json_t *list = json_object_get(catalog, "augmentations");
    for (size_t i = 0; augment_types[i] != NULL; i++) {
        const json_t *entry = json_array_get(list, i), *example = json_object_get(entry, "example");
        bool fits_anything = (augment_types[i]->fits & (unsigned)AUGMENT_ANYTHING) != 0;
        ck_assert_uint_eq(json_array_size(json_object_get(entry, "fits")), fits_anything ? 3 : 1);
        ck_assert_str_eq(json_string_value(json_object_get(json_array_get(example, 0), "type")),
                         augment_types[i]->kind.name);
    }
    json_decref(catalog);
}
END_TEST

static void add_tests(TCase *cases)
{
    tcase_add_test(cases, everything_that_is_built_is_listed);
    tcase_add_test(cases, every_layer_shows_its_use);
    tcase_add_test(cases, every_augmentation_shows_what_it_fits);
}

int main(void)
{
    return tests_run("catalog", add_tests);
}
