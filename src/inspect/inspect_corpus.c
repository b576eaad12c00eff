/* Inspection of a corpus: one pass over its pieces, in constant memory. */
#include "inspect/inspect.h"

#include "base/memory.h"
#include "base/utf8.h"
#include "corpus/original_warnings.h"
#include "inspect/oddities.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CODE_POINTS 0x110000
/* So many ids tell of a pattern. */
#define WIDTH_PLACES_LEAST 8

#define ID_BITS_MOST ((size_t)1 << 27) /* 16 MiB of bits */

/* A walk over the corpus. */
struct walk {
    struct plx_inspected_corpus *out;
    struct plx_coverage *coverage; /* or NULL */
    struct plx_oddities oddities;
    struct plx_tokens tokens;
    struct plx_distinct words;
    uint64_t *characters; /* [CODE_POINTS] how often each occurs; by characters only */
    uint64_t bytes[256];  /* likewise, by bytes; by characters those that belong to none */
    uint64_t places[2];   /* how many ids of 2 bytes stand in even and in odd places of their file, from 0 */
    uint64_t zeros[2];    /* how many of them are 0 */
    uint64_t *ids;        /* [ID_BITS_MOST / 64] a bit for each id that has been met; of ids only */
    uint64_t line_bytes;  /* of the line at hand, so far */
    uint64_t line_words;  /* likewise */
    uint64_t document_tokens; /* of the document at hand, so far */
    bool begun;               /* there is one */
};

void plx_inspected_corpus_free(struct plx_inspected_corpus *corpus)
{
    if (!corpus)
        return;
    free(corpus->name);
    free(corpus);
}

/* Counts the words of the line at hand that begin before chunk->text[end], from words[*next] on. */
static void count_words(struct walk *walk, const struct plx_chunk *chunk, size_t *next, size_t end)
{
    const struct plx_tokens *tokens = &walk->tokens;
    const char *before = (const char *)chunk->text + end;
    for (; *next < tokens->count && tokens->words[*next].text < before; (*next)++)
        walk->line_words++;
}

/* The line at hand ends at chunk->text[end]. */
static void end_line(struct walk *walk, const struct plx_chunk *chunk, size_t begin, size_t end,
                     uint64_t line)
{
    const bool carriage_return =
        end > begin && chunk->text[end - 1] == '\r' && end < chunk->size; /* before a newline */
    const uint64_t bytes = walk->line_bytes + (end - begin) - carriage_return;
    if (!walk->out->longest_line || bytes > walk->out->longest_line_bytes) {
        walk->out->longest_line_bytes = bytes;
        walk->out->longest_line = line;
    }
    if (bytes > PLX_LONG_LINE)
        plx_occurrence_add(walk->oddities.kinds + PLX_ODDITY_LONG_LINE, 1, chunk, begin);
    if (walk->line_words > 0) {
        plx_lengths_add(&walk->out->line_bytes, bytes);
        plx_lengths_add(&walk->out->line_words, walk->line_words);
    }
    walk->line_bytes = walk->line_words = 0;
}

/* The words of the chunk are in walk->tokens; `continued` of them began in the chunk before. */
static void walk_lines(struct walk *walk, const struct plx_chunk *chunk, size_t continued)
{
    uint64_t line = chunk->line == PLX_NOWHERE ? 0 : chunk->line;
    size_t at = 0, word = continued;
    if (chunk->begins_line)
        walk->line_bytes = walk->line_words = 0;
    for (;;) {
        const uint8_t *newline = at < chunk->size ? memchr(chunk->text + at, '\n', chunk->size - at) : NULL;
        if (!newline)
            break;
        const size_t end = (size_t)(newline - chunk->text);
        count_words(walk, chunk, &word, end);
        end_line(walk, chunk, at, end, line);
        line += !chunk->derived && line > 0;
        at = end + 1;
    }
    count_words(walk, chunk, &word, chunk->size);
    if (chunk->ends_line)
        end_line(walk, chunk, at, chunk->size, line);
    else
        walk->line_bytes += chunk->size - at;
}

