/* MurmurHash64A by Austin Appleby (public domain), the hash that KenLM files store words by; and where in a
   table a hash points to. */
#ifndef PLX_BASE_HASH_H
#define PLX_BASE_HASH_H

#include "base/bytes.h"

#include <stddef.h>

/* Which of `places` a hash points to that is evenly spread over 64 bits: in the order of the hashes. */
static inline uint64_t plx_hash_place(uint64_t hash, uint64_t places)
{
    __extension__ typedef unsigned __int128 wide;
    return (uint64_t)((wide)hash * places >> 64);
}

/* The last 1 … 7 bytes as a number, without a loop over them. */
static inline uint64_t plx_hash_tail(const uint8_t *p, size_t tail, size_t size)
{
    if (size >= 8)
        return plx_load_u64(p + tail - 8) >> (64 - 8 * tail);
    if (tail >= 4) {
        const uint64_t low = plx_load_u32(p);
        const uint64_t high = plx_load_u32(p + tail - 4); /* the two overlap, with the same bits */
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
        uint64_t word = plx_load_u64(p) * multiplier;

        word = (word ^ word >> 47) * multiplier;
        hash = (hash ^ word) * multiplier;
    }
    if (tail > 0)
        hash = (hash ^ plx_hash_tail(p, tail, size)) * multiplier;
    hash = (hash ^ hash >> 47) * multiplier;
    return hash ^ hash >> 47;
}

/* The same of data behind which 8 bytes more can be read, whatever they are: without a branch for its last
   bytes. */
static inline uint64_t plx_hash64_padded(const void *data, size_t size, uint64_t seed)
{
    const uint64_t multiplier = UINT64_C(0xC6A4A7935BD1E995);
    const uint8_t *p = data;
    const size_t tail = size % 8;
    uint64_t hash = seed ^ ((uint64_t)size * multiplier);

    /* The first eight bytes without a branch too, since words of a text have them or not as if by chance. */
    uint64_t first = plx_load_u64(p) * multiplier;
    first = (first ^ first >> 47) * multiplier;
    first = (hash ^ first) * multiplier;
    hash = size >= 8 ? first : hash;
    p += size >= 8 ? 8 : 0;
    for (size_t words = size / 8; words > 1; words--) {
        uint64_t word = plx_load_u64(p) * multiplier;

        word = (word ^ word >> 47) * multiplier;
        hash = (hash ^ word) * multiplier;
        p += 8;
    }
    const uint64_t last = plx_load_u64(p) & ((UINT64_C(1) << 8 * tail) - 1);
    const uint64_t mixed = (hash ^ last) * multiplier;
    hash = tail > 0 ? mixed : hash;
    hash = (hash ^ hash >> 47) * multiplier;
    return hash ^ hash >> 47;
}

#endif
