/* Numbers that look random and are the same on every run: splitmix64 (Steele, Lea, Flood 2014). */
#ifndef PLX_TESTS_RANDOM_H
#define PLX_TESTS_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct random {
    uint64_t state; /* any value is a seed */
};

static inline uint64_t random_next(struct random *random)
{
    uint64_t z = random->state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

/* 0 … n − 1; n > 0. */
static inline size_t random_below(struct random *random, size_t n)
{
    return (size_t)(random_next(random) % n);
}

/* True once in n times. */
static inline bool random_chance(struct random *random, size_t n)
{
    return random_below(random, n) == 0;
}

#endif
