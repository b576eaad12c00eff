/* What a mixture computes: every model scores the windows as its own, and the probabilities are mixed. */
#include "model/mixture.h"

#include "base/logsumexp.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

/* Memory for the rows of a session. */
#define ROWS_BYTES ((size_t)16 << 20)

struct plx_mixture_session *plx_mixture_session_of(struct plx_session *session)
{
    return (struct plx_mixture_session *)(void *)session;
}

struct plx_session *plx_mixture_session_new(const struct plx_model *model, struct plx_error *error)
{
    const struct plx_mixture *mixture = plx_mixture_of(model);
    struct plx_mixture_session *session = plx_new_array(1, sizeof *session, error);
    if (!session)
        return NULL;
    session->base.model = model;
    session->end = PLX_END_PARTS_CONTEXT;
    for (size_t i = 0; i < mixture->count; i++) {
        if ((session->parts[i] = plx_session_new(mixture->models[i], error)))
            continue;
        plx_mixture_session_free(&session->base);
        return NULL;
    }
    return &session->base;
}

void plx_mixture_session_free(struct plx_session *base)
{
    struct plx_mixture_session *session = plx_mixture_session_of(base);
    for (size_t i = 0; i < PLX_MIXTURE_MOST; i++)
        plx_session_free(session->parts[i]);
    plx_translated_release(&session->translated);
    plx_context_groups_release(&session->contexts);
    free(session->nats);
    free(session->rows);
    free(session);
}

void plx_session_set_end_role(struct plx_session *session, enum plx_end_role role)
{
    if (session->model->info.kind == PLX_KIND_MIXTURE)
        plx_mixture_session_of(session)->end = role;
}

static size_t count_targets(const struct plx_window *windows, size_t count)
{
    size_t targets = 0;
    for (size_t w = 0; w < count; w++)
        targets += windows[w].end - windows[w].first;
    return targets;
}

enum plx_status plx_mixture_score_parts(struct plx_session *base, const struct plx_window *windows,
                                        size_t count, const double **nats, size_t *targets,
                                        struct plx_error *error)
{
    struct plx_mixture_session *session = plx_mixture_session_of(base);
    const struct plx_mixture *mixture = plx_mixture_of(base->model);
    *targets = count_targets(windows, count);
    if (*targets * mixture->count > session->nats_capacity) {
        const size_t capacity = plx_grown_capacity(session->nats_capacity, *targets * mixture->count);
        const enum plx_status status =
            plx_resize_array(&session->nats, capacity, sizeof *session->nats, error);
        if (status)
            return status;
        session->nats_capacity = capacity;
    }
    *nats = session->nats;
    for (size_t i = 0; i < mixture->count; i++) {
        const struct plx_scores scores = {.nats = session->nats + i * *targets};
        const struct plx_window *own;
        size_t own_count;
        enum plx_status status = plx_translate(mixture->translations + i, session->end, windows, count,
                                               &session->translated, &own, &own_count, error);
        if (status || (status = plx_session_score(session->parts[i], own, own_count, &scores, error)))
            return status;
    }
    return PLX_OK;
}

enum plx_status plx_mixture_score(struct plx_session *base, const struct plx_window *windows, size_t count,
                                  const struct plx_scores *scores, struct plx_error *error)
{
    const struct plx_mixture *mixture = plx_mixture_of(base->model);
    const double *nats;
    size_t targets;
    const enum plx_status status = plx_mixture_score_parts(base, windows, count, &nats, &targets, error);
    if (status)
        return status;
    for (size_t t = 0; t < targets; t++) {
        double terms[PLX_MIXTURE_MOST];
        for (size_t i = 0; i < mixture->count; i++)
            terms[i] = mixture->log_weights[i] - nats[i * targets + t];
        scores->nats[t] = 0.0 - plx_logsumexp(terms, mixture->count);
    }
    return PLX_OK;
}

enum plx_status plx_mixture_part_distributions(struct plx_session *base, size_t part,
                                               const struct plx_window *windows, size_t count,
                                               plx_distribution_sink *sink, void *user,
                                               struct plx_error *error)
{
    struct plx_mixture_session *session = plx_mixture_session_of(base);
    const struct plx_window *own;
    size_t own_count;
    const enum plx_status status =
        plx_translate(plx_mixture_of(base->model)->translations + part, session->end, windows, count,
                      &session->translated, &own, &own_count, error);
    return status ? status
                  : plx_session_distributions(session->parts[part], own, own_count, sink, user, error);
}

