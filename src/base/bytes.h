/* Numbers in little-endian order out of bytes that need not be aligned, and eight bytes handled as one
   number. Compilers make one load of each where the machine is little-endian. */
#ifndef PLX_BASE_BYTES_H
#define PLX_BASE_BYTES_H

#include <endian.h>
#include <stdint.h>
#include <string.h>

/* Every byte of the eight is this one. */
#define PLX_EACH_BYTE(byte) (UINT64_C(0x0101010101010101) * (byte))

static inline uint16_t plx_load_u16(const uint8_t *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t plx_load_u32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline void plx_store_u16(uint8_t *p, uint16_t value)
{
    const uint16_t little = htole16(value);
    memcpy(p, &little, sizeof little);
}

static inline void plx_store_u32(uint8_t *p, uint32_t value)
{
    const uint32_t little = htole32(value);
    memcpy(p, &little, sizeof little);
}

static inline void plx_store_u64(uint8_t *p, uint64_t value)
{
    const uint64_t little = htole64(value);
    memcpy(p, &little, sizeof little);
}

/* In loops over a text: a load from the first, so that it is one for the optimiser too. */
static inline uint64_t plx_load_u64(const uint8_t *p)
{
    uint64_t value;
    memcpy(&value, p, sizeof value);
    return le64toh(value);
}

#endif
