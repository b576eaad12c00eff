/* What `inspect --deep` finds, for people: tables of columns that line up. */
#include "inspect/deep.h"
#include "report/inspection/inspection.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Orders beside each other, so that a line fits 100 columns. */
#define ORDERS_ACROSS 6

/* Tokens of a context that are spelled, and characters of each: JSON has all. */
#define SPELLED_MOST  8
#define SPELLED_WIDTH 40

static void put_check(struct plx_page *page, const struct plx_inspected_check *check)
{
    char number[PLX_PAGE_GROUPED], count[PLX_PAGE_GROUPED], line[PLX_PAGE_GROUPED], place[64] = "", text[256];
    snprintf(count, sizeof count, "%*s", PLX_PAGE_VALUE_COLUMN - 2, plx_page_group(check->count, number));
    if (check->line)
        snprintf(place, sizeof place, " (%s line %s)", check->count > 1 ? "first in" : "in",
                 plx_page_group(check->line, line));
    snprintf(text, sizeof text, "%s%s%s", check->what, check->refused ? " (would be refused)" : "", place);
    plx_page_text_row(page, 0, count, text);
}

/* The format of the file that the model was converted from, whose deviations it remembers; NULL if it was
   not. */
static const char *source_format(const struct plx_model_info *info)
{
    for (size_t i = 0; i < info->property_count; i++) {
        if (strcmp(info->properties[i].name, "source_format") == 0)
            return info->properties[i].text;
    }
    return NULL;
}

/* What no file of the format can tell is not listed. */
static void put_checks(struct plx_page *page, const struct plx_inspected_model *model)
{
    const struct plx_inspected_deep *deep = model->deep;
    const char *source = source_format(&model->info);
    char name[PLX_PAGE_GROUPED], text[128];
    size_t unknown = 0;
    plx_page_heading(
        page, "checks",
        source ? "what programs do not agree about, and how often it was in the file that this model "
                 "was converted from, whose lines are named"
               : "what programs do not agree about, and how often it is here");
    for (size_t i = 0; i < deep->check_count; i++) {
        if (deep->checks[i].known)
            put_check(page, deep->checks + i);
        unknown += !deep->checks[i].known;
    }
    if (unknown == 0)
        return;
    snprintf(name, sizeof name, "%*s", PLX_PAGE_VALUE_COLUMN - 2, "not known");
    snprintf(text, sizeof text, "%zu other checks: a file of the format \"%s\" does not show them", unknown,
             source ? source : model->info.format);
    plx_page_text_row(page, 0, name, text);
}

/* A log10; "-" where there is none. */
static const char *show(double value, char text[PLX_PAGE_GROUPED])
{
    if (isnan(value))
        return "-";
    snprintf(text, PLX_PAGE_GROUPED, "%.5g", value);
    return text;
}

/* What stands in the cells of a row. */
enum cell {
    CELL_ORDER,
    CELL_BIN,
    CELL_MINUS_99,
    CELL_ZERO,
    CELL_LOWEST,
    CELL_MEDIAN,
    CELL_MEAN,
    CELL_HIGHEST,
    CELL_BACKOFF_LOWEST,
    CELL_BACKOFF_MEAN,
    CELL_BACKOFF_HIGHEST,
    CELL_BACKOFF_NONE,
    CELL_BACKOFF_ZERO
};

static const char *cell(const struct plx_inspected_values *values, enum cell which, size_t bin,
                        char text[PLX_PAGE_GROUPED])
{
    switch (which) {
    case CELL_ORDER: break;
    case CELL_BIN: return plx_page_group(values->bins[bin], text);
    case CELL_MINUS_99: return plx_page_group(values->minus_99, text);
    case CELL_ZERO: return plx_page_group(values->zero, text);
    case CELL_LOWEST: return show(values->probabilities.minimum, text);
    case CELL_MEDIAN: return show(values->median, text);
    case CELL_MEAN: return show(values->probabilities.mean, text);
    case CELL_HIGHEST: return show(values->probabilities.maximum, text);
    case CELL_BACKOFF_LOWEST: return show(values->backoffs.minimum, text);
    case CELL_BACKOFF_MEAN: return show(values->backoffs.mean, text);
    case CELL_BACKOFF_HIGHEST: return show(values->backoffs.maximum, text);
    case CELL_BACKOFF_NONE: return plx_page_group(values->zero_backoffs, text);
    case CELL_BACKOFF_ZERO: return plx_page_group(values->infinite_backoffs, text);
    }
    return "";
}

