/* How the two files of a data set are named, as Megatron-LM and fairseq write them: NAME.bin and NAME.idx. */
#ifndef PLX_IO_INDEX_NAMES_H
#define PLX_IO_INDEX_NAMES_H

#include <stddef.h>
#include <string.h>

#define PLX_INDEX_SUFFIX ".idx"
#define PLX_INDEX_TOKENS ".bin"

/* The length of NAME in `name` that ends with the suffix behind it; 0 where it does not. */
static inline size_t plx_index_stem(const char *name, const char *suffix)
{
    const size_t length = strlen(name), end = strlen(suffix);
    return length > end && strcmp(name + length - end, suffix) == 0 ? length - end : 0;
}

#endif
