#include "model/neural.h"

#include "base/logsumexp.h"
#include "base/memory.h"
#include "base/multiply.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Rows of the vocabulary that are widened and multiplied together. Fixed: a log-sum-exp depends on it in its
   last bits. With d of some hundreds a block stays in the second-level cache, its logits in the first. */
#define ROWS 128

/* Contexts that go over the vocabulary together are the lanes of some tiles; a tile is padded if there are
   not enough. Lanes do not know of each other, so that neither matters to a result. The more, the fewer times
   all weights are widened; bounded by the bytes of their embeddings. */
#define TILES_MAX        64
#define INPUTS_BYTES_MAX ((size_t)4 << 20)

struct neural_session {
    struct plx_session base;
    const struct plx_neural_model *model;
    size_t tile_count;
    uint32_t *pending; /* [tile_count · lanes] distinct contexts of the batch whose log-sum-exp is wanted */
    size_t pending_count;
    uint64_t *marks;             /* [V] bits: is pending */
    double *weights;             /* [ROWS, d], a block of out; of the table form [ROWS] */
    double bias[ROWS];           /* of the block */
    double *inputs;              /* [tile_count, d, lanes] embeddings of the pending contexts */
    double *input;               /* [d] embedding of one context */
    struct plx_lse_lanes *tiles; /* [tile_count] */
    double logits[ROWS * PLX_LSE_LANES];
};

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

struct plx_session *plx_neural_session_new(const struct plx_model *base, struct plx_error *error)
{
    const struct plx_neural_model *model = (const struct plx_neural_model *)(const void *)base;
    const size_t depth = model->depth > 0 ? model->depth : 1;
    size_t lane_bytes;
    struct neural_session *session = plx_new_array(1, sizeof *session, error);
    if (!session)
        return NULL;
    if (__builtin_mul_overflow(depth, PLX_LSE_LANES * sizeof(double), &lane_bytes))
        lane_bytes = SIZE_MAX;
    session->model = model;
    session->tile_count = smaller(INPUTS_BYTES_MAX / lane_bytes, TILES_MAX);
    session->tile_count = smaller(session->tile_count, model->types / PLX_LSE_LANES + 1);
    if (session->tile_count == 0)
        session->tile_count = 1;
    session->pending = plx_new_array(session->tile_count * PLX_LSE_LANES, sizeof *session->pending, error);
    session->marks = plx_new_array(model->types / 64 + 1, sizeof *session->marks, error);
    session->weights = plx_new_array(depth, ROWS * sizeof *session->weights, error);
    session->inputs = plx_new_array(depth, session->tile_count * PLX_LSE_LANES * sizeof(double), error);
    session->input = plx_new_array(depth, sizeof *session->input, error);
    session->tiles = plx_new_array(session->tile_count, sizeof *session->tiles, error);
    if (!session->pending || !session->marks || !session->weights || !session->inputs || !session->input ||
        !session->tiles) {
        plx_neural_session_free(&session->base);
        return NULL;
    }
    return &session->base;
}

void plx_neural_session_free(struct plx_session *base)
{
    struct neural_session *session = (struct neural_session *)(void *)base;
    free(session->pending);
    free(session->marks);
    free(session->weights);
    free(session->inputs);
    free(session->input);
    free(session->tiles);
    free(session);
}

/* The embedding of pending context i becomes a lane of its tile: inputs [tile, d, lanes]. */
static void load_input(struct neural_session *session, size_t i)
{
    const size_t depth = session->model->depth;
    double *lane = session->inputs + (i / PLX_LSE_LANES) * depth * PLX_LSE_LANES + i % PLX_LSE_LANES;
    plx_tensor_widen(session->model->embed, session->pending[i] * depth, depth, session->input);
    for (size_t k = 0; k < depth; k++)
        lane[k * PLX_LSE_LANES] = session->input[k];
}

/* Rows [first, first + rows) of out and bias, as doubles. */
static void load_block(struct neural_session *session, size_t first, size_t rows)
{
    const struct plx_neural_model *model = session->model;
    plx_tensor_widen(model->out, first * model->depth, rows * model->depth, session->weights);
    if (model->bias)
        plx_tensor_widen(model->bias, first, rows, session->bias);
}

/* The factored form: each block of the vocabulary is widened once for all tiles. */
static void sum_factored(struct neural_session *session, size_t tiles)
{
    const struct plx_neural_model *model = session->model;
    for (size_t i = 0; i < session->pending_count; i++)
        load_input(session, i);
    for (size_t first = 0; first < model->types; first += ROWS) {
        const size_t rows = smaller(ROWS, model->types - first);
        load_block(session, first, rows);
        for (size_t tile = 0; tile < tiles; tile++) {
            const double *inputs = session->inputs + tile * model->depth * PLX_LSE_LANES;
            plx_multiply_lanes(session->weights, session->bias, rows, model->depth, inputs, session->logits);
            plx_lse_lanes_add(session->tiles + tile, session->logits, rows);
        }
    }
}

