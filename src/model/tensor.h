/* Tensors as weight files store them, and their elements as doubles. */
#ifndef PLX_MODEL_TENSOR_H
#define PLX_MODEL_TENSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* X(NAME as safetensors spells it, bytes of an element) */
#define PLX_DTYPE_LIST(X) \
    X(F64, 8)             \
    X(F32, 4)             \
    X(F16, 2)             \
    X(BF16, 2)

#define PLX_DTYPE_ENUM(name, size) PLX_##name,
enum plx_dtype { PLX_DTYPE_LIST(PLX_DTYPE_ENUM) };
#undef PLX_DTYPE_ENUM

#define PLX_TENSOR_DIMENSIONS 8

/* A view: name and data belong to the file that was read. */
struct plx_tensor {
    const char *name;
    enum plx_dtype dtype;
    unsigned dimensions;
    size_t shape[PLX_TENSOR_DIMENSIONS];
    size_t count;        /* of elements */
    const uint8_t *data; /* little-endian, not aligned */
};

size_t plx_dtype_size(enum plx_dtype dtype);

/* "F32", … Static. */
const char *plx_dtype_name(enum plx_dtype dtype);

/* False if it is not the name of one of the types above. */
bool plx_dtype_parse(const char *name, enum plx_dtype *dtype);

/* Elements [first, first + count), which must exist, as doubles: exactly, for every type is a part of double
   (subnormals, infinities and NaN too). */
void plx_tensor_widen(const struct plx_tensor *tensor, size_t first, size_t count, double *values);

/* The same as floats: exactly for F32, F16 and BF16, but that NaNs may become quiet; an F64 is rounded to the
   nearest float, which is infinite beyond the largest. */
void plx_tensor_widen_float(const struct plx_tensor *tensor, size_t first, size_t count, float *values);

/* Index of the first element that is infinite or NaN; tensor->count if all are finite. */
size_t plx_tensor_find_non_finite(const struct plx_tensor *tensor);

/* "embed.weight F16 [33278, 64]" into text, cut off where it does not fit. Returns its length. */
size_t plx_tensor_describe(const struct plx_tensor *tensor, char *text, size_t capacity);

/* "[12, 3]", where element `index` stands, which must exist, into text of at least PLX_TENSOR_PLACE bytes.
   Returns its length. */
#define PLX_TENSOR_PLACE (PLX_TENSOR_DIMENSIONS * 22 + 3)
size_t plx_tensor_place(const struct plx_tensor *tensor, size_t index, char *text, size_t capacity);

#endif
