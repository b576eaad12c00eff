/* Files of weights: as models, and as what other files name. */
#ifndef PLX_MODEL_WEIGHTS_H
#define PLX_MODEL_WEIGHTS_H

#include "model/model.h"
#include "model/tensors.h"

/* Adds the tensors of the file at `path`, which is mapped: the tensors own the mapping, and what follows it
   among tensors->mappings are files that it names. `format` is a format of the registry that reads tensors,
   or NULL: it is recognised. PLX_UNSUPPORTED where it is none; the errors of opening and of the format.
   What has been added before a failure stays. */
enum plx_status plx_weights_read(const char *path, const struct plx_model_format *format,
                                 const struct plx_model_options *options, struct plx_tensors *tensors,
                                 struct plx_error *error);

/* open_mapped of a format that reads tensors: the model that they are of. */
enum plx_status plx_weights_open(const struct plx_model_format *format, struct plx_mapping *mapping,
                                 const char *name, const struct plx_model_options *options,
                                 struct plx_model **opened, struct plx_error *error);

#endif
