/* Comparisons for people. */
#include "base/number.h"
#include "report/comparison.h"
#include "report/gate_write.h"
#include "report/result_file.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define WIDTH 79

static const char *const FIGURES[PLX_FIGURE_COUNT] = {
    "nats per token", "bits per token", "perplexity", "bits per byte", "bits per character", "bits per word"};

/* Names and symbols come out of somebody's file. */
static enum plx_status print_visible(struct plx_buffer *out, const char *text, struct plx_error *error)
{
    char visible[1024];
    plx_text_visible(text, visible, sizeof visible);
    return plx_buffer_append_text(out, visible, error);
}

static enum plx_status print_side(struct plx_buffer *out, const char *head, const struct plx_compared *side,
                                  struct plx_error *error)
{
    const char *const parts[] = {side->file,
                                 ": ",
                                 plx_result_input_name(side->model),
                                 " on ",
                                 plx_result_input_name(side->corpus),
                                 ", ",
                                 side->protocol,
                                 "\n"};
    enum plx_status status = plx_buffer_append_text(out, head, error);
    for (size_t i = 0; i < sizeof parts / sizeof *parts && status == PLX_OK; i++)
        status = i + 1 < sizeof parts / sizeof *parts ? print_visible(out, parts[i], error)
                                                      : plx_buffer_append_text(out, parts[i], error);
    return status;
}

/* So many digits behind the point as people read; all digits where they would be a long row. */
static void format_figure(double value, unsigned digits, char text[PLX_FIXED_TEXT])
{
    if (fabs(value) < 1e7)
        plx_format_fixed(value, digits, text);
    else
        plx_format_double(value, text);
}

static enum plx_status print_figure(struct plx_buffer *out, const struct plx_compared *base,
                                    const struct plx_pair *pair, enum plx_figure figure,
                                    struct plx_error *error)
{
    const bool ratio = figure == PLX_FIGURE_PERPLEXITY;
    const double change = pair->changes[figure];
    const unsigned digits = ratio ? 4 : 6;
    char a[PLX_FIXED_TEXT], b[PLX_FIXED_TEXT], changed[PLX_FIXED_TEXT];
    format_figure(base->figures[figure], digits, a);
    format_figure(pair->other.figures[figure], digits, b);
    format_figure(change, 6, changed);
    return plx_buffer_printf(out, error, "%-20s %16s %16s   %s%s\n", FIGURES[figure], a, b,
                             ratio        ? "x "
                             : change > 0 ? "+"
                                          : "",
                             changed);
}

static enum plx_status print_figures(struct plx_buffer *out, const struct plx_compared *base,
                                     const struct plx_pair *pair, struct plx_error *error)
{
    const enum plx_figure first =
        pair->comparability.level == PLX_COMPARABLE_TOKENS ? PLX_FIGURE_NATS : PLX_FIGURE_BYTE;
    enum plx_status status =
        plx_buffer_printf(out, error, "\n%-20s %16s %16s   NEW beside BASE\n", "", "BASE", "NEW");
    for (int i = (int)first; i < PLX_FIGURE_COUNT && status == PLX_OK; i++)
        status = print_figure(out, base, pair, (enum plx_figure)i, error);
    return status;
}

static void format_value(const cJSON *value, char *text, size_t capacity)
{
    char number[PLX_NUMBER_TEXT];
    if (cJSON_IsString(value)) {
        plx_text_visible(*value->valuestring ? value->valuestring : "\"\"", text, capacity);
    } else if (cJSON_IsNumber(value)) {
        plx_format_double(value->valuedouble, number);
        snprintf(text, capacity, "%s", number);
    } else {
        snprintf(text, capacity, "%s", value ? "neither a string nor a number" : "absent");
    }
}

