/* Inspections for people. */
#include "report/inspection/inspection.h"
#include "report/page.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const CAPABILITIES[] = {
    "string-tokens", "empty-context", "unknown-context", "restart-at-end", "matched-order",
    "log10-float",   "any-tokens",    "by-token",        "by-target",      "full-distribution",
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

#define PLACE_TEXT (3 * PLX_PAGE_GROUPED + 32)

/* "line 7, column 3", "document 5, token 0, byte 1,024" and the like; "" where nothing is known. */
static void describe_first(const struct plx_finding *finding, char text[PLACE_TEXT])
{
    const struct plx_found_at *at = &finding->at;
    const bool lined = finding->warning.line != 0;
    const uint64_t coarse = lined ? finding->warning.line : at->offset;
    char place[PLX_PAGE_GROUPED + 8] = "", first[PLX_PAGE_GROUPED], second[PLX_PAGE_GROUPED];
    if (coarse != PLX_NOWHERE)
        snprintf(place, sizeof place, "%s %s", lined ? "line" : "byte", plx_page_group(coarse, first));
    if (at->document != PLX_NOWHERE)
        snprintf(text, PLACE_TEXT, "document %s, token %s%s%s", plx_page_group(at->document, first),
                 plx_page_group(at->token, second), *place ? ", " : "", place);
    else if (lined && at->column != PLX_NOWHERE)
        snprintf(text, PLACE_TEXT, "%s, column %s", place, plx_page_group(at->column, second));
    else
        snprintf(text, PLACE_TEXT, "%s", place);
}

/* " (3 times, first in line 7 of FILE)"; nothing where nothing is known. */
static void describe_place(const struct plx_finding *finding, char *text, size_t capacity)
{
    const struct plx_warning *warning = &finding->warning;
    const bool often = warning->count > 1;
    char times[PLX_PAGE_GROUPED + 16] = "", place[PLACE_TEXT], number[PLX_PAGE_GROUPED];
    describe_first(finding, place);
    const bool placed = *place != '\0';
    text[0] = '\0';
    if (often)
        snprintf(times, sizeof times, "%s times", plx_page_group(warning->count, number));
    if (often || placed)
        snprintf(text, capacity, " (%s%s%s%s%s)", times, often && placed ? ", first in " : "", place,
                 placed && *finding->input ? " of " : "", placed ? finding->input : "");
}

static void put_findings(struct plx_page *page, const struct plx_findings *findings)
{
    if (findings->count == 0)
        plx_page_row(page, "findings", "none");
    for (size_t i = 0; i < findings->count; i++) {
        const struct plx_finding *finding = findings->items + i;
        char place[400], text[sizeof finding->warning.message + sizeof place];
        describe_place(finding, place, sizeof place);
        const int length = snprintf(text, sizeof text, "%s%s", finding->warning.message, place);
        char *shown = plx_page_visible(page, text, (size_t)length);
        if (shown)
            plx_page_text_row(page, 2, finding->note ? "note" : "WARNING", shown);
        free(shown);
    }
}

static void put_file(struct plx_page *page, const struct plx_inspected_file *file)
{
    char medium[PLX_PAGE_GROUPED], bytes[PLX_PAGE_GROUPED];
    plx_page_group(file->bytes, bytes);
    if (file->medium_bytes == file->bytes)
        plx_page_row(page, "size", "%s bytes", bytes);
    else
        plx_page_row(page, "size", "%s bytes, %s uncompressed", plx_page_group(file->medium_bytes, medium),
                     bytes);
}

static void put_symbol(struct plx_page *page, const char *name, const struct plx_inspected_symbol *symbol,
                       const char *more)
{
    char *shown = symbol->spelling ? plx_page_visible(page, symbol->spelling, symbol->length) : NULL;
    if (symbol->id == PLX_NO_TOKEN)
        plx_page_row(page, name, "none");
    else if (shown)
        plx_page_row(page, name, "%.200s (id %" PRIu32 ")%s", shown, symbol->id, more);
    else
        plx_page_row(page, name, "id %" PRIu32 "%s", symbol->id, more);
    free(shown);
}

static void put_symbols(struct plx_page *page, const struct plx_inspected_model *model)
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

