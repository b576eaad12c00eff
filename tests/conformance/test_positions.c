/* What every model must do that scores by position, over all such fixtures, each with the corpus that its
   answers belong to beside it. */
#include "support/fixtures.h"
#include "support/gzip_member.h"
#include "support/result_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define POSITIONS_MOST 1024

/* A model with its corpus. */
struct subject {
    const char *path;
    char *corpus_path;
    struct plx_model *model;
    const struct plx_model_info *info;
    struct file_bytes file, corpus; /* both as they lie there */
};

static struct subject subject_open(const char *path)
{
    struct subject subject = {.path = path, .corpus_path = fixture_text(path), .model = fixture_open(path)};
    subject.info = plx_model_info(subject.model);
    subject.file = file_read(path);
    subject.corpus = file_read(subject.corpus_path);
    return subject;
}

static void subject_close(struct subject *subject)
{
    plx_model_close(subject->model);
    free(subject->file.bytes);
    free(subject->corpus.bytes);
    free(subject->corpus_path);
}

static void each_model(void (*check)(const struct subject *subject))
{
    struct fixtures fixtures = fixtures_models();
    size_t checked = 0;
    for (size_t i = 0; i < fixtures.count; i++) {
        struct plx_model *model = fixture_open(fixtures.paths[i]);
        const bool by_position = fixture_by_position(model);
        plx_model_close(model);
        if (!by_position)
            continue;
        struct subject subject = subject_open(fixtures.paths[i]);
        check(&subject);
        subject_close(&subject);
        checked++;
    }
    assert_true(checked > 0);
    fixtures_free(&fixtures);
}

static struct plx_corpus *corpus_from_bytes(const void *bytes, size_t size, const char *name)
{
    const struct plx_source_options options = {.fingerprint = true};
    struct plx_source *source = NULL;
    struct plx_corpus *corpus = NULL;
    struct plx_error error = {0};
    if (plx_source_open_memory(bytes, size, name, &options, &source, &error) ||
        plx_corpus_open_source(source, NULL, &corpus, &error))
        fail_msg("%s: %s", name, error.message);
    return corpus;
}

static struct plx_corpus *corpus_from_files(const char *const *names, size_t count)
{
    struct plx_corpus *corpus = NULL;
    struct plx_error error = {0};
    if (plx_corpus_open(names, count, NULL, &corpus, &error))
        fail_msg("%s: %s", names[0], error.message);
    return corpus;
}

/* The result's JSON, or NULL and the error. The corpus is closed. */
static char *evaluate(const struct plx_model *model, struct plx_corpus *corpus,
                      const struct plx_evaluate_options *options, struct plx_error *error)
{
    struct plx_result *result;
    char *text = NULL;
    *error = (struct plx_error){0};
    const enum plx_status status = plx_evaluate(model, corpus, options, &result, error);
    assert_true((status == PLX_OK) == (result != NULL));
    if (result)
        text = result_text(result);
    plx_result_free(result);
    plx_corpus_close(corpus);
    return text;
}

static char *evaluate_well(const struct subject *subject, struct plx_corpus *corpus,
                           const struct plx_evaluate_options *options)
{
    struct plx_error error;
    char *text = evaluate(subject->model, corpus, options, &error);
    if (!text)
        fail_msg("%s: %s", subject->path, error.message);
    return text;
}

static struct plx_corpus *own_corpus(const struct subject *subject)
{
    const char *names[] = {subject->corpus_path};
    return corpus_from_files(names, 1);
}

/* Each answer belongs to a token, and each token has one or is skipped for want of it. */
static void check_own_corpus(const struct subject *subject)
{
    char *text = evaluate_well(subject, own_corpus(subject), NULL);
    cJSON *result = cJSON_Parse(text);
    const cJSON *reason;
    uint64_t skipped = 0;
    assert_true(subject->info->positions > 0);
    assert_int_equal(result_count(result, "counts.tokens"), subject->info->positions);
    cJSON_ArrayForEach(reason, result_member(result, "counts.skipped")) skipped +=
        (uint64_t)reason->valuedouble;
    assert_int_equal(skipped, result_count(result, "counts.skipped.no_context"));
    assert_int_equal(result_count(result, "counts.scored") + skipped, subject->info->positions);
    assert_int_equal(result_count(result, "counts.scored"), subject->info->parameters);
    assert_int_equal(result_count(result, "accumulators.nats.count"), subject->info->parameters);
    cJSON_Delete(result);
    plx_text_free(text);
}

