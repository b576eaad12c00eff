/* Models that score by position and know the tokens: every token of the corpus, exchanged in turn for another
   one, is noticed, and the message names the line of the record. Over all such fixtures. */
#include "support/positions.h"
#include "support/result_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define POSITIONS_MOST 1024

/* A corpus token by token, in memory of its own: where a document or a line begins is kept. */
struct token {
    char *spelling; /* of a string or a word; NULL: an id */
    uint32_t id;
    bool begins; /* a document; of a text, a line */
};

struct tokens {
    enum plx_content content;
    struct token all[POSITIONS_MOST];
    size_t count;
};

static struct token *add_token(struct tokens *tokens, const char *spelling, size_t length, bool begins)
{
    assert_true(tokens->count < POSITIONS_MOST);
    struct token *token = tokens->all + tokens->count++;
    *token = (struct token){.begins = begins};
    if (spelling && !(token->spelling = strndup(spelling, length)))
        abort();
    return token;
}

/* The words of a text. */
static void add_words(struct tokens *tokens, const char *text, size_t size)
{
    bool begins = true;
    for (size_t at = 0; at < size; at++) {
        size_t end = at;
        while (end < size && text[end] != ' ' && text[end] != '\n')
            end++;
        if (end > at) {
            add_token(tokens, text + at, end - at, begins);
            begins = false;
        }
        begins = begins || (end < size && text[end] == '\n');
        at = end;
    }
}

static struct tokens *tokens_of(const struct positions *subject)
{
    struct tokens *tokens = calloc(1, sizeof *tokens);
    struct plx_corpus *corpus = positions_own_corpus(subject);
    struct plx_error error = {0};
    struct plx_chunk chunk;
    bool more;
    if (!tokens)
        abort();
    while (plx_corpus_next(corpus, &chunk, &more, &error) == PLX_OK && more) {
        tokens->content = chunk.content;
        if (chunk.text)
            add_words(tokens, (const char *)chunk.text, chunk.size);
        for (size_t i = 0; !chunk.text && i < chunk.size; i++) {
            const bool begins = i == 0 && chunk.begins_document;
            if (chunk.tokens)
                add_token(tokens, chunk.tokens[i].text, chunk.tokens[i].length, begins);
            else
                add_token(tokens, NULL, 0, begins)->id = chunk.ids[i];
        }
    }
    plx_corpus_close(corpus);
    return tokens;
}

static void tokens_free(struct tokens *tokens)
{
    for (size_t i = 0; i < tokens->count; i++)
        free(tokens->all[i].spelling);
    free(tokens);
}

/* Writes the tokens down again: a text line by line, tokens as objects of JSON. No spelling needs escaping.
 */
static size_t write_tokens(const struct tokens *tokens, char *out, size_t capacity)
{
    const bool text = tokens->content == PLX_CONTENT_TEXT, ids = tokens->content == PLX_CONTENT_IDS;
    size_t size = 0;
    for (size_t i = 0; i < tokens->count; i++) {
        const struct token *token = tokens->all + i;
        const bool last = i + 1 == tokens->count || token[1].begins;
        if (text)
            size += (size_t)snprintf(out + size, capacity - size, "%s%c", token->spelling, last ? '\n' : ' ');
        else if (ids)
            size += (size_t)snprintf(out + size, capacity - size, "%s%lu%s",
                                     token->begins ? "{\"input_ids\": [" : ", ", (unsigned long)token->id,
                                     last ? "]}\n" : "");
        else
            size += (size_t)snprintf(out + size, capacity - size, "%s\"%s\"%s",
                                     token->begins ? "{\"tokens\": [" : ", ", token->spelling,
                                     last ? "]}\n" : "");
        assert_true(size < capacity);
    }
    return size;
}

static struct plx_corpus *corpus_of(const struct tokens *tokens, char *bytes, size_t capacity)
{
    return positions_corpus(bytes, write_tokens(tokens, bytes, capacity), "tokens");
}

/* How many positions the model has in its first `lines` lines. */
static uint64_t positions_in(const struct positions *subject, uint64_t lines)
{
    size_t size = 0;
    struct plx_model *model;
    struct plx_error error = {0};
    for (; lines > 0 && size < subject->file.size; size++)
        lines -= subject->file.bytes[size] == '\n';
    uint64_t positions = 0;
    if (model_open_bytes(subject->file.bytes, size, subject->path, NULL, &model, &error) == PLX_OK)
        positions = plx_model_info(model)->positions;
    plx_model_close(model);
    return positions;
}

/* The line of the model's file that answers the position. */
static uint64_t line_of(const struct positions *subject, uint64_t position)
{
    uint64_t line = 1;
    while (positions_in(subject, line) <= position)
        line++;
    return line;
}

