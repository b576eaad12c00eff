/* npz: a zip archive of NumPy's arrays, as np.savez and np.savez_compressed write it. */
#ifndef PLX_MODEL_NPZ_H
#define PLX_MODEL_NPZ_H

#include "model/model.h"
#include "model/tensors.h"

/* Adds the arrays of the archive in data[0..size): those of floats as tensors, under the names of the members
   without ".npy"; strings and integers without dimensions, under which names a description stands, as
   metadata. Tensors that are stored row-major and little-endian point into the archive, others are in
   memories of their own; of those, none is asked for before header and directory agree about its size, and
   the compressed bytes can be so many; and none at all of an archive that inflates to more than 64 MiB and
   more than 50 times what it has. Every member's CRC-32 is checked. PLX_MALFORMED, with the byte offset;
   PLX_UNSUPPORTED for such archives, other arrays, other members, and archives that io/zip.h does not read;
   PLX_INTERRUPTED. Errors name the input `name`. What has been added before a failure stays. */
enum plx_status plx_npz_read(const uint8_t *data, uint64_t size, const char *name,
                             const struct plx_model_options *options, struct plx_tensors *tensors,
                             struct plx_error *error);

/* Whether content that begins with head[0..size) looks like it: an archive whose first member is an array. */
bool plx_npz_recognise(const uint8_t *head, size_t size);

#endif
