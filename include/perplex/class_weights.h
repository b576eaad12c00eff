/* Class weights: a number for every token of a vocabulary, for modified losses (evaluate.h). */
#ifndef PERPLEX_CLASS_WEIGHTS_H
#define PERPLEX_CLASS_WEIGHTS_H

#include <perplex/source.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The numbers of a file. */
struct plx_class_weights {
    double *values; /* [count], finite and at least 0, by the ids of the tokens */
    uint64_t count;
    char sha256[65]; /* of the file's uncompressed content, hexadecimal */
};

/* Reads weights from a path, "-" or a URL: a text with a number in every line, or an array of NumPy (.npy) of
   one dimension of float32 or float64, recognised by its content. options may be NULL. *weights is to be
   released with plx_class_weights_release, in any case. PLX_MALFORMED, with the line or the offset, for what
   is no number, negative or not finite, and for a file without any; PLX_UNSUPPORTED for arrays of another
   kind; the errors of opening and reading a source (source.h). Any thread. */
PLX_API enum plx_status plx_class_weights_read(const char *name, const struct plx_source_options *options,
                                               struct plx_class_weights *weights, struct plx_error *error);

/* Releases what reading has allocated; what is empty is fine. */
PLX_API void plx_class_weights_release(struct plx_class_weights *weights);

#ifdef __cplusplus
}
#endif
#endif
