/* The names of data sets in two files, as Megatron-LM and fairseq write them: token ids in NAME.bin, and
   where each sequence of them begins in NAME.idx. */
#ifndef PLX_CORPUS_INDEX_PAIR_H
#define PLX_CORPUS_INDEX_PAIR_H

#include "io/names.h"

#include "base/token_magic.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether content that begins with head[0..size) is such an index. */
bool plx_index_recognise(const uint8_t *head, size_t size);

/* Reads up to `size` bytes of the regular file `path` into head, and says how long the file is. Returns how
   many have been read: 0 for what is none, or cannot be read. */
size_t plx_index_head(const char *path, void *head, size_t size, uint64_t *file_bytes);

/* The two files of a data set that is named by what both begin with, or by either: NAME.bin and NAME.idx,
   each released with free(). On failure both are NULL: PLX_MEMORY. */
enum plx_status plx_index_names(const char *name, char *names[2], struct plx_error *error);

/* NAME.idx of NAME.bin, released with free(). NULL if `bin` does not end so, with *status PLX_OK, or on
   failure. */
char *plx_index_beside(const char *bin, enum plx_status *status, struct plx_error *error);

/* NAME.bin of a data set both of whose files are there, by the name of its index, or by NAME alone if that is
   no file. Released with free(). NULL for any other name, with *status PLX_OK, or on failure. */
char *plx_index_pair(const char *name, enum plx_status *status, struct plx_error *error);

/* Names each data set in two files by the one that holds the tokens, and once if both were named, as a
   pattern does. For plx_names_expand. */
enum plx_status plx_index_pair_up(struct plx_names *names, struct plx_error *error);

/* PLX_USAGE where to write `output` would replace one of the files, or the index of one. */
enum plx_status plx_index_check_output(const struct plx_names *names, const char *output,
                                       struct plx_error *error);

#endif
