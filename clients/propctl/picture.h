/* Curves as a picture with axes, by cairo: SVG or PNG out of the same strokes. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPCTL_PICTURE_H
#define PROPCTL_PICTURE_H

#include "clients/propctl/series.h"

enum picture_kind { PICTURE_SVG, PICTURE_PNG };

struct picture {
    enum picture_kind kind;
    const char *path;
    const char *title;
    int width, height; /* pixels */
    bool is_log;
};

/* Writes the file: a series' mean as a line, from least to most as an area behind it. */
enum outcome picture_write(const struct picture *picture, const struct series_list *list);

#endif
