/* The presets on corpora of a few tokens, worked out by hand: which windows there are, what they score, and
   the number that comes of it; and at their real sizes by what is counted. All rules are those of the peers'
   sources, which the rows of the presets cite.

   Every word is "a", and what it costs tells how much its window shows it: in log10, after

     no context  1      an "a"  0.5      two  0.25      three or more  0.125

   and 0.75 after <s> alone, behind which the first "a" is all that the next one can use. Other symbols say
   nothing about what follows them. All costs are exact in float32. */
#include "eval/conventions.h"
#include "eval/result.h"

#include "support/fixtures.h"
#include "support/inputs.h"
#include "support/result_text.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HEAD(unigrams, bigrams)                                                                              \
    "\\data\\\nngram 1=" #unigrams "\nngram 2=" #bigrams "\nngram 3=1\nngram 4=1\n\n\\1-grams:\n-1\t<unk>\n" \
    "-1\ta\t0\n"
#define TAIL "-0.5\ta a\t0\n\n\\3-grams:\n-0.25\ta a a\t0\n\n\\4-grams:\n-0.125\ta a a a\n\n\\end\\\n"

#define START_LINE "-99\t<s>\t0\n"
#define END_LINE   "-1\t</s>\n"

static const char PLAIN[] = HEAD(2, 1) "\n\\2-grams:\n" TAIL;
static const char WITH_START[] = HEAD(3, 2) START_LINE "\n\\2-grams:\n-0.75\t<s> a\t0\n" TAIL;
static const char WITH_END[] = HEAD(3, 1) END_LINE "\n\\2-grams:\n" TAIL;
static const char WITH_BOTH[] = HEAD(4, 2) START_LINE END_LINE "\n\\2-grams:\n-0.75\t<s> a\t0\n" TAIL;

/* So many words on a line of their own. To be freed. */
static char *words(size_t count)
{
    char *text = malloc(2 * count + 1);
    assert_non_null(text);
    for (size_t i = 0; i < count; i++)
        memcpy(text + 2 * i, "a ", 2);
    text[2 * count] = '\0';
    if (count > 0)
        text[2 * count - 1] = '\n';
    return text;
}

/* What an evaluation should come to. */
struct expected {
    double log10_total;
    uint64_t scored;
    struct plx_skipped skipped;
};

static double total_log10(const struct plx_result *result)
{
    const struct plx_exact total = plx_tally_total(&result->tally);
    return plx_exact_sum(&total) / log(10.0);
}

static void assert_close(double found, double expected, const char *what)
{
    if (fabs(found - expected) > 1e-12 * fabs(expected))
        fail_msg("%s: %.17g instead of %.17g", what, found, expected);
}

static void check_text(const char *arpa, const char *text, enum plx_token_kind tokens, const char *protocol,
                       struct expected expected)
{
    struct plx_model *model = inputs_model(arpa);
    struct plx_result *result = inputs_evaluate(model, text, tokens, protocol);
    const struct plx_exact total = plx_tally_total(&result->tally);
    assert_close(total_log10(result), expected.log10_total, protocol);
    if (total.count != expected.scored ||
        memcmp(&result->skipped, &expected.skipped, sizeof expected.skipped) != 0)
        fail_msg("%s: %llu scored; no context %llu, masked %llu, replaced %llu, tail %llu, limit %llu, blank "
                 "%llu",
                 protocol, (unsigned long long)total.count, (unsigned long long)result->skipped.no_context,
                 (unsigned long long)result->skipped.masked, (unsigned long long)result->skipped.replaced,
                 (unsigned long long)result->skipped.tail, (unsigned long long)result->skipped.limit,
                 (unsigned long long)result->skipped.blank);
    plx_result_free(result);
    plx_model_close(model);
}

static void check(const char *arpa, size_t count, const char *protocol, struct expected expected)
{
    char *text = words(count);
    check_text(arpa, text, PLX_TOKENS_WORD, protocol, expected);
    free(text);
}

#define EXPECT(log10_total, scored, ...) ((struct expected){log10_total, scored, {__VA_ARGS__}})

static double perplexity_of(const char *arpa, size_t count, const char *protocol)
{
    struct plx_metrics metrics;
    struct plx_model *model = inputs_model(arpa);
    char *text = words(count);
    struct plx_result *result = inputs_evaluate(model, text, PLX_TOKENS_WORD, protocol);
    plx_result_metrics(result, &metrics);
    plx_result_free(result);
    plx_model_close(model);
    free(text);
    return metrics.perplexity;
}

