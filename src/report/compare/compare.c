#include "report/compare/comparison.h"

#include "base/memory.h"
#include "report/compare/gate.h"
#include "report/compare/pairing.h"
#include "report/result/result_file.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const plx_figure_keys[PLX_FIGURE_COUNT] = {
    "nats_per_token", "bits_per_token", "perplexity", "bits_per_byte", "bits_per_character", "bits_per_word",
};

static enum plx_status read_figures(struct plx_compared *side, struct plx_error *error)
{
    const struct plx_json_path root = {NULL, NULL, 0}, normalized = {&root, "normalized", 0};
    const cJSON *per_text = plx_result_member(side->json, "normalized");
    for (size_t i = 0; i < PLX_FIGURE_COUNT; i++) {
        const bool of_text = i >= PLX_FIGURE_BYTE;
        const enum plx_status status =
            plx_json_get_double(of_text ? per_text : side->json, plx_figure_keys[i],
                                of_text ? &normalized : &root, side->file, side->figures + i, error);
        if (status)
            return status;
    }
    return PLX_OK;
}

static enum plx_status read_counts(struct plx_compared *side, struct plx_error *error)
{
    const struct plx_json_path root = {NULL, NULL, 0}, counts = {&root, "counts", 0},
                               unknown = {&root, "unknown", 0};
    const cJSON *object = plx_result_member(side->json, "counts");
    const struct {
        const char *key;
        uint64_t *value;
    } wanted[] = {{"tokens", &side->tokens},
                  {"scored", &side->scored},
                  {"scored_bytes", &side->scored_bytes},
                  {"infinite", &side->infinite}};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        const enum plx_status status = plx_json_get_u64(object, wanted[i].key, &counts, side->file, 0,
                                                        UINT64_MAX, wanted[i].value, error);
        if (status)
            return status;
    }
    return plx_json_get_u64(plx_result_member(side->json, "unknown"), "tokens", &unknown, side->file, 0,
                            UINT64_MAX, &side->unknown, error);
}

static enum plx_status read_side(const char *path, const char *name, const struct plx_network *network,
                                 struct plx_compared *side, struct plx_error *error)
{
    const struct plx_json_path root = {NULL, NULL, 0}, protocol = {&root, "protocol", 0},
                               corpus = {&root, "corpus", 0};
    const char *sha256;
    if (!(side->path = plx_copy_string(path, strlen(path), error)) ||
        !(side->file = plx_copy_string(name, strlen(name), error)))
        return PLX_MEMORY;
    enum plx_status status = plx_result_file_read(path, network, &side->json, error);
    if (status)
        return status;
    if ((status = plx_result_file_whole(side->json, path, error)) ||
        (status = plx_result_file_inputs(side->json, path, &side->model, &side->corpus, error)) ||
        (status = plx_json_get_string(plx_result_member(side->json, "protocol"), "name", &protocol, path,
                                      &side->protocol, error)) ||
        (status = plx_json_get_string(plx_result_member(side->json, "corpus"), "sha256", &corpus, path,
                                      &sha256, error)) ||
        (status = read_figures(side, error)))
        return status;
    return read_counts(side, error);
}

static void release_side(struct plx_compared *side)
{
    cJSON_Delete(side->json);
    free(side->path);
    free(side->file);
}

static void find_changes(const struct plx_compared *base, struct plx_pair *pair)
{
    for (size_t i = 0; i < PLX_FIGURE_COUNT; i++)
        pair->changes[i] = pair->other.figures[i] - base->figures[i];
    /* Finite even where the perplexities are not. */
    pair->changes[PLX_FIGURE_PERPLEXITY] = exp(pair->changes[PLX_FIGURE_NATS]);
}

static void decide(struct plx_pair *pair, enum plx_verdict verdict, const char *format, ...) PLX_PRINTF(3, 4);
static void decide(struct plx_pair *pair, enum plx_verdict verdict, const char *format, ...)
{
    va_list arguments;
    pair->verdict = verdict;
    va_start(arguments, format);
    vsnprintf(pair->reason, sizeof pair->reason, format, arguments);
    va_end(arguments);
}

/* Where a cross-entropy is not finite. */
static void decide_infinite(const struct plx_compared *base, struct plx_pair *pair)
{
    const double old = base->figures[PLX_FIGURE_NATS], new = pair->other.figures[PLX_FIGURE_NATS];
    if (isnan(old) || isnan(new))
        decide(pair, PLX_VERDICT_UNDEFINED,
               "one of the results says nothing, and their difference is no number");
    else if (isinf(old) && isinf(new))
        decide(pair, PLX_VERDICT_UNDEFINED,
               "both are infinite, and their difference is no number: tokens without probability are %" PRIu64
               " in BASE and %" PRIu64 " in NEW",
               base->infinite, pair->other.infinite);
    else if (isinf(new))
        decide(pair, PLX_VERDICT_WORSE,
               "NEW is infinite: it gives no probability to %" PRIu64 " of the tokens", pair->other.infinite);
    else
        decide(pair, PLX_VERDICT_BETTER,
               "BASE is infinite: it gives no probability to %" PRIu64 " of the tokens", base->infinite);
}

