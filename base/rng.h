/* Counter-based random numbers: Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random
 * numbers: as easy as 1, 2, 3", SC 2011). A draw is a pure function of (seed, stream, counter):
 * there is no generator state to save, and no draw depends on another or on a thread. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_BASE_RNG_H
#define PROPD_BASE_RNG_H

#include <stddef.h>
#include <stdint.h>

/* What a draw is for. Make one with rng_stream(), then ask it for any counter. */
struct rng {
    uint32_t key[2];
    uint32_t stream[2];
};

/* One block: four independent uniform 32-bit numbers for (key, counter). Known answers: Random123's
 * kat_vectors. */
void rng_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

/* The stream for `purpose` (a word: "shuffle", "dropout", "initializer"), told apart further by any
 * text (a layer and tensor name, or "") and any number (the epoch, the step). */
struct rng rng_stream(uint64_t seed, const char *purpose, const char *name, uint64_t number);

uint32_t rng_u32(const struct rng *rng, uint64_t counter);
/* Uniform in [0, 1): 24 bits for a float, 53 for a double. */
float rng_float(const struct rng *rng, uint64_t counter);
double rng_double(const struct rng *rng, uint64_t counter);
/* Standard normal (Box-Muller over one block). */
double rng_normal(const struct rng *rng, uint64_t counter);
/* Beta(shape, shape), in [0, 1]: Jöhnk's method (1964) for a shape up to 1, Cheng's BB ("Generating
 * beta variates with nonintegral shape parameters", CACM 1978) above. Rejected draws take further
 * blocks. shape > 0. */
double rng_beta(const struct rng *rng, uint64_t counter, double shape);
/* Uniform in [0, bound) without bias (Lemire's method over one 64-bit draw, rejected draws take
 * further blocks). bound > 0. */
uint64_t rng_below(const struct rng *rng, uint64_t counter, uint64_t bound);
/* Four uniform floats of one block, for kernels that draw many: lane i of block b is draw 4b + i of
 * rng_float(). */
void rng_floats(const struct rng *rng, uint64_t block, float out[4]);
/* Four standard normal floats of one block (two pairs of Box-Muller), for those who draw many. None
 * is beyond ±5.8. They are not those of rng_normal(). */
void rng_normals(const struct rng *rng, uint64_t block, float out[4]);
/* A permutation of 0 … count-1 (Fisher-Yates). */
void rng_permutation(const struct rng *rng, uint32_t *order, size_t count);

#endif
