#include "model/arithmetic.h"

#include "base/hash.h"
#include "model/neural_blas.h"

#include <math.h>
#include <stdio.h>

#if defined(__clang__) || !defined(__GNUC__)
#define COMPILER __VERSION__
#else
#define COMPILER "GCC " __VERSION__
#endif

#ifdef __OPTIMIZE__
#define OPTIMISED " -O"
#else
#define OPTIMISED ""
#endif

/* Enough for two implementations that round differently now and then to differ. */
#define POINTS 512

unsigned plx_arithmetic_of(const struct plx_model_info *model)
{
    unsigned parts = model->logprob_base > 0 ? PLX_ARITHMETIC_FUNCTIONS : 0;
    bool neural = model->kind == PLX_KIND_NEURAL;
    for (size_t i = 0; i < model->component_count; i++)
        neural |= model->components[i].kind == PLX_KIND_NEURAL;
    if (neural)
        parts |= PLX_ARITHMETIC_PRODUCTS;
    if (neural || model->kind == PLX_KIND_MIXTURE || model->kind == PLX_KIND_UNIFORM)
        parts |= PLX_ARITHMETIC_FUNCTIONS;
    return parts;
}

/* Nobody says which of its variants the C library has chosen: its answers do. */
static uint64_t hash_functions(void)
{
    uint64_t hash = 0, seed = 1;
    for (size_t i = 0; i < POINTS; i++) {
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        const double x = (double)(seed >> 11) / 9007199254740992.0; /* in [0, 1) */
        const double values[] = {exp(-20 * x), log(x),  log10(x), log1p(x),
                                 expm1(-x),    tanh(x), erf(x),   pow(x, 1.75)};
        hash = plx_hash64(values, sizeof values, hash);
    }
    return hash;
}

void plx_arithmetic_describe(unsigned parts, char text[PLX_ARITHMETIC_TEXT])
{
    char products[PLX_BLAS_TEXT + 2] = "";
    *text = '\0';
    if (parts == 0)
        return;
    if (parts & PLX_ARITHMETIC_PRODUCTS) {
        char library[PLX_BLAS_TEXT];
        plx_blas_describe(library);
        snprintf(products, sizeof products, "%s, ", library);
    }
    snprintf(text, PLX_ARITHMETIC_TEXT, "%sfunctions %08x, %.48s", products, (unsigned)hash_functions(),
             COMPILER OPTIMISED);
}
