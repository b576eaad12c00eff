/* SRILM's figures of hand-worked texts, under the preset `srilm`. The rules are those of its sources: a line
   of white space is passed over (File::getline); <s> at the beginning of a line and </s> at its end are not
   doubled and are no words, elsewhere they are words (LM::prepareSentence); a probability of zero, which -99
   in a file stands for, makes <unk> an OOV and any other word a zeroprob (LM::sentenceProb, Ngram::read);
   ppl = 10^(-L/(W - O - Z + S)), ppl1 = 10^(-L/(W - O - Z)) (TextStats). */
#include "eval/conventions.h"

#include "support/inputs.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* log10 p of the unigrams and the backoffs; of <unk> there may be a line more:

     </s> -1    <s> -99, -0.5    a -0.75, -0.25    b -1.5, -0.125    z -99

   and of the bigrams <s> a -0.5, a b -0.25, b </s> -0.5. In the comments, p(w | v) is that of the bigram or
   the backoff of v and the unigram. */
#define ARPA                                                                                     \
    "\\data\\\nngram 1=%d\nngram 2=3\n\n\\1-grams:\n-1\t</s>\n-99\t<s>\t-0.5\n-0.75\ta\t-0.25\n" \
    "-1.5\tb\t-0.125\n-99\tz\n%s\n\\2-grams:\n-0.5\t<s> a\n-0.25\ta b\n-0.5\tb </s>\n\n\\end\\\n"

#define NO_UNKNOWN   ""
#define UNKNOWN      "-2\t<unk>\t-0.5\n"
#define ZERO_UNKNOWN "-99\t<unk>\t-0.5\n"
#define INF_UNKNOWN  "-inf\t<unk>\t-0.5\n"

/* What `ngram -ppl` counts: sentences, words, OOVs, zeroprobs, logprob. */
struct counts {
    unsigned s, w, o, z;
    double l;
};

static struct plx_result *evaluate(const char *unknown, const char *text, const char *protocol)
{
    char arpa[512];
    snprintf(arpa, sizeof arpa, ARPA, *unknown ? 6 : 5, unknown);
    struct plx_model *model = inputs_model(arpa);
    struct plx_result *result = inputs_evaluate(model, text, PLX_TOKENS_WORD, protocol);
    plx_model_close(model);
    return result;
}

static void assert_close(const char *text, const char *what, double found, double expected)
{
    if (isnan(expected) ? !isnan(found) : !(fabs(found - expected) <= 1e-13 * fabs(expected)))
        fail_msg("\"%s\": %s %.17g, expected %.17g", text, what, found, expected);
}

static double perplexity(double l, int tokens)
{
    return tokens > 0 ? pow(10.0, -l / tokens) : (double)NAN;
}

static void assert_counts(const char *unknown, const char *text, const char *protocol, struct counts expected)
{
    struct plx_conventions c;
    struct plx_result *result = evaluate(unknown, text, protocol);
    assert_true(result->plan.srilm);
    plx_conventions_compute(result, &c);
    if (c.srilm.sentences != expected.s || c.srilm.words != expected.w || c.srilm.oovs != expected.o ||
        c.srilm.zeroprobs != expected.z)
        fail_msg("\"%s\" with \"%s\" under %s: S %d, W %d, O %d, Z %d", text, unknown, protocol,
                 (int)c.srilm.sentences, (int)c.srilm.words, (int)c.srilm.oovs, (int)c.srilm.zeroprobs);
    const int words = (int)expected.w - (int)expected.o - (int)expected.z;
    assert_close(text, "L", c.srilm.logprob, expected.l);
    assert_close(text, "ppl", c.srilm.ppl, perplexity(expected.l, words + (int)expected.s));
    assert_close(text, "ppl1", c.srilm.ppl1, perplexity(expected.l, words));
    plx_result_free(result);
}

static void assert_srilm(const char *unknown, const char *text, struct counts expected)
{
    assert_counts(unknown, text, "srilm", expected);
}

