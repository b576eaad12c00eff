#include "corpus/ids_writer.h"

#include "base/error.h"
#include "base/path.h"

#include <string.h>

static const struct plx_ids_format *const FORMATS[] = {
    &plx_ids_format_u16,      &plx_ids_format_u32,     &plx_ids_format_llmc, &plx_ids_format_llmc_u32,
    &plx_ids_format_megatron, &plx_ids_format_fairseq, &plx_ids_format_npy,  &plx_ids_format_jsonl,
};

#define FORMAT_COUNT (sizeof FORMATS / sizeof *FORMATS)

const struct plx_ids_format *plx_ids_format(size_t index)
{
    return index < FORMAT_COUNT ? FORMATS[index] : NULL;
}

static bool is_said_by(const struct plx_ids_format *format, const char *path)
{
    for (const char *const *suffix = format->suffixes; *suffix; suffix++) {
        if (plx_path_has_suffix(path, *suffix))
            return true;
    }
    return false;
}

const struct plx_ids_format *plx_ids_format_find(const char *name, const char *path)
{
    for (size_t i = 0; i < FORMAT_COUNT; i++) {
        if (name ? strcmp(FORMATS[i]->name, name) == 0 : is_said_by(FORMATS[i], path))
            return FORMATS[i];
    }
    return NULL;
}

enum plx_status plx_ids_format_check(const char *name, const char *path, struct plx_error *error)
{
    if (plx_ids_format_find(name, path))
        return PLX_OK;
    if (name)
        plx_error_set(error, PLX_USAGE, "corpora are not written as \"%.80s\"", name);
    else
        plx_error_set(error, PLX_USAGE, "\"%.200s\" does not say which format the ids are to be written in",
                      path);
    struct plx_error names = {0};
    for (size_t i = 0; i < FORMAT_COUNT; i++)
        plx_error_hint(&names, "%s%s%s", names.hint, i ? ", " : "", FORMATS[i]->name);
    return plx_error_hint(error, "--to takes one of %s", names.hint);
}

enum plx_status plx_ids_writer_open(const char *path, const struct plx_ids_options *options,
                                    struct plx_ids_writer **writer, struct plx_error *error)
{
    const struct plx_ids_format *format = plx_ids_format_find(options->format, path);
    *writer = NULL;
    enum plx_status status = plx_ids_format_check(options->format, path, error);
    if (status == PLX_OK)
        status = format->open(path, options, writer, error);
    if (status)
        return status;
    (*writer)->format = format;
    (*writer)->options = *options;
    return PLX_OK;
}

enum plx_status plx_ids_writer_begin(struct plx_ids_writer *writer, struct plx_word id,
                                     struct plx_error *error)
{
    return writer->format->begin ? writer->format->begin(writer, id, error) : PLX_OK;
}

enum plx_status plx_ids_writer_add(struct plx_ids_writer *writer, const uint32_t *ids, const uint32_t *bytes,
                                   size_t count, struct plx_error *error)
{
    return writer->format->add(writer, ids, bytes, count, error);
}

enum plx_status plx_ids_writer_finish(struct plx_ids_writer *writer, struct plx_error *error)
{
    enum plx_status status = writer->format->finish ? writer->format->finish(writer, error) : PLX_OK;
    for (size_t i = 0; i < 2 && status == PLX_OK; i++)
        status = writer->outputs[i] ? plx_output_finish(writer->outputs[i], error) : PLX_OK;
    return status;
}

enum plx_status plx_ids_writer_commit(struct plx_ids_writer *writer, struct plx_error *error)
{
    enum plx_status status = PLX_OK;
    for (size_t i = 0; i < 2 && status == PLX_OK; i++) {
        if (writer->outputs[i])
            status = plx_output_commit(writer->outputs[i], error);
        writer->outputs[i] = NULL;
    }
    plx_ids_writer_discard(writer);
    return status;
}

void plx_ids_writer_discard(struct plx_ids_writer *writer)
{
    if (!writer)
        return;
    for (size_t i = 0; i < 2; i++)
        plx_output_discard(writer->outputs[i]);
    writer->format->close(writer);
}
