#include "model/tensor.h"

#include "base/vector.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define FROM_LITTLE(bits, value) __builtin_bswap##bits(value)
#else
#define FROM_LITTLE(bits, value) (value)
#endif

/* Elements that are looked at together in a search. */
#define BLOCK 512

size_t plx_dtype_size(enum plx_dtype dtype)
{
#define SIZE(name, size) size,
    static const unsigned char SIZES[] = {PLX_DTYPE_LIST(SIZE)};
#undef SIZE
    return SIZES[dtype];
}

const char *plx_dtype_name(enum plx_dtype dtype)
{
#define NAME(name, size) #name,
    static const char *const NAMES[] = {PLX_DTYPE_LIST(NAME)};
#undef NAME
    return NAMES[dtype];
}

bool plx_dtype_parse(const char *name, enum plx_dtype *dtype)
{
#define PARSE(type, size)           \
    if (strcmp(name, #type) == 0) { \
        *dtype = PLX_##type;        \
        return true;                \
    }
    PLX_DTYPE_LIST(PARSE)
#undef PARSE
    return false;
}

static double double_of_bits(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static float float_of_bits(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* IEEE 754 binary16: 1 bit of sign, 5 of exponent (bias 15), 10 of mantissa. Shifted into place, a normal
   number's exponent needs the difference of the biases; infinity and NaN need it twice. A subnormal is given
   the exponent of the least normal number, an implicit one with it, which is then subtracted: exactly.
   Without branches, so that the loop over it can be vectorised. */
static double widen_half(uint16_t half)
{
    const uint64_t rebias = (uint64_t)(1023 - 15) << 52;
    const uint64_t least_normal = (uint64_t)(1023 - 14) << 52;
    const uint64_t sign = (uint64_t)(half & 0x8000U) << 48;
    const uint64_t magnitude = (uint64_t)(half & 0x7fffU) << 42;
    const uint64_t exponent = half & 0x7c00U;
    const uint64_t normal = magnitude + rebias + (exponent == 0x7c00U ? rebias : 0);
    const double difference = double_of_bits(magnitude | least_normal) - double_of_bits(least_normal);
    uint64_t subnormal;
    memcpy(&subnormal, &difference, sizeof subnormal);
    return double_of_bits((exponent == 0 ? subnormal : normal) | sign);
}

static void widen_f64(const uint8_t *data, size_t count, double *values)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t bits;
        memcpy(&bits, data + i * sizeof bits, sizeof bits);
        values[i] = double_of_bits(FROM_LITTLE(64, bits));
    }
}

static void widen_f32(const uint8_t *data, size_t count, double *values)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, data + i * sizeof bits, sizeof bits);
        values[i] = (double)float_of_bits(FROM_LITTLE(32, bits));
    }
}

static void widen_f16(const uint8_t *data, size_t count, double *values)
{
    for (size_t i = 0; i < count; i++) {
        uint16_t bits;
        memcpy(&bits, data + i * sizeof bits, sizeof bits);
        values[i] = widen_half(FROM_LITTLE(16, bits));
    }
}

/* bfloat16 is the upper half of binary32. */
static void widen_bf16(const uint8_t *data, size_t count, double *values)
{
    for (size_t i = 0; i < count; i++) {
        uint16_t bits;
        memcpy(&bits, data + i * sizeof bits, sizeof bits);
        values[i] = (double)float_of_bits((uint32_t)FROM_LITTLE(16, bits) << 16);
    }
}

void plx_tensor_widen(const struct plx_tensor *tensor, size_t first, size_t count, double *values)
{
    assert(first <= tensor->count && count <= tensor->count - first);
    if (count == 0)
        return; /* an empty tensor may have no data to point at */
    const uint8_t *data = tensor->data + first * plx_dtype_size(tensor->dtype);
    switch (tensor->dtype) {
    case PLX_F64: widen_f64(data, count, values); break;
    case PLX_F32: widen_f32(data, count, values); break;
    case PLX_F16: widen_f16(data, count, values); break;
    case PLX_BF16: widen_bf16(data, count, values); break;
    }
}

/* The same as a float; a signalling NaN becomes a quiet one, as the processor's own instruction has it. */
static float float_of_half(uint16_t half)
{
    const uint32_t rebias = (uint32_t)(127 - 15) << 23;
    const uint32_t least_normal = (uint32_t)(127 - 14) << 23;
    const uint32_t sign = (uint32_t)(half & 0x8000U) << 16;
    const uint32_t magnitude = (uint32_t)(half & 0x7fffU) << 13;
    const uint32_t exponent = half & 0x7c00U;
    const uint32_t quiet = (half & 0x7fffU) > 0x7c00U ? 0x400000U : 0;
    const uint32_t normal = (magnitude + rebias + (exponent == 0x7c00U ? rebias : 0)) | quiet;
    const float difference = float_of_bits(magnitude | least_normal) - float_of_bits(least_normal);
    uint32_t subnormal;
    memcpy(&subnormal, &difference, sizeof subnormal);
    return float_of_bits((exponent == 0 ? subnormal : normal) | sign);
}

