/* Mixtures and their tuning. What the models are mixed of is written out below, so that what comes out is
   worked out from the numbers alone: by the formula in the test, by the models' own scores, by counting. */
#include <perplex/mixture.h>

#include "support/fixtures.h"
#include "support/folder.h"
#include "support/inputs.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The words of models/tiny.table: <eos>, <unk>, the, sea, rises. What stands before <s> would count if it
   were not forgotten there. */
static const char TRIGRAMS[] =
    "\\data\\\nngram 1=6\nngram 2=6\nngram 3=2\n\n\\1-grams:\n"
    "-1.1\t<unk>\t0\n0\t<s>\t-0.3\n-0.5\t</s>\t0\n-0.7\tthe\t-0.25\n"
    "-0.6\tsea\t-0.125\n-0.9\trises\t-0.2\n\n\\2-grams:\n"
    "-0.3\t<s> the\t-0.15\n-0.2\tthe sea\t-0.05\n-0.4\tsea rises\t0\n"
    "-0.35\trises </s>\t0\n-0.45\tsea the\t-0.1\n-2\trises <s>\t-0.5\n\n\\3-grams:\n"
    "-0.1\t<s> the sea\n-0.25\tthe sea rises\n\n\\end\\\n";

static const char TEXT[] = "the sea rises\nthe sea the moon\n\nsea rises the\n";

/* tests/data/recipes/make_tiny.py */
static const double TABLE[5][5] = {
    {-1.5, -2.0, 1.25, 0.5, -0.75},  {0.5, -0.25, 0.75, 0.0, 0.25},   {-3.0, 0.5, -2.5, 2.0, -1.0},
    {0.75, -0.5, -1.0, -2.25, 1.75}, {2.5, 0.125, -0.5, -1.25, -3.5},
};

enum { EOS, UNK, THE, SEA, RISES };

static double table_nats(unsigned context, unsigned target)
{
    double sum = 0;
    for (unsigned i = 0; i < 5; i++)
        sum += exp(TABLE[context][i]);
    return log(sum) - TABLE[context][target];
}

static struct plx_model *mix(const struct plx_model *a, double a_weight, const struct plx_model *b,
                             double b_weight)
{
    const struct plx_model *const models[] = {a, b};
    const double weights[] = {a_weight, b_weight};
    struct plx_model *mixture;
    struct plx_error error;
    if (plx_model_mix(models, weights, 2, &mixture, &error))
        fail_msg("%s", error.message);
    return mixture;
}

static void assert_refused(const struct plx_model *const *models, const double *weights, size_t count,
                           enum plx_status status, const char *words)
{
    struct plx_model *mixture;
    struct plx_error error;
    assert_int_equal(plx_model_mix(models, weights, count, &mixture, &error), status);
    assert_null(mixture);
    if (!strstr(error.message, words))
        fail_msg("\"%s\" lacks \"%s\"", error.message, words);
}

struct scored {
    double nats[256];
    size_t count;
};

static enum plx_status note(void *user, const struct plx_token_score *tokens, size_t count,
                            struct plx_error *error)
{
    struct scored *scored = user;
    (void)error;
    for (size_t i = 0; i < count && scored->count < 256; i++)
        scored->nats[scored->count++] = tokens[i].nats;
    return PLX_OK;
}

static struct scored score(const struct plx_model *model, const char *text, const char *fields)
{
    const struct plx_protocol protocol = inputs_protocol(fields);
    struct scored scored = {.count = 0};
    const struct plx_evaluate_options options = {
        .protocol = &protocol, .threads = 1, .tokens = note, .tokens_user = &scored};
    struct plx_result *result;
    struct plx_error error;
    const char *path = folder_path("text");
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    struct plx_corpus *corpus;
    const struct plx_corpus_options words = {.tokens = PLX_TOKENS_WORD};
    assert_int_equal(plx_corpus_open(&path, 1, &words, &corpus, &error), PLX_OK);
    if (plx_evaluate(model, corpus, &options, &result, &error))
        fail_msg("%s: %s", fields, error.message);
    plx_result_free(result);
    plx_corpus_close(corpus);
    return scored;
}

