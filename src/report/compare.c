#include "report/comparison.h"

#include "report/result_file.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

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
    } wanted[] = {
        {"tokens", &side->tokens}, {"scored", &side->scored}, {"scored_bytes", &side->scored_bytes}};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        const enum plx_status status = plx_json_get_u64(object, wanted[i].key, &counts, side->file, 0,
                                                        UINT64_MAX, wanted[i].value, error);
        if (status)
            return status;
    }
    return plx_json_get_u64(plx_result_member(side->json, "unknown"), "tokens", &unknown, side->file, 0,
                            UINT64_MAX, &side->unknown, error);
}

static enum plx_status read_side(const char *path, struct plx_compared *side, struct plx_error *error)
{
    const struct plx_json_path root = {NULL, NULL, 0}, protocol = {&root, "protocol", 0},
                               corpus = {&root, "corpus", 0};
    const char *sha256;
    side->file = path;
    enum plx_status status = plx_result_file_read(path, &side->json, error);
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

static void judge_figures(struct plx_comparison *comparison)
{
    const double *a = comparison->sides[0].figures, *b = comparison->sides[1].figures;
    for (size_t i = 0; i < PLX_FIGURE_COUNT; i++)
        comparison->changes[i] = b[i] - a[i];
    const double change = comparison->changes[PLX_FIGURE_NATS];
    /* Finite even where the perplexities are not. */
    comparison->changes[PLX_FIGURE_PERPLEXITY] = exp(change);
    if (comparison->comparability.level != PLX_COMPARABLE_TOKENS)
        return;
    if (isnan(change)) {
        comparison->verdict = PLX_VERDICT_UNDEFINED;
        comparison->reason = isinf(a[PLX_FIGURE_NATS]) && isinf(b[PLX_FIGURE_NATS])
                                 ? "both are infinite, and their difference is no number"
                                 : "one of the results says nothing, and their difference is no number";
    } else if (change > 0) {
        comparison->verdict = PLX_VERDICT_WORSE;
        comparison->reason = "B has the higher cross-entropy";
    } else if (change < 0) {
        comparison->verdict = PLX_VERDICT_BETTER;
        comparison->reason = "B has the lower cross-entropy";
    } else {
        comparison->verdict = PLX_VERDICT_SAME;
        comparison->reason = "the cross-entropies are the same to the last digit";
    }
}

static void warn(struct plx_comparison *comparison, const char *code, const char *format, ...)
    PLX_PRINTF(3, 4);
static void warn(struct plx_comparison *comparison, const char *code, const char *format, ...)
{
    va_list arguments;
    const size_t index = comparison->warning_count++;
    comparison->warnings[index].code = code;
    va_start(arguments, format);
    vsnprintf(comparison->warnings[index].message, sizeof comparison->warnings[index].message, format,
              arguments);
    va_end(arguments);
}

static void find_doubts(struct plx_comparison *comparison)
{
    const struct plx_compared *a = comparison->sides, *b = comparison->sides + 1;
    if (comparison->comparability.level == PLX_COMPARABLE_NOTHING)
        return;
    if (a->unknown != b->unknown)
        warn(comparison, "unknown-tokens",
             "A has %" PRIu64 " unknown tokens and B %" PRIu64
             ": the one with fewer pays for words that the other lumps together",
             a->unknown, b->unknown);
    if (a->scored_bytes != b->scored_bytes)
        warn(comparison, "scored-text",
             "the scored tokens of A stand for %" PRIu64 " bytes and those of B for %" PRIu64
             ": the figures are not quite of the same text",
             a->scored_bytes, b->scored_bytes);
}

static enum plx_status write_comparison(const struct plx_comparison *comparison,
                                        enum plx_comparison_format format, char **text, size_t *length,
                                        struct plx_error *error)
{
    struct plx_buffer out;
    plx_buffer_init(&out, PLX_RESULT_BYTES_MAX);
    const enum plx_status status = format == PLX_COMPARISON_JSON
                                       ? plx_comparison_json(comparison, &out, error)
                                       : plx_comparison_text(comparison, &out, error);
    return plx_buffer_finish(&out, status, text, length, error);
}

enum plx_status plx_compare(const char *a, const char *b, enum plx_comparison_format format,
                            enum plx_verdict *verdict, char **text, size_t *length, struct plx_error *error)
{
    struct plx_comparison comparison = {0};
    *text = NULL;
    enum plx_status status = read_side(a, comparison.sides, error);
    if (status == PLX_OK)
        status = read_side(b, comparison.sides + 1, error);
    if (status == PLX_OK)
        status = plx_comparability_find(comparison.sides[0].json, comparison.sides[1].json,
                                        &comparison.comparability, error);
    if (status == PLX_OK) {
        if (comparison.comparability.level != PLX_COMPARABLE_TOKENS) {
            comparison.verdict = PLX_VERDICT_INCOMPARABLE;
            comparison.reason = comparison.comparability.reason;
        }
        judge_figures(&comparison);
        find_doubts(&comparison);
        *verdict = comparison.verdict;
        status = write_comparison(&comparison, format, text, length, error);
    }
    plx_comparability_release(&comparison.comparability);
    cJSON_Delete(comparison.sides[0].json);
    cJSON_Delete(comparison.sides[1].json);
    return status;
}
