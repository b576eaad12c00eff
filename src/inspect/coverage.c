#include "inspect/inspect.h"

#include "base/memory.h"
#include "base/word.h"
#include "inspect/guesses.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Words looked up at once. */
#define BATCH ((size_t)1024)

/* The unknown types that are told apart; a table of more is nobody's to read, and large. */
#define UNKNOWN_TYPES_MOST ((uint64_t)4000000)

/* As in an evaluation: from here on vocabulary and text do not seem to belong together. */
#define DOUBTFUL_UNKNOWN_SHARE 0.25

/* A model of 256 types and no vocabulary scores bytes, whether they stand in a text or as strings. */
static bool scores_bytes(const struct plx_model_info *info, const struct plx_corpus_info *corpus)
{
    return corpus->content != PLX_CONTENT_IDS && corpus->tokens == PLX_TOKENS_BYTE &&
           !(info->capabilities & PLX_STRING_TOKENS) && info->vocabulary == 256;
}

static enum plx_coverage_by decide(const struct plx_model_info *info, const struct plx_corpus_info *corpus)
{
    if (corpus->content == PLX_CONTENT_IDS)
        return info->vocabulary ? PLX_COVERAGE_IDS : PLX_COVERAGE_ANY;
    if (info->capabilities & PLX_ANY_TOKENS)
        return PLX_COVERAGE_ANY;
    if (info->capabilities & PLX_STRING_TOKENS)
        return PLX_COVERAGE_STRINGS;
    return scores_bytes(info, corpus) ? PLX_COVERAGE_ANY : PLX_COVERAGE_NONE;
}

enum plx_status plx_coverage_init(struct plx_coverage *coverage, const struct plx_model *model,
                                  const struct plx_corpus_info *corpus, uint64_t most_types,
                                  struct plx_error *error)
{
    const uint64_t most = most_types < UNKNOWN_TYPES_MOST ? most_types : UNKNOWN_TYPES_MOST;
    *coverage = (struct plx_coverage){
        .model = model,
        .info = plx_model_info(model),
        .by = decide(plx_model_info(model), corpus),
        .bytes = scores_bytes(plx_model_info(model), corpus),
        .words = corpus->tokens == PLX_TOKENS_WORD || corpus->tokens == PLX_TOKENS_PIECE,
        .unknown.most = most,
        .literals.most = most,
    };
    const enum plx_status status = plx_positions_init(&coverage->positions, model, error);
    if (status || coverage->by != PLX_COVERAGE_STRINGS)
        return status;
    coverage->counts = plx_new_array((size_t)coverage->info->vocabulary, sizeof *coverage->counts, error);
    return coverage->counts ? PLX_OK : PLX_MEMORY;
}

void plx_coverage_release(struct plx_coverage *coverage)
{
    free(coverage->counts);
    plx_positions_release(&coverage->positions);
    plx_type_table_release(&coverage->unknown);
    plx_type_table_release(&coverage->literals);
    *coverage = (struct plx_coverage){0};
}

/* Counts a word whose id has been looked up. */
static enum plx_status count_word(struct plx_coverage *coverage, struct plx_word word, uint32_t id,
                                  uint64_t times, struct plx_error *error)
{
    coverage->tokens += times;
    if (id != PLX_NO_TOKEN && id != coverage->info->unknown) {
        coverage->known += times;
        coverage->counts[id] += times;
        return PLX_OK;
    }
    if (id == PLX_NO_TOKEN && !plx_word_is(word, "<unk>") && !plx_word_is(word, "<UNK>"))
        return plx_type_table_add(&coverage->unknown, word, times, error);
    coverage->literal += times;
    return plx_type_table_add(&coverage->literals, word, times, error);
}