/* Lines "a a", "" and "a". By themselves: 0.75 + 0.5 + 1, 1, 0.75 + 1; srilm leaves out the blank one. As a
   stream the same, for a model that begins anew after an end; for one without <s>: 1 + 0.5 + 1, 1 and, as
   </s> says nothing about what follows, 1 + 1. */
static void sentence_srilm_and_wikitext_eos(void **state)
{
    static const char LINES[] = "a a\n\na\n";
    (void)state;
    check_text(WITH_BOTH, LINES, PLX_TOKENS_WORD, "sentence", EXPECT(5, 6, 0));
    check_text(WITH_BOTH, LINES, PLX_TOKENS_WORD, "srilm", EXPECT(4, 5, .blank = 1));
    check_text(WITH_BOTH, LINES, PLX_TOKENS_WORD, "wikitext-eos", EXPECT(5, 6, 0));
    check_text(WITH_END, LINES, PLX_TOKENS_WORD, "wikitext-eos", EXPECT(5.5, 6, 0));
}

/* 1 + 0.5 + 0.25 + 3 · 0.125; with <s> before it 0.75 + 0.5 + 0.25 + 3 · 0.125. Characters alike. */
static void exact_and_char_bpc(void **state)
{
    struct plx_model *model = inputs_model(PLAIN);
    (void)state;
    check(PLAIN, 6, "exact", EXPECT(2.125, 6, 0));
    check(WITH_START, 6, "exact", EXPECT(1.875, 6, 0));
    check_text(PLAIN, "aaaaaa", PLX_TOKENS_CHARACTER, "char-bpc", EXPECT(2.125, 6, 0));
    check_text(PLAIN, "aaaaaa", PLX_TOKENS_BYTE, "char-bpc", EXPECT(2.125, 6, 0));

    /* bits per character: 2.125 / log10(2) / 6 */
    struct plx_result *result = inputs_evaluate(model, "aaaaaa", PLX_TOKENS_CHARACTER, "char-bpc");
    struct plx_metrics metrics;
    plx_result_metrics(result, &metrics);
    assert_close(metrics.bits_per_byte, 2.125 / log10(2.0) / 6, "bits per character");
    assert_string_equal(plx_result_protocol(result), "char-bpc");
    plx_result_free(result);
    plx_model_close(model);
}

/* W = 4, S = 2 over 9 tokens: [0, 4) scores 1, 2, 3 for 0.5 + 0.25 + 0.125; [2, 6) scores 4, 5 after two and
   three for 0.25 + 0.125; [4, 8) the same; [6, 9), the rest, 8 after two for 0.25. */
static void hf_stride(void **state)
{
    (void)state;
    check(PLAIN, 9, "hf-stride window=4 stride=2", EXPECT(1.875, 8, .no_context = 1));
    check(PLAIN, 10, "hf-stride window=4 stride=2", EXPECT(2, 9, .no_context = 1));

    /* Means 0.875/3, 0.1875, 0.1875 and 0.25, weighted 3, 1, 1 and 0; and unweighted. */
    assert_close(perplexity_of(PLAIN, 9, "hf-stride-doc window=4 stride=2"), pow(10, 1.25 / 5), "weighted");

    /* Without overlap the page's count is right: 0.875/3, 0.875/3 and 0.5, weighted 3, 3 and 1. */
    assert_close(perplexity_of(PLAIN, 10, "hf-stride-doc window=4 stride=4"), pow(10, 2.25 / 7), "apart");
    assert_close(perplexity_of(PLAIN, 9, "hf-stride window=4 stride=2 average=window"),
                 pow(10, (0.875 / 3 + 0.1875 + 0.1875 + 0.25) / 4), "unweighted");
}

/* W = 4 over 10 tokens: two windows of 0.5 + 0.25 + 0.125, two tokens left. */
static void gptq(void **state)
{
    (void)state;
    check(PLAIN, 10, "gptq window=4", EXPECT(1.75, 6, .no_context = 2, .tail = 2));
    check(PLAIN, 8, "gptq window=4", EXPECT(1.75, 6, .no_context = 2));
    assert_close(perplexity_of(PLAIN, 10, "gptq window=4"), pow(10, 0.875 / 3), "gptq");
}

/* n_ctx = 4 over 11 tokens, two windows: of outputs 0 … 3, those from n_ctx/2 = 2 on count but the last:
   token 3 alone, after BOS and two of the text: 0.25; without BOS after three: 0.125. n_ctx = 8: outputs 4 …
   6, tokens 5, 6 and 7. */
