#include "base/npy_header.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Magic, version and length of what follows. */
#define MAGIC_BYTES 10

void plx_npy_header(const char *descr, uint64_t count, uint8_t header[PLX_NPY_HEADER])
{
    static const uint8_t magic[MAGIC_BYTES] = {
        0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, PLX_NPY_HEADER - MAGIC_BYTES, 0};
    char text[PLX_NPY_HEADER - MAGIC_BYTES];
    const int length =
        snprintf(text, sizeof text, "{'descr': '%s', 'fortran_order': False, 'shape': (%" PRIu64 ",), }",
                 descr, count);
    memset(header, ' ', PLX_NPY_HEADER);
    memcpy(header, magic, sizeof magic);
    memcpy(header + MAGIC_BYTES, text, (size_t)length);
    header[PLX_NPY_HEADER - 1] = '\n';
}
