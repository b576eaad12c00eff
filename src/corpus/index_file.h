/* The index of Megatron-LM's and fairseq's data sets (index_format.h).

   Both writers put the sequences one behind the other, from the beginning of the .bin, and Megatron reads
   slices of them that way; an index of another kind is refused. It is read from the disk bit by bit, and
   never held. */
#ifndef PLX_CORPUS_INDEX_FILE_H
#define PLX_CORPUS_INDEX_FILE_H

#include <perplex/source.h>

#include "corpus/id_elements.h"

enum plx_index_kind { PLX_INDEX_NONE, PLX_INDEX_MEGATRON, PLX_INDEX_FAIRSEQ };

/* An array of integers in the file, read from the beginning to the end. */
struct plx_index_column {
    uint64_t begin, count, next; /* where it begins; how many there are; which comes next */
    unsigned width;              /* 4 or 8 */
    uint64_t first;              /* the one that bytes begin with */
    size_t known;                /* how many of them are there */
    uint8_t bytes[(size_t)32 << 10];
};

struct plx_index {
    struct plx_source *source; /* borrowed */
    int descriptor;            /* its */
    enum plx_index_kind kind;
    struct plx_id_type type;
    uint64_t sequences, documents;
    uint64_t tokens; /* in all, as the last sequence says */

    uint64_t sequence; /* which comes next */
    uint64_t offset;   /* where it must begin */
    struct plx_index_column lengths, offsets, ends;
};

/* Which of both wrote the index of the tokens in the file `bin`, NAME.bin, if there is one: Megatron, if it
   is of neither length. Reads no more than its header. */
enum plx_index_kind plx_index_look(const char *bin);

/* Reads the header, of a source of which nothing has been consumed, and the ends of the arrays. PLX_MALFORMED
   with the source's name and an offset in it, PLX_UNSUPPORTED for tokens that are no integers and for what is
   no uncompressed file; PLX_IO. */
enum plx_status plx_index_begin(struct plx_index *index, struct plx_source *source, struct plx_error *error);

/* Goes on to the next document, of index->documents, and tells how many tokens it has. Errors as above. */
enum plx_status plx_index_next(struct plx_index *index, uint64_t *tokens, struct plx_error *error);

#endif
