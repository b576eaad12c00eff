/* A block of whole lines of one section of an ARPA file, parsed apart from all others: by any thread. */
#ifndef PLX_MODEL_ARPA_BLOCK_H
#define PLX_MODEL_ARPA_BLOCK_H

#include "model/arpa_notes.h"
#include "model/ngram_sink.h"
#include "model/vocabulary.h"

/* What the blocks of a section have in common. */
struct plx_arpa_section {
    unsigned order;
    bool highest;                            /* the order is the model's highest */
    bool allow_positive;                     /* see struct plx_model_options */
    const struct plx_vocabulary *vocabulary; /* of order > 1 */
    const struct plx_ngram_table *lower;     /* of order > 2: the n-grams of one word less */
};

/* Zero-initialised is empty. */
struct plx_arpa_block {
    const struct plx_arpa_section *section;
    char *text; /* [size], and padding; every line has its newline */
    size_t size;
    size_t capacity;
    uint64_t first_line, lines;

    /* What has been found, up to the first error. */
    struct plx_ngram_record *records; /* [count]; their keys are set where order > 1 */
    struct plx_word *words;           /* [count], in the text, where order is 1 */
    size_t count;
    size_t room;                 /* of records and words */
    uint64_t blank_before;       /* blank lines before the first n-gram, or all if there is none */
    uint64_t blank_after;        /* those behind the last n-gram */
    struct plx_arpa_notes notes; /* but for blank lines before the first n-gram */
    enum plx_status status;
    struct plx_error error; /* without the input's name */
};

/* Copies `lines` lines, text[0 … size), of which the first is number first_line of the file, into the block.
 */
enum plx_status plx_arpa_block_fill(struct plx_arpa_block *block, const struct plx_arpa_section *section,
                                    const char *text, size_t size, uint64_t first_line, uint64_t lines,
                                    struct plx_error *error);

/* Parses it. For a lane: `job` is the block. */
void plx_arpa_block_parse(void *job, unsigned worker, void *user);

/* The n-gram that stands in a line of the block, as text; {NULL, 0} if none does. */
struct plx_word plx_arpa_block_ngram(const struct plx_arpa_block *block, uint64_t line);

void plx_arpa_block_release(struct plx_arpa_block *block);

#endif
