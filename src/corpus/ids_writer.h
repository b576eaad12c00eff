/* Writers of corpora as token ids, the formats that training programs read. To add a format NAME: a file or a
   row of one with `const struct plx_ids_format plx_ids_format_NAME`, and its line in ids_writer.c.

   A writer has one output or two (data and index), which appear by renaming when it is committed. */
#ifndef PLX_CORPUS_IDS_WRITER_H
#define PLX_CORPUS_IDS_WRITER_H

#include <perplex/word.h>

#include "corpus/id_elements.h"
#include "io/output.h"

/* What is known before the first id. Strings are borrowed. */
struct plx_ids_options {
    const char *format;              /* a name of the registry; NULL: by the output's name */
    uint64_t types;                  /* ids are below it; 0: not known */
    unsigned id_bytes;               /* what each id took where it comes from; 0: not known */
    bool bytes;                      /* the bytes that each id stands for are given with it */
    uint64_t longest;                /* the most tokens of a sequence; 0: what the format can have */
    bool (*interrupted)(void *user); /* asked while much is copied at the end; NULL: nobody */
    void *user;
};

/* The first member of each format's own struct. */
struct plx_ids_writer {
    const struct plx_ids_format *format;
    struct plx_ids_options options;
    struct plx_output *outputs[2]; /* in the order in which they appear; NULL where there is none */
    uint32_t most;                 /* the greatest id that can be written */
    const char *width;             /* what ids are, for messages: "u16" */
};

struct plx_ids_format {
    const char *name;
    const char *description;     /* one line for `perplex formats` */
    const char *const *suffixes; /* of names that say it; NULL behind the last */
    bool documents;              /* it tells where they begin */

    /* The files of two that are written for `path`, each released with free(); both NULL on failure. NULL:
       one file, path itself. */
    enum plx_status (*names)(const char *path, char *names[2], struct plx_error *error);

    /* Makes the format's own struct, with outputs, most and width. *writer is NULL on failure. */
    enum plx_status (*open)(const char *path, const struct plx_ids_options *options,
                            struct plx_ids_writer **writer, struct plx_error *error);

    /* A document begins; `id` is {NULL, 0} if it has none. NULL without `documents`. */
    enum plx_status (*begin)(struct plx_ids_writer *writer, struct plx_word id, struct plx_error *error);

    /* The next ids[count], all at most `most`, and bytes[count] that they stand for, NULL where that is not
       known. */
    enum plx_status (*add)(struct plx_ids_writer *writer, const uint32_t *ids, const uint32_t *bytes,
                           size_t count, struct plx_error *error);

    /* Writes what is left, after the last id; called once at most. */
    enum plx_status (*finish)(struct plx_ids_writer *writer, struct plx_error *error);

    /* Frees the struct, not its outputs. */
    void (*close)(struct plx_ids_writer *writer);
};

extern const struct plx_ids_format plx_ids_format_u16, plx_ids_format_u32, plx_ids_format_llmc,
    plx_ids_format_llmc_u32, plx_ids_format_megatron, plx_ids_format_fairseq, plx_ids_format_npy,
    plx_ids_format_jsonl;

/* Format `index` of the registry, NULL past the end. */
const struct plx_ids_format *plx_ids_format(size_t index);

/* The format of that name, or with NULL the one that the output's name says; NULL if there is none. */
const struct plx_ids_format *plx_ids_format_find(const char *name, const char *path);

/* The same, or PLX_USAGE. */
enum plx_status plx_ids_format_check(const char *name, const char *path, struct plx_error *error);

/* Opens the outputs. *writer is to be given to plx_ids_writer_commit or plx_ids_writer_discard; NULL on
   failure. PLX_USAGE where there is no such format, or it cannot be written there; the errors of outputs. */
enum plx_status plx_ids_writer_open(const char *path, const struct plx_ids_options *options,
                                    struct plx_ids_writer **writer, struct plx_error *error);

/* A document begins, with its id or {NULL, 0}; formats that have no documents pass over it. The errors of the
   format and of writing. Strings and arrays are the caller's, here and below. */
enum plx_status plx_ids_writer_begin(struct plx_ids_writer *writer, struct plx_word id,
                                     struct plx_error *error);

/* Writes the next ids[count], at most writer->most each, and with writer->options.bytes bytes[count], else
   NULL. PLX_UNSUPPORTED where a document has more than the format can hold; the errors of writing. */
enum plx_status plx_ids_writer_add(struct plx_ids_writer *writer, const uint32_t *ids, const uint32_t *bytes,
                                   size_t count, struct plx_error *error);

/* Writes all but the names of the outputs, so that these can appear together with others; called once at
   most. The errors of writing, PLX_INTERRUPTED. */
enum plx_status plx_ids_writer_finish(struct plx_ids_writer *writer, struct plx_error *error);

/* Makes the outputs appear and releases the writer, which has been finished: after a failure nothing is left
   to discard. PLX_IO, PLX_MEMORY. */
enum plx_status plx_ids_writer_commit(struct plx_ids_writer *writer, struct plx_error *error);

/* Releases the writer; its outputs do not appear. NULL is fine. */
void plx_ids_writer_discard(struct plx_ids_writer *writer);

#endif