static void assert_same_scores(const struct scored *a, const struct scored *b, const char *what)
{
    assert_int_equal(a->count, b->count);
    for (size_t i = 0; i < a->count; i++) {
        if (!(fabs(a->nats[i] - b->nats[i]) <= 1e-12))
            fail_msg("%s: token %zu: %.17g and %.17g", what, i, a->nats[i], b->nats[i]);
    }
}

static const char *const PROTOCOLS[] = {"sentence",
                                        "wikitext-eos",
                                        "wikitext-eos start=none",
                                        "exact unit=document end=none start=none",
                                        "exact unit=document end=none",
                                        "wikitext-eos window=3 stride=1",
                                        "sentence unknown=skip",
                                        "hf-stride window=4 stride=2"};

/* Σ w p by hand: the n-gram model's figures are read off the listing, the table's computed above. */
static void plx_model_mix__by_hand(void **state)
{
    (void)state;
    struct plx_model *ngram = inputs_model(TRIGRAMS),
                     *table = inputs_model_file("models/tiny.table.safetensors");
    const double log10_p[] = {-0.3, -0.1, -0.25, -0.35};
    const unsigned contexts[] = {EOS, THE, SEA, RISES}, targets[] = {THE, SEA, RISES, EOS};
    for (int first = 0; first < 2; first++) {
        struct plx_model *mixture = first ? mix(ngram, 3, table, 1) : mix(table, 1, ngram, 3);
        const struct scored scored = score(mixture, "the sea rises\n", "sentence");
        assert_int_equal(scored.count, 4);
        for (size_t i = 0; i < 4; i++) {
            const double p = 0.75 * pow(10, log10_p[i]) + 0.25 * exp(-table_nats(contexts[i], targets[i]));
            assert_true(fabs(scored.nats[i] + log(p)) < 1e-6); /* the listing becomes float */
        }
        plx_model_close(mixture);
    }
    plx_model_close(ngram);
    plx_model_close(table);
}

static void plx_model_mix__with_itself(void **state)
{
    (void)state;
    struct plx_model *ngram = inputs_model(TRIGRAMS);
    struct plx_model *mixture = mix(ngram, 0.3, ngram, 0.7);
    for (size_t i = 0; i < sizeof PROTOCOLS / sizeof *PROTOCOLS; i++) {
        const struct scored alone = score(ngram, TEXT, PROTOCOLS[i]),
                            mixed = score(mixture, TEXT, PROTOCOLS[i]);
        assert_same_scores(&alone, &mixed, PROTOCOLS[i]);
    }
    plx_model_close(mixture);
    plx_model_close(ngram);
}

/* Where one has all of the weight, it alone is asked, in the contexts that it has alone: also beside a model
   without a start symbol that gives ids, symbols and protocol. */
static void plx_model_mix__contexts_of_each(void **state)
{
    (void)state;
    struct plx_model *ngram = inputs_model(TRIGRAMS),
                     *table = inputs_model_file("models/tiny.table.safetensors");
    struct plx_model *mixtures[] = {mix(ngram, 1, table, 0), mix(table, 0, ngram, 1), mix(table, 1, ngram, 0),
                                    mix(ngram, 0, table, 1)};
    for (size_t i = 0; i < sizeof PROTOCOLS / sizeof *PROTOCOLS; i++) {
        const struct scored ngrams = score(ngram, TEXT, PROTOCOLS[i]),
                            tables = score(table, TEXT, PROTOCOLS[i]);
        for (size_t k = 0; k < 4; k++) {
            struct scored alone = k < 2 ? ngrams : tables, mixed = score(mixtures[k], TEXT, PROTOCOLS[i]);
            if (alone.count ==
                mixed.count + 1) { /* a first token without context, which only one can score */
                memmove(alone.nats, alone.nats + 1, --alone.count * sizeof *alone.nats);
                /* Behind it the start symbol is missing, where the protocol has none any more. */
                if (strcmp(PROTOCOLS[i], "wikitext-eos") == 0 && k == 1)
                    alone.nats[0] = mixed.nats[0];
                if (strstr(PROTOCOLS[i], "end=none") && !strstr(PROTOCOLS[i], "start") && k == 1)
                    alone.nats[0] = mixed.nats[0];
                if (strstr(PROTOCOLS[i], "window=3") && k == 1)
                    alone.nats[0] = mixed.nats[0];
            } else if (mixed.count == alone.count + 1) { /* behind the other's start symbol it can */
                memmove(mixed.nats, mixed.nats + 1, --mixed.count * sizeof *mixed.nats);
            }
            char what[128];
            snprintf(what, sizeof what, "%s, mixture %zu", PROTOCOLS[i], k);
            assert_same_scores(&alone, &mixed, what);
        }
    }
    for (size_t k = 0; k < 4; k++)
        plx_model_close(mixtures[k]);
    plx_model_close(ngram);
    plx_model_close(table);
}

