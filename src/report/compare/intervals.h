/* Whether the difference of two results is more than noise. Whatever a protocol averages over, these are
   means over tokens. */
#ifndef PLX_REPORT_INTERVALS_H
#define PLX_REPORT_INTERVALS_H

#include "eval/blocks.h"
#include "eval/bootstrap.h"
#include "report/compare/comparison.h"

/* Documents are drawn by themselves where there are at least so many: of fewer nothing would be known. */
#define PLX_DOCUMENTS_LEAST PLX_BOOTSTRAP_BLOCKS_LEAST

/* The sums of a result that tests need. */
struct plx_result_blocks {
    struct plx_exact nats;
    uint64_t targets; /* of a block; 0: the result has no blocks */
    size_t count;
    uint64_t scored[PLX_BLOCKS_MAX];
    plx_int128 sums[PLX_BLOCKS_MAX];
};

/* Reads them. PLX_MALFORMED with the place where they are not as the schema has them. */
enum plx_status plx_result_blocks_read(const cJSON *result, const char *path,
                                       struct plx_result_blocks *blocks, struct plx_error *error);

/* Each test fills in *test. PLX_MEMORY; PLX_INTERRUPTED. */

/* Of differences[count], one for each token, with their exact sum; drawn are documents or blocks as the
   options ask. Not known of fewer than PLX_BOOTSTRAP_BLOCKS_LEAST. PLX_USAGE where documents are asked for
   and are not known. */
enum plx_status plx_test_tokens(const double *differences, size_t count, const struct plx_exact *total,
                                const struct plx_moved *moved, const struct plx_compare_options *options,
                                struct plx_interval_test *test, struct plx_error *error);

/* Of the blocks of two results that scored the same tokens; not known where these are too few, or not of the
   same numbers of tokens. */
enum plx_status plx_test_blocks(const struct plx_result_blocks *base, const struct plx_result_blocks *new,
                                const struct plx_compare_options *options, struct plx_interval_test *test,
                                struct plx_error *error);

/* As if the two were of different texts. */
enum plx_status plx_test_unpaired(const struct plx_result_blocks *base, const struct plx_result_blocks *new,
                                  const struct plx_compare_options *options, struct plx_interval_test *test,
                                  struct plx_error *error);

#define PLX_TEST_METHOD 256

/* How it was made, in words. */
void plx_test_method(const struct plx_interval_test *test, char text[PLX_TEST_METHOD]);

#endif
