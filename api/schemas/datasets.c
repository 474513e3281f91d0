/* Of datasets, their rows, and looks at augmented ones. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/schemas/schemas.h"

static const struct schema_field dataset_item_fields[] = {
    {"id", "id", .help = "time-ordered", .example = "ds_01KE1S2W3X4Y5Z6A7B8C9D0E1F"},
    {"name", "string", .example = "iris"},
    {"version", "integer", .help = "counted from 1 by name"},
    {"rows", "integer", .example = "150"},
    {"target", "string | [string] | null", .help = "what a job learns where it does not say"},
    {"sha256", "sha256", .help = "of the bytes that came"},
    {"file_sha256", "sha256", .help = "of the column file that was made of them"},
    {"bytes", "integer", .help = "that came", .example = "3858"},
    {"file_bytes", "integer", .help = "of the column file", .example = "7124"},
    {"created_at", "time", .help = NULL},
    {"owner", "string | null", .help = "whose it is; null: nobody's, where there are no tokens",
     .example = "\"ada\""},
    {"tags", "{string}", .help = "as its owner says"},
    {"about", "string | null", .help = "what its owner says of it",
     .example = "\"measured in 1936\""},
    {.name = NULL},
};

static const struct schema_field dataset_fields[] = {
    {"format", "string", .help = "as found out, or as the upload said", .example = "csv"},
    {"encoding?", "string", .help = "of text", .example = "utf-8"},
    {"separator?", "string", .help = "of CSV", .example = ","},
    {"header?", "boolean", .help = "whether CSV's first line has names"},
    {"left_out?", "[string]", .help = "members of an archive that are not read"},
    {"columns", "[column]", .help = "in their order"},
    {.name = NULL},
};

static const struct schema_field column_fields[] = {
    {"name", "string", .example = "sepal_length"},
    {"type", "'number' | 'boolean' | 'category' | 'date' | 'text' | 'tensor'", .help = NULL},
    {"missing", "integer", .help = "rows without a value", .example = "0"},
    {"integers?", "boolean", .help = "whether all numbers are whole"},
    {"distinct?", "integer", .help = "different values", .example = "35"},
    {"shape?", "[integer]", .help = "of a row of a tensor"},
    {"min?", "number | string", .help = "least value; of dates as text", .example = "4.3"},
    {"max?", "number | string", .help = "greatest value", .example = "7.9"},
    {"mean?", "number", .example = "5.84"},
    {"deviation?", "number", .help = "standard deviation", .example = "0.83"},
    {"histogram?", "column_histogram", .help = NULL},
    {"categories?", "[column_category]", .help = "the most frequent values"},
    {"bytes?", "integer", .help = "of text"},
    {"examples?", "[any]", .help = "some values; where a file is inspected"},
    {.name = NULL},
};
static const struct schema_field column_histogram_fields[] = {
    {"from", "number | string", .help = "where the first bin begins"},
    {"to", "number | string", .help = "where the last ends"},
    {"counts", "[integer]", .help = "values a bin"},
    {.name = NULL},
};
static const struct schema_field column_category_fields[] = {
    {"value", "string | boolean", .help = NULL},
    {"count", "integer", .help = "rows with it", .example = "50"},
    {.name = NULL}};

static const struct schema_field inspection_fields[] = {
    {"rows", "integer", .help = "that were read", .example = "150"},
    {"bytes", "integer", .help = "that came", .example = "3858"},
    {"bytes_read", "integer", .help = "of what came, unpacked", .example = "3858"},
    {"is_cut", "boolean", .help = "whether there is more than was read"},
    {"compression", "'gzip' | null", .help = "of the file"},
    {"quote", "string | null", .help = "what stands around values of CSV"},
    {"target", "string | null", .help = "what it looks like", .example = "\"species\""},
    {"task", "string | null", .help = "what it would be", .example = "\"classes\""},
    {"warnings", "[string]", .help = "what may be wrong"},
    {"job", "job_document | null", .help = "one that trains on it"},
    {"upload", "string", .help = "what curl is to be called with",
     .example = "curl -T iris.csv localhost:8420/v1/datasets/iris"},
    {.name = NULL},
};

static const struct schema_field dataset_list_fields[] = {
    {"datasets", "[dataset_item]", .help = "newest first"},
    {"next", "string | null", .help = "the next page's `cursor`"},
    {.name = NULL},
};

static const struct schema_field row_list_fields[] = {
    {"rows", "[object]", .help = "values by column; null where there is none"},
    {"offset", "integer", .help = "of the first, counted from 0", .example = "0"},
    {"total", "integer", .help = "rows of the dataset", .example = "150"},
    {"next", "integer | null", .help = "the next page's `offset`"},
    {.name = NULL},
};

/* ---- augmentation */

static const struct schema_field augmentation_preview_fields[] = {
    {"shape", "[integer]", .help = "of a row"},
    {"columns?", "[string]", .help = "names of a table's values"},
    {"rows", "[augmented_row]", .help = NULL},
    {.name = NULL},
};
static const struct schema_field augmented_row_fields[] = {
    {"row", "integer", .help = "of the dataset, counted from 0", .example = "0"},
    {"label?", "any", .help = "its class"},
    {"target?", "any", .help = "or its numbers"},
    {"mix?", "[augmented_part]", .help = "of a row that is mixed: what of"},
    {"before", "any", .help = "a picture as a data: URL, else numbers"},
    {"after", "any", .help = "the same"},
    {.name = NULL},
};
static const struct schema_field augmented_part_fields[] = {
    {"row", "integer", .example = "0"},
    {"label?", "any", .help = NULL},
    {"target?", "any", .help = NULL},
    {"share", "number", .help = "of the whole"},
    {.name = NULL}};

static const struct schema_field preview_request_fields[] = {
    {"dataset", "string", .help = "id, name or name@version", .example = "digits"},
    {"augmentation?", "augmentation | [augmentation] | null",
     .help = "instead of training.augmentation"},
    {"rows?", "[integer] | null", .help = "rows of the dataset, counted from 0"},
    {"count?", "integer | null", .help = "how many of the first rows; 8"},
    {"epoch?", "integer", .help = "whose draws are shown, counted from 1"},
    {"seed?", "integer", .help = "instead of training.seed"},
    {.name = NULL},
};

const struct schema dataset_schemas[] = {
    {"augmentation_preview", "rows before and after", .fields = augmentation_preview_fields},
    {"augmentation_preview_request", "a job document, network aside, and what to show of its rows",
     .fields = preview_request_fields, .others = "any"},
    {"augmented_part", "a share of a mixed row", .fields = augmented_part_fields},
    {"augmented_row", "one row", .fields = augmented_row_fields},
    {"column", "a column of a dataset", .fields = column_fields},
    {"column_category", "a value of a column", .fields = column_category_fields},
    {"column_histogram", "bins of the same width", .fields = column_histogram_fields},
    {"dataset", "a version of a dataset", .base = "dataset_item", .fields = dataset_fields},
    {"dataset_description", "how a file was read", .fields = dataset_fields},
    {"dataset_inspection", "what an upload would become", .base = "dataset_description",
     .fields = inspection_fields},
    {"dataset_item", "a version of a dataset, in a list", .fields = dataset_item_fields},
    {"dataset_list", "a page of datasets", .fields = dataset_list_fields},
    {"row_list", "rows of a dataset", .fields = row_list_fields},
    {.name = NULL},
};