enum plx_status plx_coverage_words(struct plx_coverage *coverage, const struct plx_chunk *chunk,
                                   const struct plx_word *words, size_t count, struct plx_error *error)
{
    uint32_t ids[BATCH];
    const struct plx_model_info *info = coverage->info;
    if (coverage->by != PLX_COVERAGE_STRINGS) {
        for (size_t i = 0; i < count && coverage->bytes; i++) {
            if (words[i].length != 1)
                plx_occurrence_add(&coverage->no_byte, 1, chunk, i);
        }
        coverage->tokens += count;
        return PLX_OK;
    }
    for (size_t first = 0; first < count; first += BATCH) {
        const size_t batch = count - first < BATCH ? count - first : BATCH;
        plx_model_lookup(coverage->model, words + first, batch, ids);
        const enum plx_status taken = plx_positions_take(&coverage->positions, ids, batch, error);
        if (taken)
            return taken;
        for (size_t i = 0; i < batch; i++) {
            const struct plx_word word = words[first + i];
            const enum plx_status status = count_word(coverage, word, ids[i], 1, error);
            if (status)
                return status;
            if (ids[i] == PLX_NO_TOKEN || (ids[i] != info->start && ids[i] != info->end))
                continue;
            const size_t at = chunk->content == PLX_CONTENT_TEXT
                                  ? (size_t)(word.text - (const char *)chunk->text)
                                  : first + i;
            plx_occurrence_add(ids[i] == info->start ? &coverage->start : &coverage->end, 1, chunk, at);
        }
    }
    return PLX_OK;
}

enum plx_status plx_coverage_type(struct plx_coverage *coverage, struct plx_word word, uint64_t times,
                                  struct plx_error *error)
{
    uint32_t id;
    coverage->unordered = true;
    if (coverage->by != PLX_COVERAGE_STRINGS) {
        coverage->tokens += times;
        return PLX_OK;
    }
    plx_model_lookup(coverage->model, &word, 1, &id);
    return count_word(coverage, word, id, times, error);
}

enum plx_status plx_coverage_ids(struct plx_coverage *coverage, const struct plx_chunk *chunk,
                                 struct plx_error *error)
{
    const struct plx_model_info *info = coverage->info;
    enum plx_status status = plx_positions_take(&coverage->positions, chunk->ids, chunk->size, error);
    coverage->tokens += chunk->size;
    for (size_t i = 0; i < chunk->size && coverage->by == PLX_COVERAGE_IDS && status == PLX_OK; i++) {
        const uint32_t id = chunk->ids[i];
        char text[16];
        if (id < info->vocabulary && id != info->unknown) {
            coverage->known++;
            continue;
        }
        const struct plx_word word = {text, (size_t)snprintf(text, sizeof text, "%" PRIu32, id)};
        if (id == info->unknown && id != PLX_NO_TOKEN) {
            coverage->literal++;
            status = plx_type_table_add(&coverage->literals, word, 1, error);
            continue;
        }
        plx_occurrence_add(&coverage->out_of_range, 1, chunk, i);
        status = plx_type_table_add(&coverage->unknown, word, 1, error);
    }
    return status;
}

static void list_findings(const struct plx_coverage *coverage, const struct plx_inspected_corpus *corpus,
                          struct plx_inspected_coverage *inspected)
{
    const struct plx_model_info *info = coverage->info;
    struct plx_findings *findings = &inspected->findings;
    if (coverage->by == PLX_COVERAGE_NONE)
        plx_findings_add(findings, false, "no-vocabulary", 0,
                         "the model scores token ids and has no vocabulary, the corpus has none: they do not "
                         "fit each other (--vocab gives the model's)");
    plx_findings_add_occurrence(findings, false, "no-byte", &coverage->no_byte,
                                "tokens that are not of one byte, for a model of bytes");
    plx_findings_add_occurrence(findings, false, "id-out-of-range", &coverage->out_of_range,
                                "ids that the model does not have: its last is %" PRIu64,
                                info->vocabulary - 1);
    if (coverage->words) {
        plx_findings_add_occurrence(findings, false, "start-symbol", &coverage->start,
                                    "the model's start symbol stands in the corpus as a token");
        plx_findings_add_occurrence(findings, corpus->info.content != PLX_CONTENT_TEXT, "end-symbol",
                                    &coverage->end, "the model's end symbol stands in the corpus as a token");
    }
    const uint64_t strange = inspected->unknown - inspected->literal;
    if (coverage->by == PLX_COVERAGE_STRINGS &&
        (double)strange > DOUBTFUL_UNKNOWN_SHARE * (double)inspected->tokens)
        plx_findings_add(findings, false, "many-unknown", strange,
                         "%.1f %% of the tokens are unknown, literal ones apart: do model and corpus belong "
                         "together?",
                         100.0 * (double)strange / (double)inspected->tokens);
}

