#include "report/block_interval.h"

#include "report/compare/intervals.h"
#include "report/result/result_file.h"

#include <math.h>

enum plx_status plx_block_interval_read(const cJSON *result, const char *path, struct plx_block_error *found,
                                        struct plx_error *error)
{
    struct plx_result_blocks read;
    double sums[PLX_BLOCKS_MAX], weights[PLX_BLOCKS_MAX];
    *found = (struct plx_block_error){0, (double)NAN, (double)NAN};
    if (!plx_result_member(plx_result_member(result, "accumulators"), "blocks"))
        return PLX_OK;
    const enum plx_status status = plx_result_blocks_read(result, path, &read, error);
    if (status)
        return status;
    for (size_t i = 0; i < read.count; i++) {
        const struct plx_exact sum = {.sum = read.sums[i]};
        sums[i] = plx_exact_sum(&sum);
        weights[i] = (double)read.scored[i];
    }
    *found = plx_block_error_find(&(struct plx_bootstrap_blocks){sums, weights, read.count});
    return PLX_OK;
}