/* The distinct characters of a text, and the bytes that belong to none. */
static void count_characters(struct walk *walk, const struct plx_chunk *chunk)
{
    for (size_t at = 0; at < chunk->size;) {
        if (chunk->text[at] < 0x80) {
            walk->characters[chunk->text[at++]]++;
            continue;
        }
        const size_t length = plx_utf8_sequence(chunk->text + at, chunk->size - at);
        if (length)
            walk->characters[plx_utf8_code_point(chunk->text + at, length)]++;
        else
            walk->bytes[chunk->text[at]]++;
        at += length ? length : 1;
    }
}

static uint64_t count_begun_lines(const struct plx_tokens *tokens)
{
    uint64_t count = 0;
    for (size_t i = 0; i < tokens->count; i++)
        count += (tokens->marks[i] & PLX_MARK_BEGINS_LINE) != 0;
    return count;
}

static enum plx_status walk_text(struct walk *walk, const struct plx_chunk *chunk, struct plx_error *error)
{
    /* Words in any case: there are symbols to find among them. */
    const struct plx_tokenize_options options = {.tokens = PLX_TOKENS_WORD};
    struct plx_tokens *tokens = &walk->tokens;
    enum plx_status status = plx_tokenize_any(chunk, &options, tokens, error);
    if (status)
        return status;
    /* Characters and bytes are also cut inside a word, which then was counted already. */
    const bool continued =
        chunk->inside_word && tokens->count > 0 && tokens->words[0].text == (const char *)chunk->text;
    tokens->counts.words -= continued;
    plx_text_counts_add(&walk->out->text, &tokens->counts);
    walk->out->blank_lines += tokens->counts.lines - count_begun_lines(tokens);
    walk_lines(walk, chunk, continued);
    plx_oddities_scan(&walk->oddities, chunk, tokens->counts.invalid_utf8);
    plx_oddities_words(&walk->oddities, chunk, tokens->words, tokens->count);
    if (walk->out->info.tokens == PLX_TOKENS_CHARACTER)
        count_characters(walk, chunk);
    for (size_t i = 0; i < chunk->size && walk->out->info.tokens == PLX_TOKENS_BYTE; i++)
        walk->bytes[chunk->text[i]]++;
    if (walk->out->info.tokens != PLX_TOKENS_WORD)
        return PLX_OK;
    status = plx_distinct_add(&walk->words, tokens->words, tokens->count, error);
    if (status == PLX_OK && walk->coverage)
        status = plx_coverage_words(walk->coverage, chunk, tokens->words, tokens->count, error);
    return status;
}

/* The document at hand ends. */
static void end_document(struct walk *walk)
{
    if (walk->begun)
        plx_lengths_add(&walk->out->document_tokens, walk->document_tokens);
    walk->begun = false;
    walk->document_tokens = 0;
}

static void walk_document(struct walk *walk, const struct plx_chunk *chunk)
{
    if (chunk->begins_document)
        end_document(walk);
    walk->begun = true;
    walk->document_tokens += chunk->size;
}

static enum plx_status walk_strings(struct walk *walk, const struct plx_chunk *chunk, struct plx_error *error)
{
    walk->out->tokens += chunk->size;
    walk_document(walk, chunk);
    plx_oddities_words(&walk->oddities, chunk, chunk->tokens, chunk->size);
    const enum plx_status status = plx_distinct_add(&walk->words, chunk->tokens, chunk->size, error);
    return status || !walk->coverage
               ? status
               : plx_coverage_words(walk->coverage, chunk, chunk->tokens, chunk->size, error);
}

