/* Comparisons for people, in lines of 79 columns. */
#include "base/number.h"
#include "base/utf8.h"
#include "report/compare/gate_write.h"
#include "report/compare/intervals.h"
#include "report/compare/moved_text.h"
#include "report/result/result_file.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH 79

/* Of the names of fields that differ. */
#define FIELD_WIDTH 26

/* Of the names of results in the table of several. */
#define NAME_WIDTH 24

static const char *const FIGURES[PLX_FIGURE_COUNT] = {
    "nats per token", "bits per token", "perplexity", "bits per byte", "bits per character", "bits per word"};

/* Names and symbols come out of somebody's file. */
static void put_visible(struct plx_page *page, const char *text)
{
    char *shown = plx_page_visible(page, text, strlen(text));
    if (shown)
        plx_page_put(page, shown, strlen(shown));
    free(shown);
}

static void put_side(struct plx_page *page, const char *head, const struct plx_compared *side)
{
    const char *const parts[] = {side->file,
                                 ": ",
                                 plx_result_input_name(side->model),
                                 " on ",
                                 plx_result_input_name(side->corpus),
                                 ", ",
                                 side->protocol};
    plx_page_put(page, head, strlen(head));
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        put_visible(page, parts[i]);
    plx_page_put(page, "\n", 1);
}

/* So many digits behind the point as people read; all digits where they would be a long row. */
static void format_figure(double value, unsigned digits, char text[PLX_FIXED_TEXT])
{
    if (fabs(value) < 1e7)
        plx_format_fixed(value, digits, text);
    else
        plx_format_double(value, text);
}

/* With its sign. */
static void format_change(double value, unsigned digits, char text[PLX_FIXED_TEXT + 1])
{
    *text = '+';
    format_figure(value, digits, text + (value > 0));
}

static void put_figure(struct plx_page *page, const struct plx_compared *base, const struct plx_pair *pair,
                       enum plx_figure figure)
{
    const bool ratio = figure == PLX_FIGURE_PERPLEXITY;
    const unsigned digits = ratio ? 4 : 6;
    char a[PLX_FIXED_TEXT], b[PLX_FIXED_TEXT], changed[PLX_FIXED_TEXT + 1];
    format_figure(base->figures[figure], digits, a);
    format_figure(pair->other.figures[figure], digits, b);
    if (ratio)
        format_figure(pair->changes[figure], 6, changed);
    else
        format_change(pair->changes[figure], 6, changed);
    plx_page_line(page, "%-20s %16s %16s   %s%s", FIGURES[figure], a, b, ratio ? "x " : "", changed);
}

static void put_figures(struct plx_page *page, const struct plx_compared *base, const struct plx_pair *pair)
{
    const enum plx_figure first =
        pair->comparability.level == PLX_COMPARABLE_TOKENS ? PLX_FIGURE_NATS : PLX_FIGURE_BYTE;
    plx_page_line(page, "\n%-20s %16s %16s   NEW beside BASE", "", "BASE", "NEW");
    for (int i = (int)first; i < PLX_FIGURE_COUNT; i++)
        put_figure(page, base, pair, (enum plx_figure)i);
}

/* What differs. */

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

/* On one line, or where that is too short below each other; and what it does. */
static void put_difference(struct plx_page *page, const struct plx_difference *difference)
{
    char field[4 * sizeof difference->field], a[200], b[200];
    plx_text_visible(difference->field, field, sizeof field);
    format_value(difference->values[0], a, sizeof a);
    format_value(difference->values[1], b, sizeof b);
    if (strlen(field) <= FIELD_WIDTH && FIELD_WIDTH + 7 + strlen(a) + strlen(b) <= WIDTH) {
        plx_page_line(page, "  %-*s %s -> %s", FIELD_WIDTH, field, a, b);
    } else {
        plx_page_line(page, "  %.240s", field);
        plx_page_line(page, "    BASE  %s", a);
        plx_page_line(page, "    NEW   %s", b);
    }
    plx_page_blanks(page, 4);
    plx_page_wrapped(page, difference->effect, 4, 4);
}

