/* Two results side by side, made by hand, for what holds conditions against them. */
#ifndef PLX_TESTS_GATED_H
#define PLX_TESTS_GATED_H

#include "report/compare/gate.h"

struct gated {
    struct plx_comparison comparison;
    struct plx_pair pair;
};

/* Both are JSON, with a fingerprint of the model unless they have one. They may be compared token by token;
   nothing is known about the noise. */
void gated_make(struct gated *gated, const char *base, const char *new);

/* Holds one condition against them; fails the test where that is none. Valid as long as `gated`. */
const struct plx_outcome *gated_judge(struct gated *gated, const char *condition);

/* The whole comparison; to be freed with plx_text_free. */
char *gated_write(const struct gated *gated, enum plx_comparison_format format);

void gated_release(struct gated *gated);

#endif
