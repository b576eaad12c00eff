/* The matrix products of neural models, through the CBLAS interface. */
#ifndef PLX_MODEL_NEURAL_BLAS_H
#define PLX_MODEL_NEURAL_BLAS_H

#include <perplex/status.h>

#include <stdbool.h>
#include <stddef.h>

#define PLX_BLAS_TEXT 56

/* Names the library and the kernels that it has chosen, which decide about the last bits. */
void plx_blas_describe(char text[PLX_BLAS_TEXT]);

/* c [m, n], whose rows begin `stride` elements apart, = a [m, k] · bᵀ for b [n, k]; row-major, each dimension
   below 2^31. Computed on the thread that asks for it: perplex brings its own threads, and of OpenBLAS their
   number is a setting of the whole process. Any thread. */
void plx_blas_multiply(size_t m, size_t n, size_t k, const double *a, const double *b, double *c,
                       size_t stride);
void plx_blas_multiply_floats(size_t m, size_t n, size_t k, const float *a, const float *b, float *c,
                              size_t stride);

/* *same: whether rows of `a` give the same bits wherever in `a` they stand, in products of floats of this
   shape; some kernels round rows differently by their place. PLX_MEMORY. */
enum plx_status plx_blas_same_rows(size_t m, size_t n, size_t k, bool *same, struct plx_error *error);

/* The same of rows of `b`: whether columns of `c` do. */
enum plx_status plx_blas_same_columns(size_t m, size_t n, size_t k, bool *same, struct plx_error *error);

#endif