/* a b: -0.5 -0.25 -0.5; b a: p(b | <s>) = -2, p(a | b) = -0.875, p(</s> | a) = -1.25 */
static void srilm__blank_lines(void **state)
{
    static const struct counts expected = {2, 4, 0, 0, -1.25 - 4.125};
    (void)state;
    assert_srilm(NO_UNKNOWN, "a b\nb a\n", expected);
    assert_srilm(NO_UNKNOWN, "\na b\n\n   \n \t \n\r\n  b a \n\n", expected);
    assert_srilm(NO_UNKNOWN, "\n\n  a b\nb  a\n ", expected);
    assert_counts(NO_UNKNOWN, "a b\n\nb a\n \n", "sentence", expected); /* which scores them all the same */
    assert_counts(NO_UNKNOWN, "a b\n\nb a\n \n", "wikitext-eos blank=skip", expected);
}

/* 10^(5.375/6) and 10^(5.375/4), by Python. */
static void srilm__perplexities(void **state)
{
    struct plx_conventions c;
    struct plx_result *result = evaluate(NO_UNKNOWN, "a b\n\nb a\n", "srilm");
    (void)state;
    plx_conventions_compute(result, &c);
    assert_close("a b, b a", "ppl", c.srilm.ppl, 7.8674380765994);
    assert_close("a b, b a", "ppl1", c.srilm.ppl1, 22.0673406908459);
    plx_result_free(result);
}

/* Blank lines are skipped as such, and owe nothing to the perplexity. */
static void srilm__blank_lines_are_counted_apart(void **state)
{
    struct plx_result *result = evaluate(UNKNOWN, "a b\n\n\t\nb a\n", "srilm");
    struct plx_metrics metrics;
    (void)state;
    plx_result_metrics(result, &metrics);
    assert_int_equal(result->skipped.blank, 2);
    assert_int_equal(metrics.tokens, 8);
    assert_int_equal(metrics.scored, 6);
    assert_close("a b, b a", "perplexity", metrics.perplexity, 7.8674380765994);
    plx_result_free(result);
}

/* a x b: p(a | <s>) = -0.5, x, p(b | x), p(</s> | b) = -0.5. Without <unk>, p(b | x) = -1.5; with it, its
   backoff goes with it: -2. p(x | a) = -0.25 - 2. */
static void srilm__unknown_words(void **state)
{
    static const char *const texts[] = {"a x b\n", "a <unk> b\n", "\na  <unk> b"};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        assert_srilm(NO_UNKNOWN, texts[i], (struct counts){1, 3, 1, 0, -2.5});
        assert_srilm(UNKNOWN, texts[i], (struct counts){1, 3, 0, 0, -0.5 - 2.25 - 2 - 0.5});
        assert_srilm(ZERO_UNKNOWN, texts[i], (struct counts){1, 3, 1, 0, -3});
        assert_srilm(INF_UNKNOWN, texts[i], (struct counts){1, 3, 1, 0, -3});
        /* The preset `sentence` charges for them, but its summary is the same. */
        assert_counts(NO_UNKNOWN, texts[i], "sentence", (struct counts){1, 3, 1, 0, -2.5});
        assert_counts(ZERO_UNKNOWN, texts[i], "sentence", (struct counts){1, 3, 1, 0, -3});
        assert_counts(INF_UNKNOWN, texts[i], "sentence", (struct counts){1, 3, 1, 0, -3});
    }
}

/* Only unknown words: p(</s> | x) = -1, p(</s> | <unk>) = -1.5; there is no ppl1. */
static void srilm__nothing_but_unknown_words(void **state)
{
    (void)state;
    assert_srilm(NO_UNKNOWN, "x y\n", (struct counts){1, 2, 2, 0, -1});
    assert_srilm(ZERO_UNKNOWN, "x y\n\nx\n", (struct counts){2, 3, 3, 0, -3});
}

/* a z b: z is a zeroprob; it has no backoff: p(b | z) = -1.5. */
static void srilm__zero_probabilities(void **state)
{
    (void)state;
    assert_srilm(NO_UNKNOWN, "a z b\n", (struct counts){1, 3, 0, 1, -2.5});
    assert_srilm(UNKNOWN, "a z b\n", (struct counts){1, 3, 0, 1, -2.5});
    assert_srilm(ZERO_UNKNOWN, "a z x b\n", (struct counts){1, 4, 1, 1, -3});
}

