/* Scores that are fed back as a model give the total of whoever computed them: those of KenLM and PyTorch on
   real texts, as records with tokens, as lines of numbers and as arrays of NumPy. PERPLEX_TEST_DATA_DIR names
   the folder that has them. */
#include "support/fixtures.h"
#include "support/npz.h"
#include "support/positions.h"
#include "support/result_text.h"

#include "base/buffer.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

static const long double LN_10 = 2.30258509299404568401799145468436L;

/* Words and lines of WikiText-2's test. */
#define TOKENS 245569

/* How far KenLM's words may be from the ARPA rule in float64, in log10: the README of the data says so. */
#define KENLM_WORD 1.1e-6

static struct file_bytes read_real(const char *name)
{
    char *path = real_path(name);
    const struct file_bytes file = file_read(path);
    free(path);
    return file;
}

#define APPEND(out, ...) \
    assert_int_equal(plx_buffer_printf((out), &(struct plx_error){0}, __VA_ARGS__), PLX_OK)

/* What an evaluation by scores that were written down says. The total is in nats; NaN where it fails. */
struct outcome {
    double total, mean;
    uint64_t tokens, scored;
    struct plx_error error;
};

struct question {
    const struct file_bytes *text;
    enum plx_token_kind tokens;
    const char *first; /* of the protocol; NULL: as it is */
    const char *limit; /* likewise */
    double base;       /* of the logarithms */
    bool malformed;    /* the model is to be refused */
};

static struct plx_protocol protocol_of(const struct question *question, const struct plx_model *model)
{
    struct plx_corpus *corpus =
        corpus_open_bytes(question->text->bytes, question->text->size, question->tokens);
    struct plx_corpus_info info;
    struct plx_error error = {0};
    plx_corpus_info(corpus, &info);
    struct plx_protocol protocol = *plx_protocol_default(plx_model_info(model), &info);
    plx_corpus_close(corpus);
    if ((question->first && plx_protocol_set(&protocol, "first", question->first, &error)) ||
        (question->limit && plx_protocol_set(&protocol, "limit", question->limit, &error)))
        fail_msg("%s", error.message);
    return protocol;
}

static struct outcome feed_back(const struct plx_buffer *scores, const char *name,
                                const struct question *question)
{
    const struct plx_model_options options = {.logprob_base = question->base};
    struct outcome outcome = {.total = (double)NAN, .mean = (double)NAN};
    struct plx_model *model = NULL;
    const enum plx_status status =
        model_open_bytes(scores->data, scores->size, name, &options, &model, &outcome.error);
    assert_int_equal(status != PLX_OK, question->malformed);
    if (status)
        return outcome;
    const struct plx_protocol protocol = protocol_of(question, model);
    const struct plx_evaluate_options how = {.protocol = &protocol};
    struct plx_result *result = evaluate_bytes(model, question->text->bytes, question->text->size,
                                               question->tokens, &how, &outcome.error);
    if (result) {
        char *text = result_text(result);
        cJSON *json = cJSON_Parse(text);
        outcome.total = result_total_nats(json);
        outcome.mean = result_number(json, "nats_per_token");
        outcome.tokens = result_count(json, "counts.tokens");
        outcome.scored = result_count(json, "counts.scored");
        cJSON_Delete(json);
        plx_text_free(text);
    }
    plx_result_free(result);
    plx_model_close(model);
    return outcome;
}

static void assert_near(const char *what, double found, long double expected)
{
    if (!(fabsl((long double)found - expected) <= 1e-12L * fabsl(expected)))
        fail_msg("%s: %.17g, expected %.20Lg", what, found, expected);
}

/* KenLM's scores, word by word. */

struct word_score {
    char *token;
    float log10[2]; /* of one model or two */
};

