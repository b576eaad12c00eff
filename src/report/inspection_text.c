/* Inspections for people. */
#include "base/buffer.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "report/inspection.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_BYTES_MAX ((size_t)256 << 20)

/* Lines are broken before they get longer. */
#define COLUMNS 100

/* Where values begin. */
#define VALUE_COLUMN 22

/* A number with its digits in groups. */
#define GROUPED_TEXT 32

/* Text under construction; the first failure stays. */
struct page {
    struct plx_buffer out;
    enum plx_status status;
    struct plx_error *error;
};

static const char *const CAPABILITIES[] = {
    "string-tokens", "empty-context", "unknown-context", "restart-at-end", "matched-order",
    "log10-float",   "any-tokens",    "by-token",        "by-target",
};

const char *plx_capability_name(unsigned index)
{
    return index < sizeof CAPABILITIES / sizeof *CAPABILITIES ? CAPABILITIES[index] : NULL;
}

const char *plx_coverage_by_name(enum plx_coverage_by by)
{
    static const char *const names[] = {"none", "any", "strings", "ids"};
    return names[by];
}

static void put(struct page *page, const char *text, size_t length)
{
    if (page->status == PLX_OK)
        page->status = plx_buffer_append(&page->out, text, length, page->error);
}

static void put_blanks(struct page *page, size_t count)
{
    while (count-- > 0)
        put(page, " ", 1);
}

/* 1234567 as "1,234,567". */
static const char *group(uint64_t value, char text[GROUPED_TEXT])
{
    char digits[GROUPED_TEXT];
    const int count = snprintf(digits, sizeof digits, "%" PRIu64, value);
    char *out = text;
    for (int i = 0; i < count; i++) {
        if (i > 0 && (count - i) % 3 == 0)
            *out++ = ',';
        *out++ = digits[i];
    }
    *out = '\0';
    return text;
}

static size_t width(const char *text, size_t length)
{
    return plx_utf8_count((const uint8_t *)text, length, NULL);
}

/* The text from `column` on, broken at spaces; further lines begin at `indent`. */
static void put_wrapped(struct page *page, const char *text, size_t column, size_t indent)
{
    while (*text) {
        const size_t length = strcspn(text, " ");
        if (column > indent && column + 1 + width(text, length) > COLUMNS) {
            put(page, "\n", 1);
            put_blanks(page, indent);
            column = indent;
        } else if (column > indent) {
            put(page, " ", 1);
            column++;
        }
        put(page, text, length);
        column += width(text, length);
        text += length + strspn(text + length, " ");
    }
    put(page, "\n", 1);
}

/* A name and its value, which must be fit to be seen. */
static void put_row(struct page *page, size_t indent, const char *name, const char *value)
{
    put_blanks(page, indent);
    put(page, name, strlen(name));
    put_blanks(page, indent + strlen(name) < VALUE_COLUMN ? VALUE_COLUMN - indent - strlen(name) : 1);
    put_wrapped(page, value, VALUE_COLUMN, VALUE_COLUMN);
}

