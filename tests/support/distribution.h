/* Whole distributions of a model, target by target. */
#ifndef PLX_TESTS_DISTRIBUTION_H
#define PLX_TESTS_DISTRIBUTION_H

#include <perplex/model.h>

/* Memory for the windows of one context. */
struct distribution {
    const struct plx_model *model;
    struct plx_session *session;
    uint32_t *ids; /* [V, context + 1] */
    struct plx_window *windows;
    double *nats; /* [V] */
    size_t types, context_capacity;
    bool start_predicted; /* false: the start symbol has p ≥ 1 or log10 p ≤ −99, so that it is no outcome */
};

struct distribution distribution_new(const struct plx_model *model, size_t context_capacity);
void distribution_free(struct distribution *distribution);

/* Σ p over the predictable vocabulary after the context; nats[id] = −ln p. */
double distribution_sum(struct distribution *distribution, const uint32_t *context, size_t length);

#endif
