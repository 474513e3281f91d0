/* Prometheus' text format 0.0.4: families of samples, a line each. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_API_EXPOSITION_H
#define PROPD_API_EXPOSITION_H

#include "base/bytes.h"
#include "base/timing.h"

#define EXPOSITION_TYPE "text/plain; version=0.0.4; charset=utf-8"

/* "# HELP name help" and "# TYPE name type"; its samples follow. `help` is one line. */
void exposition_family(struct bytes *text, const char *name, const char *type, const char *help);
/* name{labels} value; `labels` as key="value",…, without anything to escape; "": none. */
void exposition_sample(struct bytes *text, const char *name, const char *labels, double value);
/* Buckets, sum and count of a histogram. */
void exposition_timing(struct bytes *text, const char *name, const struct timing *timing);

#endif
