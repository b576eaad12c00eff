/* The cross-entropy along the corpus: exact sums over blocks of so many targets each, from which intervals
   are drawn that know of the dependence between neighbours, and a curve over the corpus.

   Blocks are counted in targets of the whole corpus, those of other shards and those that are skipped for
   being unknown too, so that the blocks of two evaluations of the same tokens are of the same tokens, and
   those of shards can be added up. However long the corpus is, there are at most PLX_BLOCKS_MAX: where there
   would be more, every two become one. */
#ifndef PLX_EVAL_BLOCKS_H
#define PLX_EVAL_BLOCKS_H

#include "eval/batch.h"

/* Targets of the smallest blocks. */
#define PLX_BLOCK_TARGETS 1024

/* 128 at least, of a corpus that is long enough. */
#define PLX_BLOCKS_MAX 256

/* Zero-initialised is empty. */
struct plx_blocks {
    unsigned doublings; /* a block has PLX_BLOCK_TARGETS << doublings targets, the last one perhaps fewer */
    size_t count;       /* up to the last one that something was added to */
    struct plx_exact sums[PLX_BLOCKS_MAX]; /* of scored targets; without squares */
};

/* The sums of one batch. Zero-initialised is empty; reused. */
struct plx_block_sums {
    uint64_t first;         /* smallest block that its first target is in */
    struct plx_exact *sums; /* [count] of it and those behind it */
    size_t count, capacity;
};

/* Sums up a batch that was scored, whatever *sums held. Any thread. PLX_MEMORY. */
enum plx_status plx_block_sums_measure(struct plx_block_sums *sums, const struct plx_batch *batch,
                                       struct plx_error *error);

void plx_block_sums_release(struct plx_block_sums *sums);

/* Adds those of a batch, in any order. */
void plx_blocks_add(struct plx_blocks *blocks, const struct plx_block_sums *sums);

/* The end of a corpus of so many targets: as many blocks as they fill, whatever was added. */
void plx_blocks_finish(struct plx_blocks *blocks, uint64_t targets);

/* Targets of a block but the last. */
uint64_t plx_blocks_length(const struct plx_blocks *blocks);

#endif
