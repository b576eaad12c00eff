#include "base/logsumexp.h"
#include "base/memory.h"
#include "model/neural_contexts.h"
#include "model/neural_memo.h"
#include "model/neural_outputs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Logits of a row of a table that are widened together. */
#define TABLE_BLOCK 512

struct neural_session {
    struct plx_session base;
    const struct plx_neural_model *model;
    struct plx_contexts contexts; /* of the batch */
    size_t capacity;              /* contexts for which there is room */
    double *sums;                 /* [capacity] log-sum-exps of the contexts */
    size_t *places;               /* [capacity] in the memo */
    enum plx_memo_answer *answers;

    /* A group of contexts, which go through the layers together. */
    size_t group_size; /* the most of them: whole tiles */
    size_t group_count;
    size_t *group;       /* [group_size] which contexts they are */
    double *group_sums;  /* [group_size] */
    uint32_t *tile_rows; /* [PLX_NEURAL_TILE, n − 1] */

    /* Not of the table form. */
    struct plx_features *features;
    struct plx_outputs *outputs;
    size_t width;   /* K */
    double *values; /* [group_size, K] features of the group */

    /* Of sessions that are asked for distributions. */
    double *logits; /* [PLX_OUTPUTS_ROWS, outputs]; of a table [V] */
    double *row;    /* [V] */
};

static const struct plx_neural_model *model_of(const struct plx_model *base)
{
    return (const struct plx_neural_model *)(const void *)base;
}

/* What the layers need. */
static bool make_layers(struct neural_session *session, struct plx_error *error)
{
    const struct plx_neural_model *model = session->model;
    session->group_size = PLX_NEURAL_TILE;
    if (model->logits)
        return true;
    session->features = plx_features_new(model, error);
    session->outputs = plx_outputs_new(model, error);
    if (!session->features || !session->outputs)
        return false;
    session->width = plx_features_width(model);
    session->group_size = plx_outputs_contexts(session->outputs);
    session->values = plx_new_array(session->width, session->group_size * sizeof(double), error);
    return session->values != NULL;
}

struct plx_session *plx_neural_session_new(const struct plx_model *base, struct plx_error *error)
{
    struct neural_session *session = plx_new_array(1, sizeof *session, error);
    if (!session)
        return NULL;
    session->model = model_of(base);
    if (make_layers(session, error)) {
        session->group = plx_new_array(session->group_size, sizeof *session->group, error);
        session->group_sums = plx_new_array(session->group_size, sizeof *session->group_sums, error);
        session->tile_rows =
            plx_new_array(session->model->context, PLX_NEURAL_TILE * sizeof(uint32_t), error);
    }
    if (session->group && session->group_sums && session->tile_rows)
        return &session->base;
    plx_neural_session_free(&session->base);
    return NULL;
}

void plx_neural_session_free(struct plx_session *base)
{
    struct neural_session *session = (struct neural_session *)(void *)base;
    plx_contexts_release(&session->contexts);
    free(session->sums);
    free(session->places);
    free(session->answers);
    free(session->group);
    free(session->group_sums);
    free(session->tile_rows);
    plx_features_free(session->features);
    plx_outputs_free(session->outputs);
    free(session->values);
    free(session->logits);
    free(session->row);
    free(session);
}

static enum plx_status reserve(struct neural_session *session, size_t contexts, struct plx_error *error)
{
    enum plx_status status;
    if (contexts <= session->capacity)
        return PLX_OK;
    const size_t capacity = plx_grown_capacity(session->capacity, contexts);
    if ((status = plx_resize_array(&session->sums, capacity, sizeof *session->sums, error)) ||
        (status = plx_resize_array(&session->places, capacity, sizeof *session->places, error)) ||
        (status = plx_resize_array(&session->answers, capacity, sizeof *session->answers, error)))
        return status;
    session->capacity = capacity;
    return PLX_OK;
}

static const uint32_t *rows_of(const struct neural_session *session, size_t context)
{
    return session->contexts.rows + context * session->contexts.width;
}

/* The features of the group. */
static void compute_features(struct neural_session *session)
{
    const size_t width = session->contexts.width;
    for (size_t first = 0; first < session->group_count; first += PLX_NEURAL_TILE) {
        const size_t rest = session->group_count - first;
        const size_t count = rest < PLX_NEURAL_TILE ? rest : PLX_NEURAL_TILE;
        for (size_t i = 0; i < count; i++)
            memcpy(session->tile_rows + i * width, rows_of(session, session->group[first + i]),
                   width * sizeof *session->tile_rows);
        plx_features_compute(session->features, session->tile_rows, count,
                             session->values + first * session->width);
    }
}