static struct word_score *read_scores(const char *name, size_t columns)
{
    char *path = real_path(name), line[512];
    struct word_score *scores = calloc(TOKENS, sizeof *scores);
    gzFile file = gzopen(path, "rb");
    if (!scores || !file)
        abort();
    for (size_t i = 0; i < TOKENS; i++) {
        char *rest = NULL;
        assert_non_null(gzgets(file, line, sizeof line));
        scores[i].token = strdup(strtok_r(line, "\t", &rest));
        assert_non_null(strtok_r(NULL, "\t", &rest)); /* the length of the n-gram */
        for (size_t k = 0; k < columns; k++)
            scores[i].log10[k] = strtof(strtok_r(NULL, "\t\n", &rest), NULL);
    }
    assert_null(gzgets(file, line, sizeof line));
    gzclose(file);
    free(path);
    return scores;
}

static void free_scores(struct word_score *scores)
{
    for (size_t i = 0; i < TOKENS; i++)
        free(scores[i].token);
    free(scores);
}

static bool is_end(const struct word_score *score)
{
    return strcmp(score->token, "</s>") == 0;
}

/* What is written in place of a logarithm. */
#define NO_ANSWER ((float)NAN)
#define LEFT_OUT  ((float)INFINITY)

/* All digits of the float, with what stands before and behind. */
static void append_log(struct plx_buffer *out, const char *before, float log10, const char *behind)
{
    if (isnan(log10))
        APPEND(out, "%snull%s", before, behind);
    else if (!isinf(log10))
        APPEND(out, "%s%.17g%s", before, (double)log10, behind);
}

static void append_record(struct plx_buffer *out, const struct word_score *scores, size_t column,
                          size_t count)
{
    APPEND(out, "{\"tokens\": [");
    for (size_t i = 0; i < count; i++) {
        char escaped[512];
        size_t length = 0;
        for (const char *at = scores[i].token; *at; at++) {
            if (*at == '"' || *at == '\\')
                escaped[length++] = '\\';
            escaped[length++] = *at;
        }
        APPEND(out, "%s\"%.*s\"", i ? ", " : "", (int)length, escaped);
    }
    APPEND(out, "], \"token_logprobs\": [");
    for (size_t i = 0; i < count; i++)
        append_log(out, i ? ", " : "", scores[i].log10[column], "");
    APPEND(out, "]}\n");
}

/* A record for every sentence, or one for all. */
static void write_records(struct plx_buffer *out, const struct word_score *scores, size_t column, bool whole)
{
    size_t begin = 0;
    out->size = 0;
    for (size_t i = 0; i < TOKENS; i++) {
        if (i + 1 < TOKENS && (whole || !is_end(scores + i)))
            continue;
        append_record(out, scores + begin, column, i + 1 - begin);
        begin = i + 1;
    }
}

static void write_lines(struct plx_buffer *out, const struct word_score *scores, size_t column)
{
    out->size = 0;
    for (size_t i = 0; i < TOKENS; i++)
        append_log(out, "", scores[i].log10[column], "\n");
}

/* What perplex reports out of KenLM's scores: the total that the file adds up to; and, within what the words
   may be off, that of the rule in float64. */
static void check_outcome(const struct outcome *outcome, long double total, const char *what)
{
    if (isnan(outcome->total))
        fail_msg("%s: %s", what, outcome->error.message);
    assert_int_equal(outcome->tokens, TOKENS);
    assert_int_equal(outcome->scored, TOKENS);
    assert_near(what, outcome->total, total);
    assert_near(what, outcome->mean, total / TOKENS);
}

/* Of the reference's list, by "model" and split "test". */
static double reference_number(const char *file, const char *model, const char *member)
{
    const struct file_bytes bytes = read_real(file);
    cJSON *list = cJSON_ParseWithLength((const char *)bytes.bytes, bytes.size);
    const cJSON *row;
    double number = (double)NAN;
    cJSON_ArrayForEach(row, list)
    {
        if (strcmp(result_member(row, "model")->valuestring, model) == 0 &&
            strcmp(result_member(row, "split")->valuestring, "test") == 0)
            number = result_number(row, member);
    }
    cJSON_Delete(list);
    free(bytes.bytes);
    if (isnan(number))
        fail_msg("%s has nothing for %s", file, model);
    return number;
}

static long double total_nats(const struct word_score *scores, size_t column)
{
    long double total = 0;
    for (size_t i = 0; i < TOKENS; i++)
        total -= (long double)scores[i].log10[column];
    return total * LN_10;
}