static void llama_cpp(void **state)
{
    (void)state;
    check(WITH_START, 11, "llama.cpp window=4", EXPECT(0.5, 2, .replaced = 2, .masked = 4, .tail = 3));
    check(PLAIN, 11, "llama.cpp window=4", EXPECT(0.25, 2, .masked = 6, .tail = 3));
    check(WITH_START, 17, "llama.cpp window=8", EXPECT(0.75, 6, .replaced = 2, .masked = 8, .tail = 1));
}

/* A window of 3 that moves by 2 and scores 2: over 8 tokens ceil((8 - 3)/2) = 3 windows, [0, 3), [2, 5) and
   [4, 7), each of 0.5 + 0.25; over 7 tokens two: the third would end with the text. BOS is nowhere. */
static void llama_cpp_stride(void **state)
{
    (void)state;
    check(PLAIN, 8, "llama.cpp-stride window=3 stride=2", EXPECT(2.25, 6, .masked = 1, .tail = 1));
    check(PLAIN, 7, "llama.cpp-stride window=3 stride=2", EXPECT(1.5, 4, .masked = 1, .tail = 2));
    check(WITH_START, 7, "llama.cpp-stride window=3 stride=2", EXPECT(1.5, 4, .masked = 1, .tail = 2));
    check(PLAIN, 4, "llama.cpp-stride window=3 stride=2", EXPECT(0.75, 2, .masked = 1, .tail = 1));
}

/* max_length 3, so that our window is 4. Over 8 tokens t0 … t7:

     [<s>, t0, t1] -> t0, t1, t2     0.75 + 0.5 + 0.25
     [t2, t3, t4]  -> t3, t4, t5     0.5 + 0.25 + 0.125
     [t4, t5, t6]  -> t6, t7         0.25 + 0.125: the context reaches back to t4                       */
static void lm_eval(void **state)
{
    (void)state;
    check(WITH_START, 8, "lm-eval window=4", EXPECT(2.75, 8, 0));
    check(WITH_START, 6, "lm-eval window=4", EXPECT(2.375, 6, 0));
    check(WITH_START, 3, "lm-eval window=4", EXPECT(1.5, 3, 0));
    check(WITH_START, 1, "lm-eval window=4", EXPECT(0.75, 1, 0));
    check(WITH_BOTH, 8, "lm-eval window=4", EXPECT(2.75, 8, 0));
    check(WITH_END, 8, "lm-eval window=4", EXPECT(3, 8, 0)); /* </s> for want of <s> */
    check(WITH_END, 8, "paloma window=4", EXPECT(3, 8, 0));

    /* 4094 tokens with max_length 2048: 0.75 + 0.5 + 0.25 + 2045 · 0.125 = 257.125, then 2046 in a window
       that reaches back, all after three and more: 255.75. With 2046 inputs: 0.75 + 0.5 + 0.25 + 2043 · 0.125
       = 256.875; 0.5 + 0.25 + 2044 · 0.125 = 256.25; and 2 · 0.125 = 0.25. */
    check(WITH_START, 4094, "lm-eval", EXPECT(512.875, 4094, 0));
    check(WITH_START, 4094, "lm-eval-api", EXPECT(513.375, 4094, 0));
    check(WITH_END, 4094, "paloma", EXPECT(513.125, 4094, 0));
}

/* Documents of 2 and 3 words after titles of 3 unknown words: <s> = a = and so on; each title costs 1 for
   either "=" (unknown, by the symbol for it) and "a" 1 behind it, as nothing is known after <unk>. Of the
   titles the second stands alone, so that articles do not see it. */
