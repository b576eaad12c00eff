/* The weights of a mixture by expectation maximisation: F. Jelinek, R. L. Mercer, "Interpolated estimation of
   Markov source parameters from sparse data", 1980. With r_i = p_i(w) / max_j p_j(w) for each token, a round
   replaces λ_i by the mean of λ_i r_i / Σ_j λ_j r_j, which never lowers the likelihood. */
#include "base/error.h"
#include "base/memory.h"
#include "base/neumaier.h"
#include "eval/warnings.h"
#include "model/mixture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS_MOST 1000

/* A round that gains less of the total ends the search. */
#define GAIN_LEAST 1e-12

/* The probabilities of one batch. */
struct part {
    double *nats; /* [targets][models] */
    size_t capacity;
};

struct tuner {
    struct plx_pipeline pipeline;
    const struct plx_mixture *mixture;
    struct part *parts; /* [plx_pipeline_batches] */
    double *ratios;     /* [tokens][models] p_i / max p_j */
    size_t tokens, capacity;
    uint64_t targets, strange; /* all that the protocol scores, and unknown ones that are not spelled so */
    struct plx_neumaier best_nats; /* Σ −ln max p_j */
};

static void score(struct plx_batch *batch, size_t index, struct plx_session *session, void *user)
{
    const struct tuner *tuner = user;
    const size_t models = tuner->mixture->count;
    struct part *part = tuner->parts + index;
    const double *nats;
    size_t targets;
    batch->status =
        plx_mixture_score_parts(session, batch->windows, batch->window_count, &nats, &targets, &batch->error);
    if (batch->status == PLX_OK && targets * models > part->capacity) {
        batch->status = plx_resize_array(&part->nats, targets * models, sizeof *part->nats, &batch->error);
        part->capacity = targets * models;
    }
    if (batch->status)
        return;
    for (size_t t = 0; t < targets; t++) {
        for (size_t i = 0; i < models; i++)
            part->nats[t * models + i] = nats[i * targets + t];
    }
}

/* Whether what a token costs depends on the weights. */
static bool counts(const struct plx_plan *plan, unsigned flags)
{
    const enum plx_unknown unknown = plan->protocol.unknown;
    return !(flags & PLX_TOKEN_UNKNOWN) ||
           (unknown != PLX_UNKNOWN_SKIP && unknown != PLX_UNKNOWN_ZERO && unknown != PLX_UNKNOWN_FLOOR);
}

/* Adds a token, unless no model gives it a probability. There is room. */
static void take_token(struct tuner *tuner, const double *nats)
{
    const size_t models = tuner->mixture->count;
    double *ratios = tuner->ratios + tuner->tokens * models;
    double best = nats[0];
    for (size_t i = 1; i < models; i++)
        best = nats[i] < best ? nats[i] : best;
    if (!isfinite(best))
        return;
    for (size_t i = 0; i < models; i++)
        ratios[i] = exp(best - nats[i]);
    plx_neumaier_add(&tuner->best_nats, best);
    tuner->tokens++;
}

static enum plx_status take(void *user, const struct plx_batch *batch, size_t index, struct plx_error *error)
{
    struct tuner *tuner = user;
    const size_t models = tuner->mixture->count;
    if (tuner->tokens + batch->target_count > tuner->capacity) {
        const size_t capacity = plx_grown_capacity(tuner->capacity, tuner->tokens + batch->target_count);
        const enum plx_status status =
            plx_resize_array(&tuner->ratios, capacity, models * sizeof *tuner->ratios, error);
        if (status)
            return status;
        tuner->capacity = capacity;
    }
    tuner->targets += batch->target_count;
    for (size_t t = 0; t < batch->target_count; t++) {
        tuner->strange += (batch->flags[t] & (PLX_TOKEN_UNKNOWN | PLX_TOKEN_LITERAL)) == PLX_TOKEN_UNKNOWN;
        if (counts(&tuner->pipeline.plan, batch->flags[t]))
            take_token(tuner, tuner->parts[index].nats + t * models);
    }
    return PLX_OK;
}

/* −ln of the corpus's probability under the weights `here`, and the weights of the next round. */
static double round_of(const struct tuner *tuner, const double *here, double *there)
{
    const size_t models = tuner->mixture->count;
    struct plx_neumaier total = {0}, sums[PLX_MIXTURE_MOST] = {{0}};
    double all = 0;
    for (size_t t = 0; t < tuner->tokens; t++) {
        const double *ratios = tuner->ratios + t * models;
        double mixed = 0;
        for (size_t i = 0; i < models; i++)
            mixed += here[i] * ratios[i];
        plx_neumaier_add(&total, -log(mixed));
        for (size_t i = 0; i < models && mixed > 0; i++)
            plx_neumaier_add(sums + i, here[i] * ratios[i] / mixed);
    }
    for (size_t i = 0; i < models; i++)
        all += there[i] = plx_neumaier_total(sums[i]);
    for (size_t i = 0; i < models; i++)
        there[i] /= all;
    return plx_neumaier_total(total) + plx_neumaier_total(tuner->best_nats);
}

