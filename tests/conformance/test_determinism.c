/* The same bits: everything outside "runtime" is identical byte for byte with any number of threads and any
   size of batches, over all fixture models and presets. And what must hold under every protocol: each token
   is scored once or skipped for one reason, and each byte has an owner. */
#include "support/fixtures.h"
#include "support/gzip_member.h"
#include "support/random.h"
#include "support/result_text.h"
#include "support/sanitized.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Long enough for several blocks of the corpus (64 KiB each) to be under way at once. */
#define LONG_BYTES  ((size_t)160 << 10)
#define SHORT_BYTES ((size_t)3 << 10)

/* Random protocols for each model, by one thread. */
#define PROTOCOLS ((size_t)(SANITIZED_THREADS ? 12 : SANITIZED ? 60 : 400))

/* A model is tried under one in so many presets: the models beside it have the others. */
#define SHARE ((size_t)(SANITIZED_THREADS ? 6 : 3))

/* A model with a long and a short text. */
struct subject {
    const char *path;
    size_t index; /* among the models */
    struct plx_model *model;
    uint8_t *text;
    size_t size, short_size;
};

/* The text that suits the model, over and over; texts of one line each would not do. */
static struct subject subject_open(const char *path)
{
    char *text_path = fixture_text(path);
    const struct file_bytes once = file_read(text_path);
    struct subject subject = {.path = path, .model = fixture_open(path)};
    subject.text = malloc(LONG_BYTES + once.size);
    if (!subject.text)
        abort();
    while (subject.size < LONG_BYTES) {
        memcpy(subject.text + subject.size, once.bytes, once.size);
        subject.size += once.size;
        if (subject.short_size == 0 && subject.size >= SHORT_BYTES)
            subject.short_size = once.size > SHORT_BYTES ? SHORT_BYTES : subject.size;
    }
    free(once.bytes);
    free(text_path);
    return subject;
}

static void subject_close(struct subject *subject)
{
    plx_model_close(subject->model);
    free(subject->text);
}

static void each_model(void (*check)(const struct subject *subject))
{
    struct fixtures fixtures = fixtures_distributions();
    assert_true(fixtures.count > 0);
    for (size_t i = 0; i < fixtures.count; i++) {
        struct subject subject = subject_open(fixtures.paths[i]);
        subject.index = i;
        check(&subject);
        subject_close(&subject);
    }
    fixtures_free(&fixtures);
}

/* Who evaluates and how; what does not matter. */
struct manner {
    unsigned threads;
    size_t batch;
};

/* The result without "runtime"; or, where there is none, the error as it is shown. Released with free(). */
static char *evaluate(const struct plx_model *model, const void *text, size_t size,
                      enum plx_token_kind tokens, const struct plx_protocol *protocol, struct manner manner)
{
    const struct plx_evaluate_options options = {
        .protocol = protocol, .threads = manner.threads, .batch = manner.batch};
    struct plx_error error = {0};
    struct plx_result *result = evaluate_bytes(model, text, size, tokens, &options, &error);
    char *copy;
    if (result) {
        char *json = result_text(result);
        result_text_remove(json, "runtime");
        copy = strdup(json);
        plx_text_free(json);
    } else {
        char shown[1200];
        plx_error_format(&error, shown, sizeof shown);
        copy = strdup(shown);
    }
    if (!copy)
        abort();
    plx_result_free(result);
    return copy;
}

static void assert_same(const char *one, const char *other, const struct subject *subject,
                        const char *protocol, struct manner manner)
{
    size_t at = 0;
    if (strcmp(one, other) == 0)
        return;
    while (one[at] == other[at])
        at++;
    at = at > 60 ? at - 60 : 0;
    fail_msg("%s, %s, %u threads, batches of %zu: \"%.120s\" became \"%.120s\"", subject->path, protocol,
             manner.threads, manner.batch, one + at, other + at);
}