static void put_sum(struct plx_page *page, const struct plx_inspected_sum *sum)
{
    char types[PLX_PAGE_GROUPED], context[64] = "without context", difference[32] = "";
    const double missing = 1.0 - sum->sum;
    if (sum->context == 1)
        snprintf(context, sizeof context, "after the id %" PRIu32, sum->context_id);
    else if (sum->context > 1)
        snprintf(context, sizeof context, "after %u times the id %" PRIu32, sum->context, sum->context_id);
    if (missing != 0)
        snprintf(difference, sizeof difference, " %c %.3g", missing < 0 ? '+' : '-', fabs(missing));
    plx_page_row(page, "sum of p", "1%s over %s types, %s%s", difference, plx_page_group(sum->types, types),
                 context, sum->without_start ? "; the start symbol is no outcome" : "");
}

static void put_capabilities(struct plx_page *page, unsigned capabilities)
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
        "gives whole distributions",
    };
    char text[512] = "";
    for (size_t i = 0, used = 0; i < sizeof words / sizeof *words; i++) {
        if (capabilities & 1u << i)
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", used ? "; " : "", words[i]);
    }
    plx_page_row(page, "capabilities", "%s", *text ? text : "scores token ids");
}

/* "n-gram model, order 3", "neural model (factored), order 2", … */
static void put_kind(struct plx_page *page, const struct plx_model_info *info)
{
    static const char *const kinds[PLX_KIND_COUNT] = {"n-gram model",
                                                      "neural model",
                                                      "uniform distribution",
                                                      "stored log-probabilities",
                                                      "mixture of models",
                                                      "endpoint",
                                                      "vocabulary"};
    char architecture[64] = "", order[32] = "";
    if (info->kind == PLX_KIND_NEURAL)
        snprintf(architecture, sizeof architecture, " (%s)", info->architecture);
    if (info->order)
        snprintf(order, sizeof order, ", order %u", info->order);
    plx_page_row(page, "kind", "%s%s%s", kinds[info->kind], architecture, order);
}

static void put_fingerprint(struct plx_page *page, const struct plx_model_info *info)
{
    const bool full = strcmp(info->fingerprint, "full") == 0;
    if (*info->sha256)
        plx_page_row(page, "SHA-256", full ? "%s" : "%s (%s)", info->sha256, info->fingerprint);
    else
        plx_page_row(page, "SHA-256", "%s", info->fingerprint);
}

/* How the model is stored: the names of the properties, with blanks between their words. */
static void put_details(struct plx_page *page, const struct plx_model_info *info)
{
    char name[64], number[PLX_PAGE_GROUPED];
    for (size_t i = 0; i < info->property_count; i++) {
        const struct plx_model_property *property = info->properties + i;
        snprintf(name, sizeof name, "%s", property->name);
        for (char *c = name; *c; c++) {
            if (*c == '_')
                *c = ' ';
        }
        plx_page_row(page, name, "%s",
                     property->text ? property->text : plx_page_group(property->number, number));
    }
    if (info->inserted_blanks)
        plx_page_row(page, "blanks", "its maker may have inserted n-grams; lengths found may be theirs");
}

/* A tensor: the line that says what it is, and one about its numbers. */
static void put_tensor(struct plx_page *page, const struct plx_inspected_tensor *tensor)
{
    char shape[8 * 22 + 3] = "[", count[PLX_PAGE_GROUPED], text[640];
    char *name = plx_page_visible(page, tensor->name, strlen(tensor->name));
    size_t used = 1;
    for (unsigned i = 0; i < tensor->dimensions; i++)
        used += (size_t)snprintf(shape + used, sizeof shape - used, "%s%" PRIu64, i ? ", " : "",
                                 tensor->shape[i]);
    snprintf(shape + used, sizeof shape - used, "]");
    used = (size_t)snprintf(text, sizeof text, "%.200s %s %s", name ? name : "", tensor->dtype, shape);
    if (*tensor->role && strcmp(tensor->role, tensor->name) != 0)
        used += (size_t)snprintf(text + used, sizeof text - used, ", %s", tensor->role);
    if (!*tensor->role)
        used += (size_t)snprintf(text + used, sizeof text - used, ", not used");
    used += (size_t)snprintf(text + used, sizeof text - used, "; norm %.6g, from %.6g to %.6g", tensor->norm,
                             tensor->least, tensor->greatest);
    if (tensor->non_finite)
        snprintf(text + used, sizeof text - used, "; %s not finite",
                 plx_page_group(tensor->non_finite, count));
    plx_page_row(page, "tensor", "%s", text);
    free(name);
}

