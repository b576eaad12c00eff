/* The checksums of our own files: one for each piece, so that any number of threads can work at them. */
#ifndef PLX_MODEL_PLX_DIGEST_H
#define PLX_MODEL_PLX_DIGEST_H

#include "model/plx_file.h"

/* Digests of data[size] in pieces of PLX_FILE_CHUNK bytes: table[pieces][PLX_FILE_DIGEST]. With the threads,
   and asking whether to stop, as the options say. */
enum plx_status plx_digest_pieces(const uint8_t *data, uint64_t size, const struct plx_model_options *options,
                                  char *table, struct plx_error *error);

/* The digest of a table of digests. */
enum plx_status plx_digest_table(const char *table, size_t size, char hex[PLX_FILE_DIGEST + 1],
                                 struct plx_error *error);

/* Checks the whole file behind its header, which has been decoded. PLX_MALFORMED with the offset of the piece
   that is not what it was. */
enum plx_status plx_digest_verify(const uint8_t *data, const struct plx_file *file,
                                  const struct plx_model_options *options, struct plx_error *error);

#endif