/* One evaluation against others in all these manners, each by a model that has remembered nothing yet. */
static void check_manners(const struct subject *subject, size_t size, enum plx_token_kind tokens,
                          const struct plx_protocol *protocol, const struct manner *manners, size_t count)
{
    const struct manner plain = {1, 4096};
    char *expected = evaluate(subject->model, subject->text, size, tokens, protocol, plain);
    for (size_t i = 0; i < count; i++) {
        struct plx_model *fresh = fixture_open(subject->path);
        char *found = evaluate(fresh, subject->text, size, tokens, protocol, manners[i]);
        assert_same(expected, found, subject, protocol->name, manners[i]);
        free(found);
        plx_model_close(fresh);
    }
    free(expected);
}

static void check_protocol(const struct subject *subject, enum plx_token_kind tokens,
                           const struct plx_protocol *protocol)
{
    /* What a sanitizer can find, it finds in a few. */
    static const struct manner on_short[] = {{3, 1}, {2, 3}, {1, 1}, {2, 1}, {1, 2}, {3, 0}, {0, 5}};
    static const struct manner on_long[] = {{3, 64}, {1, 7}, {1, 64}, {2, 7}, {2, 4096}, {3, 4096}, {0, 0}};
    const size_t shorts = SANITIZED ? 2 : sizeof on_short / sizeof *on_short;
    const size_t longs = SANITIZED ? 1 : sizeof on_long / sizeof *on_long;
    check_manners(subject, subject->short_size, tokens, protocol, on_short, shorts);
    check_manners(subject, subject->size, tokens, protocol, on_long, longs);
}

static void check_presets(const struct subject *subject)
{
    const struct plx_protocol *preset;
    for (size_t i = subject->index % SHARE; (preset = plx_protocol_preset(i)) != NULL; i += SHARE)
        check_protocol(subject, PLX_TOKENS_WORD, preset);
}

static void plx_evaluate__threads_and_batches_do_not_matter(void **state)
{
    (void)state;
    each_model(check_presets);
}

/* The same presets over tokens of other kinds; one model of each kind will do. */
static void plx_evaluate__threads_and_batches_do_not_matter_to_characters(void **state)
{
    (void)state;
    const char *const names[] = {"messy/y_crlf.arpa", "models/tiny.table.safetensors"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char *path = fixture_path(names[i]);
        struct subject subject = subject_open(path);
        const struct plx_protocol *preset;
        for (size_t k = 0; (preset = plx_protocol_preset(k)) != NULL; k++)
            check_protocol(&subject, (i + k) % 2 ? PLX_TOKENS_CHARACTER : PLX_TOKENS_BYTE, preset);
        subject_close(&subject);
        free(path);
    }
}

static struct plx_protocol protocol_from(const char *preset, const char *const *fields)
{
    const struct plx_protocol *row = plx_protocol_find(preset);
    struct plx_error error = {0};
    assert_non_null(row);
    struct plx_protocol protocol = *row;
    for (; *fields; fields += 2) {
        if (plx_protocol_set(&protocol, fields[0], fields[1], &error))
            fail_msg("%s", error.message);
    }
    return protocol;
}

/* Means of means, in which the order of the tokens counts, and windows smaller than a batch. */
static void check_averages(const struct subject *subject)
{
    static const char *const fields[][13] = {
        {"window", "7", "stride", "3", "average", "window", NULL},
        {"window", "16", "score", "all", "tail", "drop", "average", "window", NULL},
        {"window", "11", "stride", "5", "average", "hf-2024", "first", "skip", NULL},
        {"unit", "line", "end", "scored", "average", "unit", NULL},
        {"unit", "document", "average", "unit", "unknown", "skip", NULL},
        {"window", "9", "stride", "4", "score", "last:3", "first_window", "6", "tail", "left-extend", NULL},
        {"unknown", "floor:-7.5", "limit", "777", NULL},
    };
    for (size_t i = subject->index % SHARE; i < sizeof fields / sizeof *fields; i += SHARE) {
        const struct plx_protocol protocol = protocol_from("exact", fields[i]);
        check_protocol(subject, PLX_TOKENS_WORD, &protocol);
    }
}

