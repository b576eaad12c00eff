/* Rows of BASE that wait for those of MODEL. */
#ifndef PLX_EVAL_DIVERGENCE_ROWS_H
#define PLX_EVAL_DIVERGENCE_ROWS_H

#include <perplex/model.h>

#include "eval/divergence_sums.h"

struct plx_divergence_rows {
    const double *rows; /* [][width] −ln p by BASE */
    size_t width;
    const uint32_t *base_ids, *model_ids; /* see struct plx_divergence_side */
    struct plx_divergence_scope scope;
    /* The targets of row r: targets[begins[r] … begins[r + 1] − 1], or target r alone where there are none.
     */
    const size_t *targets, *begins;
    const uint32_t *tokens; /* by target; PLX_NO_TOKEN: nothing is asked of it */
    struct plx_divergence_sums *sums;
};

/* A plx_distribution_sink for MODEL, whose targets are rows. */
enum plx_status plx_divergence_rows_take(void *user, const double *nats, const size_t *rows, size_t count,
                                         struct plx_error *error);

#endif
