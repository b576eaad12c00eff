#include "corpus/files.h"

#include "base/memory.h"
#include "corpus/member.h"
#include "corpus/named.h"

#include <stdlib.h>
#include <string.h>

enum plx_status plx_corpus_files_init(struct plx_corpus_files *files, struct plx_names *names,
                                      const struct plx_corpus_options *options, struct plx_error *error)
{
    *files = (struct plx_corpus_files){.options = options, .names = *names, .pages = PLX_PAGES_ARTICLE};
    *names = (struct plx_names){0};
    files->inputs = plx_new_array(files->names.count, sizeof *files->inputs, error);
    files->fingerprints = files->inputs ? plx_sha256_new(error) : NULL;
    return files->fingerprints ? PLX_OK : PLX_MEMORY;
}

/* The format of a source that begins with head[0..size); what the options or the file before it say comes
   first, then `known`, which its manifest says, or NULL. */
static enum plx_status choose_format(const struct plx_corpus_files *files, const uint8_t *head, size_t size,
                                     const char *name, const struct plx_corpus_format *known,
                                     const struct plx_corpus_format **chosen, struct plx_error *error)
{
    const char *wanted = files->options->format;
    if (wanted) {
        *chosen = plx_corpus_format_named(wanted);
        if (*chosen)
            return PLX_OK;
        plx_error_set(error, PLX_USAGE, "there is no corpus format \"%s\"", wanted);
        return plx_error_hint(error, "`perplex formats` lists them");
    }
    if (size == 0 && files->settled) { /* an empty file is of any format */
        *chosen = files->format;
        return PLX_OK;
    }
    *chosen = known ? known : plx_corpus_demand(head, size, name, error);
    if (!*chosen)
        return PLX_UNSUPPORTED;
    if (!files->settled || *chosen == files->format)
        return PLX_OK;
    plx_error_set(error, PLX_UNSUPPORTED, "looks like %s, but the files before it are %s", (*chosen)->name,
                  files->format->name);
    plx_error_input(error, name);
    return plx_error_hint(error, "a corpus is of one format; --corpus-format names it");
}

/* Says where an error is that does not say so: an index beside a file names itself. */
static enum plx_status name_input(struct plx_error *error, const char *name)
{
    return error && *error->input ? error->status : plx_error_input(error, name);
}

static void close_reader(const struct plx_corpus_format *format, struct plx_reader *reader)
{
    struct plx_source *beside = reader->beside;
    format->close(reader);
    plx_source_close(beside);
}

/* Makes a reader of the source, in the format that it is of. */
static enum plx_status open_reader(struct plx_corpus_files *files, struct plx_source *source,
                                   const struct plx_corpus_format *known, struct plx_error *error)
{
    const char *name = plx_source_name(source);
    const struct plx_corpus_format *format;
    struct plx_reader *reader;
    const uint8_t *head;
    size_t size;
    enum plx_status status = plx_corpus_peek_head(source, &head, &size, error);
    if (status == PLX_OK)
        status = choose_format(files, head, size, name, known, &format, error);
    if (status)
        return status;
    const bool empty = size == 0; /* the reader may peek */
    status = format->open(source, files->options, &reader, error);
    if (status)
        return name_input(error, name);
    if (files->settled && !empty && !reader->empty && reader->content != files->content) {
        plx_error_set(error, PLX_UNSUPPORTED, "consists of %s, but the files before it of %s",
                      plx_content_name(reader->content), plx_content_name(files->content));
        close_reader(format, reader);
        return plx_error_input(error, name);
    }
    if (!files->settled) {
        files->format = format;
        files->content = reader->content;
        files->settled = !empty && !reader->empty;
    }
    reader->pages = files->pages;
    files->reader = reader;
    return PLX_OK;
}

/* The corpus is that file of an archive. */
static enum plx_status rename_only(struct plx_corpus_files *files, const char *name, struct plx_error *error)
{
    char *label = plx_copy_string(name, strlen(name), error);
    if (!label)
        return PLX_MEMORY;
    free(files->names.label);
    files->names.label = label;
    return PLX_OK;
}

/* Makes the source, which is no archive, the file at hand. `renamed`: the corpus is called as the file is. */
static enum plx_status begin(struct plx_corpus_files *files, struct plx_source *source, bool renamed,
                             const struct plx_corpus_format *known, struct plx_error *error)
{
    const char *name = plx_source_name(source);
    char *input = plx_copy_string(name, strlen(name), error);
    const enum plx_status status = input ? open_reader(files, source, known, error) : PLX_MEMORY;
    if (status) {
        free(input);
        plx_source_close(source);
        return status;
    }
    files->source = source;
    files->inputs[files->opened++] = input;
    files->unpacked |= renamed;
    return renamed && files->names.count == 1 ? rename_only(files, input, error) : PLX_OK;
}

enum plx_status plx_corpus_files_begin(struct plx_corpus_files *files, struct plx_source *source,
                                       struct plx_error *error)
{
    const struct plx_source *given = source;
    const enum plx_status status = plx_corpus_enter_archive(&source, files->options, error);
    return status ? status : begin(files, source, source != given, NULL, error);
}