static double sum_table_row(const struct plx_neural_model *model, size_t row)
{
    double values[TABLE_BLOCK];
    struct plx_lse lse = plx_lse_begin();
    for (size_t first = 0; first < model->types; first += TABLE_BLOCK) {
        const size_t rest = model->types - first, count = rest < TABLE_BLOCK ? rest : TABLE_BLOCK;
        plx_tensor_widen(model->logits, row * model->types + first, count, values);
        plx_lse_add(&lse, values, count);
    }
    return plx_lse_end(&lse);
}

/* Computes the log-sum-exps of the group, and gives them to the memo. */
static void compute_sums(struct neural_session *session)
{
    const struct plx_neural_model *model = session->model;
    if (model->logits) {
        for (size_t i = 0; i < session->group_count; i++)
            session->group_sums[i] = sum_table_row(model, *rows_of(session, session->group[i]));
    } else {
        plx_outputs_sum(session->outputs, session->values, session->group_count, session->group_sums);
    }
    for (size_t i = 0; i < session->group_count; i++) {
        const size_t context = session->group[i];
        const double sum = session->group_sums[i];
        session->sums[context] = isfinite(sum) ? sum : (double)NAN;
        plx_memo_give(model->memo, session->places[context], session->sums[context]);
    }
}

static double logit(const struct neural_session *session, size_t i, size_t token)
{
    const struct plx_neural_model *model = session->model;
    double value;
    if (!model->logits)
        return plx_outputs_logit(session->outputs, session->values + i * session->width, token);
    plx_tensor_widen(model->logits, *rows_of(session, session->group[i]) * model->types + token, 1, &value);
    return value;
}

/* The two are rounded apart: a surprisal of almost nothing may come out below 0 by some last bits of the
   logit. */
static double surprisal(double sum, double logit)
{
    const double nats = sum - logit, least = -1e-12 * (1 + fabs(logit));
    return nats < 0 && nats > least ? 0 : nats;
}

/* The surprisals of the targets of the group. */
static void score_group(const struct neural_session *session, double *nats)
{
    const struct plx_contexts *contexts = &session->contexts;
    for (size_t i = 0; i < session->group_count; i++) {
        const size_t context = session->group[i];
        for (size_t k = contexts->begins[context]; k < contexts->begins[context + 1]; k++) {
            const size_t target = contexts->places[k];
            const uint32_t token = contexts->ids[target]; /* PLX_NO_TOKEN is beyond all */
            nats[target] = token < session->model->outputs
                               ? surprisal(session->sums[context], logit(session, i, token))
                               : (double)INFINITY;
        }
    }
}

/* Computes the group, whose contexts were this session's own to compute; with nats [targets] scores it. */
static void compute_group(struct neural_session *session, double *nats)
{
    if (session->group_count == 0)
        return;
    if (!session->model->logits)
        compute_features(session);
    compute_sums(session);
    if (nats)
        score_group(session, nats);
    session->group_count = 0;
}

static enum plx_status refuse_not_finite(const struct neural_session *session, size_t context,
                                         struct plx_error *error)
{
    const uint32_t row = rows_of(session, context)[session->contexts.width - 1];
    plx_error_set(error, PLX_NOT_FINITE,
                  "the logits after row %lu of the %s leave the range of a double: no distribution",
                  (unsigned long)row, session->model->logits ? "table" : "embeddings");
    return plx_error_input(error, plx_model_name(session->base.model));
}

/* Gathers the contexts of the batch and finds out about their log-sum-exps. With nats [targets], writes the
   scores after those that this session computes, whose features are at hand: of the answer PLX_MEMO_YOURS.

   Contexts are claimed a group at a time, so that no session holds for long what another one waits for; and
   those of others are waited for when nothing is left to compute. */
static enum plx_status find_sums(struct neural_session *session, const struct plx_window *windows,
                                 size_t count, double *nats, struct plx_error *error)
{
    struct plx_contexts *contexts = &session->contexts;
    struct plx_memo *memo = session->model->memo;
    enum plx_status status = plx_contexts_gather(contexts, session->model, windows, count, error);
    if (status == PLX_OK)
        status = reserve(session, contexts->count, error);
    if (status)
        return status;
    session->group_count = 0;
    for (size_t c = 0; c < contexts->count; c++) {
        session->answers[c] = plx_memo_ask(memo, rows_of(session, c), session->sums + c, session->places + c);
        if (session->answers[c] == PLX_MEMO_YOURS)
            session->group[session->group_count++] = c;
        if (session->group_count == session->group_size)
            compute_group(session, nats);
    }
    compute_group(session, nats);
    for (size_t c = 0; c < contexts->count && status == PLX_OK; c++) {
        if (session->answers[c] == PLX_MEMO_AWAITED)
            session->sums[c] = plx_memo_wait(memo, session->places[c]);
        if (isnan(session->sums[c]))
            status = refuse_not_finite(session, c, error);
    }
    return status;
}

