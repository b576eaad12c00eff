/* The tensors of a model, with names and metadata, whatever files they come from. */
#ifndef PLX_MODEL_TENSORS_H
#define PLX_MODEL_TENSORS_H

#include <perplex/status.h>

#include "base/buffer.h"
#include "model/tensor.h"

#include <cjson/cJSON.h>

struct plx_tensors {
    cJSON *header;              /* owns the names, and has the metadata */
    struct plx_tensor *tensors; /* [count] in the order of the file */
    size_t count;
    struct plx_buffer data; /* what the tensors point into */
};

/* Twice is fine. */
void plx_tensors_release(struct plx_tensors *tensors);

/* NULL if there is none of that name. */
const struct plx_tensor *plx_tensors_find(const struct plx_tensors *tensors, const char *name);

/* The string that the metadata have under the key, or NULL. */
const char *plx_tensors_metadata(const struct plx_tensors *tensors, const char *key);

#endif
