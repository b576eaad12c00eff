/* Two models over one corpus: both are the parts of a mixture, so that each sees the contexts that it would
   see alone, and the windows are those of its plan. BASE's rows of a few contexts wait for MODEL's. */
#include "eval/divergence.h"

#include "base/memory.h"
#include "eval/divergence_rows.h"
#include "eval/pipeline.h"
#include "model/mixture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What one batch has come to. */
struct part {
    struct plx_divergence_sums sums;
    struct plx_context_groups groups;
    uint32_t *tokens; /* [targets] ids of the joint vocabulary, PLX_NO_TOKEN for one that is left out */
    size_t capacity;
    uint64_t left_out, unknown, literal;
};

struct comparer {
    struct plx_pipeline pipeline;
    const struct plx_mixture *joint;
    size_t base, model; /* which part of the mixture */
    struct part *parts; /* [plx_pipeline_batches] */
    struct plx_divergence *divergence;
};

/* Where BASE's rows go. */
struct shelf {
    double *rows;
    size_t width, types;
};

static enum plx_status shelve(void *user, const double *nats, const size_t *rows, size_t count,
                              struct plx_error *error)
{
    const struct shelf *shelf = user;
    (void)error;
    for (size_t i = 0; i < count; i++)
        memcpy(shelf->rows + rows[i] * shelf->width, nats, shelf->types * sizeof *nats);
    return PLX_OK;
}

/* The tokens of the targets. */
static enum plx_status list_tokens(const struct comparer *comparer, const struct plx_batch *batch,
                                   struct part *part, struct plx_error *error)
{
    const bool skips = comparer->pipeline.plan.protocol.unknown == PLX_UNKNOWN_SKIP;
    if (batch->target_count > part->capacity) {
        const enum plx_status status =
            plx_resize_array(&part->tokens, batch->target_count, sizeof *part->tokens, error);
        if (status)
            return status;
        part->capacity = batch->target_count;
    }
    size_t target = 0;
    part->left_out = part->unknown = part->literal = 0;
    for (size_t w = 0; w < batch->window_count; w++) {
        const struct plx_window *window = batch->windows + w;
        for (size_t i = window->first; i < window->end; i++, target++) {
            const bool skipped = skips && (batch->flags[target] & PLX_TOKEN_UNKNOWN);
            part->tokens[target] = skipped ? PLX_NO_TOKEN : window->ids[i];
            part->unknown += (batch->flags[target] & PLX_TOKEN_UNKNOWN) != 0;
            part->literal += (batch->flags[target] & PLX_TOKEN_LITERAL) != 0;
            part->left_out += part->tokens[target] == PLX_NO_TOKEN;
        }
    }
    return PLX_OK;
}

/* A start that one of the two never predicts is no outcome of either. */
static uint32_t excluded_of(const struct plx_mixture *joint)
{
    const uint32_t first = joint->translations[0].shared.left_out;
    return first != PLX_NO_TOKEN ? first : joint->translations[1].shared.left_out;
}

/* The contexts [first, first + count), for whose rows there is room. */
static enum plx_status compare_chunk(const struct comparer *comparer, struct part *part,
                                     struct plx_session *session, struct shelf *shelf, size_t first,
                                     size_t count, struct plx_error *error)
{
    const struct plx_mixture *joint = comparer->joint;
    const struct plx_window *windows = part->groups.windows + first;
    struct plx_divergence_rows waiting = {
        .rows = shelf->rows,
        .width = shelf->width,
        .base_ids = joint->translations[comparer->base].shared.ids,
        .model_ids = joint->translations[comparer->model].shared.ids,
        .scope = {.types = (size_t)joint->base.info.vocabulary,
                  .excluded = excluded_of(joint),
                  .clipped = (double)INFINITY},
        .targets = part->groups.targets,
        .begins = part->groups.begins + first,
        .tokens = part->tokens,
        .sums = &part->sums,
    };
    const enum plx_status status =
        plx_mixture_part_distributions(session, comparer->base, windows, count, shelve, shelf, error);
    return status ? status
                  : plx_mixture_part_distributions(session, comparer->model, windows, count,
                                                   plx_divergence_rows_take, &waiting, error);
}

