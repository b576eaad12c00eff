/* The header of an array of NumPy, of one dimension: format version 1.0, after numpy/lib/format.py. */
#ifndef PLX_BASE_NPY_HEADER_H
#define PLX_BASE_NPY_HEADER_H

#include <stdint.h>

/* With the magic before it. A multiple of 64, and fixed, so that it can be written before the count is known:
   the largest count has 20 digits, and 32 are still free then. */
#define PLX_NPY_HEADER 128

/* `descr` is the type as NumPy writes it: "<f8". */
void plx_npy_header(const char *descr, uint64_t count, uint8_t header[PLX_NPY_HEADER]);

#endif