static void lm_eval__pages(void **state)
{
    static const char TEXT[] = " \n = a = \n \n a a \n = a = \n a a a\n";
    struct plx_model *model = inputs_model(WITH_START);
    struct plx_conventions found;
    (void)state;
    struct plx_result *result = inputs_evaluate(model, TEXT, PLX_TOKENS_WORD, "lm-eval");
    assert_int_equal(result->documents, 2);
    /* Titles 1 + 1 + 1 each; 1 + 0.5 behind the first, 1 + 0.5 + 0.25 behind the second. */
    assert_close(total_log10(result), 9.25, "pages");
    assert_true(plx_conventions_of_pages(result));
    plx_conventions_compute(result, &found);
    /* In Python: pages " = a = \n \n a a " and " = a = \n a a a\n", as the newline before the second title
       joins nothing, 15 bytes each; re.split(r"\s+", page) gives 7 and 8 pieces, two empty ones in each. */
    assert_int_equal(found.lm_eval.documents, 2);
    assert_int_equal(found.lm_eval.words, 15);
    assert_int_equal(found.lm_eval.bytes, 30);
    assert_close(found.lm_eval.word_perplexity, pow(10, 9.25 / 15), "word perplexity");
    assert_close(found.lm_eval.byte_perplexity, pow(10, 9.25 / 30), "byte perplexity");
    assert_close(found.lm_eval.bits_per_byte, 9.25 / log10(2.0) / 30, "bits per byte");
    assert_close(log(found.lm_eval.word_perplexity) / log(found.lm_eval.byte_perplexity), 30.0 / 15, "ratio");
    plx_result_free(result);

    result = inputs_evaluate(model, TEXT, PLX_TOKENS_WORD, "lm-eval pages=article");
    assert_int_equal(result->documents, 1);
    assert_false(plx_conventions_of_pages(result));
    plx_result_free(result);
    result = inputs_evaluate(model, TEXT, PLX_TOKENS_WORD, "lm-eval limit=3");
    assert_false(plx_conventions_of_pages(result)); /* not of all nats */
    plx_result_free(result);
    /* What it has no number for. */
    static const char *const others[] = {"lm-eval unknown=floor:-1", "lm-eval start=none",
                                         "lm-eval tail=keep",
                                         "paloma pages=heading start=replace first=skip"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        result = inputs_evaluate(model, TEXT, PLX_TOKENS_WORD, others[i]);
        assert_int_equal(result->pages.pages, 2);
        assert_false(plx_conventions_of_pages(result));
        plx_result_free(result);
    }
    result = inputs_evaluate(model, TEXT, PLX_TOKENS_WORD, "lm-eval-api window=7");
    assert_true(plx_conventions_of_pages(result)); /* any window */
    plx_result_free(result);
    plx_model_close(model);
}

/* --tokens-per-sample 3 --context-window 1: S = 2, W = 4. Seven words and the end of their line, after </s>:

     [</s>, t0]        -> t0, t1      1 + 0.5
     [t0, t1, t2]      -> t2, t3      0.25 + 0.125
     [t2, t3, t4]      -> t4, t5      0.25 + 0.125
     [t4, t5, t6]      -> t6, </s>    0.25 + 1                                                           */
static void fairseq(void **state)
{
    (void)state;
    check(WITH_END, 7, "fairseq window=4 stride=2", EXPECT(3.5, 8, 0));
    check(WITH_END, 6, "fairseq window=4 stride=2", EXPECT(3.25, 7, 0)); /* the rest is </s> */
    /* At its real size: t0 and t1 as above, 0.25, then 498 of 0.125, and 1. */
    check(WITH_END, 500, "fairseq", EXPECT(1.75 + 497 * 0.125 + 1, 501, 0));
}

/* T = 3 over 9 tokens: [0, 4) and [3, 7), each of 0.5 + 0.25 + 0.125; what is behind 6 fills no block. */
static void llm_c(void **state)
{
    (void)state;
    check(PLAIN, 9, "llm.c window=4", EXPECT(1.75, 6, .no_context = 1, .tail = 2));
    check(PLAIN, 10, "llm.c window=4", EXPECT(2.625, 9, .no_context = 1));
    check(PLAIN, 10, "llm.c window=4 limit=3", EXPECT(0.875, 3, .no_context = 1, .limit = 6));
}

/* At their real sizes. */

static uint64_t scored_of(const struct plx_model *model, size_t count, const char *protocol)
{
    char *text = words(count);
    struct plx_result *result = inputs_evaluate(model, text, PLX_TOKENS_WORD, protocol);
    const uint64_t scored = plx_tally_total(&result->tally).count;
    assert_int_equal(result->tokens, count);
    plx_result_free(result);
    free(text);
    return scored;
}