static void narrow_f64(const uint8_t *restrict data, size_t count, float *restrict values)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t bits;
        memcpy(&bits, data + i * sizeof bits, sizeof bits);
        values[i] = (float)double_of_bits(FROM_LITTLE(64, bits));
    }
}

static void floats_of_f32(const uint8_t *restrict data, size_t count, float *restrict values)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, data + i * sizeof bits, sizeof bits);
        values[i] = float_of_bits(FROM_LITTLE(32, bits));
    }
}

#if PLX_HAS_WIDTH4
/* Eight at a time by an instruction that every processor with AVX2 has. (Compilers know its own name as one
   to ask for only since GCC 11 and clang 15.) Returns how many are done. */
__attribute__((target("avx2,f16c"))) static size_t convert_eights(const uint8_t *restrict data, size_t count,
                                                                  float *restrict values)
{
    size_t i = 0;
    for (; i + 8 <= count; i += 8) {
        __m128i halves;
        memcpy(&halves, data + i * sizeof(uint16_t), sizeof halves);
        _mm256_storeu_ps(values + i, _mm256_cvtph_ps(halves));
    }
    return i;
}
#endif

static void floats_of_f16(const uint8_t *restrict data, size_t count, float *restrict values)
{
    size_t done = 0;
#if PLX_HAS_WIDTH4
    if (plx_use_width4())
        done = convert_eights(data, count, values);
#endif
    for (size_t i = done; i < count; i++) {
        uint16_t bits;
        memcpy(&bits, data + i * sizeof bits, sizeof bits);
        values[i] = float_of_half(FROM_LITTLE(16, bits));
    }
}

static void floats_of_bf16(const uint8_t *restrict data, size_t count, float *restrict values)
{
    for (size_t i = 0; i < count; i++) {
        uint16_t bits;
        memcpy(&bits, data + i * sizeof bits, sizeof bits);
        values[i] = float_of_bits((uint32_t)FROM_LITTLE(16, bits) << 16);
    }
}

void plx_tensor_widen_float(const struct plx_tensor *tensor, size_t first, size_t count, float *values)
{
    assert(first <= tensor->count && count <= tensor->count - first);
    if (count == 0)
        return; /* an empty tensor may have no data to point at */
    const uint8_t *data = tensor->data + first * plx_dtype_size(tensor->dtype);
    switch (tensor->dtype) {
    case PLX_F64: narrow_f64(data, count, values); break;
    case PLX_F32: floats_of_f32(data, count, values); break;
    case PLX_F16: floats_of_f16(data, count, values); break;
    case PLX_BF16: floats_of_bf16(data, count, values); break;
    }
}

size_t plx_tensor_find_non_finite(const struct plx_tensor *tensor)
{
    double values[BLOCK];
    for (size_t first = 0; first < tensor->count; first += BLOCK) {
        const size_t count = tensor->count - first < BLOCK ? tensor->count - first : BLOCK;
        plx_tensor_widen(tensor, first, count, values);
        for (size_t i = 0; i < count; i++) {
            if (!isfinite(values[i]))
                return first + i;
        }
    }
    return tensor->count;
}

/* How much of a text that wanted `length` characters at `used` has been written. */
static size_t advance(size_t used, int length, size_t capacity)
{
    const size_t end = used + (length > 0 ? (size_t)length : 0);
    return end < capacity ? end : capacity - 1;
}

size_t plx_tensor_describe(const struct plx_tensor *tensor, char *text, size_t capacity)
{
    size_t used = 0;
    if (capacity == 0)
        return 0;
    used = advance(used, snprintf(text, capacity, "%.80s %s [", tensor->name, plx_dtype_name(tensor->dtype)),
                   capacity);
    for (unsigned i = 0; i < tensor->dimensions; i++) {
        const int length = snprintf(text + used, capacity - used, "%s%zu", i ? ", " : "", tensor->shape[i]);
        used = advance(used, length, capacity);
    }
    return advance(used, snprintf(text + used, capacity - used, "]"), capacity);
}

size_t plx_tensor_place(const struct plx_tensor *tensor, size_t index, char *text, size_t capacity)
{
    size_t used = (size_t)snprintf(text, capacity, "["), left = tensor->count;
    for (unsigned i = 0; i < tensor->dimensions; i++) {
        left /= tensor->shape[i];
        if (used < capacity)
            used += (size_t)snprintf(text + used, capacity - used, "%s%zu", i ? ", " : "", index / left);
        index %= left;
    }
    if (used < capacity)
        used += (size_t)snprintf(text + used, capacity - used, "]");
    return used;
}