/* Between two rounds, which on a large corpus take seconds. */
static enum plx_status ask(const struct tuner *tuner, struct plx_error *error)
{
    const struct plx_evaluate_options *options = tuner->pipeline.options;
    if (options->interrupted && options->interrupted(options->user))
        return plx_error_set(error, PLX_INTERRUPTED, "interrupted");
    return PLX_OK;
}

/* Leaves the best weights in `weights`, and their −ln of the corpus's probability in *least. */
static enum plx_status search(const struct tuner *tuner, double *weights, double *least, unsigned *rounds,
                              struct plx_error *error)
{
    const size_t models = tuner->mixture->count;
    double next[PLX_MIXTURE_MOST], after[PLX_MIXTURE_MOST];
    double total = round_of(tuner, weights, next);
    for (*rounds = 1; *rounds < ROUNDS_MOST; ++*rounds) {
        const enum plx_status status = ask(tuner, error);
        if (status)
            return status;
        const double changed = round_of(tuner, next, after);
        if (!(changed < total)) /* what is left is rounding */
            break;
        const bool enough = total - changed < GAIN_LEAST * fabs(total);
        total = changed;
        memcpy(weights, next, models * sizeof *weights);
        memcpy(next, after, models * sizeof *next);
        if (enough)
            break;
    }
    for (size_t i = 0; i < models; i++) { /* what the search only nears */
        double alone[PLX_MIXTURE_MOST] = {0};
        const enum plx_status status = ask(tuner, error);
        if (status)
            return status;
        alone[i] = 1;
        const double its = round_of(tuner, alone, after);
        if (!(its < total))
            continue;
        total = its;
        memcpy(weights, alone, models * sizeof *weights);
    }
    *least = total;
    return PLX_OK;
}

/* What is doubtful about the tuning corpus goes with the model. */
static void add_doubts(const struct tuner *tuner, struct plx_model *made)
{
    struct plx_warnings doubts = {.count = 0};
    plx_warnings_doubt(&doubts, &tuner->pipeline, "tuning corpus");
    plx_warnings_unknown(&doubts, "tuning corpus", tuner->strange, tuner->targets);
    for (size_t i = 0; i < doubts.count && made->warning_count < PLX_MODEL_WARNINGS; i++)
        made->warnings[made->warning_count++] = doubts.list[i];
}

static enum plx_status make_tuned(struct tuner *tuner, struct plx_model **tuned, struct plx_error *error)
{
    const struct plx_mixture *mixture = tuner->mixture;
    double weights[PLX_MIXTURE_MOST], least;
    struct plx_tuning tuning = {.tokens = tuner->tokens};
    if (tuner->tokens == 0) {
        plx_error_set(error, PLX_MALFORMED, "no token is left to tune weights on");
        return plx_error_input(error, plx_corpus_name(tuner->pipeline.corpus));
    }
    for (size_t i = 0; i < mixture->count; i++)
        weights[i] = mixture->components[i].weight;
    enum plx_status status = search(tuner, weights, &least, &tuning.rounds, error);
    if (status)
        return status;
    tuning.nats_per_token = least / (double)tuner->tokens;
    status = plx_corpus_sha256(tuner->pipeline.corpus, tuning.corpus_sha256, error);
    if (status == PLX_OK)
        status = plx_model_mix(mixture->models, weights, mixture->count, tuned, error);
    if (status)
        return status;
    struct plx_mixture *made = (struct plx_mixture *)(void *)*tuned;
    made->tuning = tuning;
    add_doubts(tuner, &made->base);
    made->base.info.tuning = &made->tuning;
    return PLX_OK;
}

enum plx_status plx_mixture_tune(const struct plx_model *mixture, struct plx_corpus *corpus,
                                 const struct plx_evaluate_options *options, struct plx_model **tuned,
                                 struct plx_error *error)
{
    const struct plx_evaluate_options defaults = {0};
    struct tuner tuner = {.mixture = plx_mixture_of(mixture)};
    const struct plx_pipeline_user callbacks = {.score = score, .take = take, .user = &tuner};
    *tuned = NULL;
    if (mixture->info.kind != PLX_KIND_MIXTURE)
        return plx_error_set(error, PLX_USAGE, "only a mixture has weights to tune");
    enum plx_status status =
        plx_pipeline_init(&tuner.pipeline, mixture, corpus, options ? options : &defaults, error);
    const size_t batches = plx_pipeline_batches(&tuner.pipeline);
    if (status == PLX_OK && !(tuner.parts = plx_new_array(batches, sizeof *tuner.parts, error)))
        status = PLX_MEMORY;
    if (status == PLX_OK && (status = plx_pipeline_run(&tuner.pipeline, &callbacks, NULL, error)) == PLX_OK)
        status = make_tuned(&tuner, tuned, error);
    plx_pipeline_release(&tuner.pipeline);
    for (size_t i = 0; tuner.parts && i < batches; i++)
        free(tuner.parts[i].nats);
    free(tuner.parts);
    free(tuner.ratios);
    return status;
}