static void plx_model_mix__what_it_is(void **state)
{
    (void)state;
    struct plx_model *ngram = inputs_model(TRIGRAMS),
                     *table = inputs_model_file("models/tiny.table.safetensors");
    struct plx_model *uniform = inputs_bare_model(5);
    const struct plx_model *const models[] = {uniform, table, ngram};
    const double weights[] = {1, 2, 5};
    struct plx_model *mixture;
    struct plx_error error;
    assert_int_equal(plx_model_mix(models, weights, 2, &mixture, &error), PLX_OK);
    const struct plx_model_info *info = plx_model_info(mixture);
    assert_int_equal(info->kind, PLX_KIND_MIXTURE);
    assert_string_equal(plx_model_kind_name(info->kind), "mixture");
    assert_int_equal(info->component_count, 2);
    assert_string_equal(info->components[0].sha256, plx_model_info(table)->sha256); /* it has the strings */
    assert_true(fabs(info->components[0].weight - 2.0 / 3) < 1e-15);
    assert_true(fabs(info->components[1].weight - 1.0 / 3) < 1e-15);
    assert_int_equal(info->vocabulary, 5);
    assert_int_equal(info->end, 0);
    assert_int_equal(info->start, PLX_NO_TOKEN);
    assert_false(info->capabilities & PLX_EMPTY_CONTEXT);
    assert_true(info->capabilities & PLX_STRING_TOKENS);
    assert_int_equal(info->least_context, 1);
    assert_int_equal(strlen(info->sha256), 64);
    char before[65];
    memcpy(before, info->sha256, sizeof before);
    plx_model_close(mixture);
    mixture = mix(table, 0.5, uniform, 0.5);
    assert_string_not_equal(plx_model_info(mixture)->sha256, before);
    plx_model_close(mixture);
    mixture = mix(table, 1, ngram, 1);
    assert_int_equal(plx_model_info(mixture)->context_length, 2);
    assert_false(plx_model_info(mixture)->capabilities & PLX_RESTART_AT_END);
    plx_model_close(mixture);
    /* Of five tokens beside six, of which one is a start that is never predicted: only what has strings can
       tell. */
    assert_int_equal(plx_model_mix(models, weights, 3, &mixture, &error), PLX_OK);
    plx_model_close(mixture);
    const struct plx_model *const bare[] = {uniform, ngram};
    assert_refused(bare, weights, 2, PLX_MISMATCH, "6 tokens and 5");
    plx_model_close(ngram);
    plx_model_close(table);
    plx_model_close(uniform);
}

