#include "model/mixture.h"

#include "base/buffer.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/sha256.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct plx_mixture *plx_mixture_of(const struct plx_model *model)
{
    return (const struct plx_mixture *)(const void *)model;
}

static void close_mixture(struct plx_model *model)
{
    struct plx_mixture *mixture = (struct plx_mixture *)(void *)model;
    for (size_t i = 0; i < mixture->count; i++)
        plx_translation_release(mixture->translations + i);
    free(mixture);
}

static void look_up(const struct plx_model *model, const struct plx_word *words, const uint64_t *hashes,
                    size_t count, uint32_t *ids)
{
    const struct plx_model *first = plx_mixture_of(model)->models[0];
    if (first->class->lookup)
        first->class->lookup(first, words, hashes, count, ids);
    else if (first->vocabulary)
        plx_vocabulary_find_hashed(first->vocabulary, hashes, count, ids);
    else /* with PLX_ANY_TOKENS */
        memset(ids, 0, count * sizeof *ids);
}

static struct plx_word give_token(const struct plx_model *model, uint32_t id)
{
    return plx_model_token(plx_mixture_of(model)->models[0], id);
}

static const struct plx_model_class mixture_class = {
    .close = close_mixture,
    .session_new = plx_mixture_session_new,
    .session_free = plx_mixture_session_free,
    .score = plx_mixture_score,
    .distributions = plx_mixture_distributions,
    .lookup = look_up,
    .token = give_token,
};

/* Which of the models gives its ids, strings and symbols: the first with strings of its own, else the first
   whose ids mean something. */
static size_t find_leader(const struct plx_model *const *models, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if ((models[i]->info.capabilities & (PLX_STRING_TOKENS | PLX_ANY_TOKENS)) == PLX_STRING_TOKENS)
            return i;
    }
    for (size_t i = 0; i < count; i++) {
        if (!(models[i]->info.capabilities & PLX_ANY_TOKENS))
            return i;
    }
    return 0;
}

static enum plx_status check(const struct plx_model *const *models, const double *weights, size_t count,
                             struct plx_error *error)
{
    double sum = 0;
    if (count == 0 || count > PLX_MIXTURE_MOST)
        return plx_error_set(error, PLX_USAGE, "a mixture has 1 to %d models, not %zu", PLX_MIXTURE_MOST,
                             count);
    for (size_t i = 0; i < count; i++) {
        const unsigned by_position = models[i]->info.capabilities & (PLX_BY_TOKEN | PLX_BY_TARGET);
        if (!(weights[i] >= 0) || isinf(weights[i]))
            return plx_error_set(error, PLX_USAGE, "a weight of %g: weights are finite and not negative",
                                 weights[i]);
        const bool remote = models[i]->info.capabilities & PLX_REMOTE;
        if (by_position || remote || models[i]->info.kind == PLX_KIND_MIXTURE) {
            plx_error_set(error, PLX_UNSUPPORTED, "%s cannot be mixed",
                          by_position ? "answers to one corpus"
                          : remote    ? "a model behind an endpoint"
                                      : "a mixture");
            return plx_error_input(error, models[i]->name);
        }
        sum += weights[i];
    }
    return sum > 0 && isfinite(sum) ? PLX_OK
                                    : plx_error_set(error, PLX_USAGE, "weights that add up to %g", sum);
}

/* The models in their order, but for the leader, and their weights divided by the sum. */
static void take_models(struct plx_mixture *mixture, const struct plx_model *const *models,
                        const double *weights, size_t count)
{
    const size_t leader = find_leader(models, count);
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += weights[i];
    mixture->count = count;
    for (size_t i = 0; i < count; i++) {
        const size_t place = i == leader ? 0 : i < leader ? i + 1 : i;
        const struct plx_model_info *info = &models[i]->info;
        struct plx_component *component = mixture->components + place;
        mixture->models[place] = models[i];
        mixture->log_weights[place] = log(weights[i] / sum);
        *component = (struct plx_component){
            .format = info->format,
            .kind = info->kind,
            .architecture = info->architecture,
            .weight = weights[i] / sum,
            .fingerprint = info->fingerprint,
        };
        memcpy(component->sha256, info->sha256, sizeof component->sha256);
    }
}

static void join_info(struct plx_model_info *info, const struct plx_model_info *other)
{
    const unsigned own = PLX_STRING_TOKENS | PLX_ANY_TOKENS; /* the leader's */
    info->capabilities &= other->capabilities | own;
    info->parameters += other->parameters;
    if (info->context_length < other->context_length)
        info->context_length = other->context_length;
    if (info->least_context < other->least_context)
        info->least_context = other->least_context;
    if (info->start_repeat < other->start_repeat)
        info->start_repeat = other->start_repeat;
    if (info->batch < other->batch)
        info->batch = other->batch;
}

