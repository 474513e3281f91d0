/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/propctl/difference.h"
#include "clients/propctl/text.h"

/* Deeper is no document of propd's; what differs there is shown as a whole. */
enum { DEEPEST = 32 };

static void add(json_t *rows, const char *path, json_t *a, json_t *b, int depth);

static void add_part(json_t *rows, const char *path, const char *key, json_t *a, json_t *b,
                     int depth)
{
    struct text part TEXT_AUTO = {0};
    text_printf(&part, "%s.%s", path, key);
    add(rows, part.data, a, b, depth + 1);
}

static void add_objects(json_t *rows, const char *path, json_t *a, json_t *b, int depth)
{
    const char *key;
    json_t *value;
    json_object_foreach(a, key, value)
        add_part(rows, path, key, value, json_object_get(b, key), depth);
    json_object_foreach(b, key, value)
    {
        if (json_object_get(a, key) == NULL)
            add_part(rows, path, key, NULL, value, depth);
    }
}

static void add_lists(json_t *rows, const char *path, json_t *a, json_t *b, int depth)
{
    size_t a_size = json_array_size(a), b_size = json_array_size(b);
    for (size_t i = 0; i < a_size || i < b_size; i++) {
        struct text key TEXT_AUTO = {0};
        text_printf(&key, "%zu", i);
        add_part(rows, path, key.data, json_array_get(a, i), json_array_get(b, i), depth);
    }
}

static void add(json_t *rows, const char *path, json_t *a, json_t *b, int depth)
{
    json_auto_t *nothing = json_null();
    a = a != NULL ? a : nothing;
    b = b != NULL ? b : nothing;
    if (json_equal(a, b))
        return;
    if (json_is_object(a) && json_is_object(b) && depth < DEEPEST)
        add_objects(rows, path, a, b, depth);
    else if (json_is_array(a) && json_is_array(b) && depth < DEEPEST)
        add_lists(rows, path, a, b, depth);
    else
        json_array_append_new(rows, json_pack("{s:s, s:O, s:O}", "path", path, "a", a, "b", b));
}

void difference_add(json_t *rows, const char *path, json_t *a, json_t *b)
{
    add(rows, path, a, b, 0);
}
