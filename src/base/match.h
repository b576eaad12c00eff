/* Which of several neighbours in memory equal a value: a bit for each, the first the lowest. With SSE2, which
   every x86-64 has, in a few instructions; elsewhere by plain loops, which mean the same. */
#ifndef PLX_BASE_MATCH_H
#define PLX_BASE_MATCH_H

#include <stdint.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>

static inline __m128i plx_load_lanes(const uint8_t *p)
{
    __m128i lanes;
    memcpy(&lanes, p, sizeof lanes);
    return lanes;
}
#endif

/* Of the four u64 at p. */
static inline uint32_t plx_match_4_u64(const uint8_t *p, uint64_t value)
{
#ifdef __SSE2__
    const __m128i sought = _mm_set1_epi64x((long long)value);
    __m128i low = _mm_cmpeq_epi32(plx_load_lanes(p), sought);
    __m128i high = _mm_cmpeq_epi32(plx_load_lanes(p + 16), sought);
    low = _mm_and_si128(low, _mm_shuffle_epi32(low, 0xB1)); /* both halves of a lane */
    high = _mm_and_si128(high, _mm_shuffle_epi32(high, 0xB1));
    return (uint32_t)(_mm_movemask_pd(_mm_castsi128_pd(low)) | _mm_movemask_pd(_mm_castsi128_pd(high)) << 2);
#else
    uint64_t lanes[4];
    uint32_t found = 0;
    memcpy(lanes, p, sizeof lanes);
    for (unsigned i = 0; i < 4; i++)
        found |= (uint32_t)(lanes[i] == value) << i;
    return found;
#endif
}

/* The plain form of what follows, for `count` numbers. */
static inline uint32_t plx_match_u48_plain(const uint8_t *low, const uint8_t *high, unsigned count,
                                           uint64_t value)
{
    uint32_t found = 0;
    for (unsigned i = 0; i < count; i++) {
        uint32_t lower;
        uint16_t upper;
        memcpy(&lower, low + sizeof lower * i, sizeof lower);
        memcpy(&upper, high + sizeof upper * i, sizeof upper);
        found |= (uint32_t)((lower | (uint64_t)upper << 32) == value) << i;
    }
    return found;
}

/* Of four numbers of 48 bits, their lower halves the u32 at low, their upper ones the u16 at high. The value
   is below 2^48. */
static inline uint32_t plx_match_4_u48(const uint8_t *low, const uint8_t *high, uint64_t value)
{
#ifdef __SSE2__
    const __m128i sought = _mm_cvtsi64_si128((long long)value);
    const __m128i sought_low = _mm_shuffle_epi32(sought, 0x00);
    const __m128i sought_high = _mm_shufflelo_epi16(sought, 0xAA);
    uint64_t lanes;
    memcpy(&lanes, high, sizeof lanes);
    const __m128i highs = _mm_cmpeq_epi16(_mm_cvtsi64_si128((long long)lanes), sought_high);
    const __m128i both =
        _mm_and_si128(_mm_cmpeq_epi32(plx_load_lanes(low), sought_low), _mm_unpacklo_epi16(highs, highs));
    return (uint32_t)_mm_movemask_ps(_mm_castsi128_ps(both));
#else
    return plx_match_u48_plain(low, high, 4, value);
#endif
}

/* Of six numbers of 48 bits, their lower halves the u32 at low, their upper ones the u16 at high. Eight bytes
   behind the former and four behind the latter can be read too. The value is below 2^48. */
static inline uint32_t plx_match_6_u48(const uint8_t *low, const uint8_t *high, uint64_t value)
{
#ifdef __SSE2__
    const __m128i sought_low = _mm_set1_epi32((int)(uint32_t)value);
    const __m128i sought_high = _mm_set1_epi16((short)(uint16_t)(value >> 32));
    const __m128i lows = _mm_packs_epi32(_mm_cmpeq_epi32(plx_load_lanes(low), sought_low),
                                         _mm_cmpeq_epi32(plx_load_lanes(low + 16), sought_low));
    const __m128i both = _mm_and_si128(lows, _mm_cmpeq_epi16(plx_load_lanes(high), sought_high));
    return (uint32_t)_mm_movemask_epi8(_mm_packs_epi16(both, _mm_setzero_si128())) & 0x3F;
#else
    return plx_match_u48_plain(low, high, 6, value);
#endif
}

#endif
