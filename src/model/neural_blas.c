#include "model/neural_blas.h"

#include "base/hash.h"
#include "base/memory.h"

#include <cblas.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef PLX_HAS_OPENBLAS
/* Other libraries' cblas.h does not have it. */
void openblas_set_num_threads(int threads); /* NOLINT(readability-redundant-declaration) */
char *openblas_get_config(void);            /* NOLINT(readability-redundant-declaration) */
char *openblas_get_corename(void);          /* NOLINT(readability-redundant-declaration) */
#endif

/* OpenBLAS's own threads are left unused. Where it uses OpenMP, their number is one for each thread. */
static void settle_threads(void)
{
#ifdef PLX_HAS_OPENBLAS
    static _Thread_local bool settled;
    if (!settled)
        openblas_set_num_threads(1);
    settled = true;
#endif
}

void plx_blas_multiply(size_t m, size_t n, size_t k, const double *a, const double *b, double *c,
                       size_t stride)
{
    settle_threads();
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)m, (int)n, (int)k, 1, a, (int)k, b, (int)k, 0,
                c, (int)stride);
}

void plx_blas_multiply_floats(size_t m, size_t n, size_t k, const float *a, const float *b, float *c,
                              size_t stride)
{
    settle_threads();
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)m, (int)n, (int)k, 1, a, (int)k, b, (int)k, 0,
                c, (int)stride);
}

/* Numbers of full mantissas in [−1, 1): rows [count, k], all alike if `same`. */
static void fill_rows(float *rows, size_t count, size_t k, bool same)
{
    uint64_t seed = 1;
    for (size_t i = 0; i < count * k; i++) {
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        rows[i] = same && i >= k ? rows[i - k] : (float)((double)(int64_t)seed / 9223372036854775808.0);
    }
}

/* The product of such rows, those of one factor all alike. Released with free(). */
static enum plx_status multiply_same(size_t m, size_t n, size_t k, bool same_rows, float **product,
                                     struct plx_error *error)
{
    float *a = plx_new_array(m, k * sizeof *a, error), *b = plx_new_array(n, k * sizeof *b, error);
    *product = plx_new_array(m, n * sizeof **product, error);
    const bool made = a && b && *product;
    if (made) {
        fill_rows(a, m, k, same_rows);
        fill_rows(b, n, k, !same_rows);
        plx_blas_multiply_floats(m, n, k, a, b, *product, n);
    }
    free(a);
    free(b);
    return made ? PLX_OK : PLX_MEMORY;
}

#ifdef PLX_HAS_OPENBLAS
/* "OpenBLAS 0.3.21 Haswell": of the configuration the name and the number only. */
void plx_blas_describe(char text[PLX_BLAS_TEXT])
{
    const char *config = openblas_get_config();
    size_t length = strcspn(config, " ");
    if (config[length])
        length += 1 + strcspn(config + length + 1, " ");
    snprintf(text, PLX_BLAS_TEXT, "%.*s %.24s", length < 28 ? (int)length : 28, config,
             openblas_get_corename());
}
#else
/* Nobody says which one it is: its answers do. */
void plx_blas_describe(char text[PLX_BLAS_TEXT])
{
    enum { SIDE = 64 };
    struct plx_error error;
    float *product;
    uint64_t hash = 0;
    if (multiply_same(SIDE, SIDE, SIDE, false, &product, &error) == PLX_OK)
        hash = plx_hash64(product, sizeof *product * SIDE * SIDE, 0);
    free(product);
    snprintf(text, PLX_BLAS_TEXT, "products %08x", (unsigned)hash);
}
#endif

enum plx_status plx_blas_same_rows(size_t m, size_t n, size_t k, bool *same, struct plx_error *error)
{
    float *c;
    const enum plx_status status = multiply_same(m, n, k, true, &c, error);
    *same = status == PLX_OK;
    for (size_t row = 1; row < m && *same; row++)
        *same = memcmp(c + row * n, c, n * sizeof *c) == 0;
    free(c);
    return status;
}

enum plx_status plx_blas_same_columns(size_t m, size_t n, size_t k, bool *same, struct plx_error *error)
{
    float *c;
    const enum plx_status status = multiply_same(m, n, k, false, &c, error);
    *same = status == PLX_OK;
    for (size_t i = 0; i < m * n && *same; i++)
        *same = memcmp(c + i, c + i - i % n, sizeof *c) == 0;
    free(c);
    return status;
}