static void put_differences(struct plx_page *page, const struct plx_comparability *comparability)
{
    plx_page_line(page, "\nthey differ in");
    for (size_t i = 0; i < comparability->difference_count; i++)
        put_difference(page, comparability->differences + i);
}

/* How sure it is. */

static void put_row(struct plx_page *page, const char *name, const char *value)
{
    plx_page_text_row(page, 0, name, value);
}

static void format_interval(double low, double high, char *text, size_t capacity)
{
    char ends[2][PLX_FIXED_TEXT + 1];
    format_change(low, 6, ends[0]);
    format_change(high, 6, ends[1]);
    snprintf(text, capacity, "%s to %s", ends[0], ends[1]);
}

static void format_ratios(double low, double high, char *text, size_t capacity)
{
    char ends[2][PLX_FIXED_TEXT];
    format_figure(exp(low), 6, ends[0]);
    format_figure(exp(high), 6, ends[1]);
    snprintf(text, capacity, "%s to %s", ends[0], ends[1]);
}

static void put_test(struct plx_page *page, const struct plx_pair *pair)
{
    const struct plx_interval_test *test = &pair->test;
    char method[PLX_TEST_METHOD], interval[1024], ratios[1024], value[2048], p[PLX_NUMBER_TEXT];
    plx_test_method(test, method);
    plx_page_put(page, "\n", 1);
    if (!test->known) {
        put_row(page, "noise", "not known");
        return;
    }
    format_interval(test->low, test->high, interval, sizeof interval);
    format_ratios(test->low, test->high, ratios, sizeof ratios);
    snprintf(value, sizeof value, "%s nats per token", interval);
    put_row(page, "95 % interval", value);
    snprintf(value, sizeof value, "x %s of the perplexity", ratios);
    put_row(page, "", value);
    plx_format_significant(test->p_value, 2, p);
    put_row(page, "p-value", p);
    put_row(page, "method", method);
    if (test->drawn != PLX_DRAWN_NOTHING && isfinite(test->independent_low)) {
        format_interval(test->independent_low, test->independent_high, interval, sizeof interval);
        snprintf(value, sizeof value, "%s, were tokens independent", interval);
        put_row(page, "for comparison", value);
    }
    if (test->pairing != PLX_UNPAIRED && pair->unpaired.known) {
        format_interval(pair->unpaired.low, pair->unpaired.high, interval, sizeof interval);
        snprintf(value, sizeof value, "%s, unpaired", interval);
        put_row(page,
                test->drawn != PLX_DRAWN_NOTHING && isfinite(test->independent_low) ? "" : "for comparison",
                value);
    }
}

static void put_wrapped(struct plx_page *page, const char *head, const char *text)
{
    char *shown = plx_page_visible(page, text, strlen(text));
    plx_page_put(page, head, strlen(head));
    if (shown)
        plx_page_wrapped(page, shown, strlen(head), 0);
    free(shown);
}

static const char *const VERDICTS[] = {
    [PLX_VERDICT_SAME] = "the same:",        [PLX_VERDICT_BETTER] = "NEW is better:",
    [PLX_VERDICT_WORSE] = "NEW is worse:",   [PLX_VERDICT_NOISE] = "no more than noise:",
    [PLX_VERDICT_UNDEFINED] = "no verdict:", [PLX_VERDICT_INCOMPARABLE] = "not comparable:"};

/* What stands between tokens. */
static const char *separator_of(const struct plx_compared *side)
{
    const cJSON *kind = plx_result_member(plx_result_member(side->json, "corpus"), "tokenization");
    return cJSON_IsString(kind) && strcmp(kind->valuestring, "word") == 0 ? " " : "";
}

