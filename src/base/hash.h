/* MurmurHash64A by Austin Appleby (public domain), the hash that KenLM files store words by. */
#ifndef PLX_BASE_HASH_H
#define PLX_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* The same value on every machine: the bytes are read as little-endian words. */
uint64_t plx_hash64(const void *data, size_t size, uint64_t seed);

#endif
