/* Gzip (RFC 1952), any number of members one after another, undone over a medium. */
#ifndef PLX_IO_GZIP_H
#define PLX_IO_GZIP_H

#include "io/medium.h"

/* How many bytes decide whether content is gzip: two of magic and the only compression method. */
#define PLX_GZIP_MAGIC 3

struct plx_gzip;

/* Whether a medium that begins with head[0..size) is gzip. Fewer than PLX_GZIP_MAGIC bytes mean that the
   medium ends there; nothing else than a torn gzip file consists of the two bytes of magic alone. */
bool plx_gzip_recognise(const uint8_t *head, size_t size);

/* head[0..size), size ≤ PLX_GZIP_MAGIC, is what has been read from the medium already; the medium stays the
   caller's. NULL on failure. */
struct plx_gzip *plx_gzip_open(struct plx_medium *medium, const uint8_t *head, size_t size,
                               struct plx_error *error);

/* Delivers up to `size` > 0 uncompressed bytes; *got is 0 only at the end. PLX_MALFORMED with the compressed
   offset in the message where a member is damaged or cut short, or where something other than another member
   or zeros up to the end follows one. */
enum plx_status plx_gzip_read(struct plx_gzip *gzip, uint8_t *data, size_t size, size_t *got,
                              struct plx_error *error);

void plx_gzip_close(struct plx_gzip *gzip); /* NULL is fine */

#endif
