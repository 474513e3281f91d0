/* How a job is getting on, as a few lines of a terminal that are drawn again and again. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPCTL_PROGRESS_H
#define PROPCTL_PROGRESS_H

#include "clients/propctl/series.h"

/* All zero but for the terminal: nothing is drawn yet. */
struct progress {
    const struct terminal *terminal;
    int lines;
};

/* Draws a job with the curve of its loss (or NULL) over what was drawn before. */
void progress_draw(struct progress *progress, const json_t *job, const struct series *loss);

/* Takes away what was drawn. */
void progress_erase(struct progress *progress);

/* Appends "name value" of every member of an object of numbers, with two blanks between. */
void progress_append_metrics(struct text *out, const json_t *metrics);

/* Appends "val_loss 0.139 at epoch 20", or nothing. */
void progress_append_best(struct text *out, const json_t *job);

#endif