static void plx_evaluate__threads_and_batches_do_not_matter_to_averages(void **state)
{
    (void)state;
    each_model(check_averages);
}

/* A fresh model has remembered nothing; a compressed text is the same text. */
static void check_source(const struct subject *subject)
{
    const struct plx_protocol *protocol = plx_protocol_find("exact");
    const struct manner manner = {2, 64};
    const size_t capacity = subject->size + 4096;
    uint8_t *packed = malloc(capacity);
    struct plx_model *fresh = fixture_open(subject->path);
    if (!packed)
        abort();
    const size_t size = gzip_member(subject->text, subject->size, 1, "text", packed, capacity);
    char *expected =
        evaluate(subject->model, subject->text, subject->size, PLX_TOKENS_WORD, protocol, manner);
    char *again = evaluate(subject->model, subject->text, subject->size, PLX_TOKENS_WORD, protocol, manner);
    char *found = evaluate(fresh, packed, size, PLX_TOKENS_WORD, protocol, manner);
    assert_same(expected, again, subject, "the second time", manner);
    assert_same(expected, found, subject, "compressed", manner);
    free(expected);
    free(again);
    free(found);
    free(packed);
    plx_model_close(fresh);
}

static void plx_evaluate__compressed_text_is_the_same(void **state)
{
    (void)state;
    each_model(check_source);
}

/* In a stream, an n-gram model's start symbol stands for the line end: the numbers of `sentence`. */
static void check_wikitext(const struct subject *subject)
{
    const struct manner manner = {2, 64};
    if (plx_model_info(subject->model)->kind != PLX_KIND_NGRAM)
        return;
    assert_true(plx_model_info(subject->model)->capabilities & PLX_RESTART_AT_END);
    char *sentence = evaluate(subject->model, subject->text, subject->size, PLX_TOKENS_WORD,
                              plx_protocol_find("sentence"), manner);
    char *stream = evaluate(subject->model, subject->text, subject->size, PLX_TOKENS_WORD,
                            plx_protocol_find("wikitext-eos"), manner);
    assert_string_not_equal(sentence, stream);
    result_text_remove(sentence, "protocol");
    result_text_remove(stream, "protocol");
    assert_same(sentence, stream, subject, "wikitext-eos", manner);
    free(sentence);
    free(stream);
}

static void plx_evaluate__wikitext_eos_of_an_ngram_model_is_sentence(void **state)
{
    (void)state;
    each_model(check_wikitext);
}

static cJSON *evaluate_json(const struct subject *subject, const struct plx_protocol *protocol, size_t size,
                            struct plx_error *error)
{
    const struct plx_evaluate_options options = {.protocol = protocol, .threads = 1, .batch = 64};
    struct plx_result *result =
        evaluate_bytes(subject->model, subject->text, size, PLX_TOKENS_WORD, &options, error);
    return result ? result_tree(result) : NULL;
}

/* The words and lines of the text, counted by the test. */
struct counts {
    uint64_t words, lines;
};

static struct counts count_text(const uint8_t *text, size_t size)
{
    struct counts counts = {0, size > 0 && text[size - 1] != '\n'};
    for (size_t i = 0; i < size; i++) {
        const bool begins = i == 0 || text[i - 1] == ' ' || text[i - 1] == '\t' || text[i - 1] == '\n';
        counts.words += begins && text[i] != ' ' && text[i] != '\t' && text[i] != '\n';
        counts.lines += text[i] == '\n';
    }
    return counts;
}