/* A row of the orders first … end − 1, of which those from `orders` on have no such value. */
static void put_cells(struct plx_page *page, const struct plx_inspected_values *values, const char *name,
                      enum cell which, size_t bin, unsigned first, unsigned end, unsigned orders)
{
    char line[256], text[PLX_PAGE_GROUPED];
    size_t used = (size_t)snprintf(line, sizeof line, "  %-18s", name);
    for (unsigned k = first; k < end && k < orders; k++) {
        if (which == CELL_ORDER)
            snprintf(text, sizeof text, "%u-grams", k + 1);
        used += (size_t)snprintf(line + used, sizeof line - used, "%13s",
                                 which == CELL_ORDER ? text : cell(values + k, which, bin, text));
    }
    plx_page_line(page, "%s", line);
}

/* How many bins reach to the last that is not empty. */
static size_t bins_used(const struct plx_inspected_values *values, unsigned first, unsigned end)
{
    size_t used = 0;
    for (unsigned k = first; k < end; k++) {
        for (size_t bin = used; bin < PLX_INSPECTED_BINS; bin++)
            used = values[k].bins[bin] > 0 ? bin + 1 : used;
    }
    return used;
}

static void put_bins(struct plx_page *page, const struct plx_inspected_values *values, unsigned first,
                     unsigned end)
{
    const size_t used = bins_used(values, first, end);
    for (size_t bin = 0; bin < used; bin++) {
        char name[32];
        const double above = 0.0 - (double)bin * PLX_INSPECTED_BIN_WIDTH;
        if (bin + 1 < PLX_INSPECTED_BINS)
            snprintf(name, sizeof name, "%.1f to %.1f", above + 0.0, above - PLX_INSPECTED_BIN_WIDTH);
        else
            snprintf(name, sizeof name, "%.1f and lower", above);
        put_cells(page, values, name, CELL_BIN, bin, first, end, end);
    }
    put_cells(page, values, "-99", CELL_MINUS_99, 0, first, end, end);
    put_cells(page, values, "-inf", CELL_ZERO, 0, first, end, end);
}

/* The stored values of some orders of `order`. */
static void put_values(struct plx_page *page, const struct plx_inspected_values *values, unsigned order,
                       unsigned first)
{
    static const struct {
        const char *name;
        enum cell which;
    } probabilities[] = {{"lowest", CELL_LOWEST},
                         {"median", CELL_MEDIAN},
                         {"mean", CELL_MEAN},
                         {"highest", CELL_HIGHEST}},
      backoffs[] = {{"lowest", CELL_BACKOFF_LOWEST},
                    {"mean", CELL_BACKOFF_MEAN},
                    {"highest", CELL_BACKOFF_HIGHEST},
                    {"exactly 0", CELL_BACKOFF_NONE},
                    {"-inf", CELL_BACKOFF_ZERO}};
    const unsigned end = order - first < ORDERS_ACROSS ? order : first + ORDERS_ACROSS;
    plx_page_heading(page, "log10 p", "how many n-grams are stored with it");
    put_cells(page, values, "", CELL_ORDER, 0, first, end, end);
    put_bins(page, values, first, end);
    for (size_t i = 0; i < sizeof probabilities / sizeof *probabilities; i++)
        put_cells(page, values, probabilities[i].name, probabilities[i].which, 0, first, end, end);
    if (first + 1 >= order)
        return;
    plx_page_heading(page, "log10 backoff", "of all orders but the highest");
    for (size_t i = 0; i < sizeof backoffs / sizeof *backoffs; i++)
        put_cells(page, values, backoffs[i].name, backoffs[i].which, 0, first, end, order - 1);
}