static void plx_model_mix__refused(void **state)
{
    (void)state;
    struct plx_model *ngram = inputs_model(TRIGRAMS),
                     *table = inputs_model_file("models/tiny.table.safetensors");
    struct plx_model *other = inputs_model_file("models/tiny.factored.safetensors");
    struct plx_model *logprobs = inputs_model_file("models/logprobs/words.jsonl");
    struct plx_model *mixture = mix(ngram, 1, table, 1);
    const struct plx_model *const different[] = {table, other}, *const answers[] = {table, logprobs};
    const struct plx_model *const nested[] = {table, mixture}, *const fine[] = {table, ngram};
    const double ones[] = {1, 1}, negative[] = {1, -0.5}, zeros[] = {0, 0}, nan[] = {1, (double)NAN};
    const double infinite[] = {(double)INFINITY, 1};
    assert_refused(different, ones, 2, PLX_MISMATCH, "(\"moon\", \"falls\" ...)");
    assert_refused(different, ones, 2, PLX_MISMATCH, "0 of 5 tokens");
    assert_refused(answers, ones, 2, PLX_UNSUPPORTED, "answers");
    assert_refused(nested, ones, 2, PLX_UNSUPPORTED, "mixture");
    assert_refused(fine, negative, 2, PLX_USAGE, "-0.5");
    assert_refused(fine, zeros, 2, PLX_USAGE, "add up to 0");
    assert_refused(fine, nan, 2, PLX_USAGE, "nan");
    assert_refused(fine, infinite, 2, PLX_USAGE, "inf");
    assert_refused(fine, ones, 0, PLX_USAGE, "1 to 16");
    plx_model_close(mixture);
    plx_model_close(logprobs);
    plx_model_close(other);
    plx_model_close(table);
    plx_model_close(ngram);
}

/* A model that needs context and has neither start nor end cannot stand where another has its start. */
static void plx_model_mix__nothing_to_begin_with(void **state)
{
    (void)state;
    static const char header[] = "{\"__metadata__\":{\"perplex.architecture\":\"bigram\"},"
                                 "\"logits\":{\"dtype\":\"F32\",\"shape\":[3,3],\"data_offsets\":[0,36]}}";
    uint8_t bytes[8 + sizeof header - 1 + 36] = {sizeof header - 1};
    struct plx_model *ngram = inputs_model(
        "\\data\\\nngram 1=4\n\n\\1-grams:\n-0.5\t<unk>\n-99\t<s>\n-0.5\ta\n-0.5\tb\n\n\\end\\\n");
    struct plx_model *table;
    struct plx_error error;
    memcpy(bytes + 8, header, sizeof header - 1);
    file_write(folder_path("table.safetensors"), bytes, sizeof bytes);
    file_write(folder_path("table.vocab.txt"), "<unk>\na\nb\n", 10);
    assert_int_equal(plx_model_open(folder_path("table.safetensors"), NULL, &table, &error), PLX_OK);
    const struct plx_model *const models[] = {ngram, table};
    const double ones[] = {1, 1};
    assert_refused(models, ones, 2, PLX_UNSUPPORTED, "neither start nor end");
    plx_model_close(table);
    plx_model_close(ngram);
}

/* Rows are what the scores of all tokens are. */

struct rows {
    double sums[8], nats[8][8];
    size_t types, targets;
};

static enum plx_status note_row(void *user, const double *nats, const size_t *targets, size_t count,
                                struct plx_error *error)
{
    struct rows *rows = user;
    (void)error;
    for (size_t i = 0; i < count; i++) {
        rows->targets++;
        for (size_t id = 0; id < rows->types; id++) {
            rows->nats[targets[i]][id] = nats[id];
            rows->sums[targets[i]] += exp(-nats[id]);
        }
    }
    return PLX_OK;
}

