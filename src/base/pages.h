/* Whole pages of memory, for tables that are large. */
#ifndef PLX_BASE_PAGES_H
#define PLX_BASE_PAGES_H

#include <perplex/status.h>

/* Zeroed memory on a page boundary; from 4 MiB on a boundary of 2 MiB, and backed by huge pages where the
   system has them. What is never touched costs nothing. Never of size 0, so that 0 bytes have an address too.
   NULL on failure, which is PLX_MEMORY. */
void *plx_pages_new(size_t bytes, struct plx_error *error);

/* In a build with AddressSanitizer, touching what is guarded is reported; otherwise nothing. What lies behind
   the bytes that were asked for is guarded by plx_pages_new. What else is must not be any more when the pages
   are freed or grown. */
void plx_pages_guard(const void *begin, size_t bytes);
void plx_pages_unguard(const void *begin, size_t bytes);

/* As many bytes as it was made with. NULL is fine. */
void plx_pages_free(void *pages, size_t bytes);

/* Moves the content into pages of `bytes` bytes, more than it was made with; the new part is zero. On
   failure *pages is unchanged. `pages` is the address of a pointer to object. */
enum plx_status plx_pages_grow(void *pages, size_t old_bytes, size_t bytes, struct plx_error *error);

#endif
