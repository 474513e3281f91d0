/* digits: draws handwritten-looking digits as an IDX pair, for the demo and the tests.
 *
 *     digits ROWS SEED IMAGES LABELS
 *
 * Each image is 28 x 28 bytes: a digit's pen strokes, turned, sheared, scaled and shifted at
 * random, its corners moved, drawn with a round pen of random width and pressure, with noise over
 * all. A pure function of its arguments. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { SIDE = 28, CORNERS_MAX = 16 };

struct point {
    double x, y;
};

/* The pen's way through one digit on a unit square, y downwards. */
struct glyph {
    int count;
    struct point corners[CORNERS_MAX];
};

static const struct glyph glyphs[10] = {
    {13,
     {{.50, .05},
      {.30, .12},
      {.18, .30},
      {.15, .50},
      {.18, .70},
      {.30, .88},
      {.50, .95},
      {.70, .88},
      {.82, .70},
      {.85, .50},
      {.82, .30},
      {.70, .12},
      {.50, .05}}},
    {3, {{.35, .25}, {.55, .05}, {.55, .95}}},
    {9,
     {{.18, .28},
      {.28, .10},
      {.50, .05},
      {.72, .12},
      {.78, .30},
      {.70, .48},
      {.40, .75},
      {.18, .95},
      {.85, .95}}},
    {12,
     {{.20, .12},
      {.45, .05},
      {.70, .12},
      {.76, .28},
      {.66, .42},
      {.42, .48},
      {.68, .54},
      {.82, .70},
      {.74, .88},
      {.50, .95},
      {.30, .93},
      {.15, .85}}},
    {4, {{.62, .95}, {.62, .05}, {.15, .65}, {.88, .65}}},
    {10,
     {{.80, .05},
      {.28, .05},
      {.22, .45},
      {.48, .40},
      {.72, .47},
      {.82, .65},
      {.74, .86},
      {.50, .95},
      {.30, .93},
      {.15, .84}}},
    {12,
     {{.74, .08},
      {.50, .12},
      {.30, .32},
      {.18, .60},
      {.24, .84},
      {.46, .95},
      {.70, .90},
      {.82, .72},
      {.74, .54},
      {.52, .47},
      {.30, .54},
      {.19, .68}}},
    {3, {{.15, .07}, {.85, .07}, {.40, .95}}},
    {16,
     {{.50, .48},
      {.28, .38},
      {.22, .22},
      {.34, .08},
      {.50, .05},
      {.66, .08},
      {.78, .22},
      {.72, .38},
      {.50, .48},
      {.26, .60},
      {.18, .76},
      {.30, .91},
      {.50, .95},
      {.70, .91},
      {.82, .76},
      {.50, .48}}},
    {12,
     {{.80, .34},
      {.70, .48},
      {.50, .54},
      {.28, .47},
      {.19, .30},
      {.28, .12},
      {.50, .05},
      {.72, .12},
      {.80, .34},
      {.78, .60},
      {.66, .84},
      {.44, .95}}},
};

/* SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014). */
static uint64_t random_next(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9E3779B97F4A7C15));
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static double random_between(uint64_t *state, double low, double high)
{
    return low + (high - low) * (double)(random_next(state) >> 11) * 0x1p-53;
}

/* The glyph's corners in pixels, after a random turn, shear, scale, shift and a wobble of each
 * corner. */
static void place(const struct glyph *glyph, uint64_t *random, struct point corners[CORNERS_MAX])
{
    double turn = random_between(random, -0.26, 0.26), shear = random_between(random, -0.25, 0.25);
    double width = random_between(random, 11, 17), height = random_between(random, 16, 21);
    double shift_x = random_between(random, -3, 3), shift_y = random_between(random, -3, 3);
    for (int i = 0; i < glyph->count; i++) {
        double x = (glyph->corners[i].x - 0.5 + random_between(random, -0.05, 0.05)) * width;
        double y = (glyph->corners[i].y - 0.5 + random_between(random, -0.05, 0.05)) * height;
        x -= shear * y;
        corners[i].x = x * cos(turn) - y * sin(turn) + SIDE / 2.0 + shift_x;
        corners[i].y = x * sin(turn) + y * cos(turn) + SIDE / 2.0 + shift_y;
    }
}

static double distance_to_segment(double x, double y, struct point a, struct point b)
{
    double dx = b.x - a.x, dy = b.y - a.y, length = dx * dx + dy * dy;
    double along = length > 0 ? ((x - a.x) * dx + (y - a.y) * dy) / length : 0;
    along = fmin(1, fmax(0, along));
    return hypot(x - a.x - along * dx, y - a.y - along * dy);
}

static void draw(int digit, uint64_t *random, uint8_t image[SIDE * SIDE])
{
    struct point corners[CORNERS_MAX];
    const struct glyph *glyph = &glyphs[digit];
    place(glyph, random, corners);
    double pen = random_between(random, 0.7, 1.7), ink = random_between(random, 170, 255);
    double noise = random_between(random, 0, 28);
    for (int y = 0; y < SIDE; y++) {
        for (int x = 0; x < SIDE; x++) {
            double nearest = SIDE;
            for (int i = 0; i + 1 < glyph->count; i++)
                nearest = fmin(nearest, distance_to_segment(x, y, corners[i], corners[i + 1]));
            double cover = fmin(1, fmax(0, pen + 0.5 - nearest));
            double value = cover * ink + random_between(random, -noise, noise);
            image[y * SIDE + x] = (uint8_t)fmin(255, fmax(0, value));
        }
    }
}

static void write_u32(FILE *file, uint32_t value)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        fputc((int)(value >> shift & 0xff), file);
}

/* IDX: two zero bytes, type (8: unsigned byte), rank, big-endian dimensions, data. */
static FILE *idx_create(const char *path, uint32_t rows, uint32_t rank)
{
    FILE *file = fopen(path, "wb");
    if (file == NULL) {
        perror(path);
        exit(1);
    }
    write_u32(file, 0x800 + rank);
    write_u32(file, rows);
    for (uint32_t i = 1; i < rank; i++)
        write_u32(file, SIDE);
    return file;
}

int main(int argc, char **argv)
{
    long rows = argc == 5 ? strtol(argv[1], NULL, 10) : 0;
    if (rows < 1 || rows > 10000000) {
        fprintf(stderr, "usage: digits ROWS SEED IMAGES LABELS\n");
        return 2;
    }
    uint64_t seed = strtoull(argv[2], NULL, 10);
    FILE *images = idx_create(argv[3], (uint32_t)rows, 3),
         *labels = idx_create(argv[4], (uint32_t)rows, 1);
    for (long row = 0; row < rows; row++) {
        uint8_t image[SIDE * SIDE];
        uint64_t random = seed * UINT64_C(0x2545F4914F6CDD1D) + (uint64_t)row;
        random = random_next(&random);
        int digit = (int)(random_next(&random) % 10);
        draw(digit, &random, image);
        fwrite(image, 1, sizeof image, images);
        fputc(digit, labels);
    }
    int failed = ferror(images) | ferror(labels);
    failed |= fclose(images) | fclose(labels);
    if (failed)
        fprintf(stderr, "digits: could not write %s and %s\n", argv[3], argv[4]);
    return failed ? 1 : 0;
}