static void put_model(struct plx_page *page, const struct plx_inspected_model *model)
{
    const struct plx_model_info *info = &model->info;
    char number[PLX_PAGE_GROUPED], name[32];
    plx_page_heading(page, "model", model->name);
    plx_page_row(page, "format", "%s", info->format);
    put_kind(page, info);
    plx_page_row(page, "vocabulary", "%s",
                 info->vocabulary ? plx_page_group(info->vocabulary, number) : "not known");
    if (info->capabilities & (PLX_BY_TOKEN | PLX_BY_TARGET))
        plx_page_row(page, "positions", "%s", plx_page_group(info->positions, number));
    else if (info->context_length == UINT32_MAX)
        plx_page_row(page, "context", "not known");
    else
        plx_page_row(page, "context", "%s %s", plx_page_group(info->context_length, number),
                     info->context_length == 1 ? "token" : "tokens");
    for (unsigned k = 0; info->ngrams && k < info->order; k++) {
        snprintf(name, sizeof name, "%u-grams", k + 1);
        plx_page_row(page, name, "%s", plx_page_group(info->ngrams[k], number));
    }
    plx_page_row(page, "parameters", "%s", plx_page_group(info->parameters, number));
    put_details(page, info);
    for (size_t i = 0; i < model->tensor_count; i++)
        put_tensor(page, model->tensors + i);
    put_symbols(page, model);
    if (model->sum.known)
        put_sum(page, &model->sum);
    put_capabilities(page, info->capabilities);
    if (model->file.medium_bytes)
        put_file(page, &model->file);
    put_fingerprint(page, info);
    if (*info->vocabulary_sha256)
        plx_page_row(page, "vocabulary SHA-256", "%s", info->vocabulary_sha256);
    put_findings(page, &model->findings);
    if (model->deep)
        plx_deep_text(page, model);
}

static void put_lengths(struct plx_page *page, const char *what, const struct plx_lengths *lengths)
{
    char number[PLX_PAGE_GROUPED], other[PLX_PAGE_GROUPED];
    if (lengths->count)
        plx_page_row(page, what, "%s to %s, %.2f on average", plx_page_group(lengths->shortest, number),
                     plx_page_group(lengths->longest, other), plx_lengths_mean(lengths));
}

static void put_text_counts(struct plx_page *page, const struct plx_inspected_corpus *corpus)
{
    char number[PLX_PAGE_GROUPED], other[PLX_PAGE_GROUPED];
    plx_page_row(page, "lines", "%s, %s of them blank", plx_page_group(corpus->text.lines, number),
                 plx_page_group(corpus->blank_lines, other));
    plx_page_row(page, "words", "%s", plx_page_group(corpus->text.words, number));
    plx_page_row(page, "characters", "%s", plx_page_group(corpus->text.characters, number));
    plx_page_row(page, "bytes", "%s", plx_page_group(corpus->text.bytes, number));
    if (corpus->longest_line)
        plx_page_row(page, "longest line", "%s bytes (line %s)",
                     plx_page_group(corpus->longest_line_bytes, number),
                     plx_page_group(corpus->longest_line, other));
    put_lengths(page, "bytes a line", &corpus->line_bytes);
    put_lengths(page, "words a line", &corpus->line_words);
}

