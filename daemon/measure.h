/* Models measured on datasets. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_DAEMON_MEASURE_H
#define PROPD_DAEMON_MEASURE_H

#include <jansson.h>

#include "daemon/daemon.h"
#include "engine/importance.h"

/* On what. */
struct measure_request {
    const struct viewer *viewer;
    const char *model;   /* id, name, name@version */
    const char *dataset; /* NULL: the one that the model's job ran on */
    const json_t *rows;  /* NULL or "all"; "training" or "validation": those of the model's job;
                            {"offset", "limit"} */
};

/* Both answer what evaluation_report() or importance_report() says, and "model", "version" and
 * "dataset". They take as long as it takes; ERROR_CANCELLED where the daemon stops. */
json_t *daemon_model_evaluate(struct daemon *daemon, const struct measure_request *request,
                              const json_t *metrics, struct error *error);
json_t *daemon_model_importance(struct daemon *daemon, const struct measure_request *request,
                                const struct importance_options *options, struct error *error);

#endif
