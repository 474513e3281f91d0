/* What is taken home: export, backup. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/propctl/command.h"
#include "clients/propctl/transfer.h"

#include <string.h>

static const struct {
    const char *name, *ending;
} formats[] = {{"safetensors", "safetensors"},
               {"onnx", "onnx"},
               {"npz", "npz"},
               {"keras", "json"},
               {"c", "c"}};

static const char *ending_of(const char *format)
{
    for (size_t i = 0; i < ARRAY_COUNT(formats); i++)
        if (strcmp(formats[i].name, format) == 0)
            return formats[i].ending;
    return NULL;
}

static enum outcome save(struct session *session, const char *from, const char *path)
{
    enum outcome outcome = transfer_download(session, from, path);
    if (outcome == OUTCOME_OK && strcmp(path, "-") != 0 && !session->http.prints_json)
        (void)fprintf(session->out.file, "%s\n", path);
    return outcome;
}

static enum outcome run_export(struct session *session, const struct arguments *arguments)
{
    const char *format = option_text(arguments, "format"), *model = arguments->words[0];
    const char *output = option_text(arguments, "output");
    struct text from TEXT_AUTO = {0}, path TEXT_AUTO = {0};
    format = format != NULL ? format : formats[0].name;
    const char *ending = ending_of(format);
    if (ending == NULL)
        return complain(OUTCOME_USAGE,
                        "--format must be safetensors, onnx, npz, keras or c, not \"%s\"", format);
    if (output != NULL)
        text_add(&path, output);
    else if (strchr(model, '/') != NULL)
        return complain(OUTCOME_USAGE, "\"%s\" is no model's name; as in propctl export iris@1",
                        model);
    else
        text_printf(&path, "%s.%s", model, ending);
    http_path(&from, "/v1/models/%s/file?format=%s", model, format);
    return save(session, from.data, path.data);
}

static const struct option export_options[] = {
    {"format", "safetensors|onnx|npz|keras|c", "of the file (safetensors)", 0},
    {"output", "FILE", "where to; - is standard output; else named after the model", 'o'},
    {.name = NULL}};

const struct command command_export = {
    .name = "export",
    .words = "MODEL",
    .help = "Saves a model as a file, whole or not at all",
    .example = "propctl export iris@1 --format=onnx -o iris.onnx",
    .options = export_options,
    .least = 1,
    .most = 1,
    .run = run_export,
};

static enum outcome run_backup(struct session *session, const struct arguments *arguments)
{
    return save(session, "/v1/backup", arguments->words[0]);
}

const struct command command_backup = {
    .name = "backup",
    .words = "FILE",
    .help = "Saves all that the daemon keeps as a tar archive, for propd --restore",
    .example = "propctl backup propd.tar",
    .options = no_options,
    .least = 1,
    .most = 1,
    .run = run_backup,
};