static void plx_evaluate__of_its_own_corpus_takes_every_answer(void **state)
{
    (void)state;
    each_model(check_own_corpus);
}

static void assert_same(const struct subject *subject, const char *expected, char *found, const char *what)
{
    result_text_remove(found, "runtime");
    if (strcmp(expected, found) != 0)
        fail_msg("%s, %s: \"%s\" became \"%s\"", subject->path, what, expected, found);
    plx_text_free(found);
}

/* The bytes as a gzip file, in memory to be released. */
static struct file_bytes packed_bytes(const struct file_bytes *plain)
{
    const size_t capacity = 2 * plain->size + 1024;
    struct file_bytes packed = {malloc(capacity), 0};
    if (!packed.bytes)
        abort();
    packed.size = gzip_member(plain->bytes, plain->size, 9, "name", packed.bytes, capacity);
    return packed;
}

/* The corpus by a model that lies there compressed. */
static void check_packed_model(const struct subject *subject, const char *expected)
{
    const struct file_bytes packed = packed_bytes(&subject->file);
    struct subject other = *subject;
    struct plx_error error = {0};
    if (model_open_bytes(packed.bytes, packed.size, subject->path, NULL, &other.model, &error))
        fail_msg("%s, compressed: %s", subject->path, error.message);
    assert_same(subject, expected, evaluate_well(&other, own_corpus(subject), NULL), "a compressed model");
    plx_model_close(other.model);
    free(packed.bytes);
}

static void check_manners(const struct subject *subject)
{
    static const size_t batches[] = {1, 7, 4096};
    char *expected = evaluate_well(subject, own_corpus(subject), NULL);
    result_text_remove(expected, "runtime");
    for (size_t i = 0; i < sizeof batches / sizeof *batches; i++) {
        for (unsigned threads = 1; threads <= 3; threads += 2) {
            const struct plx_evaluate_options options = {.threads = threads, .batch = batches[i]};
            assert_same(subject, expected, evaluate_well(subject, own_corpus(subject), &options),
                        "other threads or batches");
        }
    }
    const struct file_bytes packed = packed_bytes(&subject->corpus);
    struct plx_corpus *corpus = corpus_from_bytes(packed.bytes, packed.size, subject->corpus_path);
    assert_same(subject, expected, evaluate_well(subject, corpus, NULL), "a compressed corpus");
    check_packed_model(subject, expected);
    free(packed.bytes);
    plx_text_free(expected);
}

static void plx_evaluate__threads_batches_and_gzip_do_not_matter(void **state)
{
    (void)state;
    each_model(check_manners);
}

/* Whether the number stands in the message by itself. */
static bool says_number(const struct plx_error *error, uint64_t number)
{
    char digits[32];
    snprintf(digits, sizeof digits, "%llu", (unsigned long long)number);
    for (const char *at = error->message; (at = strpbrk(at, "0123456789")) != NULL;) {
        const size_t length = strspn(at, "0123456789");
        if (length == strlen(digits) && memcmp(at, digits, length) == 0)
            return true;
        at += length;
    }
    return false;
}

/* Refused as not fitting, in a message that says how many answers there are, or at which line of the model
   the corpus parts from it. */
static void assert_mismatch(const struct subject *subject, struct plx_corpus *corpus, struct plx_error *error,
                            const char *what)
{
    char *text = evaluate(subject->model, corpus, NULL, error);
    if (text || error->status != PLX_MISMATCH || strcmp(error->input, subject->path) != 0)
        fail_msg("%s, %s: %s, input %s: \"%s\"", subject->path, what, plx_status_name(error->status),
                 error->input, error->message);
    if (error->line == PLX_NOWHERE && !says_number(error, subject->info->positions))
        fail_msg("%s, %s: no place in \"%s\"", subject->path, what, error->message);
}

static void check_twice(const struct subject *subject)
{
    const char *names[] = {subject->corpus_path, subject->corpus_path};
    struct plx_error error;
    assert_mismatch(subject, corpus_from_files(names, 2), &error, "the corpus twice");
}

static void plx_evaluate__a_corpus_that_goes_on_is_refused(void **state)
{
    (void)state;
    each_model(check_twice);
}