static enum plx_status open_file(struct plx_corpus_files *files, struct plx_error *error)
{
    const struct plx_source_options options = {
        .fingerprint = true,
        .network = files->options->network,
        .interrupted = files->options->interrupted,
        .user = files->options->user,
    };
    const char *name = files->names.names[files->opened];
    const struct plx_corpus_format *known = NULL;
    struct plx_source *source;
    enum plx_status status;
    if (plx_corpus_is_named(name)) {
        status = plx_named_open(name, files->options, &source, &known, error);
        return status ? status : begin(files, source, false, known, error);
    }
    status = plx_source_open(name, &options, &source, error);
    return status ? status : plx_corpus_files_begin(files, source, error);
}

/* Adds the line of the source to what the fingerprint of several is made of; before it that of what lies
   beside it. */
static enum plx_status add_fingerprint(struct plx_sha256 *fingerprints, struct plx_source *source,
                                       struct plx_source *beside, struct plx_error *error)
{
    char lines[2 * PLX_SHA256_TEXT], *line = lines + PLX_SHA256_TEXT;
    enum plx_status status = beside ? plx_source_sha256(beside, lines, error) : PLX_OK;
    if (status == PLX_OK)
        status = plx_source_sha256(source, line, error);
    if (status)
        return status;
    lines[PLX_SHA256_TEXT - 1] = line[PLX_SHA256_TEXT - 1] = '\n';
    return plx_sha256_update(fingerprints, beside ? lines : line, beside ? sizeof lines : PLX_SHA256_TEXT,
                             error);
}

enum plx_status plx_corpus_files_next(struct plx_corpus_files *files, struct plx_error *error)
{
    if (files->reader) {
        uint64_t size, done;
        const enum plx_status status =
            add_fingerprint(files->fingerprints, files->source, files->reader->beside, error);
        if (status)
            return status;
        plx_source_progress(files->source, &size, &done);
        files->media_bytes += done;
        files->bytes += plx_source_offset(files->source);
        close_reader(files->format, files->reader);
        plx_source_close(files->source);
        files->reader = NULL;
        files->source = NULL;
    }
    return open_file(files, error);
}

enum plx_status plx_corpus_files_settle(struct plx_corpus_files *files, struct plx_error *error)
{
    enum plx_status status = PLX_OK;
    do
        status = plx_corpus_files_next(files, error);
    while (status == PLX_OK && !files->settled && files->opened < files->names.count);
    return status;
}

void plx_corpus_files_set_pages(struct plx_corpus_files *files, enum plx_pages pages)
{
    files->pages = pages;
    if (files->reader)
        files->reader->pages = pages;
}

bool plx_corpus_files_end(const struct plx_corpus_files *files)
{
    return files->opened == files->names.count;
}

enum plx_status plx_corpus_files_read(struct plx_corpus_files *files, struct plx_chunk *chunk, bool *more,
                                      struct plx_error *error)
{
    *chunk = (struct plx_chunk){.content = files->content, .line = PLX_NOWHERE};
    *more = false;
    if (!files->reader) /* the next could not be opened */
        return PLX_OK;
    const enum plx_status status = files->format->next(files->reader, chunk, more, error);
    chunk->input = files->inputs[files->opened - 1];
    return status ? name_input(error, plx_source_name(files->source)) : PLX_OK;
}

uint64_t plx_corpus_files_bytes(const struct plx_corpus_files *files)
{
    return files->bytes + (files->source ? plx_source_offset(files->source) : 0);
}

enum plx_status plx_corpus_files_sha256(struct plx_corpus_files *files, char hex[PLX_SHA256_TEXT],
                                        struct plx_error *error)
{
    enum plx_status status = PLX_OK;
    if (files->names.count == 1 && !files->reader->beside)
        return plx_source_sha256(files->source, hex, error);
    while (!plx_corpus_files_end(files) && status == PLX_OK)
        status = plx_corpus_files_next(files, error);
    if (status == PLX_OK && files->reader && !*files->sha256) {
        status = add_fingerprint(files->fingerprints, files->source, files->reader->beside, error);
        if (status == PLX_OK)
            status = plx_sha256_finish(files->fingerprints, files->sha256, error);
    }
    if (status == PLX_OK)
        memcpy(hex, files->sha256, PLX_SHA256_TEXT);
    return status;
}

void plx_corpus_files_progress(const struct plx_corpus_files *files, uint64_t *size, uint64_t *done)
{
    *size = *done = 0;
    if (files->source)
        plx_source_progress(files->source, size, done);
    if (files->names.count > 1)
        *size = files->unpacked ? 0 : files->names.size_bytes;
    *done += files->media_bytes;
}

void plx_corpus_files_release(struct plx_corpus_files *files)
{
    if (files->reader)
        close_reader(files->format, files->reader);
    plx_source_close(files->source);
    for (size_t i = 0; files->inputs && i < files->opened; i++)
        free(files->inputs[i]);
    free(files->inputs);
    plx_sha256_free(files->fingerprints);
    plx_names_release(&files->names);
    *files = (struct plx_corpus_files){0};
}
