/* How long lines, or documents, are. */
#ifndef PLX_INSPECT_LENGTHS_H
#define PLX_INSPECT_LENGTHS_H

#include <stdint.h>

/* Zero-initialised is none. */
struct plx_lengths {
    uint64_t count, total;
    uint64_t shortest, longest; /* of count > 0 */
};

static inline void plx_lengths_add(struct plx_lengths *lengths, uint64_t length)
{
    if (lengths->count == 0 || length < lengths->shortest)
        lengths->shortest = length;
    if (length > lengths->longest)
        lengths->longest = length;
    lengths->count++;
    lengths->total += length;
}

static inline double plx_lengths_mean(const struct plx_lengths *lengths)
{
    return (double)lengths->total / (double)lengths->count;
}

#endif