/* How many tokens the first `size` bytes of the corpus have; of a text, words and ends of lines. */
static uint64_t count_tokens(const struct subject *subject, size_t size)
{
    struct plx_corpus *corpus = corpus_from_bytes(subject->corpus.bytes, size, subject->corpus_path);
    struct plx_error error = {0};
    struct plx_chunk chunk;
    uint64_t tokens = 0;
    bool more;
    while (plx_corpus_next(corpus, &chunk, &more, &error) == PLX_OK && more) {
        for (size_t i = 0; chunk.text && i < chunk.size; i++) {
            const bool blank = chunk.text[i] == ' ' || chunk.text[i] == '\n';
            const bool after_blank = i == 0 || chunk.text[i - 1] == ' ' || chunk.text[i - 1] == '\n';
            tokens += !blank && after_blank;
            tokens += chunk.text[i] == '\n';
        }
        tokens += chunk.text ? 0 : chunk.size;
    }
    plx_corpus_close(corpus);
    return tokens;
}

static void check_cut(const struct subject *subject)
{
    const uint8_t *newline = memchr(subject->corpus.bytes, '\n', subject->corpus.size);
    struct plx_error error;
    assert_non_null(newline);
    const size_t size = (size_t)(newline - subject->corpus.bytes) + 1;
    assert_true(size < subject->corpus.size); /* or it would not be cut */
    assert_mismatch(subject, corpus_from_bytes(subject->corpus.bytes, size, subject->corpus_path), &error,
                    "cut at the first line");
    assert_int_equal(count_tokens(subject, subject->corpus.size), subject->info->positions);
    if (!says_number(&error, subject->info->positions) || !says_number(&error, count_tokens(subject, size)))
        fail_msg("%s: not both counts in \"%s\"", subject->path, error.message);
}

static void plx_evaluate__a_corpus_that_was_cut_is_refused(void **state)
{
    (void)state;
    each_model(check_cut);
}

static void check_windows(const struct subject *subject)
{
    static const char *const windows[] = {"1", "2", "1024"};
    struct plx_error error = {0};
    for (size_t i = 0; i < sizeof windows / sizeof *windows; i++) {
        struct plx_corpus *corpus = own_corpus(subject);
        struct plx_corpus_info info;
        plx_corpus_info(corpus, &info);
        struct plx_protocol protocol = *plx_protocol_default(subject->info, &info);
        assert_int_equal(plx_protocol_set(&protocol, "window", windows[i], &error), PLX_OK);
        const struct plx_evaluate_options options = {.protocol = &protocol};
        assert_null(evaluate(subject->model, corpus, &options, &error));
        assert_int_equal(error.status, PLX_USAGE);
        assert_non_null(strstr(error.message, "window"));
    }
}

static void plx_evaluate__windows_are_refused(void **state)
{
    (void)state;
    each_model(check_windows);
}

/* Answers come one after another, whatever the units. */
static void check_units(const struct subject *subject)
{
    struct plx_corpus *corpus = own_corpus(subject);
    struct plx_corpus_info info;
    struct plx_error error = {0};
    plx_corpus_info(corpus, &info);
    const bool text = info.content == PLX_CONTENT_TEXT;
    struct plx_protocol protocol = *plx_protocol_default(subject->info, &info);
    protocol.unit = text ? PLX_UNIT_LINE : PLX_UNIT_DOCUMENT;
    protocol.end = text ? PLX_END_SCORED : PLX_END_NONE;
    const struct plx_evaluate_options options = {.protocol = &protocol, .batch = 2};
    char *units = evaluate(subject->model, corpus, &options, &error);
    char *stream = evaluate_well(subject, own_corpus(subject), NULL);
    if (!units)
        fail_msg("%s, every unit by itself: %s", subject->path, error.message);
    cJSON *one = cJSON_Parse(stream), *other = cJSON_Parse(units);
    assert_true(cJSON_Compare(result_member(one, "accumulators.nats"),
                              result_member(other, "accumulators.nats"), true));
    assert_true(cJSON_Compare(result_member(one, "counts"), result_member(other, "counts"), true));
    cJSON_Delete(one);
    cJSON_Delete(other);
    plx_text_free(stream);
    plx_text_free(units);
}

static void plx_evaluate__units_do_not_matter(void **state)
{
    (void)state;
    each_model(check_units);
}

/* The first token left out: where answers belong to tokens, the others keep theirs. Where they belong to
   targets, there is one too many, and the message says what would help. */
