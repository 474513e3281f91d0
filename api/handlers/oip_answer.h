/* Inference answers of the Open Inference Protocol: JSON, and behind it the bytes of binary
 * outputs.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_API_HANDLERS_OIP_ANSWER_H
#define PROPD_API_HANDLERS_OIP_ANSWER_H

#include "api/handlers/inference.h"
#include "api/handlers/oip_request.h"

int oip_answer(const struct inference *inference, const struct oip_request *asked,
               struct reply *reply, struct error *error);

#endif