static enum plx_status compare_batch(const struct comparer *comparer, const struct plx_batch *batch,
                                     struct part *part, struct plx_session *session, struct plx_error *error)
{
    const struct plx_mixture *joint = comparer->joint;
    struct shelf shelf = {.types = (size_t)joint->models[comparer->base]->info.vocabulary};
    size_t capacity;
    enum plx_status status = list_tokens(comparer, batch, part, error);
    plx_divergence_sums_clear(&part->sums);
    if (status == PLX_OK)
        status = plx_context_groups_find(&part->groups, batch->windows, batch->window_count,
                                         joint->base.info.context_length, error);
    if (status)
        return status;
    if (!(shelf.rows = plx_mixture_rows(session, &shelf.width, &capacity, error)))
        return PLX_MEMORY;
    for (size_t first = 0; first < part->groups.count && status == PLX_OK; first += capacity) {
        const size_t left = part->groups.count - first;
        status =
            compare_chunk(comparer, part, session, &shelf, first, left < capacity ? left : capacity, error);
    }
    return status;
}

static void score(struct plx_batch *batch, size_t index, struct plx_session *session, void *user)
{
    const struct comparer *comparer = user;
    batch->status = compare_batch(comparer, batch, comparer->parts + index, session, &batch->error);
}

static enum plx_status take(void *user, const struct plx_batch *batch, size_t index, struct plx_error *error)
{
    struct comparer *comparer = user;
    struct plx_divergence *divergence = comparer->divergence;
    const struct part *part = comparer->parts + index;
    (void)batch;
    divergence->skipped_unknown += part->left_out;
    divergence->unknown += part->unknown;
    divergence->literal += part->literal;
    return plx_divergence_sums_merge(&divergence->sums, &part->sums, error);
}

enum plx_status plx_divergence_check_model(const struct plx_model *model, struct plx_error *error)
{
    if (model->info.capabilities & PLX_FULL_DISTRIBUTION)
        return PLX_OK;
    plx_error_set(error, PLX_UNSUPPORTED, "%s models do not give full distributions",
                  model->info.architecture);
    return plx_error_input(error, model->name);
}

enum plx_status plx_divergence_describe(struct plx_divergence_model *side, const struct plx_model *model,
                                        struct plx_error *error)
{
    const struct plx_model_info *info = &model->info;
    *side = (struct plx_divergence_model){
        .name = plx_copy_string(model->name, strlen(model->name), error),
        .format = info->format,
        .kind = plx_model_kind_name(info->kind),
        .architecture = info->architecture,
        .order = info->order,
        .vocabulary = info->vocabulary,
        .parameters = info->parameters,
        .fingerprint = info->fingerprint,
    };
    memcpy(side->sha256, info->sha256, sizeof side->sha256);
    return side->name ? PLX_OK : PLX_MEMORY;
}

enum plx_status plx_divergence_describe_corpus(struct plx_divergence *divergence, struct plx_corpus *corpus,
                                               struct plx_error *error)
{
    const char *name = plx_corpus_name(corpus);
    struct plx_corpus_info info;
    plx_corpus_info(corpus, &info);
    divergence->corpus_format = info.format;
    divergence->files = info.files;
    plx_document_range_text(&info, divergence->document_range);
    divergence->corpus_name = plx_copy_string(name, strlen(name), error);
    return divergence->corpus_name ? plx_corpus_sha256(corpus, divergence->corpus_sha256, error) : PLX_MEMORY;
}

/* What no distribution has. */
static enum plx_status check_protocol(const struct plx_protocol *protocol, struct plx_error *error)
{
    if (protocol->average != PLX_AVERAGE_TOKEN)
        return plx_error_set(error, PLX_USAGE, "the means of a divergence are over tokens");
    if (protocol->unknown == PLX_UNKNOWN_UNK || protocol->unknown == PLX_UNKNOWN_SKIP ||
        protocol->unknown == PLX_UNKNOWN_ERROR)
        return PLX_OK;
    return plx_error_set(error, PLX_USAGE,
                         "a divergence compares distributions: unknown tokens are unk, skip or error");
}