static void presets__count_as_their_peers(void **state)
{
    static const size_t counts[] = {512, 513, 1023, 1024, 1025, 1536, 2048, 2049, 4095, 4096, 6145};
    struct plx_model *model = inputs_model(PLAIN);
    (void)state;
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        const size_t n = counts[i];
        assert_int_equal(scored_of(model, n, "llama.cpp"), n / 512 * 255);
        assert_int_equal(scored_of(model, n, "hf-stride"), n - 1);
        assert_int_equal(scored_of(model, n, "hf-stride-doc"), n - 1);
        assert_int_equal(scored_of(model, n, "fairseq start=none"), n);
        assert_int_equal(scored_of(model, n, "lm-eval start=none"), n);
        assert_int_equal(scored_of(model, n, "lm-eval-api start=none"), n);
        if (n > 768)
            assert_int_equal(scored_of(model, n, "llama.cpp-stride"), (n - 768 + 511) / 512 * 512);
        if (n > 1024)
            assert_int_equal(scored_of(model, n, "llm.c"), (n - 1) / 1024 * 1024);
        if (n >= 2048)
            assert_int_equal(scored_of(model, n, "gptq"), n / 2048 * 2047);
    }
    assert_int_equal(scored_of(model, 2, "hf-stride"), 1);
    plx_model_close(model);
}

static struct plx_error refusal(size_t count, const char *protocol)
{
    const struct plx_protocol fields = inputs_protocol(protocol);
    const struct plx_evaluate_options options = {.protocol = &fields, .threads = 1};
    struct plx_model *model = inputs_model(PLAIN);
    char *text = words(count);
    struct plx_corpus *corpus = corpus_open_bytes(text, strlen(text), PLX_TOKENS_WORD);
    struct plx_result *result;
    struct plx_error error;
    assert_int_equal(plx_evaluate(model, corpus, &options, &result, &error), PLX_MALFORMED);
    plx_corpus_close(corpus);
    plx_model_close(model);
    free(text);
    return error;
}

