#include "eval/blocks.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

/* A value, without its square, to a sum of few. */
static inline void add_value(struct plx_exact *exact, double value)
{
    struct plx_exact_terms terms;
    if (!plx_exact_ordinary(value, &terms)) {
        plx_exact_add_value(exact, value);
        return;
    }
    exact->count++;
    exact->sum += (plx_int128)terms.sum;
}

enum plx_status plx_block_sums_measure(struct plx_block_sums *sums, const struct plx_batch *batch,
                                       struct plx_error *error)
{
    const size_t targets = batch->target_count;
    size_t room = PLX_BLOCK_TARGETS - (size_t)(batch->first_target % PLX_BLOCK_TARGETS);
    const size_t count =
        targets <= room ? 1 : 1 + (targets - room + PLX_BLOCK_TARGETS - 1) / PLX_BLOCK_TARGETS;
    const enum plx_status status =
        plx_reserve_array(&sums->sums, &sums->capacity, count, sizeof *sums->sums, error);
    if (status)
        return status;
    memset(sums->sums, 0, count * sizeof *sums->sums);
    sums->first = batch->first_target / PLX_BLOCK_TARGETS;
    sums->count = count;
    struct plx_exact *sum = sums->sums;
    for (size_t begin = 0; begin < targets; sum++, room = PLX_BLOCK_TARGETS) {
        const size_t end = targets - begin < room ? targets : begin + room;
        for (size_t i = begin; i < end; i++) {
            if (!(batch->flags[i] & PLX_TOKEN_UNSCORED))
                add_value(sum, batch->nats[i]);
        }
        begin = end;
    }
    return PLX_OK;
}

void plx_block_sums_release(struct plx_block_sums *sums)
{
    free(sums->sums);
    *sums = (struct plx_block_sums){0};
}

/* Makes one of every two. */
static void fold(struct plx_blocks *blocks)
{
    const size_t count = (blocks->count + 1) / 2;
    for (size_t i = 0; i < count; i++) {
        struct plx_exact sum = blocks->sums[2 * i];
        if (2 * i + 1 < blocks->count)
            plx_exact_merge(&sum, blocks->sums + 2 * i + 1);
        blocks->sums[i] = sum;
    }
    memset(blocks->sums + count, 0, (blocks->count - count) * sizeof *blocks->sums);
    blocks->count = count;
    blocks->doublings++;
}

void plx_blocks_add(struct plx_blocks *blocks, const struct plx_block_sums *sums)
{
    for (size_t i = 0; i < sums->count; i++) {
        while ((sums->first + i) >> blocks->doublings >= PLX_BLOCKS_MAX)
            fold(blocks);
        const size_t at = (size_t)((sums->first + i) >> blocks->doublings);
        if (at >= blocks->count)
            blocks->count = at + 1;
        plx_exact_merge(blocks->sums + at, sums->sums + i);
    }
}

void plx_blocks_finish(struct plx_blocks *blocks, uint64_t targets)
{
    const uint64_t smallest = targets / PLX_BLOCK_TARGETS + (targets % PLX_BLOCK_TARGETS != 0);
    while (smallest > (uint64_t)PLX_BLOCKS_MAX << blocks->doublings)
        fold(blocks);
    const uint64_t each = UINT64_C(1) << blocks->doublings;
    blocks->count = (size_t)((smallest + each - 1) >> blocks->doublings);
}

uint64_t plx_blocks_length(const struct plx_blocks *blocks)
{
    return (uint64_t)PLX_BLOCK_TARGETS << blocks->doublings;
}
