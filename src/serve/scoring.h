/* What tokens of a prompt cost, and which tokens would have cost least in their place. */
#ifndef PLX_SERVE_SCORING_H
#define PLX_SERVE_SCORING_H

#include "serve/interest.h"

/* Costs by position. What the model has no answer for, because too little stands before it, is NaN. */
struct plx_costs {
    size_t count, capacity;
    double *nats;       /* [count] */
    unsigned ranked;    /* how many alternatives are wanted */
    uint32_t *best_ids; /* [count, ranked] least cost first; PLX_NO_TOKEN where there are fewer */
    double *best_nats;  /* [count, ranked] */
};

void plx_costs_release(struct plx_costs *costs);

/* Makes the costs those of `count` tokens, new ones NaN. */
enum plx_status plx_costs_resize(struct plx_costs *costs, size_t count, struct plx_error *error);

/* Fills in those of ids[0..count), of which the first is never scored. Piece by piece, so that it can be
   broken off: PLX_INTERRUPTED where they are not wanted any more. The errors of a session. */
enum plx_status plx_costs_score(struct plx_costs *costs, struct plx_session *session,
                                const struct plx_served *served, struct plx_interest *interest,
                                const uint32_t *ids, size_t count, struct plx_error *error);

/* The `ranked` least of nats[vocabulary], without what is no outcome; the lower id first of equals. */
void plx_costs_rank(const struct plx_served *served, const double *nats, unsigned ranked, uint32_t *best_ids,
                    double *best_nats);

/* The window that ids[first..end) are scored in: as much context as can matter. */
struct plx_window plx_costs_window(const struct plx_served *served, const uint32_t *ids, size_t first,
                                   size_t end);

#endif
