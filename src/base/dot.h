/* The scalar product in double. */
#ifndef PLX_BASE_DOT_H
#define PLX_BASE_DOT_H

#include <stddef.h>

/* Σ a[k] · b[k], products not fused with sums. Eight sums over k mod 8 run side by side and are added in a
   fixed order: the same bits on every processor. */
double plx_dot(const double *a, const double *b, size_t count);

#endif
