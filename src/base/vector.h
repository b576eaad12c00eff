/* Vectors of doubles, by the compilers' vector extension, for the few loops in which the time goes.

   Such a kernel is written once, in a file `<kernel>.inc` over the macros below, and included once for each
   PLX_WIDTH: 2 doubles, which every processor of the common architectures has, and on x86-64 also 4, for
   AVX2, chosen when it runs. Both do the same operations lane by lane in the same order and so give the same
   bits. For that no multiplication may be fused with an addition: AVX2 alone has no such instruction, and
   elsewhere the build sets -ffp-contract=off.

   Why not leave it to the compiler: GCC 12 vectorises these loops at one optimisation level and not at the
   other. Why not target_clones: it needs glibc's ifunc, which sanitizers do not get along with, and clang 14
   gives the resolver another name than the callers use. */
#ifndef PLX_BASE_VECTOR_H
#define PLX_BASE_VECTOR_H

#include <stdbool.h>
#include <stdint.h>

/* As wide as their name says, but aligned as their elements are. */
typedef double plx_vector2 __attribute__((vector_size(16), aligned(8), may_alias));
typedef double plx_vector4 __attribute__((vector_size(32), aligned(8), may_alias));
typedef float plx_floats2
    __attribute__((vector_size(16), aligned(4), may_alias)); /* as wide as plx_vector2 */
typedef float plx_floats4 __attribute__((vector_size(32), aligned(4), may_alias));
typedef float plx_half_floats2
    __attribute__((vector_size(8), aligned(4), may_alias)); /* as many as plx_vector2 */
typedef float plx_half_floats4 __attribute__((vector_size(16), aligned(4), may_alias));
typedef uint32_t plx_float_bits2 __attribute__((vector_size(16), aligned(4), may_alias));
typedef uint32_t plx_float_bits4 __attribute__((vector_size(32), aligned(4), may_alias));
typedef uint64_t plx_bits2 __attribute__((vector_size(16), aligned(8), may_alias));
typedef uint64_t plx_bits4 __attribute__((vector_size(32), aligned(8), may_alias));

#if defined(__x86_64__)
#include <immintrin.h>
#define PLX_HAS_WIDTH4 1
#define PLX_TARGET4    __attribute__((target("avx2")))

static inline bool plx_use_width4(void)
{
    return __builtin_cpu_supports("avx2") != 0;
}
#else
#define PLX_HAS_WIDTH4 0
#endif
#define PLX_TARGET2

/* Lane by lane: a where it is greater than b, else b, and b where one of them is NaN; and floats as doubles.
   On x86 these are one instruction each, which GCC 12 does not find by itself. */
#if defined(__x86_64__)
static inline plx_floats2 plx_larger2(plx_floats2 a, plx_floats2 b)
{
    return (plx_floats2)_mm_max_ps((__m128)a, (__m128)b);
}

PLX_TARGET4 static inline plx_floats4 plx_larger4(plx_floats4 a, plx_floats4 b)
{
    return (plx_floats4)_mm256_max_ps((__m256)a, (__m256)b);
}

PLX_TARGET4 static inline plx_vector4 plx_widen4(plx_half_floats4 x)
{
    return (plx_vector4)_mm256_cvtps_pd((__m128)x);
}
#else
static inline plx_floats2 plx_larger2(plx_floats2 a, plx_floats2 b)
{
    const plx_float_bits2 above = (plx_float_bits2)(a > b);
    return (plx_floats2)((above & (plx_float_bits2)a) | (~above & (plx_float_bits2)b));
}
#endif

static inline plx_vector2 plx_widen2(plx_half_floats2 x)
{
    return __builtin_convertvector(x, plx_vector2);
}

#define PLX_PASTE_(a, b) a##b
#define PLX_PASTE(a, b)  PLX_PASTE_(a, b)

/* What a kernel's source is written over; they depend on PLX_WIDTH where they are used. */
#define PLX_VECTOR       PLX_PASTE(plx_vector, PLX_WIDTH)
#define PLX_VECTOR_BITS  PLX_PASTE(plx_bits, PLX_WIDTH)
#define PLX_FLOATS       PLX_PASTE(plx_floats, PLX_WIDTH)
#define PLX_HALF_FLOATS  PLX_PASTE(plx_half_floats, PLX_WIDTH)
#define PLX_FLOAT_BITS   PLX_PASTE(plx_float_bits, PLX_WIDTH)
#define PLX_LARGER       PLX_PASTE(plx_larger, PLX_WIDTH)
#define PLX_WIDEN        PLX_PASTE(plx_widen, PLX_WIDTH)
#define PLX_TARGET       PLX_PASTE(PLX_TARGET, PLX_WIDTH)
#define PLX_KERNEL(name) PLX_PASTE(name, PLX_WIDTH)

#endif
