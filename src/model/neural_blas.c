#include "model/neural_blas.h"

#include <cblas.h>
#include <pthread.h>

/* OpenBLAS has it, the others do not. */
#pragma weak openblas_set_num_threads
void openblas_set_num_threads(int threads);

static void set_threads(void)
{
    if (openblas_set_num_threads)
        openblas_set_num_threads(1);
}

void plx_blas_init(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, set_threads);
}

void plx_blas_multiply(size_t m, size_t n, size_t k, const double *a, const double *b, double *c,
                       size_t stride)
{
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)m, (int)n, (int)k, 1, a, (int)k, b, (int)k, 0,
                c, (int)stride);
}

void plx_blas_multiply_floats(size_t m, size_t n, size_t k, const float *a, const float *b, float *c,
                              size_t stride)
{
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)m, (int)n, (int)k, 1, a, (int)k, b, (int)k, 0,
                c, (int)stride);
}
