/* Arrays of NumPy's .npz: a zip archive of .npy files, stored or deflated. After PKWARE's APPNOTE.TXT and
   numpy/lib/format.py. What fails fails the running test. */
#ifndef PLX_TESTS_NPZ_H
#define PLX_TESTS_NPZ_H

#include <stddef.h>

/* The one-dimensional float64 array `name` of the archive; *count elements. Released with free(). */
double *npz_read(const char *path, const char *name, size_t *count);

#endif
