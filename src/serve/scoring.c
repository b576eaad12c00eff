#include "serve/scoring.h"

#include "base/error.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

/* How many tokens are scored at a time, and of how many alternatives are found. */
#define SCORED 4096
#define RANKED 64

/* How many alternatives are looked at together. */
#define BLOCK 64

void plx_costs_release(struct plx_costs *costs)
{
    free(costs->nats);
    free(costs->best_ids);
    free(costs->best_nats);
}

enum plx_status plx_costs_resize(struct plx_costs *costs, size_t count, struct plx_error *error)
{
    if (count > costs->capacity) {
        const size_t capacity = plx_grown_capacity(costs->capacity, count);
        enum plx_status status = plx_resize_array(&costs->nats, capacity, sizeof *costs->nats, error);
        if (status == PLX_OK && costs->ranked > 0)
            status =
                plx_resize_array(&costs->best_ids, capacity, costs->ranked * sizeof *costs->best_ids, error);
        if (status == PLX_OK && costs->ranked > 0)
            status = plx_resize_array(&costs->best_nats, capacity, costs->ranked * sizeof *costs->best_nats,
                                      error);
        if (status)
            return status;
        costs->capacity = capacity;
    }
    for (size_t i = costs->count; i < count; i++)
        costs->nats[i] = (double)NAN;
    costs->count = count;
    return PLX_OK;
}

struct plx_window plx_costs_window(const struct plx_served *served, const uint32_t *ids, size_t first,
                                   size_t end)
{
    const uint64_t context = served->info->context_length;
    const size_t begin = first > context ? first - (size_t)context : 0;
    return (struct plx_window){.ids = ids + begin, .first = first - begin, .end = end - begin};
}

/* Puts a token in its place among the best. */
static void insert(uint32_t id, double nats, unsigned ranked, uint32_t *best_ids, double *best_nats)
{
    unsigned place = ranked - 1;
    for (; place > 0 && nats < best_nats[place - 1]; place--) {
        best_ids[place] = best_ids[place - 1];
        best_nats[place] = best_nats[place - 1];
    }
    best_ids[place] = id;
    best_nats[place] = nats;
}

/* Whether one of so many is less: a loop that the compiler can make wide. */
static bool any_less(const double *nats, size_t count, double limit)
{
    unsigned less = 0;
    for (size_t i = 0; i < count; i++)
        less |= nats[i] < limit;
    return less;
}

void plx_costs_rank(const struct plx_served *served, const double *nats, unsigned ranked, uint32_t *best_ids,
                    double *best_nats)
{
    const uint64_t vocabulary = served->info->vocabulary;
    for (unsigned k = 0; k < ranked; k++) {
        best_ids[k] = PLX_NO_TOKEN;
        best_nats[k] = (double)INFINITY;
    }
    for (uint64_t begin = 0, end; begin < vocabulary; begin = end) {
        end = vocabulary - begin < BLOCK ? vocabulary : begin + BLOCK;
        if (!any_less(nats + begin, end - begin, best_nats[ranked - 1]))
            continue;
        for (uint64_t id = begin; id < end; id++) {
            if (nats[id] < best_nats[ranked - 1] && id != served->no_outcome)
                insert((uint32_t)id, nats[id], ranked, best_ids, best_nats);
        }
    }
}

/* Of which targets the distributions come. */
struct ranking {
    struct plx_costs *costs;
    size_t first; /* position of the first target */
    const struct plx_served *served;
};

static enum plx_status rank(void *user, const double *nats, const size_t *targets, size_t count,
                            struct plx_error *error)
{
    const struct ranking *ranking = user;
    const unsigned ranked = ranking->costs->ranked;
    (void)error;
    for (size_t i = 0; i < count; i++) {
        const size_t at = (ranking->first + targets[i]) * ranked,
                     from = (ranking->first + targets[0]) * ranked;
        if (i == 0)
            plx_costs_rank(ranking->served, nats, ranked, ranking->costs->best_ids + at,
                           ranking->costs->best_nats + at);
        for (size_t k = 0; k < ranked && i > 0; k++) {
            ranking->costs->best_ids[at + k] = ranking->costs->best_ids[from + k];
            ranking->costs->best_nats[at + k] = ranking->costs->best_nats[from + k];
        }
    }
    return PLX_OK;
}

static enum plx_status rank_piece(struct plx_costs *costs, struct plx_session *session,
                                  const struct plx_served *served, const uint32_t *ids, size_t first,
                                  size_t end, struct plx_error *error)
{
    struct ranking ranking = {costs, first, served};
    struct plx_window window = plx_costs_window(served, ids, first, end);
    return plx_session_distributions(session, &window, 1, rank, &ranking, error);
}

enum plx_status plx_costs_score(struct plx_costs *costs, struct plx_session *session,
                                const struct plx_served *served, struct plx_interest *interest,
                                const uint32_t *ids, size_t count, struct plx_error *error)
{
    const size_t piece = costs->ranked > 0 ? RANKED : SCORED;
    const uint64_t least = served->info->least_context;
    enum plx_status status = plx_costs_resize(costs, count, error);
    for (size_t first = least > 1 ? (size_t)least : 1, end; first < count && status == PLX_OK; first = end) {
        end = count - first < piece ? count : first + piece;
        status = plx_interest_check(interest, served, error);
        if (status)
            break;
        struct plx_window window = plx_costs_window(served, ids, first, end);
        status =
            plx_session_score(session, &window, 1, &(struct plx_scores){.nats = costs->nats + first}, error);
        if (status == PLX_OK && costs->ranked > 0)
            status = rank_piece(costs, session, served, ids, first, end, error);
    }
    return status;
}
