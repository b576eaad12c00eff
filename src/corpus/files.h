/* The files that a corpus consists of, read one after the other: each by a reader of the one format that all
   are of, and with one fingerprint of all. */
#ifndef PLX_CORPUS_FILES_H
#define PLX_CORPUS_FILES_H

#include "base/sha256.h"
#include "corpus/corpus.h"
#include "io/names.h"

struct plx_corpus_files {
    const struct plx_corpus_options *options; /* borrowed */
    struct plx_names names;                   /* of a corpus of one source: that alone */
    char **inputs; /* [names.count]: how errors name the files that have been opened; owned */
    size_t opened; /* of the files; the last of them is at hand */

    /* Of all files. */
    const struct plx_corpus_format *format;
    enum plx_content content;
    bool settled;         /* a file that holds something has said so */
    enum plx_pages pages; /* where documents of a text begin */

    /* The file at hand; NULL: the next could not be opened. */
    struct plx_source *source;
    struct plx_reader *reader;

    struct plx_sha256 *fingerprints; /* of the files before it */
    char sha256[PLX_SHA256_TEXT];    /* of all files, once it has been asked for */
    bool
        unpacked; /* a file so far came out of an archive: what is read of it is not what the archive takes */
    uint64_t bytes, media_bytes; /* of the files before the one at hand: uncompressed, and as they lie */
};

/* Without a file at hand. Takes over the names, also on failure. To be released in any case. */
enum plx_status plx_corpus_files_init(struct plx_corpus_files *files, struct plx_names *names,
                                      const struct plx_corpus_options *options, struct plx_error *error);

void plx_corpus_files_release(struct plx_corpus_files *files);

/* Makes the source, which is closed on failure, the file at hand; or the file in it, if it is an archive. */
enum plx_status plx_corpus_files_begin(struct plx_corpus_files *files, struct plx_source *source,
                                       struct plx_error *error);

/* Opens the first file, and as many more as it takes to know what the corpus is. */
enum plx_status plx_corpus_files_settle(struct plx_corpus_files *files, struct plx_error *error);

/* Takes leave of the file at hand, which has been read, and opens the next. */
enum plx_status plx_corpus_files_next(struct plx_corpus_files *files, struct plx_error *error);

/* Whether the file at hand is the last. */
bool plx_corpus_files_end(const struct plx_corpus_files *files);

/* The next piece of the file at hand, as its reader gives it, and `input`. */
enum plx_status plx_corpus_files_read(struct plx_corpus_files *files, struct plx_chunk *chunk, bool *more,
                                      struct plx_error *error);

/* As the functions of a corpus do. */
void plx_corpus_files_set_pages(struct plx_corpus_files *files, enum plx_pages pages);
enum plx_status plx_corpus_files_sha256(struct plx_corpus_files *files, char hex[PLX_SHA256_TEXT],
                                        struct plx_error *error);
void plx_corpus_files_progress(const struct plx_corpus_files *files, uint64_t *size, uint64_t *done);

/* Uncompressed, read so far. */
uint64_t plx_corpus_files_bytes(const struct plx_corpus_files *files);

#endif
