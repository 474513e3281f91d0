/* PATCH of what an owner says of a dataset or model. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_API_SAY_H
#define PROPD_API_SAY_H

#include "api/request.h"

struct say_body {
    json_t *tags;
    char *about;
};
extern const struct kind say_kind;

struct say {
    struct say_body body;
    char *tags;                /* JSON text */
    struct record_saying says; /* borrows from the others */
};

/* Reads the request's body; say_clear() in every case. */
int say_read(const struct request *request, struct say *say, struct error *error);
void say_clear(struct say *say);

#endif