static void check_hf_stride(const struct subject *subject)
{
    const struct counts counts = count_text(subject->text, subject->size);
    struct plx_error error = {0};
    cJSON *result = evaluate_json(subject, plx_protocol_find("hf-stride"), subject->size, &error);
    if (!result) {
        fail_msg("%s: %s", subject->path, error.message);
        return;
    }
    assert_int_equal(result_count(result, "counts.tokens"), counts.words + counts.lines);
    assert_int_equal(result_count(result, "counts.scored"), counts.words + counts.lines - 1);
    assert_int_equal(result_count(result, "counts.skipped.no_context"), 1);
    cJSON_Delete(result);
}

static void plx_evaluate__hf_stride_scores_all_but_one(void **state)
{
    (void)state;
    each_model(check_hf_stride);
}

static void check_sentence_bytes(const struct subject *subject)
{
    const struct counts counts = count_text(subject->text, subject->size);
    struct plx_error error = {0};
    cJSON *result = evaluate_json(subject, plx_protocol_find("sentence"), subject->size, &error);
    if (!result) {
        fail_msg("%s: %s", subject->path, error.message);
        return;
    }
    assert_int_equal(result_count(result, "counts.bytes"), subject->size);
    assert_int_equal(result_count(result, "counts.scored_bytes"), subject->size);
    assert_int_equal(result_count(result, "counts.scored"), counts.words + counts.lines);
    assert_int_equal(result_count(result, "counts.scored_words"), counts.words);
    cJSON_Delete(result);
}

static void plx_evaluate__sentence_scores_every_byte(void **state)
{
    (void)state;
    each_model(check_sentence_bytes);
}

static const char *any_of(struct random *random, const char *const *values, size_t count)
{
    return values[random_below(random, count)];
}

