/* Gzip members for tests, written with zlib. */
#ifndef PLX_TESTS_GZIP_MEMBER_H
#define PLX_TESTS_GZIP_MEMBER_H

#include <stddef.h>
#include <stdint.h>

/* Writes one member that holds data[0..size) to out; returns its length. Fails the running test if it does
   not fit. `name` goes into the header, NULL: none; level as zlib's, 0 stores. */
size_t gzip_member(const void *data, size_t size, int level, const char *name, uint8_t *out, size_t capacity);

#endif
