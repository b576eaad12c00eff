#include "eval/tally.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

enum plx_status plx_tally_init(struct plx_tally *tally, unsigned order, struct plx_error *error)
{
    *tally = (struct plx_tally){.order_count = order + 1};
    tally->orders = plx_new_array(tally->order_count, sizeof *tally->orders, error);
    return tally->orders ? PLX_OK : PLX_MEMORY;
}

void plx_tally_clear(struct plx_tally *tally)
{
    struct plx_exact *orders = tally->orders;
    const unsigned count = tally->order_count;
    if (orders)
        memset(orders, 0, count * sizeof *orders);
    *tally = (struct plx_tally){.orders = orders, .order_count = count};
}

void plx_tally_release(struct plx_tally *tally)
{
    free(tally->orders);
    *tally = (struct plx_tally){0};
}

void plx_tally_merge(struct plx_tally *into, const struct plx_tally *from)
{
    for (unsigned k = 0; k < into->order_count && k < from->order_count; k++)
        plx_exact_merge(into->orders + k, from->orders + k);
    plx_exact_merge(&into->unknown, &from->unknown);
    plx_exact_merge(&into->unknown_zeros, &from->unknown_zeros);
    plx_exact_merge(&into->blank_ends, &from->blank_ends);
    plx_exact_merge(&into->zeros, &from->zeros);
    into->bytes += from->bytes;
    into->characters += from->characters;
    into->words += from->words;
    into->literal += from->literal;
    into->unknown_tokens += from->unknown_tokens;
    into->skipped_unknown += from->skipped_unknown;
    into->unanswered += from->unanswered;
    into->ends += from->ends;
}

uint64_t plx_tally_targets(const struct plx_tally *tally)
{
    return plx_tally_total(tally).count + tally->skipped_unknown;
}

struct plx_exact plx_tally_total(const struct plx_tally *tally)
{
    struct plx_exact total = {0};
    for (unsigned k = 0; k < tally->order_count; k++)
        plx_exact_merge(&total, tally->orders + k);
    return total;
}

struct plx_exact plx_tally_without(const struct plx_exact *from, const struct plx_exact *part)
{
    struct plx_exact rest = *from;
    rest.sum -= part->sum;
    rest.squares -= part->squares;
    rest.count -= part->count;
    rest.infinite -= part->infinite;
    return rest;
}
