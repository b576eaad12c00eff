/* MurmurHash64A by Austin Appleby (public domain), the hash that KenLM files store words by. */
#ifndef PLX_BASE_HASH_H
#define PLX_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* Compilers make one load of it where the machine is little-endian. */
static inline uint64_t plx_hash_load(const uint8_t *p)
{
    return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24 |
           (uint64_t)p[4] << 32 | (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 | (uint64_t)p[7] << 56;
}

/* The last 1 … 7 bytes as a number, without a loop over them. */
static inline uint64_t plx_hash_tail(const uint8_t *p, size_t tail, size_t size)
{
    if (size >= 8)
        return plx_hash_load(p + tail - 8) >> (64 - 8 * tail);
    if (tail >= 4) {
        const uint64_t low =
            (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24;
        const uint8_t *end = p + tail - 4; /* the two overlap, with the same bits */
        const uint64_t high =
            (uint64_t)end[0] | (uint64_t)end[1] << 8 | (uint64_t)end[2] << 16 | (uint64_t)end[3] << 24;
        return low | high << (8 * tail - 32);
    }
    const size_t middle = tail / 2, last = tail - 1;
    return (uint64_t)p[0] | (uint64_t)p[middle] << (8 * middle) | (uint64_t)p[last] << (8 * last);
}

/* The same value on every machine: the bytes are read as little-endian words. Overflow of the products and of
   size × multiplier is part of the definition. */
static inline uint64_t plx_hash64(const void *data, size_t size, uint64_t seed)
{
    const uint64_t multiplier = UINT64_C(0xC6A4A7935BD1E995);
    const uint8_t *p = data;
    size_t tail = size % 8;
    uint64_t hash = seed ^ ((uint64_t)size * multiplier);

    for (size_t words = size / 8; words > 0; words--, p += 8) {
        uint64_t word = plx_hash_load(p) * multiplier;

        word = (word ^ word >> 47) * multiplier;
        hash = (hash ^ word) * multiplier;
    }
    if (tail > 0)
        hash = (hash ^ plx_hash_tail(p, tail, size)) * multiplier;
    hash = (hash ^ hash >> 47) * multiplier;
    return hash ^ hash >> 47;
}

#endif
