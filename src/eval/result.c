#include "eval/result.h"

#include "base/error.h"
#include "base/logarithms.h"
#include "base/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The mean that the protocol asks for. */
static double average_nats(const struct plx_result *result, const struct plx_exact *total)
{
    if (result->plan.protocol.average == PLX_AVERAGE_TOKEN)
        return plx_exact_mean(total);
    const struct plx_exact *means = &result->sequence.group_means;
    if (result->sequence.group_weight == 0 || means->overflow || means->invalid)
        return (double)NAN;
    if (means->infinite)
        return (double)INFINITY;
    return plx_exact_sum(means) / (double)result->sequence.group_weight;
}

void plx_result_metrics(const struct plx_result *result, struct plx_metrics *metrics)
{
    const struct plx_exact total = plx_tally_total(&result->tally);
    const struct plx_exact known = plx_tally_without(&total, &result->tally.unknown);
    const double nats = average_nats(result, &total);
    *metrics = (struct plx_metrics){
        .nats_per_token = nats,
        .bits_per_token = nats / PLX_LN_2,
        .perplexity = exp(nats),
        .standard_error_nats = result->plan.protocol.average == PLX_AVERAGE_TOKEN
                                   ? plx_exact_standard_error(&total)
                                   : (double)NAN,
        .bits_per_byte = plx_bits_each(plx_exact_total(&total), result->tally.bytes),
        .perplexity_without = exp(plx_exact_mean(&known)),
        .tokens = result->tokens,
        .scored = total.count,
        .skipped = result->tokens - total.count,
        .unknown = result->tally.unknown_tokens,
        .infinite = total.infinite,
        .bytes = result->text.bytes,
        .seconds = result->seconds,
        .tokens_per_second = result->seconds > 0 ? (double)total.count / result->seconds : 0,
    };
}

bool plx_result_distribution(const struct plx_result *result, struct plx_distribution_metrics *metrics)
{
    const struct plx_distribution *distribution = &result->extra.distribution;
    const struct plx_best_temperature best = plx_temperature_best(&distribution->temperature);
    *metrics = (struct plx_distribution_metrics){
        .entropy_nats = plx_exact_mean(&distribution->entropy),
        .accuracy_at_1 = plx_exact_mean(distribution->accuracy),
        .accuracy_at_5 = plx_exact_mean(distribution->accuracy + 1),
        .accuracy_at_10 = plx_exact_mean(distribution->accuracy + 2),
        .mean_reciprocal_rank = plx_exact_mean(&distribution->reciprocal_rank),
        .calibration_error = plx_distribution_calibration_error(distribution),
        .best_temperature = best.temperature,
        .best_temperature_nats = best.nats,
        .largest_deviation = distribution->largest_deviation,
    };
    return result->request.distributions;
}

bool plx_result_loss(const struct plx_result *result, size_t index, const char **name, double *loss)
{
    if (index >= result->request.variant_count)
        return false;
    const struct plx_variant *variant = result->request.variants + index;
    *name = plx_variant_name(variant);
    *loss = plx_variant_mean(variant, result->extra.losses + index);
    return true;
}

bool plx_result_explained(const struct plx_result *result, size_t index, struct plx_explained *explained)
{
    if (index >= result->explanation_count)
        return false;
    const struct plx_explanation *explanation = result->explanations + index;
    *explained = (struct plx_explained){
        .protocol = explanation->protocol,
        .allowed = !*explanation->reason,
        .metrics = explanation->metrics,
        .notes = explanation->listed,
        .note_count = explanation->note_count,
        .reason = *explanation->reason ? explanation->reason : NULL,
    };
    return true;
}

const struct plx_warning *plx_result_warnings(const struct plx_result *result, size_t *count)
{
    *count = result->warnings.count;
    return result->warnings.list;
}

const char *plx_result_protocol(const struct plx_result *result)
{
    return result->plan.protocol.name;
}

void plx_result_doubt(struct plx_result *result)
{
    const struct plx_tally *tally = &result->tally;
    const char *source = result->original.source;
    plx_warnings_unknown(&result->warnings, "corpus", tally->unknown_tokens - tally->literal,
                         plx_tally_targets(tally));
    plx_warnings_spread(&result->warnings, source ? source : "",
                        result->tokens - plx_tally_total(tally).count);
}

uint64_t plx_result_decided(const struct plx_result *result)
{
    const struct plx_skipped *skipped = &result->skipped;
    return plx_tally_targets(&result->tally) + skipped->no_context + skipped->masked + skipped->replaced +
           skipped->tail + skipped->limit + skipped->blank + result->elsewhere;
}

enum plx_status plx_result_check(const struct plx_result *result, const char *input, struct plx_error *error)
{
    const struct plx_exact total = plx_tally_total(&result->tally);
    const struct plx_skipped *skipped = &result->skipped;
    const uint64_t decided = plx_result_decided(result);
    if (decided != result->tokens)
        return plx_error_set(error, PLX_INTERNAL, "%llu tokens were read, but %llu scored or skipped",
                             (unsigned long long)result->tokens, (unsigned long long)decided);
    if (total.overflow || total.invalid) {
        plx_error_set(error, PLX_NOT_FINITE, "the sum of the cross-entropies is out of range");
        return plx_error_input(error, input);
    }
    if (total.count > 0 || result->elsewhere > 0) {
        const enum plx_status status = plx_extra_check(&result->request, &result->extra, error);
        return status ? plx_error_input(error, input) : PLX_OK;
    }
    if (result->text.bytes == 0 && result->tokens == 0)
        plx_error_set(error, PLX_MALFORMED, "the corpus is empty: there is nothing to score");
    else
        plx_error_set(error, PLX_MALFORMED, "no token is left to score: %llu were read, all skipped",
                      (unsigned long long)result->tokens);
    if (skipped->tail > 0)
        plx_error_hint(error,
                       "what does not fill a window of %llu tokens is dropped: a smaller --window, or "
                       "--tail keep",
                       (unsigned long long)result->plan.protocol.window);
    return plx_error_input(error, input);
}

static enum plx_status set_name(char **name, const char *value, struct plx_error *error)
{
    free(*name);
    *name = NULL;
    if (value && !(*name = plx_copy_string(value, strlen(value), error)))
        return PLX_MEMORY;
    return PLX_OK;
}

enum plx_status plx_result_set_files(struct plx_result *result, const char *per_token,
                                     const char *per_document, struct plx_error *error)
{
    const enum plx_status status = set_name(&result->per_token_name, per_token, error);
    return status ? status : set_name(&result->per_document_name, per_document, error);
}

void plx_result_free(struct plx_result *result)
{
    if (!result)
        return;
    plx_tally_release(&result->tally);
    plx_trail_release(&result->trail);
    free(result->explanations);
    free(result->ngrams);
    free(result->components);
    free(result->model_name);
    free(result->per_token_name);
    free(result->per_document_name);
    free(result->corpus_name);
    free(result);
}