/* The last tokens of a context, so that they can be seen. */
static void spell(struct plx_page *page, const struct plx_inspected_contexts *contexts, char *text,
                  size_t capacity)
{
    const unsigned first = contexts->length > SPELLED_MOST ? contexts->length - SPELLED_MOST : 0;
    size_t used = (size_t)snprintf(text, capacity, "%s", first ? "... " : "");
    for (unsigned k = first; k < contexts->length && used < capacity; k++) {
        const struct plx_inspected_symbol *symbol = contexts->worst + k;
        char *shown = symbol->spelling ? plx_page_visible(page, symbol->spelling, symbol->length) : NULL;
        const char *blank = k > first ? " " : "";
        if (shown && strlen(shown) <= SPELLED_WIDTH)
            used += (size_t)snprintf(text + used, capacity - used, "%s%s", blank, shown);
        else
            used += (size_t)snprintf(text + used, capacity - used, "%s(id %" PRIu32 ")", blank, symbol->id);
        free(shown);
    }
}

static void put_worst(struct plx_page *page, const struct plx_inspected_contexts *contexts)
{
    char difference[48] = "", text[SPELLED_MOST * (SPELLED_WIDTH + 4) + 16];
    const double more = contexts->worst_sum - 1;
    if (contexts->count == 0)
        return;
    const char *name = contexts->length == 0 ? "furthest from 1" : "";
    if (more != 0)
        snprintf(difference, sizeof difference, " %c %.3g", more < 0 ? '-' : '+', fabs(more));
    if (contexts->length == 0) {
        plx_page_row(page, name, "1%s without context", difference);
        return;
    }
    spell(page, contexts, text, sizeof text);
    plx_page_row(page, name, "1%s after %s", difference, text);
}

static void put_contexts(struct plx_page *page, const struct plx_inspected_contexts *contexts)
{
    char unknown[32] = "-", sums[3][32] = {"-", "-", "-"};
    if (contexts->count > 0) {
        snprintf(sums[0], sizeof sums[0], "%.8g", contexts->sums.minimum);
        snprintf(sums[1], sizeof sums[1], "%.8g", contexts->sums.mean);
        snprintf(sums[2], sizeof sums[2], "%.8g", contexts->sums.maximum);
    }
    if (!isnan(contexts->unknown))
        snprintf(unknown, sizeof unknown, "%.4g", contexts->unknown);
    plx_page_line(page, "  %-18u%10zu%10zu%14s%14s%14s%16s", contexts->length, contexts->count,
                  contexts->stored, sums[0], sums[1], sums[2], unknown);
}

static void put_sums(struct plx_page *page, const struct plx_inspected_model *model)
{
    const struct plx_inspected_deep *deep = model->deep;
    const unsigned order = model->info.order;
    char types[PLX_PAGE_GROUPED], text[256], mean[80] = "";
    snprintf(text, sizeof text,
             "over %s types (%s start symbol, %s), after a sample of contexts that is drawn from the model "
             "with seed %" PRIu64,
             plx_page_group(deep->types, types),
             model->info.start == PLX_NO_TOKEN ? "there is no"
             : deep->without_start             ? "without the"
                                               : "with the",
             model->info.unknown == PLX_NO_TOKEN ? "there is no unknown symbol" : "with the unknown symbol",
             deep->seed);
    plx_page_heading(page, "sums of p",
                     deep->summed ? text : "there are too many types, or they are not known");
    if (!deep->summed)
        return;
    plx_page_line(page, "  %-18s%10s%10s%14s%14s%14s%16s", "tokens before", "contexts", "stored", "smallest",
                  "mean", "largest", "mean p(<unk>)");
    for (unsigned k = 0; k < order; k++)
        put_contexts(page, deep->contexts + k);
    for (unsigned k = 0; k < order; k++)
        put_worst(page, deep->contexts + k);
    if (!isnan(deep->unknown))
        snprintf(mean, sizeof mean, ", %.6g on average after the other contexts", deep->unknown);
    if (isnan(deep->contexts[0].unknown))
        plx_page_row(page, "p(<unk>)", "there is no unknown symbol");
    else
        plx_page_row(page, "p(<unk>)", "%.6g without context%s", deep->contexts[0].unknown, mean);
}

void plx_deep_text(struct plx_page *page, const struct plx_inspected_model *model)
{
    const struct plx_inspected_deep *deep = model->deep;
    put_checks(page, model);
    put_sums(page, model);
    for (unsigned first = 0; deep->values && first < model->info.order; first += ORDERS_ACROSS)
        put_values(page, deep->values, model->info.order, first);
    if (!deep->values)
        plx_page_heading(page, "log10 p", "what is stored cannot be had from this format");
}
