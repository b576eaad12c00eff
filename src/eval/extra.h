/* What an evaluation computes on request beside the cross-entropy: metrics of full distributions, and
   modified losses. Exact sums over scored targets, as in tally.h. */
#ifndef PLX_EVAL_EXTRA_H
#define PLX_EVAL_EXTRA_H

#include "eval/distribution.h"
#include "eval/plan.h"
#include "eval/variant.h"

struct plx_extra_request {
    bool distributions;
    bool rows; /* full distributions are needed, for whatever */
    uint64_t types;
    /* The start symbol where that is no outcome, which is left out then; or PLX_NO_TOKEN. */
    uint32_t excluded;
    struct plx_variant variants[PLX_VARIANTS_MAX];
    size_t variant_count;
    char class_weights_sha256[65]; /* "": none */
};

/* Zero-initialised is empty. */
struct plx_extra {
    struct plx_distribution distribution;
    struct plx_variant_sums losses[PLX_VARIANTS_MAX]; /* [variant_count] */
};

/* Targets that have been scored; the arrays are [count]. */
struct plx_extra_targets {
    const struct plx_window *windows;
    size_t window_count;
    const uint32_t *ids;
    const uint16_t *flags; /* those with PLX_TOKEN_UNSCORED do not count */
    const double *nats;    /* as the protocol charges them */
    size_t count;
};

/* Whether what is asked for needs full distributions. */
bool plx_extra_needs_rows(const struct plx_evaluate_options *options);

/* Settles what is asked for. PLX_USAGE for numbers outside their range; PLX_MISMATCH for ids and weights that
   the vocabulary does not have; PLX_UNSUPPORTED where the model cannot give what is needed; the errors of a
   session, of which it may make one. */
enum plx_status plx_extra_settle(const struct plx_evaluate_options *options, const struct plx_model *model,
                                 const struct plx_plan *plan, struct plx_extra_request *request,
                                 struct plx_error *error);

/* Whether anything is asked for. */
bool plx_extra_wanted(const struct plx_extra_request *request);

/* Adds the targets to *extra. PLX_NOT_FINITE where the model gives no distribution; the errors of
   plx_session_distributions. */
enum plx_status plx_extra_score(const struct plx_extra_request *request,
                                const struct plx_extra_targets *targets, struct plx_session *session,
                                struct plx_extra *extra, struct plx_error *error);

void plx_extra_merge(struct plx_extra *into, const struct plx_extra *from);

/* PLX_NOT_FINITE if a sum has left the range in which it is exact. */
enum plx_status plx_extra_check(const struct plx_extra_request *request, const struct plx_extra *extra,
                                struct plx_error *error);

#endif
