/* NumPy's arrays as tensors: row-major and little-endian. */
#ifndef PLX_MODEL_NPY_TENSOR_H
#define PLX_MODEL_NPY_TENSOR_H

#include "io/npy.h"
#include "model/tensors.h"

/* Sets type and shape of a tensor, whose data are not placed, by an array's header. False if the array's
   elements are no floats that a tensor has. */
bool plx_npy_shape(const struct plx_npy *array, struct plx_tensor *tensor);

/* Whether elements have another place than in a tensor, as those of a matrix have column by column. */
bool plx_npy_moves(const struct plx_npy *array);

/* Brings the elements `from`, of which there are array->count, floats of 2, 4 or 8 bytes, into the order of a
   tensor, and their bytes too: to `to`, another memory of as many bytes, or the same where no element moves.
 */
void plx_npy_arrange(const struct plx_npy *array, const uint8_t *from, uint8_t *to);

/* Whether content that begins with head[0..size) is a table: square, of floats. */
bool plx_npy_is_table(const uint8_t *head, size_t size);

#endif