static void put_corpus(struct plx_page *page, const struct plx_inspected_corpus *corpus)
{
    static const char *const tokens[] = {[PLX_TOKENS_AUTO] = "",
                                         [PLX_TOKENS_WORD] = "words",
                                         [PLX_TOKENS_CHARACTER] = "characters",
                                         [PLX_TOKENS_BYTE] = "bytes",
                                         [PLX_TOKENS_PIECE] = "pieces"};
    const struct plx_corpus_info *info = &corpus->info;
    const bool text = info->content == PLX_CONTENT_TEXT;
    char number[PLX_PAGE_GROUPED], range[PLX_DOCUMENT_RANGE_TEXT];
    plx_page_heading(page, "corpus", corpus->name);
    plx_page_row(page, "format", "%s", info->format);
    plx_page_row(page, "content", "%s%s", plx_content_name(info->content),
                 text ? "" : ", cut into tokens already");
    if (info->files > 1)
        plx_page_row(page, "files", "%s", plx_page_group(info->files, number));
    plx_document_range_text(info, range);
    plx_page_row(page, "documents", *range ? "%s (%s)" : "%s", plx_page_group(info->documents, number),
                 range);
    if (text)
        put_text_counts(page, corpus);
    plx_page_row(page, "tokens", "%s %s", plx_page_group(corpus->tokens, number), tokens[info->tokens]);
    plx_page_row(page, "distinct tokens", "%s%s", corpus->types_exact ? "" : "at least ",
                 plx_page_group(corpus->types, number));
    if (info->content == PLX_CONTENT_IDS && corpus->tokens > 0)
        plx_page_row(page, "ids", "%" PRIu32 " to %" PRIu32, corpus->lowest_id, corpus->highest_id);
    put_lengths(page, "tokens a document", &corpus->document_tokens);
    put_file(page, &corpus->file);
    plx_page_row(page, "SHA-256", "%s", corpus->sha256);
    put_findings(page, &corpus->findings);
}

static void put_top(struct plx_page *page, const struct plx_inspected_coverage *coverage)
{
    char number[PLX_PAGE_GROUPED];
    for (size_t i = 0; i < coverage->top_count; i++) {
        const struct plx_unknown_token *token = coverage->top + i;
        char *shown = plx_page_visible(page, token->text, token->length);
        char line[PLX_PAGE_GROUPED + 256];
        const char *quote = shown && strchr(shown, ' ') ? "\"" : ""; /* a space alone could not be seen */
        const int length = snprintf(line, sizeof line, "%*s  %s%.200s%s\n", PLX_PAGE_VALUE_COLUMN - 2,
                                    plx_page_group(token->count, number), quote, shown ? shown : "", quote);
        plx_page_put(page, line, (size_t)length);
        free(shown);
    }
}

static double per_cent(uint64_t part, uint64_t whole)
{
    return whole ? 100.0 * (double)part / (double)whole : 0.0;
}

static void put_coverage(struct plx_page *page, const struct plx_inspected_coverage *coverage)
{
    char number[PLX_PAGE_GROUPED], other[PLX_PAGE_GROUPED];
    plx_page_heading(page, "coverage", "how much of the corpus the model knows");
    if (coverage->by == PLX_COVERAGE_ANY)
        plx_page_row(page, "known tokens", "all: the model takes any");
    if (coverage->by == PLX_COVERAGE_STRINGS || coverage->by == PLX_COVERAGE_IDS) {
        plx_page_row(page, "known tokens", "%s of %s (%.2f %%)", plx_page_group(coverage->known, number),
                     plx_page_group(coverage->tokens, other), per_cent(coverage->known, coverage->tokens));
        plx_page_row(page, "unknown tokens", "%s (%.2f %%), %s of them spelled as the unknown symbol",
                     plx_page_group(coverage->unknown, number), per_cent(coverage->unknown, coverage->tokens),
                     plx_page_group(coverage->literal, other));
        plx_page_row(page, "known types", "%s", plx_page_group(coverage->known_types, number));
        plx_page_row(page, "unknown types", "%s%s", coverage->types_exact ? "" : "at least ",
                     plx_page_group(coverage->unknown_types, number));
    }
    put_findings(page, &coverage->findings);
    for (size_t i = 0; i < coverage->guess_count; i++)
        plx_page_row(page, i ? "" : "guesses", "%s; %s more tokens known", coverage->guesses[i].message,
                     plx_page_group(coverage->guesses[i].tokens, number));
    if (coverage->top_count > 0) {
        plx_page_row(page, "most frequent", "unknown tokens, with how often they occur");
        put_top(page, coverage);
    }
}

enum plx_status plx_inspection_text(const struct plx_inspection *inspection, char **text, size_t *length,
                                    struct plx_error *error)
{
    struct plx_page page;
    plx_page_init(&page, error);
    if (inspection->model)
        put_model(&page, inspection->model);
    if (inspection->corpus)
        put_corpus(&page, inspection->corpus);
    if (inspection->coverage)
        put_coverage(&page, inspection->coverage);
    return plx_page_finish(&page, text, length);
}
