#include "base/hash.h"

/* Compilers make one load of it where the machine is little-endian. */
static inline uint64_t load_little_endian(const uint8_t *p)
{
    return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24 |
           (uint64_t)p[4] << 32 | (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 | (uint64_t)p[7] << 56;
}

/* Overflow of the products and of size × multiplier is part of the definition. */
uint64_t plx_hash64(const void *data, size_t size, uint64_t seed)
{
    const uint64_t multiplier = UINT64_C(0xC6A4A7935BD1E995);
    const uint8_t *p = data;
    size_t tail = size % 8;
    uint64_t hash = seed ^ ((uint64_t)size * multiplier);

    for (size_t words = size / 8; words > 0; words--, p += 8) {
        uint64_t word = load_little_endian(p) * multiplier;

        word = (word ^ word >> 47) * multiplier;
        hash = (hash ^ word) * multiplier;
    }
    if (tail > 0) {
        uint64_t word = 0;

        for (size_t i = tail; i > 0; i--)
            word = word << 8 | p[i - 1];
        hash = (hash ^ word) * multiplier;
    }
    hash = (hash ^ hash >> 47) * multiplier;
    return hash ^ hash >> 47;
}
