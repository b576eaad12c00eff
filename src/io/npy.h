/* npy: one array of NumPy. "\x93NUMPY", version, length of the header, a Python dict literal with `descr`,
   `fortran_order` and `shape`, then the elements (numpy/lib/format.py, versions 1.0, 2.0 and 3.0). */
#ifndef PLX_IO_NPY_H
#define PLX_IO_NPY_H

#include <perplex/source.h>

#define PLX_NPY_DIMENSIONS 8

/* The most bytes of a dict: that of an array of plain numbers has about a hundred. */
#define PLX_NPY_HEADER_MAX ((size_t)1 << 20)

/* What stands behind the header: `count` elements, without gaps, up to the end of the file. */
struct plx_npy {
    /* 'b' boolean, 'i' signed, 'u' unsigned, 'f' floating-point; 'U' UTF-32 and 'S' bytes, padded with NULs;
       'V' bfloat16, which NumPy itself does not know: ml_dtypes, through which others know it, writes it as
       two bytes of no type ("|V2" or "<V2"), as which nothing else writes numbers */
    char kind;
    unsigned size; /* of an element in bytes: 1, 2, 4 or 8; of strings more */
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

/* The same without consuming it: *header is how many bytes it takes, all of which have been peeked at last.
 */
enum plx_status plx_npy_peek_header(struct plx_source *source, struct plx_npy *array, size_t *header,
                                    struct plx_error *error);

/* How many bytes of a content tell how long its header is. */
#define PLX_NPY_PREFIX 12

/* The same in two steps, for a content in memory that begins at `base` of the input `name`. First, how many
   bytes the header takes, up to the first element, by the first PLX_NPY_PREFIX bytes of the content, or all
   of a shorter one; then that header, all of which must be there. */
enum plx_status plx_npy_measure(const uint8_t *head, size_t size, const char *name, uint64_t base,
                                size_t *header, struct plx_error *error);
enum plx_status plx_npy_parse(const uint8_t *header, size_t size, const char *name, uint64_t base,
                              struct plx_npy *array, struct plx_error *error);

/* The header of a content that begins with head[0..size); false if that is none, or not all of one. */
bool plx_npy_look(const uint8_t *head, size_t size, struct plx_npy *array);

/* PLX_MALFORMED: the content ends at `offset`, before its header does. */
enum plx_status plx_npy_cut_short(const char *name, uint64_t offset, struct plx_error *error);

/* "<f8 [3, 4]" into text, cut off where it does not fit. */
void plx_npy_describe(const struct plx_npy *array, char *text, size_t capacity);

/* The elements bytes[count · size], which are 'f' of size 4 or 8, as doubles: exactly. */
void plx_npy_to_doubles(const struct plx_npy *array, const uint8_t *bytes, size_t count, double *values);

#endif