/* Every token was compared once or skipped for one reason; and something was compared. */
static enum plx_status check(const struct plx_divergence *divergence, struct plx_error *error)
{
    const struct plx_skipped *skipped = &divergence->skipped;
    const uint64_t decided = divergence->sums.count + divergence->skipped_unknown + skipped->no_context +
                             skipped->masked + skipped->replaced + skipped->tail + skipped->limit +
                             skipped->blank;
    if (decided != divergence->tokens)
        return plx_error_set(error, PLX_INTERNAL, "%llu tokens were read, but %llu compared or skipped",
                             (unsigned long long)divergence->tokens, (unsigned long long)decided);
    if (divergence->sums.count > 0)
        return PLX_OK;
    plx_error_set(error, PLX_MALFORMED, "no token is left to compare: %llu were read, all skipped",
                  (unsigned long long)divergence->tokens);
    return plx_error_input(error, divergence->corpus_name);
}

/* What has been compared, and what it has come to. */
static enum plx_status conclude(struct comparer *comparer, struct plx_error *error)
{
    struct plx_divergence *divergence = comparer->divergence;
    const struct plx_pipeline *pipeline = &comparer->pipeline;
    enum plx_status status;
    divergence->plan = pipeline->plan;
    divergence->tokens = pipeline->windows.tokens;
    divergence->skipped = pipeline->windows.skipped;
    divergence->threads = pipeline->threads;
    divergence->batch = pipeline->batch;
    plx_warnings_add_model(&divergence->warnings, &comparer->joint->base);
    plx_warnings_doubt(&divergence->warnings, pipeline, "corpus");
    plx_warnings_unknown(&divergence->warnings, "corpus", divergence->unknown - divergence->literal,
                         divergence->sums.count + divergence->skipped_unknown);
    if ((status =
             plx_divergence_describe(&divergence->base, comparer->joint->models[comparer->base], error)) ||
        (status =
             plx_divergence_describe(&divergence->model, comparer->joint->models[comparer->model], error)) ||
        (status = plx_divergence_describe_corpus(divergence, pipeline->corpus, error)) ||
        (status = check(divergence, error)))
        return status;
    if (plx_divergence_sums_finish(&divergence->sums, error))
        return plx_error_input(error, divergence->corpus_name);
    divergence->seconds = plx_pipeline_seconds(pipeline);
    return PLX_OK;
}

static enum plx_status compare(struct comparer *comparer, struct plx_corpus *corpus,
                               const struct plx_evaluate_options *options, struct plx_error *error)
{
    const struct plx_pipeline_user callbacks = {.score = score, .take = take, .user = comparer};
    enum plx_status status =
        plx_pipeline_init(&comparer->pipeline, &comparer->joint->base, corpus, options, error);
    const size_t batches = plx_pipeline_batches(&comparer->pipeline);
    if (status == PLX_OK)
        status = check_protocol(&comparer->pipeline.plan.protocol, error);
    if (status == PLX_OK && !(comparer->parts = plx_new_array(batches, sizeof *comparer->parts, error)))
        status = PLX_MEMORY;
    if (status == PLX_OK &&
        (status = plx_pipeline_run(&comparer->pipeline, &callbacks, NULL, error)) == PLX_OK)
        status = conclude(comparer, error);
    plx_pipeline_release(&comparer->pipeline);
    for (size_t i = 0; comparer->parts && i < batches; i++) {
        plx_divergence_sums_release(&comparer->parts[i].sums);
        plx_context_groups_release(&comparer->parts[i].groups);
        free(comparer->parts[i].tokens);
    }
    free(comparer->parts);
    return status;
}