/* What is done with a group of contexts whose log-sum-exps are known, and whose features are there. */
typedef enum plx_status group_work(struct neural_session *session, void *user, struct plx_error *error);

/* Carries out the work for all contexts, or for those that this session has not computed, group by group. */
static enum plx_status for_contexts(struct neural_session *session, bool all, group_work *work, void *user,
                                    struct plx_error *error)
{
    const struct plx_contexts *contexts = &session->contexts;
    enum plx_status status = PLX_OK;
    session->group_count = 0;
    for (size_t c = 0; c < contexts->count && status == PLX_OK; c++) {
        if (all || session->answers[c] != PLX_MEMO_YOURS)
            session->group[session->group_count++] = c;
        const bool last = c + 1 == contexts->count || session->group_count == session->group_size;
        if (last && session->group_count > 0) {
            if (!session->model->logits)
                compute_features(session);
            status = work(session, user, error);
            session->group_count = 0;
        }
    }
    return status;
}

static enum plx_status score_known(struct neural_session *session, void *nats, struct plx_error *error)
{
    (void)error;
    score_group(session, nats);
    return PLX_OK;
}

enum plx_status plx_neural_score(struct plx_session *base, const struct plx_window *windows, size_t count,
                                 const struct plx_scores *scores, struct plx_error *error)
{
    struct neural_session *session = (struct neural_session *)(void *)base;
    const enum plx_status status = find_sums(session, windows, count, scores->nats, error);
    return status ? status : for_contexts(session, false, score_known, scores->nats, error);
}

struct row_sink {
    plx_distribution_sink *sink;
    void *user;
};

/* The logits of context i of the group are `logits` [outputs]: its row goes to the sink. */
static enum plx_status give_row(struct neural_session *session, size_t i, const double *logits,
                                const struct row_sink *sink, struct plx_error *error)
{
    const struct plx_neural_model *model = session->model;
    const struct plx_contexts *contexts = &session->contexts;
    const size_t context = session->group[i], begin = contexts->begins[context];
    const double sum = session->sums[context];
    for (size_t token = 0; token < model->outputs; token++)
        session->row[token] = surprisal(sum, logits[token]);
    for (size_t token = model->outputs; token < model->types; token++)
        session->row[token] = (double)INFINITY;
    return sink->sink(sink->user, session->row, contexts->places + begin,
                      contexts->begins[context + 1] - begin, error);
}

static enum plx_status give_group(struct neural_session *session, void *user, struct plx_error *error)
{
    const struct plx_neural_model *model = session->model;
    enum plx_status status = PLX_OK;
    for (size_t i = 0; i < session->group_count && status == PLX_OK; i++) {
        const size_t row = model->logits ? 0 : i % PLX_OUTPUTS_ROWS;
        if (model->logits)
            plx_tensor_widen(model->logits, *rows_of(session, session->group[i]) * model->types, model->types,
                             session->logits);
        else if (row == 0)
            plx_outputs_logits(session->outputs, session->values + i * session->width, session->logits);
        status = give_row(session, i, session->logits + row * model->outputs, user, error);
    }
    return status;
}

/* Memory for rows, which only sessions need that are asked for them. */
static enum plx_status reserve_rows(struct neural_session *session, struct plx_error *error)
{
    const struct plx_neural_model *model = session->model;
    if (!session->logits)
        session->logits =
            plx_new_array(model->outputs, (model->logits ? 1 : PLX_OUTPUTS_ROWS) * sizeof(double), error);
    if (!session->row)
        session->row = plx_new_array(model->types, sizeof *session->row, error);
    return session->logits && session->row ? PLX_OK : PLX_MEMORY;
}

enum plx_status plx_neural_distributions(struct plx_session *base, const struct plx_window *windows,
                                         size_t count, plx_distribution_sink *sink, void *user,
                                         struct plx_error *error)
{
    struct neural_session *session = (struct neural_session *)(void *)base;
    struct row_sink rows = {sink, user};
    enum plx_status status = reserve_rows(session, error);
    if (status == PLX_OK)
        status = find_sums(session, windows, count, NULL, error);
    return status ? status : for_contexts(session, true, give_group, &rows, error);
}
