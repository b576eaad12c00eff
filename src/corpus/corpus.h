/* The corpus interface. To add a format NAME: a file with `const struct plx_corpus_format
   plx_corpus_format_NAME`, a line in registry.c, a line in src/CMakeLists.txt, and fixtures in
   tests/data/corpora (a build whose registered format has none fails).

   A reader reads one file. It need not know of a compression, a URL or other files: it has a source, from
   which it peeks and skips. What belongs to the file and lies beside it (an index) is found by the source's
   name. files.c opens the files one after the other and fills what all chunks share (`input`); corpus.c
   counts documents, leaves out those that are not to be read, and completes what tokens stand for. */
#ifndef PLX_CORPUS_CORPUS_H
#define PLX_CORPUS_CORPUS_H

#include <perplex/corpus.h>

#include "base/error.h"
#include "base/probe.h"
#include "corpus/page_counter.h"
#include "corpus/tokenize.h"

/* The part that all readers share; a format's own struct begins with it. */
struct plx_reader {
    struct plx_source *source;                /* borrowed */
    const struct plx_corpus_options *options; /* borrowed */
    /* What belongs to the file and lies beside it (an index): opened by `open`, closed by files.c after
       `close`. The fingerprint covers it as if it were a file before this one. NULL: nothing. */
    struct plx_source *beside;
    enum plx_content content; /* set by `open`, never changed */
    enum plx_pages pages;     /* of a text; set before the first `next` */
    /* Set by `open`: the file is not empty but holds no document, and so its content says nothing. */
    bool empty;
    /* Of the document at hand, where the file has the text beside its tokens: that text, and how many tokens
       there are; set with its first chunk. NULL: it has none. */
    const struct plx_text_counts *original;
    const struct plx_page_counts *page; /* of the same text, or NULL */
    uint64_t document_tokens;
};

struct plx_corpus_format {
    const char *name;        /* for --corpus-format: lower-case letters, digits, "-" */
    const char *description; /* one line for `perplex formats` */

    /* How sure it is that a file is of this format, from its first bytes (up to PLX_CORPUS_PROBE_BYTES, all
       of a shorter file) and its name. */
    enum plx_probe (*probe)(const uint8_t *head, size_t size, const char *name);

    /* Makes a reader at the beginning of the source: allocates a struct of the format's own size and sets all
       of the shared part. It may peek, and must leave the source where it is on failure. */
    enum plx_status (*open)(struct plx_source *source, const struct plx_corpus_options *options,
                            struct plx_reader **reader, struct plx_error *error);

    /* As plx_corpus_next, for this file; `input` is filled in by the caller, and so is the file's name in
       errors. The chunk begins zeroed. A reader holds one piece, never the whole file. */
    enum plx_status (*next)(struct plx_reader *reader, struct plx_chunk *chunk, bool *more,
                            struct plx_error *error);

    /* Releases the reader, but not what the shared part borrows. */
    void (*close)(struct plx_reader *reader);

    bool beside; /* it needs a file that lies beside, and no file of an archive is of it */
};

#define PLX_CORPUS_PROBE_BYTES 4096

/* What of the source the formats are asked about: its first bytes, no more of them than
   PLX_CORPUS_PROBE_BYTES however many it has at hand, so that the answer is the same from every medium. Else
   as plx_source_peek. */
enum plx_status plx_corpus_peek_head(struct plx_source *source, const uint8_t **head, size_t *size,
                                     struct plx_error *error);

/* Format `index` of the registry, NULL past the end. */
const struct plx_corpus_format *plx_corpus_format(size_t index);

/* The format of that name, NULL if there is none. */
const struct plx_corpus_format *plx_corpus_format_named(const char *name);

/* The format that is surest that a file is of its kind (see `probe`), and how sure it is; NULL, and
   PLX_PROBE_NO, if it is of none. */
const struct plx_corpus_format *plx_corpus_recognise(const uint8_t *head, size_t size, const char *name,
                                                     enum plx_probe *sure);

/* The same; PLX_UNSUPPORTED, saying what the file is instead, if it is of none. */
const struct plx_corpus_format *plx_corpus_demand(const uint8_t *head, size_t size, const char *name,
                                                  struct plx_error *error);

/* What has been counted of a corpus that has been read to its end; false if its pages are not counted: its
   documents do not begin at PLX_PAGES_HEADING, or of the tokens of one no text is known. */
bool plx_corpus_page_counts(const struct plx_corpus *corpus, struct plx_page_counts *counts);

/* PLX_USAGE where to write `output` would replace a file that the corpus is read from, an index that lies
   beside one, or what its options name for the bytes of tokens. */
enum plx_status plx_corpus_check_output(const struct plx_corpus *corpus, const char *output,
                                        struct plx_error *error);

/* Puts the place of the chunk's byte (of a text) or token `at` into an error that has been set: its file, and
   offset, line and column as far as the chunk knows them. Returns its status. */
enum plx_status plx_chunk_place(const struct plx_chunk *chunk, size_t at, struct plx_error *error);

#endif
