/* A model in several safetensors files: an index of JSON, {"metadata": {"total_size": bytes}, "weight_map":
   {tensor: file}}, and the files (shards) beside it, as the transformers library writes them
   (model.safetensors.index.json). */
#ifndef PLX_MODEL_SAFETENSORS_INDEX_H
#define PLX_MODEL_SAFETENSORS_INDEX_H

#include "model/model.h"
#include "model/tensors.h"

/* Adds the tensors of all shards of the index in data[0..size), which lies at the path `name`, shard by shard
   in the order of their names, and hands the shards' mappings over. Each is opened once, as the options say,
   and has just the tensors that the index has in it; their sum is total_size, where that is told.
   PLX_MALFORMED for an index or a shard that is not so, and for a shard that is not there; PLX_UNSUPPORTED
   where nothing can lie beside the index; the errors of opening and reading a file. What has been added
   before a failure stays. */
enum plx_status plx_safetensors_index_read(const uint8_t *data, uint64_t size, const char *name,
                                           const struct plx_model_options *options,
                                           struct plx_tensors *tensors, struct plx_error *error);

#endif
