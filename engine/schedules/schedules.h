/* The schedules that are built, one a file. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_SCHEDULES_SCHEDULES_H
#define PROPD_ENGINE_SCHEDULES_SCHEDULES_H

#include "engine/schedule.h"

extern const struct schedule_type schedule_constant;
extern const struct schedule_type schedule_step;
extern const struct schedule_type schedule_exponential;
extern const struct schedule_type schedule_cosine;

/* Of the specification, not built yet; NULL-terminated. */
extern const char *const schedules_not_built[];

#endif
