/* Matrix products by OpenBLAS's sgemm: blas THREADS TRIES, see shapes.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "shapes.h"

#include <cblas.h>

static Runs make(const Shape &shape, Operands &o)
{
    const int rows = shape.rows, depth = shape.depth, columns = shape.columns;
    float *x = o.x.data(), *w = o.w.data(), *y = o.y.data();
    return {[=] {
                cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, rows, columns, depth, 1, x,
                            depth, w, columns, 0, y, columns);
            },
            [=] {
                cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, rows, depth, columns, 1, y,
                            columns, w, columns, 0, x, depth);
            },
            [=] {
                cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, depth, columns, rows, 1, x,
                            depth, y, columns, 0, w, columns);
            }};
}

int main(int count, char **arguments)
{
    return count == 3 ? answer_shapes(atoi(arguments[1]), atoi(arguments[2]), make) : 1;
}
