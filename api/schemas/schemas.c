/* All schemas. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/schemas/schemas.h"

const struct schema *const schemas[] = {
    access_schemas, inference_schemas, dataset_schemas, evaluation_schemas, job_schemas,
    model_schemas,  network_schemas,   service_schemas, trace_schemas,      NULL,
};
