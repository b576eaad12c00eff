/* safetensors files in memory, put together after the description of the format. */
#ifndef SUPPORT_SAFETENSORS_FILE_H
#define SUPPORT_SAFETENSORS_FILE_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct safetensors_file {
    uint8_t *bytes; /* released with free() */
    size_t size;
};

/* The length that the header claims may differ from its own. */
static inline struct safetensors_file safetensors_file_claiming(uint64_t length, const char *header,
                                                                const void *data, size_t size)
{
    const size_t header_size = strlen(header);
    struct safetensors_file file = {malloc(8 + header_size + size), 8 + header_size + size};
    if (!file.bytes)
        abort();
    for (unsigned i = 0; i < 8; i++)
        file.bytes[i] = (uint8_t)(length >> (8 * i));
    memcpy(file.bytes + 8, header, header_size);
    if (size > 0)
        memcpy(file.bytes + 8 + header_size, data, size);
    return file;
}

static inline struct safetensors_file safetensors_file(const char *header, const void *data, size_t size)
{
    return safetensors_file_claiming(strlen(header), header, data, size);
}

#endif