/* Fewer tokens than a window takes. */
static void presets__too_few_tokens(void **state)
{
    static const struct {
        size_t count;
        const char *protocol, *window;
    } cases[] = {
        {2047, "gptq", "2048"},     {511, "llama.cpp", "512"}, {768, "llama.cpp-stride", "768"},
        {1024, "llm.c", "1025"},    {3, "gptq window=4", "4"}, {1, "llama.cpp window=4", "4"},
        {3, "llm.c window=4", "4"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct plx_error error = refusal(cases[i].count, cases[i].protocol);
        char shown[96];
        snprintf(shown, sizeof shown, "does not fill a window of %s tokens is dropped", cases[i].window);
        assert_non_null(strstr(error.message, "no token is left to score"));
        if (!strstr(error.hint, shown))
            fail_msg("%s: %s", cases[i].protocol, error.hint);
    }
}

/* The warning of few windows; "" if there is none. It counts nothing. */
static const char *warning_of(const struct plx_model *model, size_t count, const char *protocol)
{
    static char message[sizeof((struct plx_warning *)NULL)->message];
    char *text = words(count);
    struct plx_result *result = inputs_evaluate(model, text, PLX_TOKENS_WORD, protocol);
    size_t warnings;
    const struct plx_warning *list = plx_result_warnings(result, &warnings);
    *message = '\0';
    for (size_t i = 0; i < warnings; i++) {
        if (strcmp(list[i].code, "few-windows") != 0)
            continue;
        memcpy(message, list[i].message, sizeof message);
        assert_int_equal(list[i].count, 0);
    }
    plx_result_free(result);
    free(text);
    return message;
}

static bool has_warning(const struct plx_model *model, size_t count, const char *protocol)
{
    return *warning_of(model, count, protocol);
}

/* llama-perplexity refuses fewer than two windows of tokens. */
static void presets__fewer_windows_than_the_peer_takes(void **state)
{
    struct plx_model *model = inputs_model(PLAIN);
    (void)state;
    assert_true(has_warning(model, 1023, "llama.cpp"));
    assert_false(has_warning(model, 1024, "llama.cpp"));
    assert_true(has_warning(model, 1535, "llama.cpp-stride"));
    assert_false(has_warning(model, 1536, "llama.cpp-stride"));
    /* However large they are, and whatever else is changed. */
    assert_string_equal(warning_of(model, 150, "llama.cpp window=100"),
                        "llama.cpp itself refuses fewer than 2 windows of 100 tokens, and the corpus has 150 "
                        "tokens");
    assert_false(has_warning(model, 200, "llama.cpp window=100"));
    assert_true(has_warning(model, 600, "llama.cpp score=all unknown=zero"));
    assert_false(has_warning(model, 600, "exact window=512 start=replace"));
    assert_false(has_warning(model, 600, "hf-stride"));
    plx_model_close(model);
}

/* Every scored token's place. */
struct places {
    uint64_t positions[4096];
    size_t count;
};

static enum plx_status note_places(void *user, const struct plx_token_score *tokens, size_t count,
                                   struct plx_error *error)
{
    struct places *places = user;
    (void)error;
    for (size_t i = 0; i < count; i++)
        places->positions[places->count++] = tokens[i].position + 10000 * tokens[i].unit;
    return PLX_OK;
}

static void find_places(const struct plx_model *model, const char *text, enum plx_token_kind tokens,
                        const char *protocol, struct places *places)
{
    const struct plx_protocol fields = inputs_protocol(protocol);
    const struct plx_evaluate_options options = {
        .protocol = &fields, .threads = 1, .tokens = note_places, .tokens_user = places};
    struct plx_corpus *corpus = corpus_open_bytes(text, strlen(text), tokens);
    struct plx_result *result;
    struct plx_error error;
    places->count = 0;
    if (plx_evaluate(model, corpus, &options, &result, &error))
        fail_msg("%s: %s", protocol, error.message);
    plx_result_free(result);
    plx_corpus_close(corpus);
}

/* What is scored does not depend on how much of its context a model can use: a 4-gram model without symbols
   and a neural bigram score the same positions of the same ids. */
static void presets__same_positions_for_every_model(void **state)
{
    static const char *const protocols[] = {"hf-stride window=16 stride=8",
                                            "hf-stride-doc window=9 stride=4",
                                            "gptq window=16",
                                            "llama.cpp window=16",
                                            "llama.cpp-stride window=12 stride=8",
                                            "llm.c window=17",
                                            "hf-stride window=7 stride=7 limit=31"};
    struct plx_model *ngram = inputs_model(PLAIN), *neural = inputs_bare_model(256);
    char text[501];
    static struct places a, b;
    (void)state;
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    for (size_t i = 0; i < sizeof protocols / sizeof *protocols; i++) {
        find_places(ngram, text, PLX_TOKENS_BYTE, protocols[i], &a);
        find_places(neural, text, PLX_TOKENS_BYTE, protocols[i], &b);
        assert_true(a.count > 0);
        assert_int_equal(a.count, b.count);
        assert_memory_equal(a.positions, b.positions, a.count * sizeof *a.positions);
    }
    plx_model_close(ngram);
    plx_model_close(neural);
}

/* Nor does it depend on how many start symbols fill a model's context up: one, two or four of them. Windows
   that score less than they see, or drop their rest, tell where they stand. */
static void presets__same_positions_whatever_a_model_begins_with(void **state)
{
    static const char *const protocols[] = {"lm-eval window=6 stride=4 score=last:2",
                                            "lm-eval window=4 tail=drop",
                                            "lm-eval-api window=7 stride=3 score=last:2 tail=keep",
                                            "paloma window=9 stride=8 score=last:3",
                                            "fairseq window=9 stride=5 score=last:2",
                                            "fairseq window=8 stride=7 first_window=7 tail=drop"};
    static const char *const models[] = {"neural/start/o3.relu.safetensors",
                                         "neural/start/o5.gelu.safetensors"};
    struct plx_model *ngram = inputs_model(WITH_BOTH);
    char *text = words(71);
    static struct places expected, found;
    (void)state;
    for (size_t k = 0; k < 2; k++) {
        struct plx_model *neural = inputs_model_file(models[k]);
        for (size_t i = 0; i < sizeof protocols / sizeof *protocols; i++) {
            find_places(ngram, text, PLX_TOKENS_WORD, protocols[i], &expected);
            find_places(neural, text, PLX_TOKENS_WORD, protocols[i], &found);
            assert_in_range(expected.count, 1, 70); /* of 71 or, with an end symbol, 72 */
            assert_int_equal(found.count, expected.count);
            assert_memory_equal(found.positions, expected.positions, found.count * sizeof *found.positions);
        }
        plx_model_close(neural);
    }
    plx_model_close(ngram);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sentence_srilm_and_wikitext_eos),
        cmocka_unit_test(exact_and_char_bpc),
        cmocka_unit_test(hf_stride),
        cmocka_unit_test(gptq),
        cmocka_unit_test(llama_cpp),
        cmocka_unit_test(llama_cpp_stride),
        cmocka_unit_test(lm_eval),
        cmocka_unit_test(lm_eval__pages),
        cmocka_unit_test(fairseq),
        cmocka_unit_test(llm_c),
        cmocka_unit_test(presets__count_as_their_peers),
        cmocka_unit_test(presets__too_few_tokens),
        cmocka_unit_test(presets__fewer_windows_than_the_peer_takes),
        cmocka_unit_test(presets__same_positions_for_every_model),
        cmocka_unit_test(presets__same_positions_whatever_a_model_begins_with),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
