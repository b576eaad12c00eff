/* Zip archives in memory, put together after PKWARE's APPNOTE.TXT: what is wrong with them is the caller's to
   choose. */
#ifndef SUPPORT_ZIP_FILE_H
#define SUPPORT_ZIP_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct zip_part {
    const char *name;
    const void *content; /* [size] */
    size_t size;
    bool deflated;
    bool zip64;      /* its sizes stand in fields of zip64, in both places, and its offset in the directory */
    bool descriptor; /* sizes and checksum are 0 before it, and follow it */
};

struct zip_file {
    uint8_t *bytes; /* released with free() */
    size_t size;
    size_t directory;                   /* where it begins */
    size_t end64, end;                  /* where the ends are; end64 0: none */
    size_t local[8], data[8], entry[8]; /* of the first eight parts */
    size_t packed[8];                   /* bytes of their data */
};

/* With an end of zip64 too, if `zip64`, whose numbers the other end leaves to it. */
struct zip_file zip_file(const struct zip_part *parts, size_t count, bool zip64);

/* Little-endian numbers in place. */
void put_u16(uint8_t *bytes, unsigned value);
void put_u32(uint8_t *bytes, uint32_t value);
void put_u64(uint8_t *bytes, uint64_t value);

#endif
