#include "report/comparison.h"

#include "base/memory.h"
#include "report/result_file.h"

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
    const struct plx_json_path root = {NULL, NULL, 0}, complete = {&root, "complete", 0},
                               protocol = {&root, "protocol", 0}, corpus = {&root, "corpus", 0};
    const char *sha256;
    side->file = path;
    enum plx_status status = plx_result_file_read(path, &side->json, error);
    if (status)
        return status;
    if (!cJSON_IsTrue(plx_result_member(side->json, "complete")))
        return plx_json_error(&complete, path, error, "the result is not of a whole corpus");
    if ((status = plx_result_file_inputs(side->json, path, &side->model, &side->corpus, error)) ||
        (status = plx_json_get_string(plx_result_member(side->json, "protocol"), "name", &protocol, path,
                                      &side->protocol, error)) ||
        (status = plx_json_get_string(plx_result_member(side->json, "corpus"), "sha256", &corpus, path,
                                      &sha256, error)) ||
        (status = read_figures(side, error)))
        return status;
    return read_counts(side, error);
}

/* Notes a difference where there is one. */
static enum plx_status compare_field(struct plx_comparison *comparison, const char *object, const char *key,
                                     struct plx_error *error)
{
    const cJSON *values[2];
    for (size_t i = 0; i < 2; i++)
        values[i] = plx_result_member(plx_result_member(comparison->sides[i].json, object), key);
    if ((!values[0] && !values[1]) || (values[0] && values[1] && cJSON_Compare(values[0], values[1], true)))
        return PLX_OK;
    const enum plx_status status = plx_resize_array(
        &comparison->differences, comparison->difference_count + 1, sizeof *comparison->differences, error);
    if (status)
        return status;
    struct plx_difference *added = comparison->differences + comparison->difference_count++;
    *added = (struct plx_difference){.values = {values[0], values[1]}};
    snprintf(added->field, sizeof added->field, "%s.%s", object, key);
    return PLX_OK;
}

/* Every field of either protocol but the name. */
static enum plx_status compare_protocols(struct plx_comparison *comparison, struct plx_error *error)
{
    const cJSON *ours = plx_result_member(comparison->sides[0].json, "protocol");
    const cJSON *theirs = plx_result_member(comparison->sides[1].json, "protocol"), *field;
    enum plx_status status = PLX_OK;
    cJSON_ArrayForEach(field, ours)
    {
        if (status == PLX_OK && strcmp(field->string, "name") != 0)
            status = compare_field(comparison, "protocol", field->string, error);
    }
    cJSON_ArrayForEach(field, theirs)
    {
        if (status == PLX_OK && !plx_result_member(ours, field->string))
            status = compare_field(comparison, "protocol", field->string, error);
    }
    return status;
}

static enum plx_status find_differences(struct plx_comparison *comparison, struct plx_error *error)
{
    static const char *const fields[][2] = {
        {"corpus", "sha256"},       {"corpus", "document_range"}, {"corpus", "format"}, {"corpus", "text"},
        {"corpus", "tokenization"}, {"counts", "tokens"},         {"counts", "scored"}};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        const enum plx_status status = compare_field(comparison, fields[i][0], fields[i][1], error);
        if (status)
            return status;
    }
    return compare_protocols(comparison, error);
}

/* Whether the figures of the text are comparable in spite of it. */
static bool leaves_text(const char *field)
{
    static const char *const fields[] = {"corpus.tokenization", "counts.tokens",  "counts.scored",
                                         "protocol.unit",       "protocol.start", "protocol.end",
                                         "protocol.join"};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        if (strcmp(field, fields[i]) == 0)
            return true;
    }
    return false;
}

static void judge_fields(struct plx_comparison *comparison)
{
    bool text = true, corpus = true;
    for (size_t i = 0; i < comparison->difference_count; i++) {
        const char *field = comparison->differences[i].field;
        text = text && leaves_text(field);
        corpus = corpus && strcmp(field, "corpus.sha256") != 0 && strcmp(field, "corpus.document_range") != 0;
    }
    if (comparison->difference_count == 0) {
        comparison->comparable = PLX_COMPARABLE_TOKENS;
        return;
    }
    comparison->comparable = text ? PLX_COMPARABLE_TEXT : PLX_COMPARABLE_NOTHING;
    comparison->verdict = PLX_VERDICT_INCOMPARABLE;
    if (!corpus)
        comparison->reason = "the results are of different corpora";
    else if (!text)
        comparison->reason = "the numbers are not of the same predictions";
    else
        comparison->reason = "the numbers are not of the same tokens; only the figures per byte, character "
                             "and word may be compared";
}

static void judge_figures(struct plx_comparison *comparison)
{
    const double *a = comparison->sides[0].figures, *b = comparison->sides[1].figures;
    for (size_t i = 0; i < PLX_FIGURE_COUNT; i++)
        comparison->changes[i] = b[i] - a[i];
    const double change = comparison->changes[PLX_FIGURE_NATS];
    /* Finite even where the perplexities are not. */
    comparison->changes[PLX_FIGURE_PERPLEXITY] = exp(change);
    if (comparison->comparable != PLX_COMPARABLE_TOKENS)
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
    if (comparison->comparable == PLX_COMPARABLE_NOTHING)
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
        status = find_differences(&comparison, error);
    if (status == PLX_OK) {
        judge_fields(&comparison);
        judge_figures(&comparison);
        find_doubts(&comparison);
        *verdict = comparison.verdict;
        status = write_comparison(&comparison, format, text, length, error);
    }
    free(comparison.differences);
    cJSON_Delete(comparison.sides[0].json);
    cJSON_Delete(comparison.sides[1].json);
    return status;
}