/* On one line, or where that is too short below each other. */
static enum plx_status print_difference(struct plx_buffer *out, const struct plx_difference *difference,
                                        struct plx_error *error)
{
    char field[4 * sizeof difference->field], a[512], b[512];
    plx_text_visible(difference->field, field, sizeof field);
    format_value(difference->values[0], a, sizeof a);
    format_value(difference->values[1], b, sizeof b);
    if (strlen(field) <= 22 && 27 + strlen(a) + strlen(b) + 4 <= WIDTH)
        return plx_buffer_printf(out, error, "  %-22s %-16s -> %s\n", field, a, b);
    return plx_buffer_printf(out, error, "  %s\n    BASE  %s\n    NEW   %s\n", field, a, b);
}

static enum plx_status print_differences(struct plx_buffer *out, const struct plx_pair *pair,
                                         struct plx_error *error)
{
    enum plx_status status = plx_buffer_append_text(out, "\nthey differ in\n", error);
    for (size_t i = 0; i < pair->comparability.difference_count && status == PLX_OK; i++)
        status = print_difference(out, pair->comparability.differences + i, error);
    return status;
}

/* Broken at spaces. */
static enum plx_status print_wrapped(struct plx_buffer *out, const char *head, const char *text,
                                     struct plx_error *error)
{
    size_t column = strlen(head);
    enum plx_status status = plx_buffer_append_text(out, head, error);
    for (const char *word = text; *word && status == PLX_OK;) {
        const size_t length = strcspn(word, " ");
        const bool first = word == text, breaks = !first && column + 1 + length > WIDTH;
        if (!first)
            status = plx_buffer_append_text(out, breaks ? "\n" : " ", error);
        column = breaks ? length : column + !first + length;
        if (status == PLX_OK)
            status = plx_buffer_append(out, word, length, error);
        word += length + strspn(word + length, " ");
    }
    return status ? status : plx_buffer_append_text(out, "\n", error);
}

static enum plx_status print_verdict(struct plx_buffer *out, const struct plx_pair *pair,
                                     struct plx_error *error)
{
    static const char *const HEADS[] = {
        [PLX_VERDICT_SAME] = "the same: ",        [PLX_VERDICT_BETTER] = "NEW is better: ",
        [PLX_VERDICT_WORSE] = "NEW is worse: ",   [PLX_VERDICT_NOISE] = "no more than noise: ",
        [PLX_VERDICT_UNDEFINED] = "no verdict: ", [PLX_VERDICT_INCOMPARABLE] = "not comparable: "};
    enum plx_status status = plx_buffer_append_text(out, "\n", error);
    if (status == PLX_OK)
        status = print_wrapped(out, HEADS[pair->verdict], pair->reason, error);
    for (size_t i = 0; i < pair->warning_count && status == PLX_OK; i++)
        status = print_wrapped(out, "warning: ", pair->warnings[i].message, error);
    return status;
}

static enum plx_status print_pair(struct plx_buffer *out, const struct plx_compared *base,
                                  const struct plx_pair *pair, struct plx_error *error)
{
    enum plx_status status = print_side(out, "BASE  ", base, error);
    if (status == PLX_OK)
        status = print_side(out, "NEW   ", &pair->other, error);
    if (status == PLX_OK && pair->comparability.difference_count > 0)
        status = print_differences(out, pair, error);
    if (status == PLX_OK && pair->comparability.level != PLX_COMPARABLE_NOTHING)
        status = print_figures(out, base, pair, error);
    if (status == PLX_OK)
        status = print_verdict(out, pair, error);
    return status ? status : plx_gate_text(out, pair, error);
}

enum plx_status plx_comparison_text(const struct plx_comparison *comparison, struct plx_buffer *out,
                                    struct plx_error *error)
{
    enum plx_status status = PLX_OK;
    for (size_t i = 0; i < comparison->pair_count && status == PLX_OK; i++) {
        if (i > 0)
            status = plx_buffer_append_text(out, "\n", error);
        if (status == PLX_OK)
            status = print_pair(out, &comparison->base, comparison->pairs + i, error);
    }
    return status;
}