static void check_rows(const struct plx_model *mixture, double sum_error)
{
    const uint32_t end = plx_model_info(mixture)->end;
    uint32_t ids[8];
    const char *const words[] = {"sea", "the", "sea", "", "rises", "the", "the", "sea"};
    struct plx_error error;
    for (size_t i = 0; i < 8; i++) {
        const struct plx_word word = {words[i], strlen(words[i])};
        plx_model_lookup(mixture, &word, 1, ids + i);
        if (!*words[i])
            ids[i] = end;
    }
    const struct plx_window windows[] = {{ids, 1, 6, 0}, {ids + 5, 1, 3, 0}};
    struct rows rows = {.types = (size_t)plx_model_info(mixture)->vocabulary};
    struct plx_session *session = plx_session_new(mixture, &error);
    assert_int_equal(plx_session_distributions(session, windows, 2, note_row, &rows, &error), PLX_OK);
    assert_int_equal(rows.targets, 7);
    for (size_t target = 0; target < 7; target++) {
        const struct plx_window *window = windows + (target >= 5);
        const size_t place = window->first + (target >= 5 ? target - 5 : target);
        assert_true(fabs(rows.sums[target] - 1) < sum_error);
        for (uint32_t id = 0; id < rows.types; id++) {
            uint32_t asked[8];
            double nats;
            memcpy(asked, window->ids, place * sizeof *asked);
            asked[place] = id;
            const struct plx_window one = {asked, place, place + 1, 0};
            assert_int_equal(plx_session_score(session, &one, 1, &(struct plx_scores){.nats = &nats}, &error),
                             PLX_OK);
            if (isinf(nats) ? rows.nats[target][id] != nats : fabs(rows.nats[target][id] - nats) > 1e-12)
                fail_msg("target %zu, id %u: %.17g and %.17g", target, id, rows.nats[target][id], nats);
        }
    }
    plx_session_free(session);
}

static void plx_session_distributions__are_the_scores(void **state)
{
    (void)state;
    struct plx_model *ngram = inputs_model(TRIGRAMS),
                     *table = inputs_model_file("models/tiny.table.safetensors");
    struct plx_model *mixtures[] = {mix(ngram, 1, table, 4), mix(table, 4, ngram, 1), mix(ngram, 0, table, 1),
                                    mix(ngram, 2, ngram, 2)};
    check_rows(mixtures[0], 2); /* the n-gram model's own do not add up to 1 */
    check_rows(mixtures[1], 2);
    check_rows(mixtures[2], 1e-12);
    check_rows(mixtures[3], 2);
    for (size_t k = 0; k < 4; k++)
        plx_model_close(mixtures[k]);
    plx_model_close(ngram);
    plx_model_close(table);
}

/* Tuning. */

static struct plx_model *tune(const struct plx_model *mixture, const char *text, const char *fields,
                              unsigned threads)
{
    const struct plx_protocol protocol = inputs_protocol(fields);
    const struct plx_evaluate_options options = {.protocol = &protocol, .threads = threads, .batch = 7};
    const char *path = folder_path("tuning");
    struct plx_corpus *corpus;
    struct plx_model *tuned;
    struct plx_error error;
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    assert_int_equal(plx_corpus_open(&path, 1, NULL, &corpus, &error), PLX_OK);
    if (plx_mixture_tune(mixture, corpus, &options, &tuned, &error))
        fail_msg("%s", error.message);
    plx_corpus_close(corpus);
    return tuned;
}

static struct plx_model *unigrams(double unk, double a, double b, double c)
{
    char text[256];
    snprintf(text, sizeof text,
             "\\data\\\nngram 1=4\n\n\\1-grams:\n%.8f\t<unk>\n%.8f\ta\n%.8f\tb\n%.8f\tc\n\n\\end\\\n",
             log10(unk), log10(a), log10(b), log10(c));
    return inputs_model(text);
}

static double mean_of(const struct scored *scored)
{
    double sum = 0;
    for (size_t i = 0; i < scored->count; i++)
        sum += scored->nats[i];
    return sum / (double)scored->count;
}

#define LETTERS "exact start=none end=none"

/* Where each word belongs to one model, the best weights are the shares of the words. */
static void plx_mixture_tune__shares(void **state)
{
    (void)state;
    struct plx_model *first = unigrams(1e-300, 1, 1e-300, 1e-300),
                     *second = unigrams(1e-300, 1e-300, 1, 1e-300);
    struct plx_model *mixture = mix(first, 1, second, 9);
    struct plx_model *tuned = tune(mixture, "a b a a\na a a b\n", LETTERS, 2);
    const struct plx_model_info *info = plx_model_info(tuned);
    assert_true(fabs(info->components[0].weight - 0.75) < 1e-12);
    assert_true(fabs(info->components[1].weight - 0.25) < 1e-12);
    assert_non_null(info->tuning);
    assert_int_equal(info->tuning->tokens, 8);
    assert_true(fabs(info->tuning->nats_per_token - (-0.75 * log(0.75) - 0.25 * log(0.25))) < 1e-9);
    assert_int_equal(strlen(info->tuning->corpus_sha256), 64);
    plx_model_close(tuned);
    plx_model_close(mixture);
    plx_model_close(first);
    plx_model_close(second);
}