static void srilm__symbols_at_the_edges(void **state)
{
    static const char *const texts[] = {"a b\n",      "<s> a b </s>\n", "<s> a b\n",
                                        "a b </s>\n", "\n<s> a b </s>", " <s>  a b  </s> \r\n"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_srilm(NO_UNKNOWN, texts[i], (struct counts){1, 2, 0, 0, -1.25});
}

/* p(</s> | <s>) = -1.5: a sentence without words, but no blank line. */
static void srilm__nothing_but_symbols(void **state)
{
    static const char *const texts[] = {"<s>\n", "</s>\n", "<s> </s>\n", "\n </s> \n\n", "  <s>"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_srilm(NO_UNKNOWN, texts[i], (struct counts){1, 0, 0, 0, -1.5});
    assert_srilm(NO_UNKNOWN, "</s>\na b\n<s>\n", (struct counts){3, 2, 0, 0, -1.5 - 1.25 - 1.5});
}

/* <s> elsewhere is a word that has no probability; what follows it is predicted from it. */
static void srilm__start_symbols_as_words(void **state)
{
    (void)state;
    /* a -0.5, <s>, p(b | <s>) = -2, p(</s> | b) = -0.5 */
    assert_srilm(NO_UNKNOWN, "a <s> b\n", (struct counts){1, 3, 0, 1, -3});
    /* a -0.5, <s>, p(</s> | <s>) = -1.5 */
    assert_srilm(NO_UNKNOWN, "a <s>\n", (struct counts){1, 2, 0, 1, -2});
    /* <s> after <s>, p(a | <s>) = -0.5, p(</s> | a) = -1.25 */
    assert_srilm(NO_UNKNOWN, "<s> <s> a\n", (struct counts){1, 2, 0, 1, -1.75});
    assert_srilm(UNKNOWN, "<s> <s> <s> a </s>\n", (struct counts){1, 3, 0, 2, -1.75});
}

/* </s> elsewhere is a word; it has no backoff. */
static void srilm__end_symbols_as_words(void **state)
{
    (void)state;
    /* a -0.5, p(</s> | a) = -1.25, p(b | </s>) = -1.5, p(</s> | b) = -0.5 */
    assert_srilm(NO_UNKNOWN, "a </s> b\n", (struct counts){1, 3, 0, 0, -3.75});
    /* a -0.5, p(</s> | a) = -1.25, p(</s> | </s>) = -1 */
    assert_srilm(NO_UNKNOWN, "a </s> </s>\n", (struct counts){1, 2, 0, 0, -2.75});
    /* p(</s> | <s>) = -1.5, p(a | </s>) = -0.75, p(</s> | a) = -1.25 */
    assert_srilm(NO_UNKNOWN, "</s> a\n", (struct counts){1, 2, 0, 0, -3.5});
    assert_srilm(NO_UNKNOWN, "<s> </s> a\n", (struct counts){1, 2, 0, 0, -3.5});
}

/* The stream with <s> between the lines gives the same. */
static void srilm__stream(void **state)
{
    static const char stream[] = "wikitext-eos blank=skip unknown=unk-or-skip control_words=score";
    (void)state;
    assert_counts(ZERO_UNKNOWN, "<s> a b </s>\n\na x b\n<s> <s> a\n", stream,
                  (struct counts){3, 7, 1, 1, -1.25 - 3 - 1.75});
    assert_srilm(ZERO_UNKNOWN, "<s> a b </s>\n\na x b\n<s> <s> a\n",
                 (struct counts){3, 7, 1, 1, -1.25 - 3 - 1.75});
    assert_counts(NO_UNKNOWN, "</s>\na <s> b\n\n", stream, (struct counts){2, 3, 0, 1, -1.5 - 3});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(srilm__blank_lines),
        cmocka_unit_test(srilm__perplexities),
        cmocka_unit_test(srilm__blank_lines_are_counted_apart),
        cmocka_unit_test(srilm__unknown_words),
        cmocka_unit_test(srilm__nothing_but_unknown_words),
        cmocka_unit_test(srilm__zero_probabilities),
        cmocka_unit_test(srilm__symbols_at_the_edges),
        cmocka_unit_test(srilm__nothing_but_symbols),
        cmocka_unit_test(srilm__start_symbols_as_words),
        cmocka_unit_test(srilm__end_symbols_as_words),
        cmocka_unit_test(srilm__stream),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
