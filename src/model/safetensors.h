/* safetensors: a JSON header that places tensors, and their bytes.

   u64 N, N bytes of JSON, then the data; every tensor has {dtype, shape, data_offsets [begin, end)} relative
   to the end of the header (https://github.com/huggingface/safetensors, section "Format"). */
#ifndef PLX_MODEL_SAFETENSORS_H
#define PLX_MODEL_SAFETENSORS_H

#include <perplex/model.h>

#include "model/tensors.h"

/* The most bytes of JSON, by the format's own limit. */
#define PLX_SAFETENSORS_HEADER_MAX 100000000

/* Whether content that begins with head[0..size) looks like it. */
bool plx_safetensors_recognise(const uint8_t *head, size_t size);

/* Reads the whole source. Everything is checked: offsets that leave no hole, do not overlap and end where the
   content ends, sizes that are those of the shapes, types that are among enum plx_dtype (others are
   PLX_UNSUPPORTED). Memory grows with what has arrived, never with what the header promises. Of the options
   `interrupted` and `progress` are used. On failure nothing is left to release. */
enum plx_status plx_safetensors_read(struct plx_source *source, const struct plx_model_options *options,
                                     struct plx_tensors *file, struct plx_error *error);

#endif