static void check_kenlm(const char *name, size_t columns, const char *exact)
{
    struct word_score *scores = read_scores(name, columns);
    const struct file_bytes text = read_real("wikitext-2/test.txt");
    const struct question question = {.text = &text, .tokens = PLX_TOKENS_WORD, .base = 10};
    struct plx_buffer out;
    plx_buffer_init(&out, (size_t)64 << 20);
    for (size_t column = 0; column < columns; column++) {
        const long double total = total_nats(scores, column);
        const double rule = -reference_number("reference/ngram_exact.json", exact, "nats_total");
        if (column == 0) /* the next is of quantised probabilities */
            assert_true(fabsl(total - (long double)rule) <= KENLM_WORD * TOKENS * LN_10);
        write_records(&out, scores, column, false);
        struct outcome outcome = feed_back(&out, "sentences.jsonl", &question);
        check_outcome(&outcome, total, "a record for every sentence");
        write_records(&out, scores, column, true);
        outcome = feed_back(&out, "whole.jsonl", &question);
        check_outcome(&outcome, total, "one record");
        write_lines(&out, scores, column);
        outcome = feed_back(&out, "lines.txt", &question);
        check_outcome(&outcome, total, "lines");
    }
    plx_buffer_release(&out);
    free(text.bytes);
    free_scores(scores);
}

static void plx_evaluate__of_kenlms_scores_is_their_total(void **state)
{
    (void)state;
    check_kenlm("reference/kenlm/wt2.o3.test.tsv.gz", 1, "wt2.o3.arpa.gz");
    check_kenlm("reference/kenlm/small.o4.test.tsv.gz", 2, "small.o4.arpa.gz");
}

/* PyTorch's scores. */

/* numpy/lib/format.py, version 1.0: 64 bytes, or a multiple, come before the elements. */
static void write_npy(struct plx_buffer *out, const double *nats, size_t count)
{
    char header[119];
    struct plx_error error;
    const int length =
        snprintf(header, sizeof header, "{'descr': '<f8', 'fortran_order': False, 'shape': (%zu,), }", count);
    assert_true(length > 0 && (size_t)length < sizeof header - 1);
    memset(header + length, ' ', sizeof header - 1 - (size_t)length);
    header[sizeof header - 2] = '\n';
    out->size = 0;
    assert_int_equal(plx_buffer_append(out, "\x93NUMPY\1\0\x76\0", 10, &error), PLX_OK);
    assert_int_equal(plx_buffer_append(out, header, 118, &error), PLX_OK);
    for (size_t i = 0; i < count; i++) {
        uint64_t bits;
        uint8_t bytes[8];
        memcpy(&bits, nats + i, sizeof bits);
        for (size_t k = 0; k < 8; k++)
            bytes[k] = (uint8_t)(bits >> 8 * k);
        assert_int_equal(plx_buffer_append(out, bytes, 8, &error), PLX_OK);
    }
}

static const struct neural_case {
    const char *name, *text;
    enum plx_token_kind tokens;
    const char *first, *limit;
} NEURAL_CASES[] = {
    {"wt2.bigram.f16", "wikitext-2/test.txt", PLX_TOKENS_WORD, "skip", NULL},
    {"wt2.bigram.bf16", "wikitext-2/test.txt", PLX_TOKENS_WORD, "skip", "20000"},
    {"shakespeare.table", "shakespeare/test.txt", PLX_TOKENS_CHARACTER, "skip", NULL},
    {"wt2small.ffn3", "wikitext-2/test.txt", PLX_TOKENS_WORD, NULL, NULL},
};

static double *read_nats(const struct neural_case *row, size_t *count)
{
    char name[128];
    snprintf(name, sizeof name, "reference/%s.test.npz", row->name);
    char *path = real_path(name);
    double *nats = npz_read(path, "nats", count);
    free(path);
    return nats;
}

