/* What every model must do that scores by position, over all such fixtures, each with the corpus that its
   answers belong to beside it. */
#include "support/gzip_member.h"
#include "support/positions.h"
#include "support/result_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Each answer belongs to a token, and each token has one or is skipped for want of it. */
static void check_own_corpus(const struct positions *subject)
{
    char *text = positions_evaluate_well(subject, positions_own_corpus(subject), NULL);
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
    positions_each(check_own_corpus);
}

static void assert_same(const struct positions *subject, const char *expected, char *found, const char *what)
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
static void check_packed_model(const struct positions *subject, const char *expected)
{
    const struct file_bytes packed = packed_bytes(&subject->file);
    struct positions other = *subject;
    struct plx_error error = {0};
    if (model_open_bytes(packed.bytes, packed.size, subject->path, NULL, &other.model, &error))
        fail_msg("%s, compressed: %s", subject->path, error.message);
    assert_same(subject, expected, positions_evaluate_well(&other, positions_own_corpus(subject), NULL),
                "a compressed model");
    plx_model_close(other.model);
    free(packed.bytes);
}

static void check_manners(const struct positions *subject)
{
    static const size_t batches[] = {1, 7, 4096};
    char *expected = positions_evaluate_well(subject, positions_own_corpus(subject), NULL);
    result_text_remove(expected, "runtime");
    for (size_t i = 0; i < sizeof batches / sizeof *batches; i++) {
        for (unsigned threads = 1; threads <= 3; threads += 2) {
            const struct plx_evaluate_options options = {.threads = threads, .batch = batches[i]};
            assert_same(subject, expected,
                        positions_evaluate_well(subject, positions_own_corpus(subject), &options),
                        "other threads or batches");
        }
    }
    const struct file_bytes packed = packed_bytes(&subject->corpus);
    struct plx_corpus *corpus = positions_corpus(packed.bytes, packed.size, subject->corpus_path);
    assert_same(subject, expected, positions_evaluate_well(subject, corpus, NULL), "a compressed corpus");
    check_packed_model(subject, expected);
    free(packed.bytes);
    plx_text_free(expected);
}

static void plx_evaluate__threads_batches_and_gzip_do_not_matter(void **state)
{
    (void)state;
    positions_each(check_manners);
}

/* Refused as not fitting, in a message that says how many answers there are, or at which line of the model
   the corpus parts from it. */
static void assert_mismatch(const struct positions *subject, struct plx_corpus *corpus,
                            struct plx_error *error, const char *what)
{
    char *text = positions_evaluate(subject->model, corpus, NULL, error);
    if (text || error->status != PLX_MISMATCH || strcmp(error->input, subject->path) != 0)
        fail_msg("%s, %s: %s, input %s: \"%s\"", subject->path, what, plx_status_name(error->status),
                 error->input, error->message);
    if (error->line == PLX_NOWHERE && !error_says_number(error, subject->info->positions))
        fail_msg("%s, %s: no place in \"%s\"", subject->path, what, error->message);
}

static void check_twice(const struct positions *subject)
{
    const char *names[] = {subject->corpus_path, subject->corpus_path};
    struct plx_error error;
    assert_mismatch(subject, positions_corpus_files(names, 2), &error, "the corpus twice");
}

static void plx_evaluate__a_corpus_that_goes_on_is_refused(void **state)
{
    (void)state;
    positions_each(check_twice);
}

