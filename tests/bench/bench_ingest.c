/* How fast datasets come in: MB of the source a second of processor time, the median of RUNS.
 *
 *     bench_ingest [megabytes]
 *
 * One line of JSON a figure. Beside the whole import of a file stand its parts, and what a library
 * needs for its own part alone. Sources and column files are temporary files. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/bytes.h"
#include "base/digest.h"
#include "base/rng.h"
#include "engine/dataset.h"
#include "engine/formats/csv_block.h"
#include "engine/formats/text_input.h"
#include "engine/number_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

enum { RUNS = 5, COLUMNS = 33, MEGABYTE = 1000000 };

static void fail(const char *what)
{
    fprintf(stderr, "bench_ingest: %s\n", what);
    exit(1);
}

static double processor_s(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* What is measured; it fails by itself. */
typedef void (*work_fn)(const struct bytes *source);

static void measure(const char *what, work_fn work, const struct bytes *source, size_t size)
{
    double times[RUNS];
    for (int i = 0; i < RUNS; i++) {
        double start = processor_s();
        work(source);
        times[i] = processor_s() - start;
    }
    qsort(times, RUNS, sizeof(*times), by_value);
    printf("{\"bench\":\"ingest\",\"what\":\"%s\",\"mb_s\":%.1f}\n", what,
           (double)size / MEGABYTE / times[RUNS / 2]);
    fflush(stdout);
}

/* ---- sources */

/* -3.999999 … 3.999999, as "%.6f" writes it. */
static size_t put_number(char *at, const struct rng *rng, uint64_t counter)
{
    uint32_t draw = rng_u32(rng, counter), millionths = draw % 4000000;
    char *start = at;
    if (draw >> 31 != 0)
        *at++ = '-';
    *at++ = (char)('0' + millionths / 1000000);
    *at++ = '.';
    for (uint32_t place = 100000; place > 0; place /= 10)
        *at++ = (char)('0' + millionths / place % 10);
    return (size_t)(at - start);
}

static void make_numbers(struct bytes *text, size_t size)
{
    struct rng rng = rng_stream(1, "bench", "numbers", 0);
    for (int i = 0; i < COLUMNS; i++)
        bytes_printf(text, "%sx%d", i == 0 ? "" : ",", i);
    bytes_printf(text, "\n");
    for (uint64_t i = 0; text->size < size; i++) {
        char cell[16];
        size_t length = put_number(cell, &rng, i);
        cell[length] = i % COLUMNS == COLUMNS - 1 ? '\n' : ',';
        bytes_append(text, cell, length + 1);
    }
    while (text->data[text->size - 1] != '\n')
        text->size--;
}

/* Words, dates, numbers of several lengths with gaps, and strings that are nearly all different. */
static void make_mixed(struct bytes *text, size_t size)
{
    static const char *const words[] = {"Berlin", "New York", "Paris", "a", "bb"};
    struct rng rng = rng_stream(1, "bench", "mixed", 0);
    bytes_printf(text, "city,day,a,b,c,d,e,name,kind\n");
    for (uint64_t i = 0; text->size < size; i++) {
        uint32_t draw = rng_u32(&rng, i);
        bytes_printf(text, "%s,2015-%02u-%02u,%u,%u.%u,-%u.%03u,", words[draw % 5], draw % 12 + 1,
                     draw % 28 + 1, draw % 1000, draw % 97, draw % 10, draw % 1009, draw % 1000);
        if (draw % 10 != 0)
            bytes_printf(text, "%u", draw >> 8);
        bytes_printf(text, ",%.17g,u%u,%s\n", rng_double(&rng, i), draw,
                     draw % 2 != 0 ? "yes" : "no");
    }
}

/* A matrix of 64 float32 a row. */
static void make_npy(struct bytes *file, size_t size)
{
    size_t rows = size / 256;
    char header[128];
    struct rng rng = rng_stream(1, "bench", "npy", 0);
    memset(header, ' ', sizeof(header));
    int used = snprintf(header, sizeof(header),
                        "%cNUMPY%c%cv%c{'descr': '<f4', 'fortran_order': "
                        "False, 'shape': (%zu, 64), }",
                        0x93, 1, 1, 1, rows);
    header[7] = 0;
    header[8] = 118;
    header[9] = 0;
    header[used] = ' ';
    header[127] = '\n';
    bytes_append(file, header, sizeof(header));
    for (uint64_t i = 0; i < rows * 16; i++) {
        float values[4];
        rng_floats(&rng, i, values);
        bytes_append(file, values, sizeof(values));
    }
}

