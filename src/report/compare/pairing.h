/* The best that can be said of a difference: by tokens, by blocks of tokens, or by each result alone. */
#ifndef PLX_REPORT_PAIRING_H
#define PLX_REPORT_PAIRING_H

#include "report/compare/comparison.h"

/* Fills in the pair's tests, whose results are comparable token by token, and what moved. `tokens` are the
   per-token files that were named for BASE and NEW; NULL: the ones that the results note. */
enum plx_status plx_pair_test(const struct plx_compared *base, struct plx_pair *pair,
                              const char *const tokens[2], const struct plx_compare_options *options,
                              struct plx_error *error);

#endif