/* Better or worse only where the mean over tokens says so too, which is what was tested. */
static void decide_noise(struct plx_pair *pair)
{
    const struct plx_interval_test *test = &pair->test;
    const double change = pair->changes[PLX_FIGURE_NATS];
    const char *higher = change > 0 ? "higher" : "lower";
    if (!test->known)
        decide(pair, PLX_VERDICT_NOISE,
               "NEW has the %s cross-entropy, and nothing tells whether by more than noise", higher);
    else if (test->low <= 0 && test->high >= 0)
        decide(pair, PLX_VERDICT_NOISE,
               "NEW has the %s cross-entropy, by no more than noise: the 95 %% interval holds 0", higher);
    else if ((test->low > 0) != (change > 0))
        decide(pair, PLX_VERDICT_NOISE,
               "the protocol's average and the mean over tokens move in opposite directions");
    else
        decide(pair, change > 0 ? PLX_VERDICT_WORSE : PLX_VERDICT_BETTER,
               "NEW has the %s cross-entropy, by more than noise", higher);
}

static void judge(const struct plx_compared *base, struct plx_pair *pair)
{
    const double change = pair->changes[PLX_FIGURE_NATS];
    if (pair->comparability.level != PLX_COMPARABLE_TOKENS)
        decide(pair, PLX_VERDICT_INCOMPARABLE, "%s", pair->comparability.reason);
    else if (!isfinite(change))
        decide_infinite(base, pair);
    else if (change == 0)
        decide(pair, PLX_VERDICT_SAME, "the cross-entropies are the same to the last digit");
    else
        decide_noise(pair);
}

void plx_pair_warn(struct plx_pair *pair, const char *code, const char *format, ...)
{
    va_list arguments;
    if (pair->warning_count == PLX_COMPARISON_WARNINGS)
        return;
    struct plx_comparison_warning *warning = pair->warnings + pair->warning_count++;
    warning->code = code;
    va_start(arguments, format);
    vsnprintf(warning->message, sizeof warning->message, format, arguments);
    va_end(arguments);
}

static const char *string_at(const cJSON *json, const char *object, const char *key)
{
    const cJSON *value = plx_result_member(plx_result_member(json, object), key);
    return cJSON_IsString(value) ? value->valuestring : "";
}

/* A server that says no more of its model than the name may have others under it. */
static void doubt_name(const struct plx_compared *base, struct plx_pair *pair)
{
    const bool of_base = strcmp(string_at(base->json, "model", "fingerprint"), "name") == 0;
    const bool of_new = strcmp(string_at(pair->other.json, "model", "fingerprint"), "name") == 0;
    if (of_base || of_new)
        plx_pair_warn(pair, "model-name",
                      "of the model of %s the name alone is known: its server may have had others under it",
                      of_base && of_new ? "both"
                      : of_base         ? "BASE"
                                        : "NEW");
}

static void find_doubts(const struct plx_compared *base, struct plx_pair *pair)
{
    const struct plx_compared *other = &pair->other;
    doubt_name(base, pair);
    if (pair->comparability.level == PLX_COMPARABLE_NOTHING)
        return;
    if (base->unknown != other->unknown)
        plx_pair_warn(pair, "unknown-tokens",
                      "BASE has %" PRIu64 " unknown tokens and NEW %" PRIu64
                      ": the one with fewer pays for words that the other lumps together",
                      base->unknown, other->unknown);
    else if (base->unknown > 0 && strcmp(string_at(base->json, "model", "vocabulary_sha256"),
                                         string_at(other->json, "model", "vocabulary_sha256")) != 0)
        plx_pair_warn(pair, "vocabulary",
                      "both models have other vocabularies: the %" PRIu64
                      " unknown tokens need not be the same words",
                      base->unknown);
    if (base->scored_bytes != other->scored_bytes)
        plx_pair_warn(pair, "scored-text",
                      "the scored tokens of BASE stand for %" PRIu64 " bytes and those of NEW for %" PRIu64
                      ": the figures are not quite of the same text",
                      base->scored_bytes, other->scored_bytes);
    const char *average = string_at(base->json, "protocol", "average");
    if (pair->comparability.level == PLX_COMPARABLE_TOKENS && *average && strcmp(average, "token") != 0)
        plx_pair_warn(pair, "average",
                      "the protocol averages over more than tokens (%.40s): the interval is that of the mean "
                      "over tokens",
                      average);
}

