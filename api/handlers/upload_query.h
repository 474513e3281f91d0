/* What the query of an upload without a name in its path says. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_API_HANDLERS_UPLOAD_QUERY_H
#define PROPD_API_HANDLERS_UPLOAD_QUERY_H

#include "engine/dataset.h"

/* Kind: datasets_post_query_kind. */
struct upload_query {
    struct dataset_options options;
    char *name;
};

#endif