static void check_neural(const struct neural_case *row)
{
    const struct file_bytes text = read_real(row->text);
    const struct question question = {
        .text = &text, .tokens = row->tokens, .first = row->first, .limit = row->limit};
    size_t count;
    double *nats = read_nats(row, &count);
    struct plx_buffer out;
    long double total = 0;
    plx_buffer_init(&out, (size_t)64 << 20);
    write_npy(&out, nats, count);
    const struct outcome outcome = feed_back(&out, "scores.npy", &question);
    if (isnan(outcome.total))
        fail_msg("%s: %s", row->name, outcome.error.message);
    for (size_t i = 0; i < count; i++)
        total += (long double)nats[i];
    assert_near(row->name, outcome.total, total);
    assert_near(row->name, outcome.mean, total / (long double)count);
    assert_int_equal(outcome.scored, count);
    if (!row->limit) {
        const char *list = "reference/neural.json";
        assert_near(row->name, outcome.total, (long double)reference_number(list, row->name, "total_nats"));
        assert_near(row->name, outcome.mean, (long double)reference_number(list, row->name, "mean_nats"));
        assert_int_equal(outcome.tokens, count + (row->first != NULL));
    }
    plx_buffer_release(&out);
    free(nats);
    free(text.bytes);
}

static void plx_evaluate__of_pytorchs_scores_is_their_total(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof NEURAL_CASES / sizeof *NEURAL_CASES; i++)
        check_neural(NEURAL_CASES + i);
}

/* Scores that do not belong to the text, or are none. */

static void assert_refused(const struct outcome *outcome, enum plx_status status, uint64_t line,
                           uint64_t number, const char *name)
{
    const struct plx_error *error = &outcome->error;
    if (!isnan(outcome->total) || error->status != status || error->line != line ||
        !error_says_number(error, number) || strcmp(error->input, name) != 0)
        fail_msg("%s: %s, line %lld instead of %lld, number %llu: \"%s\"", name,
                 plx_status_name(error->status), (long long)error->line, (long long)line,
                 (unsigned long long)number, error->message);
}

/* A text, scores of it, and a place in the middle of both. */
static struct {
    struct word_score *scores;
    struct file_bytes text;
    struct plx_buffer out;
    size_t at;
    uint64_t line, in_line; /* of the records: which, and which token of it, from 1 */
} real;

static int real_open(void **state)
{
    (void)state;
    real.scores = read_scores("reference/kenlm/wt2.o3.test.tsv.gz", 1);
    real.text = read_real("wikitext-2/test.txt");
    plx_buffer_init(&real.out, (size_t)64 << 20);
    real.at = 123456;
    while (is_end(real.scores + real.at - 1) || is_end(real.scores + real.at) ||
           is_end(real.scores + real.at + 1))
        real.at++;
    real.line = real.in_line = 1;
    for (size_t i = 0; i < real.at; i++) {
        real.in_line = is_end(real.scores + i) ? 1 : real.in_line + 1;
        real.line += is_end(real.scores + i);
    }
    return 0;
}

static int real_close(void **state)
{
    (void)state;
    free_scores(real.scores);
    free(real.text.bytes);
    plx_buffer_release(&real.out);
    return 0;
}

/* The scores with another one in that place: as records, and as lines. */
static struct outcome records_with(float log10, bool malformed)
{
    const struct question question = {
        .text = &real.text, .tokens = PLX_TOKENS_WORD, .base = 10, .malformed = malformed};
    const float kept = real.scores[real.at].log10[0];
    real.scores[real.at].log10[0] = log10;
    write_records(&real.out, real.scores, 0, false);
    real.scores[real.at].log10[0] = kept;
    return feed_back(&real.out, "records.jsonl", &question);
}

static struct outcome lines_with(float log10, bool malformed)
{
    const struct question question = {
        .text = &real.text, .tokens = PLX_TOKENS_WORD, .base = 10, .malformed = malformed};
    const float kept = real.scores[real.at].log10[0];
    real.scores[real.at].log10[0] = log10;
    write_lines(&real.out, real.scores, 0);
    real.scores[real.at].log10[0] = kept;
    return feed_back(&real.out, "lines.txt", &question);
}

static void plx_evaluate__another_token_is_refused(void **state)
{
    (void)state;
    char *kept = real.scores[real.at].token, other[] = "perplexity";
    real.scores[real.at].token = other;
    const struct outcome outcome = records_with(real.scores[real.at].log10[0], false);
    real.scores[real.at].token = kept;
    assert_refused(&outcome, PLX_MISMATCH, real.line, real.in_line, "records.jsonl");
    assert_true(error_says_number(&outcome.error, real.at + 1));
    assert_non_null(strstr(outcome.error.message, "\"perplexity\""));
}

