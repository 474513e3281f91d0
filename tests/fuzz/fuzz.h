/* What libFuzzer calls: https://llvm.org/docs/LibFuzzer.html#fuzz-target. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_TESTS_FUZZ_FUZZ_H
#define PROPD_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* One input; returns 0, and ends the program where something is wrong. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