static void PLX_PRINTF(3, 4) row(struct page *page, const char *name, const char *format, ...)
{
    char value[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(value, sizeof value, format, arguments);
    va_end(arguments);
    put_row(page, 2, name, value);
}

/* What a file says, which may be anything, so that it can be seen; released with free(). NULL on failure. */
static char *visible(struct page *page, const char *text, size_t length)
{
    char *whole = plx_copy_string(text, length, page->error);
    char *shown = whole ? plx_new_array(4 * length + 1, 1, page->error) : NULL;
    if (shown)
        plx_text_visible(whole, shown, 4 * length + 1);
    else if (page->status == PLX_OK)
        page->status = PLX_MEMORY;
    free(whole);
    return shown;
}

static void put_heading(struct page *page, const char *what, const char *name)
{
    char *shown = visible(page, name, strlen(name));
    if (page->out.size > 0)
        put(page, "\n", 1);
    if (shown)
        put_row(page, 0, what, shown);
    free(shown);
}

/* " (3 times, first in line 7 of FILE)"; nothing where nothing is known. */
static void describe_place(const struct plx_finding *finding, char *text, size_t capacity)
{
    const struct plx_warning *warning = &finding->warning;
    const bool often = warning->count > 1;
    const bool placed = warning->line || finding->offset != PLX_NOWHERE;
    char times[GROUPED_TEXT + 16] = "", place[GROUPED_TEXT + 16] = "", number[GROUPED_TEXT];
    text[0] = '\0';
    if (often)
        snprintf(times, sizeof times, "%s times", group(warning->count, number));
    if (placed)
        snprintf(place, sizeof place, "%s %s", warning->line ? "line" : "byte",
                 group(warning->line ? warning->line : finding->offset, number));
    if (often || placed)
        snprintf(text, capacity, " (%s%s%s%s%s)", times, often && placed ? ", first in " : "", place,
                 placed && *finding->input ? " of " : "", placed ? finding->input : "");
}

static void put_findings(struct page *page, const struct plx_findings *findings)
{
    if (findings->count == 0)
        row(page, "findings", "none");
    for (size_t i = 0; i < findings->count; i++) {
        const struct plx_finding *finding = findings->items + i;
        char place[400], text[sizeof finding->warning.message + sizeof place];
        describe_place(finding, place, sizeof place);
        const int length = snprintf(text, sizeof text, "%s%s", finding->warning.message, place);
        char *shown = visible(page, text, (size_t)length);
        if (shown)
            put_row(page, 2, finding->note ? "note" : "WARNING", shown);
        free(shown);
    }
}

static void put_file(struct page *page, const struct plx_inspected_file *file)
{
    char medium[GROUPED_TEXT], bytes[GROUPED_TEXT];
    group(file->bytes, bytes);
    if (file->medium_bytes == file->bytes)
        row(page, "size", "%s bytes", bytes);
    else
        row(page, "size", "%s bytes, %s uncompressed", group(file->medium_bytes, medium), bytes);
}

static void put_symbol(struct page *page, const char *name, const struct plx_inspected_symbol *symbol,
                       const char *more)
{
    char *shown = symbol->spelling ? visible(page, symbol->spelling, symbol->length) : NULL;
    if (symbol->id == PLX_NO_TOKEN)
        row(page, name, "none");
    else if (shown)
        row(page, name, "%.200s (id %" PRIu32 ")%s", shown, symbol->id, more);
    else
        row(page, name, "id %" PRIu32 "%s", symbol->id, more);
    free(shown);
}

static void put_symbols(struct page *page, const struct plx_inspected_model *model)
{
    char probability[64] = "";
    if (model->info.capabilities & PLX_ANY_TOKENS)
        return;
    if (model->unknown_scored)
        snprintf(probability, sizeof probability, ", p = %.6g without context", exp(-model->unknown_nats));
    put_symbol(page, "start symbol", &model->start, "");
    put_symbol(page, "end symbol", &model->end, "");
    put_symbol(page, "unknown symbol", &model->unknown, probability);
}

static void put_sum(struct page *page, const struct plx_inspected_sum *sum)
{
    char types[GROUPED_TEXT], context[64] = "without context", difference[32] = "";
    const double missing = 1.0 - sum->sum;
    if (sum->context == 1)
        snprintf(context, sizeof context, "after the id %" PRIu32, sum->context_id);
    else if (sum->context > 1)
        snprintf(context, sizeof context, "after %u times the id %" PRIu32, sum->context, sum->context_id);
    if (missing != 0)
        snprintf(difference, sizeof difference, " %c %.3g", missing < 0 ? '+' : '-', fabs(missing));
    row(page, "sum of p", "1%s over %s types, %s%s", difference, group(sum->types, types), context,
        sum->without_start ? "; the start symbol is no outcome" : "");
}

static void put_capabilities(struct page *page, unsigned capabilities)
{
    static const char *const words[sizeof CAPABILITIES / sizeof *CAPABILITIES] = {
        "scores text",
        "scores without context",
        "takes unknown tokens as context",
        "begins afresh at line ends",
        "tells the length of the n-gram found",
        "tells log10 p in float32",
        "takes any tokens",
        "scores by the position of the token",
        "scores by the position of the target",
    };
    char text[512] = "";
    for (size_t i = 0, used = 0; i < sizeof words / sizeof *words; i++) {
        if (capabilities & 1u << i)
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", used ? "; " : "", words[i]);
    }
    row(page, "capabilities", "%s", *text ? text : "scores token ids");
}

/* "n-gram model, order 3", "neural model (factored), order 2", … */
static void put_kind(struct page *page, const struct plx_model_info *info)
{
    static const char *const kinds[PLX_KIND_COUNT] = {"n-gram model", "neural model", "uniform distribution",
                                                      "stored log-probabilities"};
    char architecture[64] = "", order[32] = "";
    if (info->kind == PLX_KIND_NEURAL)
        snprintf(architecture, sizeof architecture, " (%s)", info->architecture);
    if (info->order)
        snprintf(order, sizeof order, ", order %u", info->order);
    row(page, "kind", "%s%s%s", kinds[info->kind], architecture, order);
}

static void put_fingerprint(struct page *page, const struct plx_model_info *info)
{
    const bool full = strcmp(info->fingerprint, "full") == 0;
    if (*info->sha256)
        row(page, "SHA-256", full ? "%s" : "%s (%s)", info->sha256, info->fingerprint);
    else
        row(page, "SHA-256", "%s", info->fingerprint);
}

/* How the model is stored: the names of the properties, with blanks between their words. */
static void put_details(struct page *page, const struct plx_model_info *info)
{
    char name[64], number[GROUPED_TEXT];
    for (size_t i = 0; i < info->property_count; i++) {
        const struct plx_model_property *property = info->properties + i;
        snprintf(name, sizeof name, "%s", property->name);
        for (char *c = name; *c; c++) {
            if (*c == '_')
                *c = ' ';
        }
        row(page, name, "%s", property->text ? property->text : group(property->number, number));
    }
    if (info->inserted_blanks)
        row(page, "blanks", "n-grams that its maker has inserted are counted with the others");
}

static void put_model(struct page *page, const struct plx_inspected_model *model)
{
    const struct plx_model_info *info = &model->info;
    char number[GROUPED_TEXT], name[32];
    put_heading(page, "model", model->name);
    row(page, "format", "%s", info->format);
    put_kind(page, info);
    row(page, "vocabulary", "%s", info->vocabulary ? group(info->vocabulary, number) : "not known");
    if (info->capabilities & (PLX_BY_TOKEN | PLX_BY_TARGET))
        row(page, "positions", "%s", group(info->positions, number));
    else
        row(page, "context", "%s %s", group(info->context_length, number),
            info->context_length == 1 ? "token" : "tokens");
    for (unsigned k = 0; info->ngrams && k < info->order; k++) {
        snprintf(name, sizeof name, "%u-grams", k + 1);
        row(page, name, "%s", group(info->ngrams[k], number));
    }
    row(page, "parameters", "%s", group(info->parameters, number));
    put_details(page, info);
    put_symbols(page, model);
    if (model->sum.known)
        put_sum(page, &model->sum);
    put_capabilities(page, info->capabilities);
    if (model->file.medium_bytes)
        put_file(page, &model->file);
    put_fingerprint(page, info);
    if (*info->vocabulary_sha256)
        row(page, "vocabulary SHA-256", "%s", info->vocabulary_sha256);
    put_findings(page, &model->findings);
}

static void put_text_counts(struct page *page, const struct plx_inspected_corpus *corpus)
{
    char number[GROUPED_TEXT], other[GROUPED_TEXT];
    row(page, "lines", "%s, %s of them blank", group(corpus->text.lines, number),
        group(corpus->blank_lines, other));
    row(page, "words", "%s", group(corpus->text.words, number));
    row(page, "characters", "%s", group(corpus->text.characters, number));
    row(page, "bytes", "%s", group(corpus->text.bytes, number));
    if (corpus->longest_line)
        row(page, "longest line", "%s bytes (line %s)", group(corpus->longest_line_bytes, number),
            group(corpus->longest_line, other));
}

static void put_corpus(struct page *page, const struct plx_inspected_corpus *corpus)
{
    static const char *const tokens[] = {[PLX_TOKENS_AUTO] = "",
                                         [PLX_TOKENS_WORD] = "words",
                                         [PLX_TOKENS_CHARACTER] = "characters",
                                         [PLX_TOKENS_BYTE] = "bytes",
                                         [PLX_TOKENS_PIECE] = "pieces"};
    const struct plx_corpus_info *info = &corpus->info;
    const bool text = info->content == PLX_CONTENT_TEXT;
    char number[GROUPED_TEXT];
    put_heading(page, "corpus", corpus->name);
    row(page, "format", "%s", info->format);
    row(page, "content", "%s%s", plx_content_name(info->content), text ? "" : ", cut into tokens already");
    if (info->files > 1)
        row(page, "files", "%s", group(info->files, number));
    row(page, "documents", "%s", group(info->documents, number));
    if (text)
        put_text_counts(page, corpus);
    row(page, "tokens", "%s %s", group(corpus->tokens, number), tokens[info->tokens]);
    row(page, "distinct tokens", "%s%s", corpus->types_exact ? "" : "at least ",
        group(corpus->types, number));
    if (info->content == PLX_CONTENT_IDS && corpus->tokens > 0)
        row(page, "ids", "%" PRIu32 " to %" PRIu32, corpus->lowest_id, corpus->highest_id);
    put_file(page, &corpus->file);
    row(page, "SHA-256", "%s", corpus->sha256);
    put_findings(page, &corpus->findings);
}

static void put_top(struct page *page, const struct plx_inspected_coverage *coverage)
{
    char number[GROUPED_TEXT];
    for (size_t i = 0; i < coverage->top_count; i++) {
        const struct plx_unknown_token *token = coverage->top + i;
        char *shown = visible(page, token->text, token->length);
        char line[GROUPED_TEXT + 256];
        const char *quote = shown && strchr(shown, ' ') ? "\"" : ""; /* a space alone could not be seen */
        const int length = snprintf(line, sizeof line, "%*s  %s%.200s%s\n", VALUE_COLUMN - 2,
                                    group(token->count, number), quote, shown ? shown : "", quote);
        put(page, line, (size_t)length);
        free(shown);
    }
}

static double per_cent(uint64_t part, uint64_t whole)
{
    return whole ? 100.0 * (double)part / (double)whole : 0.0;
}

static void put_coverage(struct page *page, const struct plx_inspected_coverage *coverage)
{
    char number[GROUPED_TEXT], other[GROUPED_TEXT];
    put_heading(page, "coverage", "how much of the corpus the model knows");
    if (coverage->by == PLX_COVERAGE_ANY)
        row(page, "known tokens", "all: the model takes any");
    if (coverage->by == PLX_COVERAGE_STRINGS || coverage->by == PLX_COVERAGE_IDS) {
        row(page, "known tokens", "%s of %s (%.2f %%)", group(coverage->known, number),
            group(coverage->tokens, other), per_cent(coverage->known, coverage->tokens));
        row(page, "unknown tokens", "%s (%.2f %%), %s of them spelled as the unknown symbol",
            group(coverage->unknown, number), per_cent(coverage->unknown, coverage->tokens),
            group(coverage->literal, other));
        row(page, "known types", "%s", group(coverage->known_types, number));
        row(page, "unknown types", "%s%s", coverage->types_exact ? "" : "at least ",
            group(coverage->unknown_types, number));
    }
    put_findings(page, &coverage->findings);
    for (size_t i = 0; i < coverage->guess_count; i++)
        row(page, i ? "" : "guesses", "%s; %s more tokens known", coverage->guesses[i].message,
            group(coverage->guesses[i].tokens, number));
    if (coverage->top_count > 0) {
        row(page, "most frequent", "unknown tokens, with how often they occur");
        put_top(page, coverage);
    }
}

enum plx_status plx_inspection_text(const struct plx_inspection *inspection, char **text, size_t *length,
                                    struct plx_error *error)
{
    struct page page = {.error = error};
    plx_buffer_init(&page.out, TEXT_BYTES_MAX);
    if (inspection->model)
        put_model(&page, inspection->model);
    if (inspection->corpus)
        put_corpus(&page, inspection->corpus);
    if (inspection->coverage)
        put_coverage(&page, inspection->coverage);
    return plx_buffer_finish(&page.out, page.status, text, length, error);
}
