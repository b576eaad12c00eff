/* Arrays of NumPy in memory (numpy/lib/format.py, version 1.0). */
#ifndef SUPPORT_NPY_FILE_H
#define SUPPORT_NPY_FILE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct npy_file {
    uint8_t *bytes; /* released with free() */
    size_t size;
};

/* `order` is "True" (Fortran's) or "False", `shape` a tuple; they may be wrong. */
static inline struct npy_file npy_file(const char *type, const char *order, const char *shape,
                                       const void *data, size_t size)
{
    char header[256];
    const int length = snprintf(header, sizeof header,
                                "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }\n", type, order, shape);
    const size_t before = 10 + (size_t)length;
    struct npy_file file = {malloc(before + size), before + size};
    if (!file.bytes)
        abort();
    memcpy(file.bytes, "\x93NUMPY\1\0", 8);
    file.bytes[8] = (uint8_t)length;
    file.bytes[9] = (uint8_t)(length >> 8);
    memcpy(file.bytes + 10, header, (size_t)length);
    if (size > 0)
        memcpy(file.bytes + before, data, size);
    return file;
}

#endif