static void describe(struct plx_mixture *mixture)
{
    struct plx_model *base = &mixture->base;
    const struct plx_model_info *first = &mixture->models[0]->info;
    const unsigned possible = PLX_STRING_TOKENS | PLX_EMPTY_CONTEXT | PLX_UNKNOWN_CONTEXT |
                              PLX_RESTART_AT_END | PLX_ANY_TOKENS | PLX_FULL_DISTRIBUTION;
    base->class = &mixture_class;
    base->info = (struct plx_model_info){
        .format = "mixture",
        .kind = PLX_KIND_MIXTURE,
        .architecture = "mixture",
        .vocabulary = first->vocabulary,
        .capabilities = first->capabilities & possible,
        .start = first->start,
        .end = first->end,
        .unknown = first->unknown,
        .components = mixture->components,
        .component_count = mixture->count,
    };
    for (size_t i = 0; i < mixture->count; i++)
        join_info(&base->info, &mixture->models[i]->info);
    memcpy(base->info.vocabulary_sha256, first->vocabulary_sha256, sizeof first->vocabulary_sha256);
}

/* What the models' files do not foresee is the mixture's too. */
static void take_warnings(struct plx_mixture *mixture)
{
    struct plx_model *base = &mixture->base;
    for (size_t i = 0; i < mixture->count; i++) {
        const struct plx_model *model = mixture->models[i];
        for (size_t k = 0; k < model->warning_count && base->warning_count < PLX_MODEL_WARNINGS; k++)
            base->warnings[base->warning_count++] = model->warnings[k];
    }
}

/* "0.7*first.arpa + 0.3*second.arpa". */
static enum plx_status make_name(struct plx_mixture *mixture, struct plx_error *error)
{
    struct plx_buffer buffer;
    size_t length;
    plx_buffer_init(&buffer, SIZE_MAX);
    enum plx_status status = PLX_OK;
    for (size_t i = 0; i < mixture->count && status == PLX_OK; i++)
        status = plx_buffer_printf(&buffer, error, "%s%.6g*%s", i > 0 ? " + " : "",
                                   mixture->components[i].weight, mixture->models[i]->name);
    return plx_buffer_finish(&buffer, status, &mixture->base.name, &length, error);
}

/* Of the text "mixture", and of a line for each model: its weight and its fingerprint. */
static enum plx_status hash(struct plx_mixture *mixture, struct plx_error *error)
{
    struct plx_model_info *info = &mixture->base.info;
    info->fingerprint = "full";
    for (size_t i = 0; i < mixture->count; i++) {
        const char *fingerprint = mixture->components[i].fingerprint;
        if (strcmp(fingerprint, "none") == 0 ||
            (strcmp(fingerprint, "quick") == 0 && strcmp(info->fingerprint, "none") != 0))
            info->fingerprint = fingerprint;
    }
    if (strcmp(info->fingerprint, "none") == 0)
        return PLX_OK;
    struct plx_sha256 *sha256 = plx_sha256_new(error);
    if (!sha256)
        return PLX_MEMORY;
    enum plx_status status = plx_sha256_update(sha256, "mixture\n", 8, error);
    for (size_t i = 0; i < mixture->count && status == PLX_OK; i++) {
        char weight[PLX_NUMBER_TEXT], line[PLX_NUMBER_TEXT + PLX_SHA256_TEXT + 2];
        plx_format_double(mixture->components[i].weight, weight);
        const int length = snprintf(line, sizeof line, "%s %s\n", weight, mixture->components[i].sha256);
        status = plx_sha256_update(sha256, line, (size_t)length, error);
    }
    if (status == PLX_OK)
        status = plx_sha256_finish(sha256, info->sha256, error);
    plx_sha256_free(sha256);
    return status;
}

enum plx_status plx_model_mix(const struct plx_model *const *models, const double *weights, size_t count,
                              struct plx_model **made, struct plx_error *error)
{
    *made = NULL;
    enum plx_status status = check(models, weights, count, error);
    if (status)
        return status;
    struct plx_mixture *mixture = plx_new_array(1, sizeof *mixture, error);
    if (!mixture)
        return PLX_MEMORY;
    take_models(mixture, models, weights, count);
    describe(mixture);
    take_warnings(mixture);
    for (size_t i = 0; i < count && status == PLX_OK; i++)
        status =
            plx_translation_init(mixture->translations + i, mixture->models[0], mixture->models[i], error);
    if (status == PLX_OK && (status = make_name(mixture, error)) == PLX_OK)
        status = hash(mixture, error);
    if (status) {
        plx_model_close(&mixture->base);
        return status;
    }
    *made = &mixture->base;
    return PLX_OK;
}
