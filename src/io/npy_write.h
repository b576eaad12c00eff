/* Writing an array of NumPy of one dimension, number by number: format version 1.0, after
 * numpy/lib/format.py. */
#ifndef PLX_IO_NPY_WRITE_H
#define PLX_IO_NPY_WRITE_H

#include "io/output.h"

/* Of the header, magic and all. A multiple of 64, and fixed, so that it can be written before the count is
   known: the largest count has 20 digits, and 32 are still free then. */
#define PLX_NPY_WRITTEN_HEADER 128

enum plx_npy_type {
    PLX_NPY_NARROWEST, /* u16 where all numbers fit, else u32 */
    PLX_NPY_U16,
    PLX_NPY_U32,
    PLX_NPY_F64
};

/* Zero-initialised is nothing. */
struct plx_npy_writer {
    struct plx_output *output; /* borrowed, to the last call */
    struct plx_output *spool;  /* keeps the elements until type and count are known; owned; NULL where they
                                  can be written at once */
    enum plx_npy_type type;
    uint32_t most; /* the greatest number so far, of PLX_NPY_NARROWEST */
    uint64_t count;
};

/* Begins the array in an output that is empty and stays the caller's. plx_npy_writer_release is to follow in
   any case. PLX_IO and PLX_MEMORY of the output, or of a temporary file beside it. */
enum plx_status plx_npy_writer_open(struct plx_npy_writer *writer, struct plx_output *output,
                                    enum plx_npy_type type, struct plx_error *error);

/* Appends numbers[count], which fit the type, or values[count] to an array of PLX_NPY_F64. The errors of
   writing. */
enum plx_status plx_npy_writer_add(struct plx_npy_writer *writer, const uint32_t *numbers, size_t count,
                                   struct plx_error *error);
enum plx_status plx_npy_writer_add_doubles(struct plx_npy_writer *writer, const double *values, size_t count,
                                           struct plx_error *error);

/* Writes what is left, but does not finish the output; called once at most. The errors of writing;
   PLX_INTERRUPTED where `interrupted` (NULL: nobody) says so of `user`. */
enum plx_status plx_npy_writer_finish(struct plx_npy_writer *writer, bool (*interrupted)(void *user),
                                      void *user, struct plx_error *error);

/* Releases what the writer owns, not its output. */
void plx_npy_writer_release(struct plx_npy_writer *writer);

#endif