static void put_pair(struct plx_page *page, const struct plx_compared *base, const struct plx_pair *pair)
{
    if (pair->comparability.difference_count > 0)
        put_differences(page, &pair->comparability);
    if (pair->comparability.level != PLX_COMPARABLE_NOTHING)
        put_figures(page, base, pair);
    if (pair->comparability.level == PLX_COMPARABLE_TOKENS)
        put_test(page, pair);
    plx_moved_text(page, &pair->moved, separator_of(&pair->other));
    plx_page_put(page, "\n", 1);
    put_wrapped(page, VERDICTS[pair->verdict], pair->reason);
    for (size_t i = 0; i < pair->warning_count; i++)
        put_wrapped(page, "warning:", pair->warnings[i].message);
    if (page->status == PLX_OK)
        page->status = plx_gate_text(&page->out, pair, page->error);
}

/* Several. */

/* The end of a name that is too long, for folders have the same beginnings. */
static void put_name(struct plx_page *page, const char *name)
{
    char *shown = plx_page_visible(page, name, strlen(name));
    const char *end = shown ? shown : "";
    const size_t width = plx_utf8_count((const uint8_t *)end, strlen(end), NULL);
    if (width > NAME_WIDTH) {
        plx_page_put(page, "...", 3);
        for (size_t left = width; left > NAME_WIDTH - 3; left--)
            end += plx_utf8_sequence((const uint8_t *)end, strlen(end));
    }
    plx_page_put(page, end, strlen(end));
    plx_page_blanks(page, width < NAME_WIDTH ? NAME_WIDTH - width : 0);
    free(shown);
}

static void put_line_of(struct plx_page *page, const struct plx_pair *pair)
{
    char perplexity[PLX_FIXED_TEXT], ratio[PLX_FIXED_TEXT] = "", low[PLX_FIXED_TEXT], high[PLX_FIXED_TEXT];
    char interval[2 * PLX_FIXED_TEXT + 4] = "";
    format_figure(pair->other.figures[PLX_FIGURE_PERPLEXITY], 4, perplexity);
    if (pair->comparability.level == PLX_COMPARABLE_TOKENS)
        format_figure(pair->changes[PLX_FIGURE_PERPLEXITY], 4, ratio);
    if (pair->test.known) {
        format_figure(exp(pair->test.low), 4, low);
        format_figure(exp(pair->test.high), 4, high);
        snprintf(interval, sizeof interval, "%s to %s", low, high);
    }
    put_name(page, pair->other.file);
    plx_page_line(page, "%12s  %8s  %-17s %s", perplexity, ratio, interval, plx_verdict_name(pair->verdict));
}

static void put_table(struct plx_page *page, const struct plx_comparison *comparison)
{
    char perplexity[PLX_FIXED_TEXT];
    format_figure(comparison->base.figures[PLX_FIGURE_PERPLEXITY], 4, perplexity);
    plx_page_line(page, "\n%-*s%12s  %8s  %-17s %s", NAME_WIDTH, "", "perplexity", "ratio", "95 % interval",
                  "verdict");
    plx_page_line(page, "%-*s%12s", NAME_WIDTH, "BASE", perplexity);
    for (size_t i = 0; i < comparison->pair_count; i++)
        put_line_of(page, comparison->pairs + i);
}

enum plx_status plx_comparison_text(const struct plx_comparison *comparison, struct plx_buffer *out,
                                    struct plx_error *error)
{
    struct plx_page page = {.out = *out, .columns = WIDTH, .error = error};
    const bool several = comparison->pair_count > 1;
    put_side(&page, "BASE  ", &comparison->base);
    if (several)
        put_table(&page, comparison);
    for (size_t i = 0; i < comparison->pair_count; i++) {
        if (several)
            plx_page_put(&page, "\n\n", 2);
        put_side(&page, "NEW   ", &comparison->pairs[i].other);
        put_pair(&page, &comparison->base, comparison->pairs + i);
    }
    *out = page.out;
    return page.status;
}
