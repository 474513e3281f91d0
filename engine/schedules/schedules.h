/* The schedules that are built, one a file. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_SCHEDULES_SCHEDULES_H
#define PROPD_ENGINE_SCHEDULES_SCHEDULES_H

#include "engine/schedule.h"

extern const struct schedule_type schedule_constant;
extern const struct schedule_type schedule_cosine;
extern const struct schedule_type schedule_cosine_restarts;
extern const struct schedule_type schedule_exponential;
extern const struct schedule_type schedule_multi_step;
extern const struct schedule_type schedule_one_cycle;
extern const struct schedule_type schedule_polynomial;
extern const struct schedule_type schedule_reduce_on_plateau;
extern const struct schedule_type schedule_step;

#endif