static void check_first_skipped(const struct subject *subject)
{
    struct plx_corpus *corpus = own_corpus(subject);
    struct plx_corpus_info info;
    struct plx_error error = {0};
    plx_corpus_info(corpus, &info);
    struct plx_protocol protocol = *plx_protocol_default(subject->info, &info);
    protocol.first = PLX_FIRST_SKIP;
    const struct plx_evaluate_options options = {.protocol = &protocol};
    char *text = evaluate(subject->model, corpus, &options, &error);
    if (subject->info->capabilities & PLX_BY_TARGET) {
        assert_null(text);
        assert_int_equal(error.status, PLX_MISMATCH);
        assert_true(says_number(&error, subject->info->positions));
        assert_true(says_number(&error, subject->info->positions - 1));
        assert_non_null(strstr(error.hint, "--first score"));
        return;
    }
    if (!text)
        fail_msg("%s, --first skip: %s", subject->path, error.message);
    cJSON *result = cJSON_Parse(text);
    assert_int_equal(result_count(result, "counts.tokens"), subject->info->positions);
    assert_true(result_count(result, "counts.scored") + 1 >= subject->info->parameters);
    assert_true(result_count(result, "counts.scored") < subject->info->positions);
    cJSON_Delete(result);
    plx_text_free(text);
}

static void plx_evaluate__the_first_token_left_out(void **state)
{
    (void)state;
    each_model(check_first_skipped);
}

/* Line ends left out, where the corpus has some. */
static void check_ends_left_out(const struct subject *subject)
{
    struct plx_corpus *corpus = own_corpus(subject);
    struct plx_corpus_info info;
    struct plx_error error = {0};
    plx_corpus_info(corpus, &info);
    struct plx_protocol protocol = *plx_protocol_default(subject->info, &info);
    protocol.end = PLX_END_NONE;
    const struct plx_evaluate_options options = {.protocol = &protocol};
    char *text = evaluate(subject->model, corpus, &options, &error);
    assert_int_equal(text == NULL, info.content == PLX_CONTENT_TEXT);
    if (!text) {
        assert_int_equal(error.status, PLX_MISMATCH);
        if (subject->info->capabilities & PLX_BY_TARGET)
            assert_non_null(strstr(error.hint, "--end scored"));
        else
            assert_true(error.line != PLX_NOWHERE);
    }
    plx_text_free(text);
}

static void plx_evaluate__line_ends_left_out(void **state)
{
    (void)state;
    each_model(check_ends_left_out);
}

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

static struct tokens *tokens_of(const struct subject *subject)
{
    struct tokens *tokens = calloc(1, sizeof *tokens);
    struct plx_corpus *corpus = own_corpus(subject);
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
    return corpus_from_bytes(bytes, write_tokens(tokens, bytes, capacity), "tokens");
}

/* How many positions the model has in its first `lines` lines. */
static uint64_t positions_in(const struct subject *subject, uint64_t lines)
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
static uint64_t line_of(const struct subject *subject, uint64_t position)
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
static bool refused(const struct subject *subject, const struct tokens *tokens, size_t index,
                    const char *expected, const struct answered *answered)
{
    char bytes[8192];
    struct plx_error error;
    char *text = evaluate(subject->model, corpus_of(tokens, bytes, sizeof bytes), NULL, &error);
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
        !says_number(&error, position + 1) || !says_number(&error, in_record))
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
static void check_exchanges(const struct subject *subject)
{
    char bytes[8192];
    size_t mismatches = 0, accepted = 0;
    if (subject->info->capabilities & PLX_ANY_TOKENS)
        return;
    struct tokens *tokens = tokens_of(subject);
    struct answered answered = {{false}};
    const struct plx_evaluate_options options = {.tokens = note_answers, .tokens_user = &answered};
    char *expected = evaluate_well(subject, own_corpus(subject), &options);
    char *again = evaluate_well(subject, corpus_of(tokens, bytes, sizeof bytes), NULL);
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
    each_model(check_exchanges);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_evaluate__of_its_own_corpus_takes_every_answer),
        cmocka_unit_test(plx_evaluate__threads_batches_and_gzip_do_not_matter),
        cmocka_unit_test(plx_evaluate__a_corpus_that_goes_on_is_refused),
        cmocka_unit_test(plx_evaluate__a_corpus_that_was_cut_is_refused),
        cmocka_unit_test(plx_evaluate__windows_are_refused),
        cmocka_unit_test(plx_evaluate__units_do_not_matter),
        cmocka_unit_test(plx_evaluate__the_first_token_left_out),
        cmocka_unit_test(plx_evaluate__line_ends_left_out),
        cmocka_unit_test(plx_evaluate__another_token_is_refused_with_the_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
