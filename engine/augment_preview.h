/* Rows of a dataset before and after a list of augmentations: what a job would train on, without
 * training. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_AUGMENT_PREVIEW_H
#define PROPD_ENGINE_AUGMENT_PREVIEW_H

#include <jansson.h>
#include <stdint.h>

#include "engine/augmentation.h"
#include "engine/trainer.h"

/* Values of all rows together: what an answer may be made of. */
enum { AUGMENT_PREVIEW_ROWS_MAX = 64, AUGMENT_PREVIEW_VALUES_MAX = 4 << 20 };

struct augment_preview_request {
    struct trainer_setup setup;  /* of the job; network NULL: one that can learn its target */
    const struct variants *list; /* not empty; its seed is the setup's */
    const char *path;            /* of the list, for errors: "training.augmentation" */
    int64_t epoch;               /* from 0 */
    int64_t count;               /* 1 … AUGMENT_PREVIEW_ROWS_MAX */
    const uint32_t *rows; /* [count], of the dataset; NULL: the first ones that can be trained on,
                             maybe fewer. They are one batch: mixup and cutmix mix them with each
                             other */
};

struct augment_preview {
    struct shape shape; /* of a row; [time, channels] where it was augmented as a series */
    bool is_bytes;      /* values are in [0, 1] */
    int64_t count, elements;
    float *before, *after; /* owned, [count][elements] */
    json_t *names;         /* owned; of a table: a name for each element; NULL for tensors */
    json_t *rows; /* owned; an object a row: {"row": 3, "label": "cat"} or "target" with a number or
                     a list of them in original units, null where it is missing; of a row that is
                     mixed also "mix": [{"row", "label" …, "share"}, …] */
};

/* Learns the preprocessing as the job would. NULL with an error, whose path may be "rows[3]"; the
 * result needs nothing of the request. */
struct augment_preview *augment_preview_create(const struct augment_preview_request *request,
                                               struct error *error);
void augment_preview_free(struct augment_preview *preview);

#endif
