/* The matrix products of neural models, through the CBLAS interface. */
#ifndef PLX_MODEL_NEURAL_BLAS_H
#define PLX_MODEL_NEURAL_BLAS_H

#include <stddef.h>

/* Has the library compute every product on the thread that asks for it: perplex brings its own threads. Of
   OpenBLAS this is a setting of the whole process. Any thread. */
void plx_blas_init(void);

/* c [m, n], whose rows begin `stride` elements apart, = a [m, k] · bᵀ for b [n, k]; row-major, each dimension
   below 2^31. Any thread. */
void plx_blas_multiply(size_t m, size_t n, size_t k, const double *a, const double *b, double *c,
                       size_t stride);
void plx_blas_multiply_floats(size_t m, size_t n, size_t k, const float *a, const float *b, float *c,
                              size_t stride);

#endif
