/* Every table of the engine, described. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/catalog.h"
#include "base/fields.h"
#include "engine/activation.h"
#include "engine/augment.h"
#include "engine/formats/format.h"
#include "engine/initializer.h"
#include "engine/layer.h"
#include "engine/loss.h"
#include "engine/metrics.h"
#include "engine/optimizer.h"
#include "engine/preprocessing.h"
#include "engine/schedule.h"
#include "engine/series.h"
#include "engine/training.h"

#include <assert.h>
#include <string.h>

static json_t *describe_kinds(const struct kind *const *kinds)
{
    json_t *list = json_array();
    for (; list != NULL && *kinds != NULL; kinds++)
        if (json_array_append_new(list, fields_describe(*kinds)) != 0) {
            json_decref(list);
            return NULL;
        }
    return list;
}

/* A layer type with a network that shows its use. */
static json_t *describe_layer(const struct layer_type *type)
{
    json_t *layer = fields_describe(&type->kind);
    if (layer == NULL || type->example == NULL)
        return layer;
    if (json_object_set_new(layer, "example",
                            fields_parse(type->example, strlen(type->example), NULL)) == 0)
        return layer;
    json_decref(layer);
    return NULL;
}

static json_t *describe_layers(void)
{
    json_t *list = json_array();
    for (const struct layer_type *const *type = layer_types; list != NULL && *type != NULL; type++)
        if (json_array_append_new(list, describe_layer(*type)) != 0) {
            json_decref(list);
            return NULL;
        }
    return list;
}

static int set_fits(json_t *entry, unsigned fits)
{
    static const struct {
        unsigned fit;
        const char *name;
    } names[] = {
        {AUGMENT_IMAGES, "images"}, {AUGMENT_SERIES, "series"}, {AUGMENT_TABLES, "tables"}};
    json_t *list = json_array();
    int result = 0;
    for (size_t i = 0; i < ARRAY_COUNT(names); i++)
        if ((fits & (names[i].fit | (unsigned)AUGMENT_ANYTHING)) != 0)
            result |= json_array_append_new(list, json_string(names[i].name));
    return result | json_object_set_new(entry, "fits", list);
}

/* An augmentation with what it takes and a list that shows its use. */
static json_t *describe_augmentation(const struct augment_type *type)
{
    json_t *entry = fields_describe(&type->kind);
    json_t *example = fields_parse(type->example, strlen(type->example), NULL);
    if (entry != NULL && set_fits(entry, type->fits) == 0 &&
        json_object_set(entry, "example", example) == 0) {
        json_decref(example);
        return entry;
    }
    json_decref(entry);
    json_decref(example);
    return NULL;
}

static json_t *describe_augmentations(void)
{
    json_t *list = json_array();
    for (const struct augment_type *const *type = augment_types; list != NULL && *type != NULL;
         type++)
        if (json_array_append_new(list, describe_augmentation(*type)) != 0) {
            json_decref(list);
            return NULL;
        }
    return list;
}

static json_t *describe_metrics(void)
{
    json_t *list = describe_kinds(metric_kinds);
    for (size_t i = 0; i < json_array_size(list); i++) {
        bool is_better = metric_higher_is_better(metric_kinds[i]->name);
        if (json_object_set_new(json_array_get(list, i), "higher_is_better",
                                json_boolean(is_better)) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

/* Those that can be read. */
static json_t *describe_formats(void)
{
    json_t *list = json_array();
    for (const struct format *const *format = formats; list != NULL && *format != NULL; format++)
        if (json_array_append_new(list, fields_describe(&(*format)->kind)) != 0) {
            json_decref(list);
            return NULL;
        }
    return list;
}

/* The parts of a job document that are no choice between kinds. */
static const struct kind *const document_kinds[] = {
    &training_kind, &preprocessing_options_kind, &series_options_kind, &feature_options_kind, NULL};

json_t *catalog_describe(void)
{
    const struct {
        const char *name;
        json_t *list;
    } parts[] = {{"layers", describe_layers()},
                 {"losses", describe_kinds(loss_kinds)},
                 {"optimizers", describe_kinds(optimizer_kinds)},
                 {"schedules", describe_kinds(schedule_kinds)},
                 {"augmentations", describe_augmentations()},
                 {"activations", describe_kinds(activation_kinds)},
                 {"initializers", describe_kinds(initializer_kinds)},
                 {"metrics", describe_metrics()},
                 {"formats", describe_formats()},
                 {"documents", describe_kinds(document_kinds)}};
    json_t *catalog = json_object();
    int result = catalog == NULL ? -1 : 0;
    for (size_t i = 0; i < ARRAY_COUNT(parts); i++)
        result |= json_object_set_new(catalog, parts[i].name, parts[i].list);
    if (result == 0)
        return catalog;
    json_decref(catalog);
    return NULL;
}

void catalog_groups(struct catalog_groups *groups)
{
    *groups = (struct catalog_groups){.groups = {{"activation", activation_kinds, false},
                                                 {"augmentation", augment_kinds, false},
                                                 {"initializer", initializer_kinds, false},
                                                 {"layer", groups->layers, true},
                                                 {"loss", loss_kinds, false},
                                                 {"metric", metric_kinds, false},
                                                 {"optimizer", optimizer_kinds, false},
                                                 {"schedule", schedule_kinds, false}}};
    for (size_t i = 0; layer_types[i] != NULL; i++) {
        assert(i < CATALOG_LAYERS_MAX);
        groups->layers[i] = &layer_types[i]->kind;
    }
}
