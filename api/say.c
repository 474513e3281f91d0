/* PATCH of what an owner says of a dataset or model: a merge patch (RFC 7396) of two members, tags
 * being replaced as a whole as a job's are. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/say.h"
#include "base/fields.h"
#include "daemon/job_document.h"

#include <stdlib.h>

enum { ABOUT_MAX = 4096 };

static const struct field say_fields[] = {
    FIELD_JSON(struct say_body, tags, .flags = FIELD_NULLABLE,
               .help = "any strings by name, in place of those that are there; null: none"),
    FIELD_STRING(struct say_body, about, .max = ABOUT_MAX, .flags = FIELD_NULLABLE,
                 .help = "what it is, in your words; null: nothing"),
    FIELD_END};

static int check(const void *options, const char *path, struct error *error)
{
    const struct say_body *body = options;
    (void)path;
    return job_tags_check(body->tags, error);
}

const struct kind say_kind = {.name = "patch",
                              .help = "what its owner says of it; what is absent stays",
                              .size = sizeof(struct say_body),
                              .fields = say_fields,
                              .check = check};

int say_read(const struct request *request, struct say *say, struct error *error)
{
    *say = (struct say){0};
    json_auto_t *json = request_json(request, error);
    if (json == NULL || fields_read(&say_kind, json, &say->body, "", error) != 0)
        return -1;
    if (json_object_size(say->body.tags) > 0) {
        say->tags = fields_print(say->body.tags);
        if (say->tags == NULL)
            return error_set(error, ERROR_MEMORY, "no memory for the tags");
    }
    say->says = (struct record_saying){.has_tags = json_object_get(json, "tags") != NULL,
                                       .has_about = json_object_get(json, "about") != NULL,
                                       .tags = say->tags,
                                       .about = say->body.about};
    return 0;
}

void say_clear(struct say *say)
{
    fields_clear(&say_kind, &say->body);
    free(say->tags);
}
