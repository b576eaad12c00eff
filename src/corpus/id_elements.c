#include "corpus/id_elements.h"

#include "base/bytes.h"

#include <inttypes.h>
#include <stdio.h>

/* The element, zero-extended. Inlined with constants, it is one load, and loops over it are vectorised. */
static inline __attribute__((always_inline)) uint64_t load(const uint8_t *at, unsigned size, bool big_endian)
{
    uint16_t two;
    uint32_t four;
    uint64_t eight;
    switch (size) {
    case 1: return *at;
    case 2: memcpy(&two, at, sizeof two); return big_endian ? be16toh(two) : le16toh(two);
    case 4: memcpy(&four, at, sizeof four); return big_endian ? be32toh(four) : le32toh(four);
    default: memcpy(&eight, at, sizeof eight); return big_endian ? be64toh(eight) : le64toh(eight);
    }
}

/* Negative numbers, zero-extended, are above it too. */
static uint64_t greatest(struct plx_id_type type)
{
    const uint64_t most = type.is_signed ? UINT64_MAX >> (65 - 8 * type.size) : PLX_ID_MOST;
    return most < PLX_ID_MOST ? most : PLX_ID_MOST;
}

/* Whether none is above `most`. */
static inline __attribute__((always_inline)) bool widen(const uint8_t *bytes, size_t count, uint32_t *ids,
                                                        unsigned size, bool big_endian, uint32_t most)
{
    uint32_t above = 0;
    for (size_t i = 0; i < count; i++) {
        ids[i] = (uint32_t)load(bytes + size * i, size, big_endian);
        above |= ids[i] > most;
    }
    return !above;
}

static inline __attribute__((always_inline)) bool narrow(const uint8_t *bytes, size_t count, uint32_t *ids,
                                                         bool big_endian)
{
    uint64_t above = 0;
    for (size_t i = 0; i < count; i++) {
        const uint64_t value = load(bytes + 8 * i, 8, big_endian);
        ids[i] = (uint32_t)value;
        above |= (value + 1) >> 32 | value >> 32; /* the sum is 0 where the value is the greatest */
    }
    return !above;
}

static bool convert(struct plx_id_type type, const uint8_t *bytes, size_t count, uint32_t *ids)
{
    const bool big = type.big_endian;
    const uint32_t most = (uint32_t)greatest(type);
    switch (type.size) {
    case 1: return widen(bytes, count, ids, 1, false, most);
    case 2: return big ? widen(bytes, count, ids, 2, true, most) : widen(bytes, count, ids, 2, false, most);
    case 4: return big ? widen(bytes, count, ids, 4, true, most) : widen(bytes, count, ids, 4, false, most);
    default: return big ? narrow(bytes, count, ids, true) : narrow(bytes, count, ids, false);
    }
}

size_t plx_ids_widen(struct plx_id_type type, const uint8_t *bytes, size_t count, uint32_t *ids)
{
    const uint64_t most = greatest(type);
    if (convert(type, bytes, count, ids))
        return count;
    size_t i = 0;
    while (load(bytes + type.size * i, type.size, type.big_endian) <= most)
        i++;
    return i;
}

void plx_id_print(struct plx_id_type type, const uint8_t *element, char *text)
{
    const uint64_t value = load(element, type.size, type.big_endian);
    const unsigned shift = 64 - 8 * type.size;
    if (type.is_signed)
        snprintf(text, PLX_ID_TEXT, "%" PRId64, (int64_t)(value << shift) >> shift);
    else
        snprintf(text, PLX_ID_TEXT, "%" PRIu64, value);
}