/* −ln of the text's probability, by counting. */
static double cost(double weight, const double *first, const double *second, const double *counts)
{
    double sum = 0;
    for (size_t i = 0; i < 3; i++)
        sum -= counts[i] * log(weight * first[i] + (1 - weight) * second[i]);
    return sum;
}

/* By golden sections. */
static double least(const double *first, const double *second, const double *counts)
{
    const double share = (sqrt(5) - 1) / 2;
    double low = 0, high = 1;
    while (high - low > 1e-10) {
        const double a = high - share * (high - low), b = low + share * (high - low);
        if (cost(a, first, second, counts) < cost(b, first, second, counts))
            high = b;
        else
            low = a;
    }
    return (low + high) / 2;
}

static void plx_mixture_tune__by_search(void **state)
{
    (void)state;
    static const double first[] = {0.7, 0.2, 0.05}, second[] = {0.1, 0.3, 0.55}, counts[] = {5, 4, 3};
    const char *text = "a b c a a\nb b a c\nc a b\n";
    struct plx_model *models[] = {unigrams(0.05, 0.7, 0.2, 0.05), unigrams(0.05, 0.1, 0.3, 0.55)};
    const double expected = least(first, second, counts);
    const double starts[] = {0.01, 0.5, 0.999};
    for (size_t i = 0; i < 3; i++) {
        struct plx_model *mixture = mix(models[0], starts[i], models[1], 1 - starts[i]);
        struct plx_model *tuned = tune(mixture, text, LETTERS, 1 + (unsigned)i);
        const struct plx_model_info *info = plx_model_info(tuned);
        const struct scored scored = score(tuned, text, LETTERS);
        assert_true(fabs(info->components[0].weight - expected) < 1e-4);
        assert_true(fabs(info->tuning->nats_per_token - cost(expected, first, second, counts) / 12) < 1e-6);
        assert_true(fabs(info->tuning->nats_per_token - mean_of(&scored)) < 1e-12);
        for (size_t k = 0; k < 2; k++) {
            const struct scored alone = score(models[k], text, LETTERS);
            assert_true(mean_of(&scored) <= mean_of(&alone));
        }
        plx_model_close(tuned);
        plx_model_close(mixture);
    }
    plx_model_close(models[0]);
    plx_model_close(models[1]);
}

/* Where one model is better everywhere, it gets all of the weight, whatever the search only nears. */
static void plx_mixture_tune__one_is_best(void **state)
{
    (void)state;
    struct plx_model *good = unigrams(0.1, 0.3, 0.3, 0.3), *bad = unigrams(0.1001, 0.2999, 0.2999, 0.2999);
    struct plx_model *mixture = mix(bad, 1, good, 1);
    struct plx_model *tuned = tune(mixture, "a b c\n", LETTERS, 1);
    assert_true(plx_model_info(tuned)->components[0].weight == 0);
    assert_true(plx_model_info(tuned)->components[1].weight == 1);
    plx_model_close(tuned);
    plx_model_close(mixture);
    plx_model_close(good);
    plx_model_close(bad);
}

static void plx_mixture_tune__left_out(void **state)
{
    (void)state;
    struct plx_model *first = unigrams(0.9, 0.05, 0.04, 0.01), *second = unigrams(0.01, 0.09, 0.3, 0.6);
    struct plx_model *mixture = mix(first, 1, second, 1);
    struct plx_model *tuned = tune(mixture, "a x c y y y\n", LETTERS " unknown=skip", 1);
    struct plx_model *without = tune(mixture, "a c\n", LETTERS, 1);
    assert_int_equal(plx_model_info(tuned)->tuning->tokens, 2);
    assert_true(plx_model_info(tuned)->components[0].weight == plx_model_info(without)->components[0].weight);
    plx_model_close(without);
    plx_model_close(tuned);
    plx_model_close(mixture);
    plx_model_close(first);
    plx_model_close(second);
}