static void plx_evaluate__an_answer_too_few_is_refused(void **state)
{
    (void)state;
    struct outcome outcome = records_with(LEFT_OUT, true);
    assert_int_equal(outcome.error.status, PLX_MALFORMED);
    assert_int_equal(outcome.error.line, real.line);
    outcome = lines_with(LEFT_OUT, false);
    assert_refused(&outcome, PLX_MISMATCH, PLX_NOWHERE, TOKENS - 1, "lines.txt");
}

/* One more line than the text has tokens. */
static void plx_evaluate__an_answer_too_many_is_refused(void **state)
{
    (void)state;
    const struct question question = {.text = &real.text, .tokens = PLX_TOKENS_WORD, .base = 10};
    write_lines(&real.out, real.scores, 0);
    APPEND(&real.out, "-1\n");
    const struct outcome outcome = feed_back(&real.out, "lines.txt", &question);
    assert_refused(&outcome, PLX_MISMATCH, PLX_NOWHERE, TOKENS + 1, "lines.txt");
    assert_true(error_says_number(&outcome.error, TOKENS));
}

static void plx_model_open__null_in_the_middle_is_refused(void **state)
{
    (void)state;
    struct outcome outcome = records_with(NO_ANSWER, true);
    assert_refused(&outcome, PLX_MALFORMED, real.line, real.in_line, "records.jsonl");
    outcome = lines_with(NO_ANSWER, true);
    assert_refused(&outcome, PLX_MALFORMED, real.at + 1, 1, "lines.txt");
}

static void plx_model_open__a_positive_number_is_refused(void **state)
{
    (void)state;
    struct outcome outcome = records_with(0.5F, true);
    assert_refused(&outcome, PLX_MALFORMED, real.line, real.in_line, "records.jsonl");
    outcome = lines_with(0.5F, true);
    assert_refused(&outcome, PLX_MALFORMED, real.at + 1, 1, "lines.txt");
}

static void plx_evaluate__characters_for_words_are_refused(void **state)
{
    (void)state;
    const struct file_bytes shakespeare = read_real("shakespeare/test.txt");
    const struct question characters = {.text = &real.text, .tokens = PLX_TOKENS_CHARACTER, .base = 10};
    const struct question words = {.text = &shakespeare, .tokens = PLX_TOKENS_WORD, .first = "skip"};
    size_t count;
    write_records(&real.out, real.scores, 0, false);
    struct outcome outcome = feed_back(&real.out, "records.jsonl", &characters);
    assert_refused(&outcome, PLX_MISMATCH, 1, 1, "records.jsonl");
    write_lines(&real.out, real.scores, 0);
    outcome = feed_back(&real.out, "lines.txt", &characters);
    assert_refused(&outcome, PLX_MISMATCH, PLX_NOWHERE, TOKENS, "lines.txt");
    double *nats = read_nats(NEURAL_CASES + 2, &count);
    write_npy(&real.out, nats, count);
    outcome = feed_back(&real.out, "scores.npy", &words);
    assert_refused(&outcome, PLX_MISMATCH, PLX_NOWHERE, count, "scores.npy");
    free(nats);
    free(shakespeare.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_evaluate__of_kenlms_scores_is_their_total),
        cmocka_unit_test(plx_evaluate__of_pytorchs_scores_is_their_total),
        cmocka_unit_test(plx_evaluate__another_token_is_refused),
        cmocka_unit_test(plx_evaluate__an_answer_too_few_is_refused),
        cmocka_unit_test(plx_evaluate__an_answer_too_many_is_refused),
        cmocka_unit_test(plx_model_open__null_in_the_middle_is_refused),
        cmocka_unit_test(plx_model_open__a_positive_number_is_refused),
        cmocka_unit_test(plx_evaluate__characters_for_words_are_refused),
    };
    if (!real_data_given())
        return 77;
    return cmocka_run_group_tests(tests, real_open, real_close) > 0;
}
