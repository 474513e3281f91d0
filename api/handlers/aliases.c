/* Versions of a model's name, and aliases: names for versions that can be moved. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handlers/handlers.h"
#include "api/json.h"
#include "api/names.h"
#include "daemon/daemon.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The newest version of the name in the path stands for it. */
static int get_name(struct request *request, struct model_record *newest, struct error *error)
{
    request_depends(request, CHANGE_MODELS);
    return store_model_get(daemon_store(request->service->daemon), &request->viewer,
                           request->captures[0], newest, error);
}

/* ---- looking */

static json_t *alias_json(const struct model_record *model, const struct alias_record *alias)
{
    return json_pack("{s:s, s:s, s:I, s:s, s:o}", "alias", alias->alias, "model", model->name,
                     "version", (json_int_t)alias->version, "id", alias->model_id, "changed_at",
                     json_time(alias->changed_ms));
}

/* Those of the name that are called `alias` (NULL: all). */
static json_t *aliases_json(struct request *request, const struct model_record *model,
                            const char *alias, struct error *error)
{
    struct alias_record *aliases = NULL;
    size_t count = 0;
    if (store_alias_list(daemon_store(request->service->daemon), model, &aliases, &count, error) !=
        0)
        return NULL;
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        if (alias == NULL || strcmp(aliases[i].alias, alias) == 0)
            (void)json_array_append_new(list, alias_json(model, &aliases[i]));
    alias_records_free(aliases, count);
    if (list == NULL)
        (void)error_set(error, ERROR_MEMORY, "no memory for the aliases");
    return list;
}

int handle_aliases_list(struct request *request, struct reply *reply, struct error *error)
{
    struct model_record model AUTO_CLEAR(model_record_clear) = {0};
    if (get_name(request, &model, error) != 0)
        return -1;
    json_t *list = aliases_json(request, &model, NULL, error);
    return list != NULL ? reply_json(reply, 200, json_pack("{s:o}", "aliases", list), error) : -1;
}

static int reply_alias(struct request *request, int status, const struct model_record *model,
                       struct reply *reply, struct error *error)
{
    const char *alias = request->captures[1];
    json_auto_t *list = aliases_json(request, model, alias, error);
    if (list == NULL)
        return -1;
    if (json_array_size(list) == 0)
        return error_set(error, ERROR_NOT_FOUND, "model \"%.64s\" has no alias \"%.64s\"",
                         model->name, alias);
    return reply_json(reply, status, json_incref(json_array_get(list, 0)), error);
}

int handle_aliases_get(struct request *request, struct reply *reply, struct error *error)
{
    struct model_record model AUTO_CLEAR(model_record_clear) = {0};
    if (get_name(request, &model, error) != 0)
        return -1;
    return reply_alias(request, 200, &model, reply, error);
}

/* ---- changing */

struct aliases_put {
    json_t *version;
};
static const struct field put_fields[] = {
    FIELD_JSON(struct aliases_put, version, .flags = FIELD_REQUIRED,
               .help = "3, or a model of the same name: \"iris@3\", \"latest\", another alias or "
                       "an id"),
    FIELD_END};
const struct kind aliases_put_kind = {.name = "alias",
                                      .help = "the version that an alias is from here on",
                                      .size = sizeof(struct aliases_put),
                                      .fields = put_fields};

/* "latest" and numbers are references already, and "live" is kept for what is served. */
static int check_alias(const char *alias, struct error *error)
{
    if (name_check("alias", alias, error) != 0)
        return -1;
    if (strcmp(alias, "latest") != 0 && strcmp(alias, "live") != 0 &&
        strspn(alias, "0123456789") != strlen(alias))
        return 0;
    return error_set_at(error, ERROR_INVALID, "alias",
                        "must not be \"latest\", \"live\" or a number, as in \"production\", not "
                        "\"%.64s\"",
                        alias);
}

/* A reference to what the body's version says of this name. */
static int make_reference(const char *name, const json_t *version, char *text, size_t size,
                          struct error *error)
{
    const char *said = json_string_value(version);
    int length = -1;
    if (json_is_integer(version) && json_integer_value(version) > 0)
        length = snprintf(text, size, "%s@%lld", name, (long long)json_integer_value(version));
    else if (said != NULL && (strchr(said, '@') != NULL || strncmp(said, "mdl_", 4) == 0))
        length = snprintf(text, size, "%s", said);
    else if (said != NULL)
        length = snprintf(text, size, "%s@%s", name, said);
    if (length > 0 && (size_t)length < size)
        return 0;
    return error_set_at(error, ERROR_INVALID, "version",
                        "must be a version of \"%.64s\", as in 3 or \"%.64s@3\"", name, name);
}

static int find_version(struct request *request, const struct model_record *newest,
                        const json_t *version, struct model_record *model, struct error *error)
{
    char reference[192];
    const struct viewer owner = {.owner = newest->owner};
    if (make_reference(newest->name, version, reference, sizeof reference, error) != 0 ||
        store_model_get(daemon_store(request->service->daemon), &owner, reference, model, error) !=
            0)
        return -1;
    if (strcmp(model->name, newest->name) == 0)
        return 0;
    return error_set_at(error, ERROR_INVALID, "version",
                        "must be a version of \"%.64s\", not of \"%.64s\"", newest->name,
                        model->name);
}

int handle_aliases_put(struct request *request, struct reply *reply, struct error *error)
{
    struct model_record newest AUTO_CLEAR(model_record_clear) = {0};
    struct model_record model AUTO_CLEAR(model_record_clear) = {0};
    struct aliases_put put = {0};
    bool is_new = false;
    if (check_alias(request->captures[1], error) != 0 || get_name(request, &newest, error) != 0 ||
        request_read_body(request, &aliases_put_kind, &put, error) != 0)
        return -1;
    int result = find_version(request, &newest, put.version, &model, error);
    fields_clear(&aliases_put_kind, &put);
    if (result != 0 || store_alias_set(daemon_store(request->service->daemon), &model,
                                       request->captures[1], &is_new, &request->terms, error) != 0)
        return -1;
    if (is_new && reply_header(reply, error, "Location", "%s", request->path) != 0)
        return -1;
    return reply_alias(request, is_new ? 201 : 200, &model, reply, error);
}

int handle_aliases_delete(struct request *request, struct reply *reply, struct error *error)
{
    struct model_record model AUTO_CLEAR(model_record_clear) = {0};
    if (get_name(request, &model, error) != 0 ||
        store_alias_remove(daemon_store(request->service->daemon), &model, request->captures[1],
                           &request->terms, error) != 0)
        return -1;
    reply->status = 204;
    return 0;
}