/* Asks to stop at the call that is counted down to. */
static bool stop_at(void *user)
{
    return --*(long *)user < 0;
}

static void plx_mixture_tune__interrupted_between_rounds(void **state)
{
    (void)state;
    struct plx_model *first = unigrams(0.05, 0.7, 0.2, 0.05), *second = unigrams(0.05, 0.1, 0.3, 0.55);
    struct plx_model *mixture = mix(first, 1, second, 1), *tuned;
    const struct plx_protocol protocol = inputs_protocol(LETTERS);
    const long many = 1000000;
    long left = many;
    const struct plx_evaluate_options options = {
        .protocol = &protocol, .threads = 1, .interrupted = stop_at, .user = &left};
    const char *path = folder_path("tuning");
    struct plx_corpus *corpus;
    struct plx_error error;
    file_write(path, "a b c a a\nb b a c\nc a b\n", 24);
    assert_int_equal(plx_corpus_open(&path, 1, NULL, &corpus, &error), PLX_OK);
    assert_int_equal(plx_mixture_tune(mixture, corpus, &options, &tuned, &error), PLX_OK);
    const long calls = many - left, rounds = (long)plx_model_info(tuned)->tuning->rounds;
    assert_true(rounds > 5 && calls > rounds);
    plx_model_close(tuned);
    plx_corpus_close(corpus);
    assert_int_equal(plx_corpus_open(&path, 1, NULL, &corpus, &error), PLX_OK);
    left = calls - rounds / 2; /* the pipeline has long been done */
    assert_int_equal(plx_mixture_tune(mixture, corpus, &options, &tuned, &error), PLX_INTERRUPTED);
    assert_null(tuned);
    plx_corpus_close(corpus);
    plx_model_close(mixture);
    plx_model_close(first);
    plx_model_close(second);
}

static void plx_mixture_tune__refused(void **state)
{
    (void)state;
    struct plx_model *first = unigrams(0.25, 0.25, 0.25, 0.25), *mixture = mix(first, 1, first, 1), *tuned;
    const char *path = folder_path("tuning");
    const struct plx_protocol protocol = inputs_protocol(LETTERS " unknown=skip");
    const struct plx_evaluate_options options = {.protocol = &protocol, .threads = 1};
    struct plx_corpus *corpus;
    struct plx_error error;
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fputs("x y\n", file);
    fclose(file);
    assert_int_equal(plx_corpus_open(&path, 1, NULL, &corpus, &error), PLX_OK);
    assert_int_equal(plx_mixture_tune(first, corpus, &options, &tuned, &error), PLX_USAGE);
    assert_null(tuned);
    assert_int_equal(plx_mixture_tune(mixture, corpus, &options, &tuned, &error), PLX_MALFORMED);
    assert_null(tuned);
    plx_corpus_close(corpus);
    plx_model_close(mixture);
    plx_model_close(first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(plx_model_mix__by_hand, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(plx_model_mix__with_itself, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(plx_model_mix__contexts_of_each, folder_make, folder_remove),
        cmocka_unit_test(plx_model_mix__what_it_is),
        cmocka_unit_test(plx_model_mix__refused),
        cmocka_unit_test_setup_teardown(plx_model_mix__nothing_to_begin_with, folder_make, folder_remove),
        cmocka_unit_test(plx_session_distributions__are_the_scores),
        cmocka_unit_test_setup_teardown(plx_mixture_tune__shares, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(plx_mixture_tune__by_search, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(plx_mixture_tune__one_is_best, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(plx_mixture_tune__left_out, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(plx_mixture_tune__interrupted_between_rounds, folder_make,
                                        folder_remove),
        cmocka_unit_test_setup_teardown(plx_mixture_tune__refused, folder_make, folder_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
