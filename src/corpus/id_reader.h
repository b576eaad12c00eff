/* What readers of token ids share: ids one behind the other up to the end of a file, read and widened many at
   once, and given out in pieces as documents demand. */
#ifndef PLX_CORPUS_ID_READER_H
#define PLX_CORPUS_ID_READER_H

#include "corpus/corpus.h"
#include "corpus/id_elements.h"

#define PLX_IDS_AT_ONCE ((size_t)32 << 10)

struct plx_id_stream {
    struct plx_source *source; /* borrowed; at the first id when the stream begins */
    struct plx_id_type type;
    bool counted;        /* else there are as many as the file has */
    uint64_t count;      /* how many there must be */
    const char *counter; /* what says so: "the header" */
    uint64_t read;       /* how many have been read */
    size_t at, end;      /* ids[at..end) have not been given yet */
    uint32_t ids[PLX_IDS_AT_ONCE];
};

/* How ids lie in a file. */
struct plx_id_layout {
    struct plx_id_type type;
    uint64_t begin;      /* bytes before the first */
    bool counted;        /* as in a stream, */
    uint64_t count;      /* and so */
    const char *counter; /* are these */
};

/* Makes a stream of what the source, of which nothing has been consumed, has behind its first bytes, which
   the caller skips. PLX_MALFORMED where the size of the file is known and is not what the count demands. */
enum plx_status plx_id_stream_begin(struct plx_id_stream *stream, struct plx_source *source,
                                    const struct plx_id_layout *layout, struct plx_error *error);

/* Reads ids if all have been given. None can be given only at the end. PLX_MALFORMED, with the offset, where
   there are more or fewer than there must be, or what is no id; the errors of reading. */
enum plx_status plx_id_stream_fill(struct plx_id_stream *stream, struct plx_error *error);

/* How many can be given. */
size_t plx_id_stream_known(const struct plx_id_stream *stream);

/* Gives the next `size` of those that are known. */
void plx_id_stream_give(struct plx_id_stream *stream, size_t size, struct plx_chunk *chunk);

/* A reader whose documents all have the same length: one document, or rows. */
struct plx_id_reader {
    struct plx_reader base;
    uint64_t row;   /* ids of a document, at least 1; UINT64_MAX, which no file has: all */
    uint64_t given; /* of the document at hand; 0: the next begins one */
    struct plx_id_stream stream;
};

/* Makes one, as plx_id_stream_begin does; then skips to the first id. */
enum plx_status plx_id_reader_new(struct plx_source *source, const struct plx_corpus_options *options,
                                  const struct plx_id_layout *layout, struct plx_id_reader **made,
                                  struct plx_error *error);

/* `next` and `close` of a format. */
enum plx_status plx_id_reader_next(struct plx_reader *base, struct plx_chunk *chunk, bool *more,
                                   struct plx_error *error);
void plx_id_reader_close(struct plx_reader *reader);

#endif