/* The table form, for the contexts of one tile. What is left in the lanes of the padding does not matter. */
static void sum_table_tile(struct neural_session *session, size_t tile)
{
    const struct plx_neural_model *model = session->model;
    const uint32_t *contexts = session->pending + tile * PLX_LSE_LANES;
    const size_t lanes = smaller(PLX_LSE_LANES, session->pending_count - tile * PLX_LSE_LANES);
    for (size_t first = 0; first < model->types; first += ROWS) {
        const size_t rows = smaller(ROWS, model->types - first);
        for (size_t lane = 0; lane < lanes; lane++) {
            plx_tensor_widen(model->logits, contexts[lane] * model->types + first, rows, session->weights);
            for (size_t row = 0; row < rows; row++)
                session->logits[row * PLX_LSE_LANES + lane] = session->weights[row];
        }
        plx_lse_lanes_add(session->tiles + tile, session->logits, rows);
    }
}

/* Puts the log-sum-exp of the pending contexts into the memo; then none is pending. */
static enum plx_status sum_pending(struct neural_session *session, struct plx_error *error)
{
    const struct plx_neural_model *model = session->model;
    const size_t tiles = (session->pending_count + PLX_LSE_LANES - 1) / PLX_LSE_LANES;
    enum plx_status status = PLX_OK;
    if (session->pending_count == 0)
        return PLX_OK;
    for (size_t tile = 0; tile < tiles; tile++)
        plx_lse_lanes_init(session->tiles + tile);
    if (model->logits) {
        for (size_t tile = 0; tile < tiles; tile++)
            sum_table_tile(session, tile);
    } else {
        sum_factored(session, tiles);
    }
    double sums[PLX_LSE_LANES] = {0}; /* of the tile at hand */
    for (size_t i = 0; i < session->pending_count; i++) {
        const uint32_t context = session->pending[i];
        uint64_t bits;
        session->marks[context / 64] = 0; /* whole words: all their bits are of pending contexts */
        if (i % PLX_LSE_LANES == 0)
            plx_lse_lanes_finish(session->tiles + i / PLX_LSE_LANES, sums);
        const double sum = sums[i % PLX_LSE_LANES];
        if (!isfinite(sum) && status == PLX_OK)
            status = plx_error_set(error, PLX_NOT_FINITE,
                                   "the logits after token %lu leave the range of a double: no distribution",
                                   (unsigned long)context);
        memcpy(&bits, &sum, sizeof bits);
        if (isfinite(sum))
            atomic_store_explicit(model->memo + context, bits, memory_order_relaxed);
    }
    session->pending_count = 0;
    return status;
}

/* False if it is not known yet. */
static bool recall(const struct plx_neural_model *model, uint32_t context, double *sum)
{
    const uint64_t bits = atomic_load_explicit(model->memo + context, memory_order_relaxed);
    memcpy(sum, &bits, sizeof bits);
    return bits != PLX_BIGRAM_UNKNOWN;
}

/* Makes the context pending unless its log-sum-exp is known or it is pending already. */
static enum plx_status want(struct neural_session *session, uint32_t context, struct plx_error *error)
{
    const uint64_t bit = UINT64_C(1) << context % 64;
    double sum;
    if (context >= session->model->types)
        return plx_error_set(error, PLX_INTERNAL, "a context that a bigram model has no row for");
    if (recall(session->model, context, &sum) || session->marks[context / 64] & bit)
        return PLX_OK;
    session->marks[context / 64] |= bit;
    session->pending[session->pending_count++] = context;
    return session->pending_count < session->tile_count * PLX_LSE_LANES ? PLX_OK
                                                                        : sum_pending(session, error);
}

static double logit(struct neural_session *session, uint32_t context, uint32_t target)
{
    const struct plx_neural_model *model = session->model;
    const size_t depth = model->depth;
    double bias = 0;
    if (model->logits) {
        plx_tensor_widen(model->logits, context * model->types + target, 1, &bias);
        return bias;
    }
    plx_tensor_widen(model->embed, context * depth, depth, session->input);
    plx_tensor_widen(model->out, target * depth, depth, session->weights);
    if (model->bias)
        plx_tensor_widen(model->bias, target, 1, &bias);
    return plx_multiply_one(session->weights, session->input, depth, bias);
}

static double surprisal(struct neural_session *session, uint32_t context, uint32_t target)
{
    double sum;
    if (target == PLX_NO_TOKEN)
        return (double)INFINITY;
    const bool known = recall(session->model, context, &sum);
    assert(known);
    (void)known;
    return sum - logit(session, context, target);
}

enum plx_status plx_neural_score(struct plx_session *base, const struct plx_window *windows, size_t count,
                                 const struct plx_scores *scores, struct plx_error *error)
{
    struct neural_session *session = (struct neural_session *)(void *)base;
    double *nats = scores->nats;
    enum plx_status status = PLX_OK;
    for (size_t i = 0; i < count; i++) {
        for (size_t k = windows[i].first; k < windows[i].end && status == PLX_OK; k++)
            status = want(session, windows[i].ids[k - 1], error);
    }
    if (status == PLX_OK)
        status = sum_pending(session, error);
    if (status)
        return status;
    for (size_t i = 0; i < count; i++) {
        for (size_t k = windows[i].first; k < windows[i].end; k++)
            *nats++ = surprisal(session, windows[i].ids[k - 1], windows[i].ids[k]);
    }
    return PLX_OK;
}
