#include "report/tokens/per_token.h"

#include "base/error.h"
#include "base/path.h"
#include "io/place.h"
#include "report/suffix.h"

/* The first is for what has no name that says it. */
static const struct plx_per_token_format *const FORMATS[] = {&plx_per_token_jsonl, &plx_per_token_npy};

#define FORMAT_COUNT (sizeof FORMATS / sizeof *FORMATS)

static const struct plx_per_token_format *find_format(const char *name)
{
    for (size_t i = 0; i < FORMAT_COUNT; i++) {
        if (plx_suffix_matches(name, FORMATS[i]->suffixes))
            return FORMATS[i];
    }
    return NULL;
}

static enum plx_status unknown_format(const char *path, struct plx_error *error)
{
    struct plx_suffixes formats[FORMAT_COUNT];
    for (size_t i = 0; i < FORMAT_COUNT; i++)
        formats[i] = (struct plx_suffixes){FORMATS[i]->name, FORMATS[i]->suffixes};
    return plx_suffix_unknown(path, "per-token", formats, FORMAT_COUNT, error);
}

enum plx_status plx_per_token_open(const char *path, struct plx_per_token **writer, struct plx_error *error)
{
    const struct plx_per_token_format *format = path ? find_format(plx_path_base(path)) : FORMATS[0];
    struct plx_output *output;
    *writer = NULL;
    if (!format && plx_place_kind(path) == PLX_PLACE_FILE)
        return unknown_format(path, error);
    if (!format)
        format = FORMATS[0];
    enum plx_status status = plx_output_open(path, &output, error);
    if (status == PLX_OK)
        status = format->open(output, writer, error);
    if (status) {
        plx_output_discard(output);
        return status;
    }
    (*writer)->format = format;
    (*writer)->output = output;
    return PLX_OK;
}

enum plx_status plx_per_token_write(void *user, const struct plx_token_score *tokens, size_t count,
                                    struct plx_error *error)
{
    struct plx_per_token *writer = user;
    if (writer->finished)
        return plx_error_set(error, PLX_USAGE, "the per-token file is finished already");
    return writer->format->write(writer, tokens, count, error);
}

enum plx_status plx_per_token_finish(struct plx_per_token *writer, struct plx_error *error)
{
    const enum plx_status status = writer->finished ? PLX_OK : writer->format->finish(writer, error);
    writer->finished = true; /* what has failed fails again in the output */
    return status ? status : plx_output_finish(writer->output, error);
}

enum plx_status plx_per_token_commit(struct plx_per_token *writer, struct plx_error *error)
{
    enum plx_status status = plx_per_token_finish(writer, error);
    if (status) {
        plx_per_token_discard(writer);
        return status;
    }
    status = plx_output_commit(writer->output, error);
    writer->format->close(writer);
    return status;
}

void plx_per_token_discard(struct plx_per_token *writer)
{
    if (!writer)
        return;
    plx_output_discard(writer->output);
    writer->format->close(writer);
}

const char *plx_per_token_format_name(size_t index)
{
    return index < FORMAT_COUNT ? FORMATS[index]->name : NULL;
}

const char *plx_per_token_format_description(size_t index)
{
    return index < FORMAT_COUNT ? FORMATS[index]->description : NULL;
}
