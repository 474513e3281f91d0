/* POST /v1/models/{model}:predict, …/versions/{version}:predict, …/labels/{alias}:predict:
 * TensorFlow Serving's form, CSV and NPY. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handlers/handlers.h"
#include "api/handlers/predict_answer.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- what the body is */

enum form { FORM_UNKNOWN, FORM_JSON, FORM_CSV, FORM_NPY, FORM_BY_ITSELF };

/* What clients say that leaves it open: curl -d says that anything is a form. */
static const struct {
    const char *type;
    enum form form;
} types[] = {{"application/json", FORM_JSON},
             {"text/json", FORM_JSON},
             {"application/x-www-form-urlencoded", FORM_BY_ITSELF},
             {"application/octet-stream", FORM_BY_ITSELF},
             {"text/plain", FORM_BY_ITSELF},
             {"text/csv", FORM_CSV},
             {"application/csv", FORM_CSV},
             {"text/tab-separated-values", FORM_CSV},
             {"application/x-npy", FORM_NPY},
             {"application/npy", FORM_NPY}};

static enum form form_of_type(const char *type)
{
    if (type == NULL)
        return FORM_BY_ITSELF;
    const size_t size = strcspn(type, "; \t");
    for (size_t i = 0; i < ARRAY_COUNT(types); i++)
        if (strlen(types[i].type) == size && strncasecmp(types[i].type, type, size) == 0)
            return types[i].form;
    return size > 5 && strncasecmp(type + size - 5, "+json", 5) == 0 ? FORM_JSON : FORM_UNKNOWN;
}

/* NPY begins with its magic number, a document with a bracket; nothing at all is one that lacks
 * all. */
static enum form form_of_bytes(const char *text, size_t size)
{
    static const char magic[] = "\x93NUMPY", blanks[] = " \t\r\n";
    if (size >= sizeof magic - 1 && memcmp(text, magic, sizeof magic - 1) == 0)
        return FORM_NPY;
    size_t at = 0;
    while (at < size && strchr(blanks, text[at]) != NULL && text[at] != '\0')
        at++;
    return at == size || text[at] == '{' || text[at] == '[' ? FORM_JSON : FORM_CSV;
}

static int find_form(const struct request *request, const char *text, size_t size, enum form *form,
                     struct error *error)
{
    const char *type = request_header(request, "Content-Type");
    *form = form_of_type(type);
    if (*form == FORM_UNKNOWN)
        return error_set(error, ERROR_UNSUPPORTED,
                         "Content-Type must be application/json, text/csv or application/x-npy, "
                         "not %.80s",
                         type);
    if (*form == FORM_BY_ITSELF)
        *form = form_of_bytes(text, size);
    return 0;
}

/* ---- steps */

static void work_free(void *work_taken)
{
    inference_close(work_taken);
    free(work_taken);
}

/* What is wrong with the body is told first, whether there is such a model or not. */
static int refuse_model(const struct request *request, enum form form, const struct error *cause,
                        struct error *error)
{
    json_auto_t *json = form == FORM_JSON ? request_json(request, error) : NULL;
    if (form != FORM_JSON || json != NULL)
        *error = *cause;
    return -1;
}

static int read_body(struct prediction *prediction, enum form form, const char *text, size_t size,
                     struct error *error)
{
    switch (form) {
    case FORM_CSV:
        return prediction_read_csv(prediction, text, size, INFERENCE_ROWS_MAX, error);
    case FORM_NPY:
        return prediction_read_npy(prediction, text, size, INFERENCE_ROWS_MAX, error);
    default:
        return prediction_read(prediction, text, size, INFERENCE_ROWS_MAX, error);
    }
}

static int begin(struct request *request, struct reply *reply, struct error *error)
{
    const struct bytes *body = &request->body.text;
    const char *text = body->data != NULL ? (const char *)body->data : "";
    struct inference *inference = calloc(1, sizeof *inference);
    struct error cause = {0};
    enum form form;
    (void)reply;
    if (inference == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for the predictions");
    request->work = inference;
    if (find_form(request, text, body->size, &form, error) != 0)
        return -1;
    if (inference_open(inference, request, &cause) != 0)
        return refuse_model(request, form, &cause, error);
    if (read_body(&inference->prediction, form, text, body->size, error) != 0)
        return -1;
    inference_begun(inference);
    return 0;
}

static int end(struct request *request, struct reply *reply, struct error *error)
{
    struct inference *inference = request->work;
    if (inference_check(inference, error) != 0 ||
        predict_answer(inference, request, reply, error) != 0)
        return -1;
    inference_succeed(inference);
    return 0;
}

const struct route_steps predict_steps = {.begin = begin,
                                          .is_long = inference_is_long,
                                          .run = inference_run,
                                          .end = end,
                                          .free = work_free};
