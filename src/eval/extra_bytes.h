/* The sums of struct plx_extra as bytes, field by field, little-endian. */
#ifndef PLX_EVAL_EXTRA_BYTES_H
#define PLX_EVAL_EXTRA_BYTES_H

#include "eval/extra.h"

/* How many they are for what is asked for. */
size_t plx_extra_bytes(const struct plx_extra_request *request);

void plx_extra_store(const struct plx_extra_request *request, const struct plx_extra *extra, uint8_t *bytes);
void plx_extra_load(const struct plx_extra_request *request, struct plx_extra *extra, const uint8_t *bytes);

#endif
