/* upload: files become datasets, in pieces as they are read. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/propctl/command.h"
#include "clients/propctl/transfer.h"
#include "clients/propctl/value.h"

#include <string.h>
#include <sys/stat.h>

/* iris of /data/iris.csv.gz. */
static void name_of_file(const char *path, struct text *name)
{
    const char *slash = strrchr(path, '/'), *base = slash != NULL ? slash + 1 : path;
    size_t length = strlen(base);
    if (length > 3 && strcmp(base + length - 3, ".gz") == 0)
        length -= 3;
    const char *dot = memrchr(base, '.', length);
    text_append(name, base, dot != NULL && dot > base ? (size_t)(dot - base) : length);
}

/* Options whose names are those of the query. */
static void append_query(struct text *path, const struct arguments *arguments)
{
    static const char *const names[] = {"target",    "types",  "missing", "header",
                                        "separator", "format", "shape",   "dtype",
                                        "labels",    "layout", "size"};
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        const char *value = option_text(arguments, names[i]);
        if (value != NULL)
            http_path(path, "&%s=%s", names[i], value);
    }
}

static bool show_sent(void *context, curl_off_t sent, curl_off_t sent_total)
{
    transfer_show(context, (double)sent, (double)sent_total);
    return true;
}

static enum outcome tell(struct session *session, struct http_request *request)
{
    json_auto_t *dataset = NULL;
    struct transfer transfer = {.terminal = &session->err};
    struct text line TEXT_AUTO = {0};
    request->tick = show_sent;
    request->context = &transfer;
    enum outcome outcome = session_ask(session, request, &dataset);
    transfer_end(&transfer);
    if (dataset == NULL)
        return outcome;
    text_printf(&line, "%s@%.0f: %.0f rows, %zu columns, ", value_string(dataset, "name"),
                value_number(dataset, "version"), value_number(dataset, "rows"),
                json_array_size(json_object_get(dataset, "columns")));
    value_append_size(&line, value_number(dataset, "bytes"));
    terminal_print_line(&session->out, line.data);
    return outcome;
}

static enum outcome upload_file(struct session *session, const char *file, const char *path)
{
    struct http_request request = {.method = "POST",
                                   .path = path,
                                   .file = session_open(file),
                                   .file_size = -1,
                                   .content_type = "application/octet-stream"};
    struct stat status = {0};
    if (request.file == NULL)
        return OUTCOME_REFUSED;
    if (fstat(fileno(request.file), &status) == 0 && S_ISREG(status.st_mode))
        request.file_size = status.st_size;
    enum outcome outcome = S_ISDIR(status.st_mode)
                               ? complain(OUTCOME_USAGE, "%s is a folder, not a file", file)
                               : tell(session, &request);
    if (request.file != stdin)
        (void)fclose(request.file);
    return outcome;
}

/* Features and labels, as a form. */
static enum outcome upload_pair(struct session *session, const char *const *files, const char *path)
{
    static const char *const parts[] = {"features", "labels"};
    CURL *curl = curl_easy_init();
    curl_mime *form = curl_mime_init(curl);
    enum outcome outcome = OUTCOME_OK;
    for (size_t i = 0; i < ARRAY_COUNT(parts) && outcome == OUTCOME_OK; i++) {
        curl_mimepart *part = curl_mime_addpart(form);
        curl_mime_name(part, parts[i]);
        if (curl_mime_filedata(part, files[i]) != CURLE_OK)
            outcome = complain(OUTCOME_REFUSED, "%s cannot be read", files[i]);
    }
    if (outcome == OUTCOME_OK)
        outcome = tell(session, &(struct http_request){.path = path, .form = form});
    curl_mime_free(form);
    curl_easy_cleanup(curl);
    return outcome;
}

static enum outcome run_upload(struct session *session, const struct arguments *arguments)
{
    struct text name TEXT_AUTO = {0}, path TEXT_AUTO = {0};
    const char *given = option_text(arguments, "name"), *file = arguments->words[0];
    if (given == NULL && strcmp(file, "-") == 0)
        return complain(OUTCOME_USAGE, "standard input has no name: propctl upload - --name=iris");
    if (given != NULL)
        text_add(&name, given);
    else
        name_of_file(file, &name);
    http_path(&path, "/v1/datasets?name=%s", text_string(&name));
    append_query(&path, arguments);
    return arguments->count == 1 ? upload_file(session, file, path.data)
                                 : upload_pair(session, arguments->words, path.data);
}

static const struct option upload_options[] = {
    {"name", "NAME", "of the dataset; else the file's, without its ending", 0},
    {"target", "COLUMN", "the column that is learned where a job does not say", 0},
    {"types", "COLUMN=TYPE,...", "number, boolean, category, date or text: --types=zip=category",
     0},
    {"missing", "WORDS", "further words for missing values", 0},
    {"header", "auto|yes|no", "whether the first line names the columns", 0},
    {"separator", "NAME", "auto, comma, semicolon, tab, space or pipe", 0},
    {"format", "NAME", "of the file; only raw is never found out", 0},
    {"shape", "SIZES", "raw: of a row: 28,28,1", 0},
    {"dtype", "TYPE", "raw: of its values: u1, <f4", 0},
    {"labels", "N", "raw: bytes before each row that are labels", 0},
    {"layout", "hwc|chw", "arrays: where the channels are", 0},
    {"size", "SIZE", "images: what all are brought to: 32x32", 0},
    {.name = NULL}};

const struct command command_upload = {
    .name = "upload",
    .words = "FILE [LABELS]",
    .help = "Makes a dataset of a file (- for standard input), or of features and labels",
    .example = "propctl upload iris.csv --target=species",
    .options = upload_options,
    .least = 1,
    .most = 2,
    .run = run_upload,
};
