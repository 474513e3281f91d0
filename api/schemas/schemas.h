/* The lists of schemas, a file each. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_API_SCHEMAS_SCHEMAS_H
#define PROPD_API_SCHEMAS_SCHEMAS_H

#include "api/schema.h"

extern const struct schema access_schemas[], dataset_schemas[], inference_schemas[],
    evaluation_schemas[], job_schemas[], model_schemas[], network_schemas[], service_schemas[],
    trace_schemas[];

#endif