enum plx_status plx_divergence_measure(const struct plx_model *base, const struct plx_model *model,
                                       struct plx_corpus *corpus, const struct plx_evaluate_options *options,
                                       struct plx_divergence **divergence, struct plx_error *error)
{
    const struct plx_model *const models[] = {base, model};
    const double weights[] = {1, 1};
    struct plx_evaluate_options settled = options ? *options : (struct plx_evaluate_options){0};
    struct plx_corpus_info info;
    struct plx_model *joint = NULL;
    *divergence = NULL;
    enum plx_status status = plx_divergence_check_model(base, error);
    if (status || (status = plx_divergence_check_model(model, error)) ||
        (status = plx_model_mix(models, weights, 2, &joint, error)))
        return status;
    plx_corpus_info(corpus, &info);
    if (settled.batch == 0)
        settled.batch = plx_pipeline_rows_batch(joint->info.vocabulary);
    if (!settled.protocol)
        settled.protocol = plx_protocol_default(&base->info, &info);
    struct comparer comparer = {
        .joint = plx_mixture_of(joint),
        .divergence = plx_new_array(1, sizeof *comparer.divergence, error),
    };
    comparer.base = comparer.joint->models[0] == base ? 0 : 1;
    comparer.model = 1 - comparer.base;
    status = comparer.divergence ? compare(&comparer, corpus, &settled, error) : PLX_MEMORY;
    plx_model_close(joint);
    if (status)
        plx_divergence_free(comparer.divergence);
    else
        *divergence = comparer.divergence;
    return status;
}

void plx_divergence_free(struct plx_divergence *divergence)
{
    if (!divergence)
        return;
    plx_divergence_sums_release(&divergence->sums);
    free(divergence->base.name);
    free(divergence->model.name);
    free(divergence->corpus_name);
    free(divergence);
}

static const double SHARES[PLX_DIVERGENCE_PERCENTILES] = {0,    0.01, 0.05, 0.1,  0.25,  0.5,
                                                          0.75, 0.9,  0.95, 0.99, 0.999, 1};

/* Of paired figures, from the standard errors of each and of their differences. */
static double correlation(double a, double b, double difference)
{
    return (a * a + b * b - difference * difference) / (2 * a * b);
}

void plx_divergence_metrics(const struct plx_divergence *divergence, struct plx_divergence_metrics *metrics)
{
    const struct plx_divergence_sums *sums = &divergence->sums;
    const double base_error = plx_exact_standard_error(&sums->base);
    const double model_error = plx_exact_standard_error(&sums->model);
    const double count = (double)sums->count;
    *metrics = (struct plx_divergence_metrics){
        .tokens = sums->count,
        .kl = plx_exact_mean(&sums->kl),
        .kl_standard_error = plx_exact_standard_error(&sums->kl),
        .kl_infinite = sums->kl.infinite,
        .kl_negative = sums->negative,
        .entropy = plx_exact_mean(&sums->entropy),
        .cross_entropy = plx_exact_mean(&sums->cross_entropy),
        .base_deviation = sums->base_deviation,
        .model_deviation = sums->model_deviation,
        .same_top = sums->same_top,
        .same_top_share = (double)sums->same_top / count,
        .base_nats = plx_exact_mean(&sums->base),
        .model_nats = plx_exact_mean(&sums->model),
        .base_infinite = sums->base.infinite,
        .model_infinite = sums->model.infinite,
        .ln_ratio_standard_error = plx_exact_standard_error(&sums->difference),
        .delta = plx_exact_mean(&sums->delta),
        .delta_standard_error = plx_exact_standard_error(&sums->delta),
        .delta_rms = sqrt(plx_exact_squares(&sums->delta) / count),
        .seconds = divergence->seconds,
    };
    if (!sums->kl.infinite)
        metrics->identity_error = fabs(metrics->cross_entropy - metrics->entropy - metrics->kl);
    metrics->ln_ratio = sums->difference.infinite ? metrics->model_nats - metrics->base_nats
                                                  : plx_exact_mean(&sums->difference);
    metrics->correlation = correlation(base_error, model_error, metrics->ln_ratio_standard_error);
    for (size_t i = 0; i < PLX_DIVERGENCE_PERCENTILES; i++) {
        metrics->kl_percentiles[i] = plx_percentile(sums->kls, sums->count, SHARES[i]);
        metrics->delta_percentiles[i] = plx_percentile(sums->deltas, sums->count, SHARES[i]);
    }
}

const struct plx_warning *plx_divergence_warnings(const struct plx_divergence *divergence, size_t *count)
{
    *count = divergence->warnings.count;
    return divergence->warnings.list;
}
