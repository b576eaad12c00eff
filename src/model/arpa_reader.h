/* Where the reading of an ARPA file stands, and the lines of it that are read one by one: all but the n-grams
   themselves. */
#ifndef PLX_MODEL_ARPA_READER_H
#define PLX_MODEL_ARPA_READER_H

#include "base/pool.h"
#include "io/lines.h"
#include "model/arpa_block.h"
#include "model/arpa_notes.h"
#include "model/ngram_hash.h"

struct plx_arpa_reader {
    struct plx_lines lines;
    const struct plx_model_options *options;
    struct plx_ngram_hash *model;
    struct plx_ngram_sink *sink;
    uint64_t *declared; /* [order] n-grams that the header promises */
    unsigned order;
    struct plx_pool *pool;
    struct plx_arpa_block *blocks; /* [block_count] that may be under way at once */
    size_t block_count;
    size_t unigram_capacity;
    struct plx_arpa_notes notes;
    uint64_t upper_unknown; /* the line of the 1-gram <UNK>; 0: there is none */
    uint64_t blank_lines;   /* that were passed over before the line at hand */
    const char *line;       /* at hand, without blanks at its end; NULL at the end of the file */
    size_t length;
};

/* Asks whether to stop, and reports how far it has come. */
enum plx_status plx_arpa_report(const struct plx_arpa_reader *reader, struct plx_error *error);

/* The next line that is not blank becomes the one at hand. `blank_lines` says how many it has passed over. */
enum plx_status plx_arpa_next(struct plx_arpa_reader *reader, struct plx_error *error);

bool plx_arpa_line_is(const struct plx_arpa_reader *reader, const char *text);
bool plx_arpa_line_begins(const struct plx_arpa_reader *reader, const char *text);

/* Notes the blank lines before the line at hand where there should be `usual` of them, none or one. */
void plx_arpa_note_blank_lines(struct plx_arpa_reader *reader, uint64_t usual);

/* Puts the input and the line at hand into an error. */
enum plx_status plx_arpa_malformed(const struct plx_arpa_reader *reader, struct plx_error *error);

/* The file ends before what it should have. */
enum plx_status plx_arpa_truncated(const struct plx_arpa_reader *reader, const char *what,
                                   struct plx_error *error);

/* Everything up to the first section, whose heading is at hand afterwards: `order` and `declared`. */
enum plx_status plx_arpa_read_header(struct plx_arpa_reader *reader, struct plx_error *error);

/* The n-grams of one section, to model or sink. Its heading is the line at hand; afterwards it is the line
   behind the section. */
enum plx_status plx_arpa_read_section(struct plx_arpa_reader *reader, unsigned order,
                                      struct plx_error *error);

#endif