/* How many tokens the first `size` bytes of the corpus have; of a text, words and ends of lines. */
static uint64_t count_tokens(const struct positions *subject, size_t size)
{
    struct plx_corpus *corpus = positions_corpus(subject->corpus.bytes, size, subject->corpus_path);
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

static void check_cut(const struct positions *subject)
{
    const uint8_t *newline = memchr(subject->corpus.bytes, '\n', subject->corpus.size);
    struct plx_error error;
    assert_non_null(newline);
    const size_t size = (size_t)(newline - subject->corpus.bytes) + 1;
    assert_true(size < subject->corpus.size); /* or it would not be cut */
    assert_mismatch(subject, positions_corpus(subject->corpus.bytes, size, subject->corpus_path), &error,
                    "cut at the first line");
    assert_int_equal(count_tokens(subject, subject->corpus.size), subject->info->positions);
    if (!error_says_number(&error, subject->info->positions) ||
        !error_says_number(&error, count_tokens(subject, size)))
        fail_msg("%s: not both counts in \"%s\"", subject->path, error.message);
}

static void plx_evaluate__a_corpus_that_was_cut_is_refused(void **state)
{
    (void)state;
    positions_each(check_cut);
}

static void check_windows(const struct positions *subject)
{
    static const char *const windows[] = {"1", "2", "1024"};
    struct plx_error error = {0};
    for (size_t i = 0; i < sizeof windows / sizeof *windows; i++) {
        struct plx_corpus *corpus = positions_own_corpus(subject);
        struct plx_corpus_info info;
        plx_corpus_info(corpus, &info);
        struct plx_protocol protocol = *plx_protocol_default(subject->info, &info);
        assert_int_equal(plx_protocol_set(&protocol, "window", windows[i], &error), PLX_OK);
        const struct plx_evaluate_options options = {.protocol = &protocol};
        assert_null(positions_evaluate(subject->model, corpus, &options, &error));
        assert_int_equal(error.status, PLX_USAGE);
        assert_non_null(strstr(error.message, "window"));
    }
}

static void plx_evaluate__windows_are_refused(void **state)
{
    (void)state;
    positions_each(check_windows);
}

/* Answers come one after another, whatever the units. */
static void check_units(const struct positions *subject)
{
    struct plx_corpus *corpus = positions_own_corpus(subject);
    struct plx_corpus_info info;
    struct plx_error error = {0};
    plx_corpus_info(corpus, &info);
    const bool text = info.content == PLX_CONTENT_TEXT;
    struct plx_protocol protocol = *plx_protocol_default(subject->info, &info);
    protocol.unit = text ? PLX_UNIT_LINE : PLX_UNIT_DOCUMENT;
    protocol.end = text ? PLX_END_SCORED : PLX_END_NONE;
    const struct plx_evaluate_options options = {.protocol = &protocol, .batch = 2};
    char *units = positions_evaluate(subject->model, corpus, &options, &error);
    char *stream = positions_evaluate_well(subject, positions_own_corpus(subject), NULL);
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
    positions_each(check_units);
}

/* The first token left out: where answers belong to tokens, the others keep theirs. Where they belong to
   targets, there is one too many, and the message says what would help. */
static void check_first_skipped(const struct positions *subject)
{
    struct plx_corpus *corpus = positions_own_corpus(subject);
    struct plx_corpus_info info;
    struct plx_error error = {0};
    plx_corpus_info(corpus, &info);
    struct plx_protocol protocol = *plx_protocol_default(subject->info, &info);
    protocol.first = PLX_FIRST_SKIP;
    const struct plx_evaluate_options options = {.protocol = &protocol};
    char *text = positions_evaluate(subject->model, corpus, &options, &error);
    if (subject->info->capabilities & PLX_BY_TARGET) {
        assert_null(text);
        assert_int_equal(error.status, PLX_MISMATCH);
        assert_true(error_says_number(&error, subject->info->positions));
        assert_true(error_says_number(&error, subject->info->positions - 1));
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
    positions_each(check_first_skipped);
}

/* Line ends left out, where the corpus has some. */
static void check_ends_left_out(const struct positions *subject)
{
    struct plx_corpus *corpus = positions_own_corpus(subject);
    struct plx_corpus_info info;
    struct plx_error error = {0};
    plx_corpus_info(corpus, &info);
    struct plx_protocol protocol = *plx_protocol_default(subject->info, &info);
    protocol.end = PLX_END_NONE;
    const struct plx_evaluate_options options = {.protocol = &protocol};
    char *text = positions_evaluate(subject->model, corpus, &options, &error);
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
    positions_each(check_ends_left_out);
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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
