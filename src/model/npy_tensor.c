#include "model/npy_tensor.h"

#include <assert.h>
#include <string.h>

bool plx_npy_shape(const struct plx_npy *array, struct plx_tensor *tensor)
{
    _Static_assert(PLX_NPY_DIMENSIONS <= PLX_TENSOR_DIMENSIONS, "a tensor has room for every array's shape");
    *tensor = (struct plx_tensor){.dimensions = array->dimensions, .count = (size_t)array->count};
    if (array->kind == 'V')
        tensor->dtype = PLX_BF16;
    else if (array->kind == 'f')
        tensor->dtype = array->size == 8 ? PLX_F64 : array->size == 4 ? PLX_F32 : PLX_F16;
    else
        return false;
    for (unsigned i = 0; i < array->dimensions; i++)
        tensor->shape[i] = (size_t)array->shape[i];
    return true;
}

/* With at most one dimension of more than one element, both orders are one. */
bool plx_npy_moves(const struct plx_npy *array)
{
    unsigned longer = 0;
    for (unsigned i = 0; i < array->dimensions; i++)
        longer += array->shape[i] > 1;
    return array->fortran_order && array->count > 0 && longer > 1;
}

/* One element of `size` bytes; turned round if `turn`. The two are constants where it is inlined. */
static inline void copy_element(const uint8_t *from, uint8_t *to, unsigned size, bool turn)
{
    uint8_t bytes[8];
    memcpy(bytes, from, size);
    for (unsigned i = 0; turn && i < size / 2; i++) {
        const uint8_t byte = bytes[i];
        bytes[i] = bytes[size - 1 - i];
        bytes[size - 1 - i] = byte;
    }
    memcpy(to, bytes, size);
}

/* Rows and columns of a square block that stays in the nearest cache while it is turned. */
#define BLOCK ((size_t)32)

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Where the elements of one matrix lie: element [i, k] at i + k · from_column, and at i · to_row + k. */
struct matrix {
    size_t rows, columns;
    size_t from_column, to_row;
};

static inline void transpose(const struct matrix *matrix, const uint8_t *from, uint8_t *to, unsigned size,
                             bool turn)
{
    for (size_t row = 0; row < matrix->rows; row += BLOCK) {
        for (size_t column = 0; column < matrix->columns; column += BLOCK) {
            const size_t row_end = least(row + BLOCK, matrix->rows);
            const size_t column_end = least(column + BLOCK, matrix->columns);
            for (size_t i = row; i < row_end; i++) {
                for (size_t k = column; k < column_end; k++)
                    copy_element(from + (i + k * matrix->from_column) * size,
                                 to + (i * matrix->to_row + k) * size, size, turn);
            }
        }
    }
}

/* The place that the combination number `m` of the indices between the first and the last has where the last
   of them changes fastest, if m counts with the first of them fastest. */
static size_t place_between(const struct plx_npy *array, size_t between, size_t m)
{
    size_t place = 0, step = between;
    for (unsigned i = 1; i + 1 < array->dimensions; i++) {
        const size_t extent = (size_t)array->shape[i];
        step /= extent;
        place += m % extent * step;
        m /= extent;
    }
    return place;
}

/* What has the first index change fastest: of two dimensions or more, and not empty. For each combination of
   the indices between the first and the last it has a matrix of these two. */
static inline void to_rows(const struct plx_npy *array, const uint8_t *from, uint8_t *to, unsigned size,
                           bool turn)
{
    const size_t rows = (size_t)array->shape[0], columns = (size_t)array->shape[array->dimensions - 1];
    const size_t between = (size_t)array->count / rows / columns;
    const struct matrix matrix = {rows, columns, rows * between, columns * between};
    for (size_t m = 0; m < between; m++)
        transpose(&matrix, from + m * rows * size, to + place_between(array, between, m) * columns * size,
                  size, turn);
}

static inline void arrange(const struct plx_npy *array, const uint8_t *from, uint8_t *to, unsigned size,
                           bool turn)
{
    if (plx_npy_moves(array)) {
        to_rows(array, from, to, size, turn);
        return;
    }
    for (uint64_t i = 0; i < array->count; i++)
        copy_element(from + i * size, to + i * size, size, turn);
}

void plx_npy_arrange(const struct plx_npy *array, const uint8_t *from, uint8_t *to)
{
    switch (array->size * 2 + array->big_endian) {
    case 4: arrange(array, from, to, 2, false); break;
    case 5: arrange(array, from, to, 2, true); break;
    case 8: arrange(array, from, to, 4, false); break;
    case 9: arrange(array, from, to, 4, true); break;
    case 16: arrange(array, from, to, 8, false); break;
    case 17: arrange(array, from, to, 8, true); break;
    default: assert(false);
    }
}

bool plx_npy_is_table(const uint8_t *head, size_t size)
{
    struct plx_npy array;
    struct plx_tensor tensor;
    return plx_npy_look(head, size, &array) && plx_npy_shape(&array, &tensor) && array.dimensions == 2 &&
           array.shape[0] == array.shape[1] && array.count > 0;
}
