/* What references to models stand for, remembered until the store's models or their aliases change.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* References that clients use again and again; the least recently used is forgotten. */
enum { NAMES_MAX = 256 };

struct name {
    uint64_t since; /* when it was read */
    struct model_title title;
};

struct cache *model_names_create(struct error *error)
{
    return cache_create(NAMES_MAX, free, error);
}

static bool recall(struct daemon *daemon, const char *reference, struct model_title *title)
{
    struct name *name = cache_hold(daemon->model_names, reference);
    if (name == NULL)
        return false;
    const struct change_set models = {1, {CHANGE_MODELS}};
    bool is_valid = !changes_any(store_changes(daemon->store), &models, name->since);
    *title = name->title;
    cache_release(daemon->model_names, name);
    if (!is_valid)
        cache_forget(daemon->model_names, reference);
    return is_valid;
}

static void remember(struct daemon *daemon, const char *reference, uint64_t since,
                     const struct model_title *title)
{
    struct name *name = malloc(sizeof *name);
    if (name == NULL)
        return;
    *name = (struct name){.since = since, .title = *title};
    cache_release(daemon->model_names, cache_add(daemon->model_names, reference, name, 1, NULL));
}

/* A reference as one viewer means it. */
static char *reference_key(const struct viewer *viewer, const char *reference)
{
    struct bytes key = {0};
    bytes_printf(&key, "%s%s %s", viewer->sees_all ? "*" : "", viewer->owner, reference);
    if (bytes_text(&key) != NULL)
        return (char *)key.data;
    bytes_clear(&key);
    return NULL;
}

static int title_read(struct daemon *daemon, const struct viewer *viewer, const char *reference,
                      struct model_title *title, struct error *error)
{
    struct model_record record AUTO_CLEAR(model_record_clear) = {0};
    if (store_model_get(daemon->store, viewer, reference, &record, error) != 0)
        return -1;
    *title = (struct model_title){.version = record.version};
    int id_size = snprintf(title->id, sizeof title->id, "%s", record.id);
    int name_size = snprintf(title->name, sizeof title->name, "%s", record.name);
    if (id_size >= (int)sizeof title->id || name_size >= (int)sizeof title->name)
        return error_set(error, ERROR_INTERNAL, "the name of model %.60s is too long", record.id);
    return 0;
}

int model_title_find(struct daemon *daemon, const struct viewer *viewer, const char *reference,
                     struct model_title *title, struct error *error)
{
    AUTO_FREE char *key = reference_key(viewer, reference);
    if (key == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for the name of a model");
    if (recall(daemon, key, title))
        return 0;
    uint64_t since = changes_now(store_changes(daemon->store));
    if (title_read(daemon, viewer, reference, title, error) != 0)
        return -1;
    remember(daemon, key, since, title);
    return 0;
}