static void count_types(const struct plx_coverage *coverage, const struct plx_inspected_corpus *corpus,
                        struct plx_inspected_coverage *inspected)
{
    inspected->unknown_types = coverage->unknown.count + coverage->literals.count;
    inspected->types_exact = !coverage->unknown.full && !coverage->literals.full;
    if (coverage->by == PLX_COVERAGE_STRINGS) {
        for (uint64_t id = 0; id < coverage->info->vocabulary; id++)
            inspected->known_types += coverage->counts[id] > 0;
    } else {
        inspected->known_types = corpus->types - inspected->unknown_types;
        inspected->types_exact &= corpus->types_exact;
    }
}

/* The unknown types are sorted. */
static enum plx_status list_top(const struct plx_type_table *unknown, size_t top,
                                struct plx_inspected_coverage *inspected, struct plx_error *error)
{
    const size_t count = unknown->count < top ? unknown->count : top;
    inspected->top = plx_new_array(count, sizeof *inspected->top, error);
    for (size_t i = 0; inspected->top && i < count; i++) {
        const struct plx_word word = plx_type_table_word(unknown, i);
        char *text = plx_copy_string(word.text, word.length, error);
        if (!text)
            return PLX_MEMORY;
        inspected->top[inspected->top_count++] =
            (struct plx_unknown_token){text, word.length, unknown->types[i].count};
    }
    return inspected->top ? PLX_OK : PLX_MEMORY;
}

enum plx_status plx_coverage_finish(struct plx_coverage *coverage, const struct plx_inspected_corpus *corpus,
                                    size_t top, struct plx_inspected_coverage **inspected,
                                    struct plx_error *error)
{
    struct plx_inspected_coverage *made = plx_new_array(1, sizeof *made, error);
    *inspected = NULL;
    if (!made)
        return PLX_MEMORY;
    made->by = coverage->by;
    if (coverage->by != PLX_COVERAGE_NONE) {
        made->tokens = coverage->tokens;
        made->known =
            coverage->by == PLX_COVERAGE_ANY ? coverage->tokens - coverage->no_byte.count : coverage->known;
        made->unknown = made->tokens - made->known;
        made->literal = coverage->literal;
        count_types(coverage, corpus, made);
    }
    plx_type_table_sort(&coverage->unknown);
    enum plx_status status = list_top(&coverage->unknown, top, made, error);
    if (status == PLX_OK && coverage->by != PLX_COVERAGE_NONE)
        status =
            plx_positions_list(&coverage->positions, corpus, !coverage->unordered, &made->findings, error);
    if (status) {
        plx_inspected_coverage_free(made);
        return status;
    }
    list_findings(coverage, corpus, made);
    if (corpus->info.files == 1)
        plx_findings_forget_inputs(&made->findings);
    if (coverage->by == PLX_COVERAGE_STRINGS)
        plx_guesses_make(coverage, made);
    *inspected = made;
    return PLX_OK;
}

void plx_inspected_coverage_free(struct plx_inspected_coverage *coverage)
{
    if (!coverage)
        return;
    for (size_t i = 0; i < coverage->top_count; i++)
        free(coverage->top[i].text);
    free(coverage->top);
    free(coverage);
}