static enum plx_status walk_ids(struct walk *walk, const struct plx_chunk *chunk, struct plx_error *error)
{
    struct plx_inspected_corpus *out = walk->out;
    if (!walk->ids && !(walk->ids = plx_new_array(ID_BITS_MOST / 64, sizeof *walk->ids, error)))
        return PLX_MEMORY;
    if (out->tokens == 0 && chunk->size > 0)
        out->lowest_id = out->highest_id = chunk->ids[0];
    out->tokens += chunk->size;
    walk_document(walk, chunk);
    for (size_t i = 0; i < chunk->size && chunk->id_bytes == 2; i++) {
        const size_t odd = (chunk->first_token + i) % 2;
        walk->places[odd]++;
        walk->zeros[odd] += chunk->ids[i] == 0;
    }
    for (size_t i = 0; i < chunk->size; i++) {
        const uint32_t id = chunk->ids[i];
        out->lowest_id = id < out->lowest_id ? id : out->lowest_id;
        out->highest_id = id > out->highest_id ? id : out->highest_id;
        if (id < ID_BITS_MOST)
            walk->ids[id / 64] |= UINT64_C(1) << id % 64;
    }
    return walk->coverage ? plx_coverage_ids(walk->coverage, chunk, error) : PLX_OK;
}

/* Wider ids that are read as ids of 2 bytes have their upper halves for every second one: 0, or little more.
   A text of tokens has its zeros in both kinds of places alike. */
static void doubt_width(const struct walk *walk, struct plx_findings *findings)
{
    for (size_t odd = 0; odd < 2; odd++) {
        const uint64_t zeros = walk->zeros[odd], places = walk->places[odd];
        const uint64_t other_zeros = walk->zeros[!odd], other_places = walk->places[!odd];
        if (places < WIDTH_PLACES_LEAST || zeros < places - places / 8 ||
            other_zeros >= other_places - other_places / 4)
            continue;
        plx_findings_add(findings, false, "every-second-zero", zeros,
                         "every second id is 0: are they of 4 or 8 bytes, read as if of 2? write them as "
                         "uint16, or as JSONL: {\"input_ids\": [...]}");
    }
}

/* What the tokens are said to stand for, and the text beside them. */
static void doubt_original(const struct plx_corpus *corpus, struct plx_findings *findings)
{
    struct plx_original_info original;
    struct plx_warning warnings[PLX_ORIGINAL_WARNINGS];
    plx_corpus_original(corpus, &original);
    const size_t count = plx_original_warnings(corpus, original.bytes, warnings);
    for (size_t i = 0; i < count; i++) {
        if (warnings[i].count == 0) {
            plx_findings_add(findings, false, warnings[i].code, 0, "%s", warnings[i].message);
            continue;
        }
        struct plx_occurrence first = {
            .count = warnings[i].count, .line = warnings[i].line, .at = PLX_FOUND_NOWHERE};
        snprintf(first.input, sizeof first.input, "%s", original.first_input);
        plx_findings_add_occurrence(findings, false, warnings[i].code, &first, "%s", warnings[i].message);
    }
}

static enum plx_status prepare(struct walk *walk, struct plx_error *error)
{
    const struct plx_corpus_info *info = &walk->out->info;
    const bool characters = info->content == PLX_CONTENT_TEXT && info->tokens == PLX_TOKENS_CHARACTER;
    if (characters && !(walk->characters = plx_new_array(CODE_POINTS, sizeof *walk->characters, error)))
        return PLX_MEMORY;
    return PLX_OK;
}

/* Counts the distinct tokens of a histogram, and tells the coverage of them. */
static enum plx_status finish_histogram(struct walk *walk, const uint64_t *counts, uint32_t size,
                                        bool characters, struct plx_error *error)
{
    for (uint32_t i = 0; i < size; i++) {
        uint8_t text[4] = {(uint8_t)i};
        if (counts[i] == 0)
            continue;
        walk->out->types++;
        const size_t length = characters ? plx_utf8_encode(i, text) : 1;
        const struct plx_word word = {(const char *)text, length};
        const enum plx_status status =
            walk->coverage ? plx_coverage_type(walk->coverage, word, counts[i], error) : PLX_OK;
        if (status)
            return status;
    }
    return PLX_OK;
}