static enum plx_status compare_one(struct plx_comparison *comparison, const char *path, size_t index,
                                   struct plx_pair *pair, const struct plx_compare_options *options,
                                   struct plx_error *error)
{
    const struct plx_compared *base = &comparison->base;
    const char *const files[2] = {options->base_tokens,
                                  options->new_tokens ? options->new_tokens[index] : NULL};
    const char *name = options->new_names ? options->new_names[index] : NULL;
    enum plx_status status = read_side(path, name ? name : path, options->network, &pair->other, error);
    if (status == PLX_OK)
        status = plx_comparability_find(base->json, pair->other.json, &pair->comparability, error);
    if (status)
        return status;
    find_changes(base, pair);
    find_doubts(base, pair);
    if (pair->comparability.level == PLX_COMPARABLE_TOKENS)
        status = plx_pair_test(base, pair, files, options, error);
    if (options->tokens_pass) {
        free(pair->files[1]);
        pair->files[1] = NULL;
    }
    judge(base, pair);
    return status;
}

static enum plx_status compare_all(struct plx_comparison *comparison, const char *const *news, size_t count,
                                   const struct plx_compare_options *options, struct plx_error *error)
{
    enum plx_status status = PLX_OK;
    while (status == PLX_OK && comparison->pair_count < count) {
        const size_t index = comparison->pair_count++;
        status = compare_one(comparison, news[index], index, comparison->pairs + index, options, error);
    }
    return status;
}

enum plx_status plx_compare(const char *base, const char *const *news, size_t count,
                            const struct plx_compare_options *options, struct plx_comparison **comparison,
                            struct plx_error *error)
{
    static const struct plx_compare_options defaults;
    struct plx_comparison *found = plx_new_array(1, sizeof *found, error);
    enum plx_status status = PLX_MEMORY;
    *comparison = NULL;
    if (!options)
        options = &defaults;
    if (found && (found->pairs = plx_new_array(count, sizeof *found->pairs, error)) != NULL)
        status = read_side(base, base, options->network, &found->base, error);
    if (status == PLX_OK)
        status = compare_all(found, news, count, options, error);
    if (status)
        plx_comparison_free(found);
    else
        *comparison = found;
    return status;
}

size_t plx_comparison_count(const struct plx_comparison *comparison)
{
    return comparison->pair_count;
}

enum plx_verdict plx_comparison_verdict(const struct plx_comparison *comparison, size_t index)
{
    return comparison->pairs[index].verdict;
}

const char *plx_verdict_name(enum plx_verdict verdict)
{
    static const char *const names[] = {
        [PLX_VERDICT_SAME] = "same",           [PLX_VERDICT_BETTER] = "better",
        [PLX_VERDICT_WORSE] = "worse",         [PLX_VERDICT_NOISE] = "noise",
        [PLX_VERDICT_UNDEFINED] = "undefined", [PLX_VERDICT_INCOMPARABLE] = "incomparable"};
    return names[verdict];
}

enum plx_status plx_comparison_write(const struct plx_comparison *comparison,
                                     enum plx_comparison_format format, char **text, size_t *length,
                                     struct plx_error *error)
{
    struct plx_buffer out;
    plx_buffer_init(&out, PLX_RESULT_BYTES_MAX);
    static enum plx_status (*const writers[])(const struct plx_comparison *, struct plx_buffer *,
                                              struct plx_error *) = {
        [PLX_COMPARISON_TEXT] = plx_comparison_text,
        [PLX_COMPARISON_JSON] = plx_comparison_json,
        [PLX_COMPARISON_JUNIT] = plx_comparison_junit,
        [PLX_COMPARISON_GITHUB] = plx_comparison_github,
    };
    if (comparison->gate == PLX_GATE_OPEN &&
        (format == PLX_COMPARISON_JUNIT || format == PLX_COMPARISON_GITHUB)) {
        *text = NULL;
        return plx_error_set(error, PLX_USAGE,
                             "the comparison has not been judged, which it has to be for this format");
    }
    const enum plx_status status = writers[format](comparison, &out, error);
    return plx_buffer_finish(&out, status, text, length, error);
}

void plx_comparison_free(struct plx_comparison *comparison)
{
    if (!comparison)
        return;
    for (size_t i = 0; comparison->pairs && i < comparison->pair_count; i++) {
        struct plx_pair *pair = comparison->pairs + i;
        release_side(&pair->other);
        plx_comparability_release(&pair->comparability);
        plx_moved_release(&pair->moved);
        free(pair->files[0]);
        free(pair->files[1]);
        plx_outcomes_free(pair->outcomes, pair->outcome_count);
    }
    release_side(&comparison->base);
    free(comparison->pairs);
    free(comparison);
}