/* Where a token of the corpus stands among those that are scored: behind every line of a text is an end. */
static uint64_t position_of(const struct tokens *tokens, size_t index)
{
    uint64_t ends = 0;
    for (size_t i = 1; i <= index && tokens->content == PLX_CONTENT_TEXT; i++)
        ends += tokens->all[i].begins;
    return index + ends;
}

/* Which positions of a stream have an answer. */
struct answered {
    bool at[POSITIONS_MOST];
};

static enum plx_status note_answers(void *user, const struct plx_token_score *tokens, size_t count,
                                    struct plx_error *error)
{
    struct answered *answered = user;
    (void)error;
    for (size_t i = 0; i < count; i++) {
        assert_true(tokens[i].unit == 0 && tokens[i].position < POSITIONS_MOST);
        answered->at[tokens[i].position] = true;
    }
    return PLX_OK;
}

/* Whether the exchange is refused, at the right place. */
static bool refused(const struct positions *subject, const struct tokens *tokens, size_t index,
                    const char *expected, const struct answered *answered)
{
    char bytes[8192];
    struct plx_error error;
    char *text = positions_evaluate(subject->model, corpus_of(tokens, bytes, sizeof bytes), NULL, &error);
    const uint64_t position = position_of(tokens, index), line = line_of(subject, position);
    if (text) { /* as much as was said before, and no more */
        cJSON *result = cJSON_Parse(text), *before = cJSON_Parse(expected);
        assert_string_equal(result_member(result, "accumulators.nats.sum")->valuestring,
                            result_member(before, "accumulators.nats.sum")->valuestring);
        assert_int_equal(result_count(result, "counts.skipped.no_context"),
                         result_count(before, "counts.skipped.no_context"));
        assert_false(answered->at[position]);
        assert_true(position == 0 || line_of(subject, position - 1) < line);
        cJSON_Delete(result);
        cJSON_Delete(before);
        plx_text_free(text);
        return false;
    }
    const uint64_t in_record = position - positions_in(subject, line - 1) + 1;
    if (error.status != PLX_MISMATCH || strcmp(error.input, subject->path) != 0 || error.line != line ||
        !error_says_number(&error, position + 1) || !error_says_number(&error, in_record))
        fail_msg("%s, token %zu exchanged: %s, line %lld instead of %llu: \"%s\"", subject->path, index,
                 plx_status_name(error.status), (long long)error.line, (unsigned long long)line,
                 error.message);
    return true;
}

/* Any other token than that at `index`: of the corpus, or (variant 0) of none. */
static struct token other_token(const struct tokens *tokens, size_t index, size_t variant)
{
    static char strange[] = "strange";
    const struct token *token = tokens->all + index;
    for (size_t i = 0; variant > 0 && i < tokens->count; i++) {
        const struct token *other = tokens->all + i;
        if (token->spelling ? strcmp(other->spelling, token->spelling) != 0 : other->id != token->id)
            return (struct token){other->spelling, other->id, token->begins};
    }
    return (struct token){token->spelling ? strange : NULL, token->id ? token->id - 1 : 1, token->begins};
}

/* The first of a record may be a token that the model does not tell, and has no answer for. */
static void check_exchanges(const struct positions *subject)
{
    char bytes[8192];
    size_t mismatches = 0, accepted = 0;
    if (subject->info->capabilities & PLX_ANY_TOKENS)
        return;
    struct tokens *tokens = tokens_of(subject);
    struct answered answered = {{false}};
    const struct plx_evaluate_options options = {.tokens = note_answers, .tokens_user = &answered};
    char *expected = positions_evaluate_well(subject, positions_own_corpus(subject), &options);
    char *again = positions_evaluate_well(subject, corpus_of(tokens, bytes, sizeof bytes), NULL);
    cJSON *result = cJSON_Parse(again);
    assert_int_equal(result_count(result, "counts.tokens"), subject->info->positions);
    for (size_t i = 0; i < tokens->count; i++) {
        for (size_t variant = 0; variant < 2; variant++) {
            const struct token kept = tokens->all[i];
            tokens->all[i] = other_token(tokens, i, variant);
            const bool mismatch = refused(subject, tokens, i, expected, &answered);
            mismatches += mismatch;
            accepted += !mismatch;
            tokens->all[i] = kept;
        }
    }
    assert_true(mismatches > 0);
    assert_true(accepted <= 2 * result_count(result, "counts.skipped.no_context"));
    print_message("%s: %zu exchanged tokens are refused, %zu are none that it tells\n",
                  fixture_name(subject->path), mismatches, accepted);
    cJSON_Delete(result);
    plx_text_free(again);
    plx_text_free(expected);
    tokens_free(tokens);
}

static void plx_evaluate__another_token_is_refused_with_the_line(void **state)
{
    (void)state;
    positions_each(check_exchanges);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_evaluate__another_token_is_refused_with_the_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