static void make_gzip(struct bytes *packed, const struct bytes *plain)
{
    z_stream deflater = {0};
    if (deflateInit2(&deflater, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        fail("no memory");
    uLong most = deflateBound(&deflater, plain->size);
    deflater.next_in = plain->data;
    deflater.avail_in = (uInt)plain->size;
    deflater.next_out = bytes_extend(packed, most);
    deflater.avail_out = (uInt)most;
    if (deflater.next_out == NULL || deflate(&deflater, Z_FINISH) != Z_STREAM_END)
        fail("cannot compress");
    packed->size = deflater.total_out;
    deflateEnd(&deflater);
}

/* ---- work */

static int temporary_file(void)
{
    FILE *file = tmpfile();
    int copy = file == NULL ? -1 : dup(fileno(file));
    if (copy < 0)
        fail("no temporary file");
    fclose(file);
    return copy;
}

/* The source in a file of its own, made once. */
static int source_file = -1;

static void write_source(const struct bytes *source)
{
    source_file = temporary_file();
    for (size_t at = 0; at < source->size;) {
        ssize_t written = write(source_file, source->data + at, source->size - at);
        if (written < 0)
            fail("cannot write the source");
        at += (size_t)written;
    }
}

static void import(const struct bytes *bytes UNUSED)
{
    static const struct dataset_limits limits = {.bytes = (uint64_t)8 << 30, .columns = 16384};
    struct dataset_options options;
    struct error error = {0};
    struct dataset_source source = {source_file, "body"};
    int file = temporary_file();
    if (fields_default(&dataset_options_kind, &options, &error) != 0 ||
        dataset_import(&source, 1, &options, &limits, file, &error) != 0)
        fail(error.message);
    fields_clear(&dataset_options_kind, &options);
    close(file);
}

static void import_all(const char *what, const struct bytes *source, size_t size)
{
    write_source(source);
    measure(what, import, source, size);
    close(source_file);
}

/* Rows of the table of numbers, and with `values` also their numbers. */
static void scan(const struct bytes *source, double *values)
{
    struct csv_block block;
    struct error error = {0};
    const char *text = (const char *)source->data;
    size_t at = strcspn(text, "\n") + 1;
    if (csv_block_start(&block, &error) != 0)
        fail(error.message);
    int64_t rows;
    while ((rows = csv_block_find(&block, text, at, source->size, ',', COLUMNS)) > 0) {
        for (int64_t i = 0; values != NULL && i < COLUMNS; i++)
            if (number_text_read_column(text, block.cells.stops + i, block.cells.stride, rows,
                                        values) != rows)
                fail("a number was not read");
        at += block.size;
    }
    if (source->size - at > 4096)
        fail("rows were not found");
    csv_block_stop(&block);
}

static void find_separators(const struct bytes *source)
{
    scan(source, NULL);
}

static void read_numbers(const struct bytes *source)
{
    static double values[1 << 15];
    scan(source, values);
}

static void digest(const struct bytes *source)
{
    char text[DIGEST_TEXT_SIZE];
    digest_bytes(source->data, source->size, text);
}

static void inflate_alone(const struct bytes *packed)
{
    static uint8_t out[1 << 18];
    z_stream inflater = {.next_in = packed->data, .avail_in = (uInt)packed->size};
    int status = inflateInit2(&inflater, 15 + 16);
    while (status == Z_OK) {
        inflater.next_out = out;
        inflater.avail_out = sizeof(out);
        status = inflate(&inflater, Z_NO_FLUSH);
    }
    if (status != Z_STREAM_END)
        fail("cannot inflate");
    inflateEnd(&inflater);
}

static void measure_numbers(size_t size)
{
    struct bytes text = {0}, packed = {0};
    make_numbers(&text, size);
    size = text.size;
    make_gzip(&packed, &text);
    (void)bytes_extend(&text, TEXT_ROOM);
    if (text.failed || packed.failed)
        fail("no memory");
    text.size = size;
    measure("sha-256", digest, &text, size);
    measure("csv separators", find_separators, &text, size);
    measure("csv separators and numbers", read_numbers, &text, size);
    import_all("csv numbers", &text, size);
    measure("zlib alone", inflate_alone, &packed, size);
    import_all("gzip csv numbers", &packed, size);
    bytes_clear(&text);
    bytes_clear(&packed);
}

static void measure_import(const char *what, void (*make)(struct bytes *source, size_t size),
                           size_t size)
{
    struct bytes source = {0};
    make(&source, size);
    if (source.failed)
        fail("no memory");
    import_all(what, &source, source.size);
    bytes_clear(&source);
}

int main(int argc, char **argv)
{
    size_t size = (argc > 1 ? strtoul(argv[1], NULL, 10) : 50) * MEGABYTE;
    if (size == 0 || size > (size_t)1 << 31)
        fail("megabytes are 1 to 2000");
    measure_numbers(size);
    measure_import("csv mixed", make_mixed, size);
    measure_import("npy floats", make_npy, size);
    return 0;
}
