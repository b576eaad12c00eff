/* Two per-token files side by side, read by two threads where there are two. */
#ifndef PLX_REPORT_TOKEN_PAIRS_H
#define PLX_REPORT_TOKEN_PAIRS_H

#include "report/tokens/token_file.h"

struct plx_token_pairs;

/* The next tokens of one of the files. */
struct plx_token_chunk {
    const struct plx_token_score *tokens; /* [count], borrowed until the next call */
    const uint64_t *lines;                /* [count] where they stand, as plx_token_file_line */
    size_t count;
};

/* Opens both. On failure *pairs is NULL and *failed is the side; options may be NULL. The errors of
 * plx_token_file_open; PLX_MEMORY.
 */
enum plx_status plx_token_pairs_open(const char *const paths[2], const struct plx_source_options *options,
                                     unsigned threads, struct plx_token_pairs **pairs, unsigned *failed,
                                     struct plx_error *error);

/* Whether side `side` says more of each token than its nats. */
bool plx_token_pairs_detailed(const struct plx_token_pairs *pairs, unsigned side);

/* As many tokens of each as are left, up to a number that is the same for both: element i of one chunk
   belongs to element i of the other. Both counts are 0 at the end. The errors of plx_token_file_next, after
   which there is no further call. */
enum plx_status plx_token_pairs_next(struct plx_token_pairs *pairs, struct plx_token_chunk chunks[2],
                                     unsigned *failed, struct plx_error *error);

/* Whether tokens of two files are the same prediction, as far as the files say. */
bool plx_token_pairs_same(const struct plx_token_score *a, const struct plx_token_score *b);

/* What was read of both files and how large they are; 0 where that is not known. */
void plx_token_pairs_progress(const struct plx_token_pairs *pairs, uint64_t *done, uint64_t *size);

/* NULL is fine. */
void plx_token_pairs_close(struct plx_token_pairs *pairs);

#endif