#define ANY_OF(random, ...)                            \
    any_of(random, (const char *const[]){__VA_ARGS__}, \
           sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

/* Any fields, whether they go together or not. */
static struct plx_protocol random_protocol(struct random *random)
{
    const char *const fields[] = {
        "unit",         ANY_OF(random, "line", "document", "stream", "stream"),
        "start",        ANY_OF(random, "none", "context", "replace"),
        "end",          ANY_OF(random, "none", "scored", "auto"),
        "window",       ANY_OF(random, "0", "2", "3", "5", "8", "64"),
        "stride",       ANY_OF(random, "0", "1", "2", "3", "5"),
        "score",        ANY_OF(random, "new", "new", "all", "last:1", "last:2", "last:3"),
        "tail",         ANY_OF(random, "keep", "keep", "drop", "left-extend"),
        "first",        ANY_OF(random, "score", "skip"),
        "first_window", ANY_OF(random, "0", "0", "1", "3"),
        "limit",        ANY_OF(random, "0", "0", "1", "100", "100000"),
        "unknown",      ANY_OF(random, "unk", "skip", "zero", "floor:-3", "class:50"),
        "average",      ANY_OF(random, "token", "window", "hf-2024", "unit"),
        "join",         ANY_OF(random, "", "", "the"),
        NULL,
    };
    return protocol_from("exact", fields);
}

static void print_protocol(const struct plx_protocol *protocol)
{
    const char *name;
    char value[2 * PLX_SYMBOL_TEXT];
    for (size_t i = 0; plx_protocol_field(protocol, i, &name, value, sizeof value, NULL); i++)
        print_message(" --%s '%s'", name, value);
    print_message("\n");
}

/* How many tokens the text has for the protocol as it was carried out. */
static uint64_t count_tokens(const cJSON *result, const struct counts *counts,
                             const struct plx_protocol *protocol)
{
    const bool ends = strcmp(result_member(result, "protocol.end")->valuestring, "scored") == 0;
    const bool documents = protocol->unit == PLX_UNIT_DOCUMENT;
    if (*protocol->join)
        return counts->words + counts->lines - 1;
    if (!ends)
        return counts->words;
    return counts->words + (documents ? result_count(result, "counts.documents") : counts->lines);
}

static void check_counts(const struct subject *subject, const cJSON *result, const struct counts *counts,
                         const struct plx_protocol *protocol)
{
    const cJSON *reason;
    uint64_t decided = result_count(result, "counts.scored");
    cJSON_ArrayForEach(reason, result_member(result, "counts.skipped")) decided +=
        (uint64_t)reason->valuedouble;
    const uint64_t tokens = result_count(result, "counts.tokens");
    if (decided != tokens || tokens != count_tokens(result, counts, protocol)) {
        print_protocol(protocol);
        fail_msg("%s: %llu tokens, %llu expected, %llu scored or skipped", subject->path,
                 (unsigned long long)tokens, (unsigned long long)count_tokens(result, counts, protocol),
                 (unsigned long long)decided);
    }
    if (protocol->limit)
        assert_true(result_count(result, "counts.scored") <= protocol->limit);
    if (protocol->unknown != PLX_UNKNOWN_SKIP)
        assert_int_equal(result_count(result, "counts.skipped.unknown"), 0);
    if (protocol->tail != PLX_TAIL_DROP)
        assert_int_equal(result_count(result, "counts.skipped.tail"), 0);
    if (protocol->score != PLX_SCORE_LAST)
        assert_int_equal(result_count(result, "counts.skipped.masked"), 0);
    assert_true(result_count(result, "counts.scored_bytes") <= subject->short_size);
}

/* A protocol whose fields contradict each other is refused, and one under which nothing is left to score;
   every other accounts for every token. */
static void check_odd_protocols(const struct subject *subject)
{
    const struct counts counts = count_text(subject->text, subject->short_size);
    struct random random = {21};
    size_t evaluated = 0, refused = 0;
    for (size_t i = 0; i < PROTOCOLS; i++) {
        const struct plx_protocol protocol = random_protocol(&random);
        struct plx_error error = {0};
        const enum plx_status status = plx_protocol_check(&protocol, NULL);
        cJSON *result = evaluate_json(subject, &protocol, subject->short_size, &error);
        if (result) {
            assert_int_equal(status, PLX_OK);
            check_counts(subject, result, &counts, &protocol);
            evaluated++;
        } else if (error.status == PLX_USAGE) {
            refused++;
        } else if (error.status != PLX_MISMATCH &&
                   !(error.status == PLX_MALFORMED && strstr(error.message, "no token is left"))) {
            print_protocol(&protocol);
            fail_msg("%s: %s", subject->path, error.message);
        }
        /* Whether a first window fits depends on the model, too. */
        const bool unfit = status == PLX_OK && protocol.first_window && strstr(error.message, "first window");
        if ((status == PLX_USAGE || unfit) != (!result && error.status == PLX_USAGE)) {
            print_protocol(&protocol);
            fail_msg("%s: plx_protocol_check says %s, plx_evaluate %s", subject->path,
                     plx_status_name(status), result ? "nothing" : error.message);
        }
        cJSON_Delete(result);
    }
    /* The generator must not miss what it is for. */
    assert_true(evaluated > PROTOCOLS / 10 && refused > PROTOCOLS / 10);
}

static void plx_evaluate__every_token_is_accounted_for(void **state)
{
    (void)state;
    each_model(check_odd_protocols);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_evaluate__threads_and_batches_do_not_matter),
        cmocka_unit_test(plx_evaluate__threads_and_batches_do_not_matter_to_characters),
        cmocka_unit_test(plx_evaluate__threads_and_batches_do_not_matter_to_averages),
        cmocka_unit_test(plx_evaluate__compressed_text_is_the_same),
        cmocka_unit_test(plx_evaluate__wikitext_eos_of_an_ngram_model_is_sentence),
        cmocka_unit_test(plx_evaluate__hf_stride_scores_all_but_one),
        cmocka_unit_test(plx_evaluate__sentence_scores_every_byte),
        cmocka_unit_test(plx_evaluate__every_token_is_accounted_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
