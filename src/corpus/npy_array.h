/* An array of NumPy, of u16 or u32 numbers and one dimension, that is written number by number. */
#ifndef PLX_CORPUS_NPY_ARRAY_H
#define PLX_CORPUS_NPY_ARRAY_H

#include "io/output.h"

/* Zero-initialised is nothing. */
struct plx_npy_array {
    struct plx_output *output; /* borrowed */
    struct plx_output *spool;  /* keeps the numbers until type or count is known; NULL where both are */
    unsigned width;            /* bytes of a number; 0: 2 where all fit, else 4 */
    uint32_t most;             /* the greatest number so far */
    uint64_t count;
};

/* The output is empty. plx_npy_array_release is to follow in any case. */
enum plx_status plx_npy_array_open(struct plx_npy_array *array, struct plx_output *output, unsigned width,
                                   struct plx_error *error);

/* Where a width is given, the numbers must fit it. */
enum plx_status plx_npy_array_add(struct plx_npy_array *array, const uint32_t *numbers, size_t count,
                                  struct plx_error *error);

/* Writes what is left, but does not finish the output. PLX_INTERRUPTED where `interrupted` (NULL: nobody)
   says so of `user`. */
enum plx_status plx_npy_array_finish(struct plx_npy_array *array, bool (*interrupted)(void *user), void *user,
                                     struct plx_error *error);

void plx_npy_array_release(struct plx_npy_array *array);

#endif
