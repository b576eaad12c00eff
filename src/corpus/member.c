#include "corpus/member.h"

#include "io/archive.h"

#include <string.h>

/* Whether a format knows the content, which may begin as an archive does, or what lies beside it. */
static bool known(const char *wanted, const uint8_t *head, size_t size, const char *name)
{
    const struct plx_corpus_format *format;
    for (size_t i = 0; (format = plx_corpus_format(i)) != NULL; i++) {
        if ((!wanted || strcmp(format->name, wanted) == 0) &&
            format->probe(head, size, name) >= PLX_PROBE_CONTENT)
            return true;
    }
    return false;
}

static enum plx_status recognise(struct plx_source *source, const struct plx_corpus_options *options,
                                 bool *archive, struct plx_error *error)
{
    const uint8_t *head;
    size_t size;
    *archive = false;
    const enum plx_status status = plx_corpus_peek_head(source, &head, &size, error);
    if (status || known(options->format, head, size, plx_source_name(source)))
        return status;
    /* Who names a format may mean ids that begin like an archive. */
    return plx_archive_recognise(source, options->format && !options->member, archive, error);
}

/* Whether the options name a format of two files. */
static bool wants_beside(const struct plx_corpus_options *options)
{
    const struct plx_corpus_format *format =
        options->format ? plx_corpus_format_named(options->format) : NULL;
    return format && format->beside;
}

/* Where the source is what it should not be. */
static enum plx_status refuse(struct plx_source *source, enum plx_status status, const char *message,
                              const char *hint, struct plx_error *error)
{
    plx_error_set(error, status, "%s", message);
    plx_error_input(error, plx_source_name(source));
    return plx_error_hint(error, "%s", hint);
}

enum plx_status plx_corpus_enter_archive(struct plx_source **source, const struct plx_corpus_options *options,
                                         struct plx_error *error)
{
    const struct plx_source_options source_options = {.fingerprint = true,
                                                      .network = options->network,
                                                      .interrupted = options->interrupted,
                                                      .user = options->user};
    struct plx_source *file = *source;
    bool archive;
    enum plx_status status = recognise(file, options, &archive, error);
    if (status == PLX_OK && !archive && options->member)
        status = refuse(file, PLX_USAGE, "a member of an archive is asked for, and this is none",
                        "without --member it is read as it is", error);
    if (status == PLX_OK && !archive)
        return PLX_OK;
    if (status == PLX_OK && wants_beside(options))
        status = refuse(file, PLX_UNSUPPORTED, "a data set of two files is not read out of an archive",
                        "unpack both files", error);
    if (status == PLX_OK) {
        /* Who names a format says that the index is of no concern. */
        status = plx_archive_open_member(*source, options->member, !options->format, &source_options, &file,
                                         error);
        *source = NULL; /* taken over */
    }
    if (status == PLX_OK)
        status = recognise(file, options, &archive, error);
    if (status == PLX_OK && archive)
        status = refuse(file, PLX_UNSUPPORTED, "an archive inside an archive is not read",
                        "unpack the outer one", error);
    if (status)
        plx_source_close(file);
    *source = status ? NULL : file;
    return status;
}
