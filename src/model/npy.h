/* npy: one array of NumPy. "\x93NUMPY", version, length of the header, a Python dict literal with `descr`,
   `fortran_order` and `shape`, then the elements (numpy/lib/format.py, versions 1.0, 2.0 and 3.0). */
#ifndef PLX_MODEL_NPY_H
#define PLX_MODEL_NPY_H

#include <perplex/source.h>

#define PLX_NPY_DIMENSIONS 8

/* The most bytes of a dict: that of an array of plain numbers has about a hundred. */
#define PLX_NPY_HEADER_MAX ((size_t)1 << 20)

/* What stands behind the header: `count` elements, without gaps, up to the end of the file. */
struct plx_npy {
    char kind;     /* 'b' boolean, 'i' signed, 'u' unsigned, 'f' floating-point */
    unsigned size; /* of an element in bytes: 1, 2, 4 or 8 */
    bool big_endian;
    bool fortran_order; /* the first index changes fastest; else the last */
    unsigned dimensions;
    uint64_t shape[PLX_NPY_DIMENSIONS]; /* [dimensions] */
    uint64_t count;                     /* the product of the shape; count · size fits 64 bits */
};

/* Whether content that begins with head[0..size) is npy. */
bool plx_npy_recognise(const uint8_t *head, size_t size);

/* Reads the header, up to the first element. PLX_MALFORMED, with the byte offset, for what is not as the
   format demands; PLX_UNSUPPORTED for versions and types of elements that are not read; the errors of
   reading. */
enum plx_status plx_npy_read_header(struct plx_source *source, struct plx_npy *array,
                                    struct plx_error *error);

/* "<f8 [3, 4]" into text, cut off where it does not fit. */
void plx_npy_describe(const struct plx_npy *array, char *text, size_t capacity);

/* The elements bytes[count · size], which are 'f' of size 4 or 8, as doubles: exactly. */
void plx_npy_to_doubles(const struct plx_npy *array, const uint8_t *bytes, size_t count, double *values);

#endif