double *plx_mixture_rows(struct plx_session *base, size_t *width, size_t *capacity, struct plx_error *error)
{
    struct plx_mixture_session *session = plx_mixture_session_of(base);
    const struct plx_mixture *mixture = plx_mixture_of(base->model);
    *width = 1;
    for (size_t i = 0; i < mixture->count; i++) {
        if (*width < mixture->models[i]->info.vocabulary)
            *width = (size_t)mixture->models[i]->info.vocabulary;
    }
    const size_t fit = ROWS_BYTES / *width / sizeof *session->rows;
    *capacity = fit > 0 ? fit : 1;
    if (!session->rows)
        session->rows = plx_new_array(*width, *capacity * sizeof *session->rows, error);
    return session->rows;
}

/* The rows of some contexts while the models' are added up. */
struct sum {
    const struct plx_mixture *mixture;
    double *rows; /* [][V] log p so far */
    size_t part;
};

/* ln (e^a + e^b), of which neither is +infinity. */
static double add_logs(double a, double b)
{
    const double high = a > b ? a : b, low = a > b ? b : a;
    return low == -(double)INFINITY ? high : high + log1p(exp(low - high));
}

static enum plx_status add_row(void *user, const double *nats, const size_t *targets, size_t count,
                               struct plx_error *error)
{
    const struct sum *sum = user;
    const size_t types = (size_t)sum->mixture->base.info.vocabulary;
    const uint32_t *ids = sum->mixture->translations[sum->part].shared.ids;
    const double log_weight = sum->mixture->log_weights[sum->part];
    (void)error;
    for (size_t i = 0; i < count; i++) {
        double *row = sum->rows + targets[i] * types;
        for (size_t id = 0; id < types; id++) {
            const uint32_t own = ids ? ids[id] : (uint32_t)id;
            const double term = own == PLX_NO_TOKEN ? -(double)INFINITY : log_weight - nats[own];
            row[id] = sum->part == 0 ? term : add_logs(row[id], term);
        }
    }
    return PLX_OK;
}

/* The distributions of a chunk of contexts, which have places for their rows. */
static enum plx_status give_chunk(struct plx_mixture_session *session, size_t first, size_t count,
                                  plx_distribution_sink *sink, void *user, struct plx_error *error)
{
    const struct plx_mixture *mixture = plx_mixture_of(session->base.model);
    const struct plx_context_groups *contexts = &session->contexts;
    const size_t types = (size_t)mixture->base.info.vocabulary;
    struct sum sum = {.mixture = mixture, .rows = session->rows};
    enum plx_status status = PLX_OK;
    for (; sum.part < mixture->count && status == PLX_OK; sum.part++)
        status = plx_mixture_part_distributions(&session->base, sum.part, contexts->windows + first, count,
                                                add_row, &sum, error);
    for (size_t c = 0; c < count && status == PLX_OK; c++) {
        double *row = session->rows + c * types;
        const size_t *begins = contexts->begins + first + c;
        for (size_t id = 0; id < types; id++)
            row[id] = 0.0 - row[id];
        status = sink(user, row, contexts->targets + begins[0], begins[1] - begins[0], error);
    }
    return status;
}

enum plx_status plx_mixture_distributions(struct plx_session *base, const struct plx_window *windows,
                                          size_t count, plx_distribution_sink *sink, void *user,
                                          struct plx_error *error)
{
    struct plx_mixture_session *session = plx_mixture_session_of(base);
    const struct plx_model_info *info = &base->model->info;
    size_t row_width, row_capacity;
    enum plx_status status =
        plx_context_groups_find(&session->contexts, windows, count, info->context_length, error);
    if (status)
        return status;
    if (!plx_mixture_rows(base, &row_width, &row_capacity, error))
        return PLX_MEMORY;
    for (size_t first = 0; first < session->contexts.count && status == PLX_OK;) {
        const size_t left = session->contexts.count - first;
        const size_t chunk = left < row_capacity ? left : row_capacity;
        status = give_chunk(session, first, chunk, sink, user, error);
        first += chunk;
    }
    return status;
}