/* What is known at the end only. */
static enum plx_status finish(struct walk *walk, struct plx_error *error)
{
    struct plx_inspected_corpus *out = walk->out;
    enum plx_status status = PLX_OK;
    end_document(walk);
    out->types_exact = !walk->words.full;
    out->types = walk->words.count;
    if (out->info.content == PLX_CONTENT_IDS) {
        out->types_exact = out->highest_id < ID_BITS_MOST;
        for (size_t i = 0; walk->ids && i < ID_BITS_MOST / 64; i++)
            out->types += (uint64_t)__builtin_popcountll(walk->ids[i]);
    }
    if (out->info.content != PLX_CONTENT_TEXT)
        return PLX_OK;
    if (out->info.tokens == PLX_TOKENS_WORD)
        out->tokens = out->text.words;
    else
        out->tokens = out->info.tokens == PLX_TOKENS_BYTE ? out->text.bytes : out->text.characters;
    if (walk->characters)
        status = finish_histogram(walk, walk->characters, CODE_POINTS, true, error);
    return status ? status : finish_histogram(walk, walk->bytes, 256, false, error);
}

static enum plx_status pause_between(const struct plx_corpus *corpus,
                                     const struct plx_inspect_options *options, struct plx_error *error)
{
    uint64_t size, done;
    if (options->progress) {
        plx_corpus_progress(corpus, &size, &done);
        options->progress(options->user, done, size);
    }
    if (options->corpus.interrupted && options->corpus.interrupted(options->corpus.user))
        return plx_error_set(error, PLX_INTERRUPTED, "interrupted");
    return PLX_OK;
}

static enum plx_status walk_corpus(struct walk *walk, struct plx_corpus *corpus,
                                   const struct plx_inspect_options *options, struct plx_error *error)
{
    enum plx_status status = prepare(walk, error);
    while (status == PLX_OK) {
        struct plx_chunk chunk;
        bool more;
        if ((status = pause_between(corpus, options, error)) ||
            (status = plx_corpus_next(corpus, &chunk, &more, error)))
            return status;
        if (!more)
            return finish(walk, error);
        switch (chunk.content) {
        case PLX_CONTENT_TEXT: status = walk_text(walk, &chunk, error); break;
        case PLX_CONTENT_STRINGS: status = walk_strings(walk, &chunk, error); break;
        case PLX_CONTENT_IDS: status = walk_ids(walk, &chunk, error); break;
        }
    }
    return status;
}

static enum plx_status describe(struct plx_corpus *corpus, struct plx_inspected_corpus *out,
                                struct plx_error *error)
{
    const char *name = plx_corpus_name(corpus);
    uint64_t size;
    plx_corpus_info(corpus, &out->info);
    out->file.bytes = out->info.bytes;
    plx_corpus_progress(corpus, &size, &out->file.medium_bytes);
    out->name = plx_copy_string(name, strlen(name), error);
    return out->name ? plx_corpus_sha256(corpus, out->sha256, error) : PLX_MEMORY;
}

enum plx_status plx_inspect_corpus(struct plx_corpus *corpus, const struct plx_inspect_options *options,
                                   struct plx_coverage *coverage, struct plx_inspected_corpus **inspected,
                                   struct plx_error *error)
{
    struct plx_inspected_corpus *out = plx_new_array(1, sizeof *out, error);
    *inspected = NULL;
    if (!out)
        return PLX_MEMORY;
    struct walk walk = {.out = out, .coverage = coverage, .words.most = options->most_types};
    plx_corpus_info(corpus, &out->info);
    enum plx_status status = walk_corpus(&walk, corpus, options, error);
    if (status == PLX_OK)
        status = describe(corpus, out, error);
    plx_oddities_list(&walk.oddities, &out->findings);
    doubt_width(&walk, &out->findings);
    doubt_original(corpus, &out->findings);
    if (out->tokens == 0)
        plx_findings_add(&out->findings, false, "no-tokens", 0, "there is no token in it: nothing to score");
    if (out->info.files == 1)
        plx_findings_forget_inputs(&out->findings);
    plx_tokens_release(&walk.tokens);
    plx_distinct_release(&walk.words);
    free(walk.characters);
    free(walk.ids);
    if (status) {
        plx_inspected_corpus_free(out);
        return status;
    }
    *inspected = out;
    return PLX_OK;
}
