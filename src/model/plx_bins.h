/* The n-grams of one order on their way into a file: sorted roughly, by the upper bits of their scattered
   keys, into bins that are laid out one at a time. What fills a block of its bin goes to a temporary file. */
#ifndef PLX_MODEL_PLX_BINS_H
#define PLX_MODEL_PLX_BINS_H

#include "io/output.h"
#include "model/ngram_sink.h"

struct plx_bins {
    unsigned bits;            /* there are 2^bits bins, ≥ 1 */
    uint64_t *counts;         /* [bins] n-grams; owned */
    struct plx_output *spool; /* borrowed */
    size_t block;             /* records that go to the spool together, a power of two */
    uint8_t *blocks;          /* [bins][block] records that do not fill a block yet; pages of its own */
    uint16_t *written;        /* [written_count] of which bin the blocks of the spool are; owned */
    size_t written_count, written_capacity;
    size_t *places; /* [written_count] the blocks of the spool, bin by bin; made by plx_bins_end; owned */
    size_t *first;  /* [bins] where those of a bin begin; likewise */
};

/* Bins for about `expected` n-grams, which is a matter of speed alone. They are written to the spool from its
   beginning on, whatever it holds. To be released, in any case. */
enum plx_status plx_bins_begin(struct plx_bins *bins, uint64_t expected, struct plx_output *spool,
                               struct plx_error *error);

enum plx_status plx_bins_add(struct plx_bins *bins, const struct plx_ngram_record *records, size_t count,
                             struct plx_error *error);

/* There are no more of them. */
enum plx_status plx_bins_end(struct plx_bins *bins, struct plx_error *error);

/* Reads all of a bin into records[counts[bin]], as they were added. Any thread. */
enum plx_status plx_bins_read(const struct plx_bins *bins, size_t bin, struct plx_ngram_record *records,
                              struct plx_error *error);

void plx_bins_release(struct plx_bins *bins);

#endif
