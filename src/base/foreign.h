/* Files that are no corpus in any format, by the first bytes that their formats prescribe: so that none of
   them is taken for a text. Archives are among them, which a corpus is read out of before anybody asks here.
 */
#ifndef PLX_BASE_FOREIGN_H
#define PLX_BASE_FOREIGN_H

#include <stddef.h>
#include <stdint.h>

/* A kind of file that is refused by name. */
struct plx_foreign {
    const char *what; /* "a Parquet file" */
    const char *hint; /* what to do instead */
};

/* The kind of the file that begins with head[0..size), some 300 bytes or more where it is longer; NULL
   if it is none of them. */
const struct plx_foreign *plx_foreign_recognise(const uint8_t *head, size_t size);

#endif
