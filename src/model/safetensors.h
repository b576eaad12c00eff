/* safetensors: a JSON header that places tensors, and their bytes.

   u64 N, N bytes of JSON, then the data; every tensor has {dtype, shape, data_offsets [begin, end)} relative
   to the end of the header (https://github.com/huggingface/safetensors, section "Format"). */
#ifndef PLX_MODEL_SAFETENSORS_H
#define PLX_MODEL_SAFETENSORS_H

#include "model/tensors.h"

/* The most bytes of JSON, by the format's own limit. */
#define PLX_SAFETENSORS_HEADER_MAX 100000000

/* Whether content that begins with head[0..size) looks like it. */
bool plx_safetensors_recognise(const uint8_t *head, size_t size);

/* Adds the tensors of the file in data[0..size), which point into it, and its metadata. Everything is
   checked: offsets that leave no hole, do not overlap and end where the content ends, sizes that are those of
   the shapes, types that are among enum plx_dtype (others are PLX_UNSUPPORTED). Errors name the input `name`.
   What has been added before a failure stays. */
enum plx_status plx_safetensors_read(const uint8_t *data, uint64_t size, const char *name,
                                     struct plx_tensors *tensors, struct plx_error *error);

#endif
