/* The toolkits' summaries of tiny texts, worked by hand from the formulas of their documentation; powers of
   ten by Python. All log-probabilities are multiples of 1/8 and so exact in float32. */
#include "eval/conventions.h"

#include "support/inputs.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* p(a | <s>) = -0.5, p(b | a) = -0.25, p(</s> | b) = -0.5, all other bigrams by backoff. */
#define BIGRAMS "\\2-grams:\n-0.5\t<s> a\n-0.25\ta b\n-0.5\tb </s>\n\n\\end\\\n"
#define WORDS   "-1\t</s>\n-99\t<s>\t-0.5\n-0.75\ta\t-0.25\n-1.5\tb\t-0.125\n"

static const char WITHOUT_UNKNOWN[] =
    "\\data\\\nngram 1=5\nngram 2=3\n\n\\1-grams:\n" WORDS "-99\tz\n\n" BIGRAMS;
static const char WITH_UNKNOWN[] =
    "\\data\\\nngram 1=5\nngram 2=3\n\n\\1-grams:\n" WORDS "-2\t<unk>\t-0.5\n\n" BIGRAMS;

static struct plx_conventions conventions_of(const char *arpa, const char *text, const char *protocol)
{
    struct plx_conventions conventions;
    struct plx_model *model = inputs_model(arpa);
    struct plx_result *result = inputs_evaluate(model, text, PLX_TOKENS_WORD, protocol);
    assert_true(result->plan.sentences);
    plx_conventions_compute(result, &conventions);
    plx_result_free(result);
    plx_model_close(model);
    return conventions;
}

static void assert_close(double found, double expected)
{
    if (!(found == expected || fabs(found - expected) <= 1e-13 * fabs(expected)))
        fail_msg("found %.17g, expected %.17g", found, expected);
}

/* A sentence, a blank line, one with a word that the model lacks, one with a word of probability 10^-99:

     a b       -0.5  -0.25  -0.5
               b(<s>) + p(</s>) = -1.5
     a x b     -0.5  (x)  p(b) = -1.5  -0.5
     z         b(<s>) + p(z) = -99.5   p(</s>) = -1                                                      */
static const char TEXT[] = "a b\n\na x b\nz\n";

/* The unknown word costs -100 and the backoff of a, -0.25: L = -1.25 - 1.5 - 102.75 - 100.5 = -206. */
static void plx_conventions_compute__kenlm(void **state)
{
    (void)state;
    const struct plx_conventions c = conventions_of(WITHOUT_UNKNOWN, TEXT, "sentence");
    assert_int_equal(c.kenlm.tokens, 10);
    assert_int_equal(c.kenlm.oovs, 1);
    assert_close(c.kenlm.including_oovs, 3.9810717055349857e+20); /* 10^(206/10) */
    assert_close(c.kenlm.excluding_oovs, 562341325190.3491);      /* 10^((206 - 100.25)/9) */
}

/* S = 3, the blank line counts nowhere; W = 6, O = 1, Z = 1; L = -1.25 - 2.5 - 1 without x and z. */
static void plx_conventions_compute__srilm(void **state)
{
    (void)state;
    const struct plx_conventions c = conventions_of(WITHOUT_UNKNOWN, TEXT, "sentence");
    assert_int_equal(c.srilm.sentences, 3);
    assert_int_equal(c.srilm.words, 6);
    assert_int_equal(c.srilm.oovs, 1);
    assert_int_equal(c.srilm.zeroprobs, 1);
    assert_close(c.srilm.logprob, -4.75);
    assert_close(c.srilm.ppl, 4.77058269614393);   /* 10^(4.75/(6 - 1 - 1 + 3)) */
    assert_close(c.srilm.ppl1, 15.39926526059492); /* 10^(4.75/(6 - 1 - 1)) */
}

/* W = 6, S = 4, K = 1: x has no probability at all; L = -1.25 - 1.5 - 2.5 - 100.5. */
static void plx_conventions_compute__opengrm(void **state)
{
    (void)state;
    const struct plx_conventions c = conventions_of(WITHOUT_UNKNOWN, TEXT, "sentence");
    assert_int_equal(c.opengrm.sentences, 4);
    assert_int_equal(c.opengrm.words, 6);
    assert_int_equal(c.opengrm.skipped, 1);
    assert_close(c.opengrm.logprob, -105.75);
    assert_close(c.opengrm.perplexity, 562341325190.3491); /* 10^(105.75/(6 - 1 + 4)) */
}

/* Without an unknown symbol an unknown word is infinitely expensive; of the ten tokens the </s> of the blank
   line, x, the b behind it, z and the </s> behind it are shorter than they could be. */
static void plx_conventions_compute__irstlm_without_unknown_symbol(void **state)
{
    (void)state;
    const struct plx_conventions c = conventions_of(WITHOUT_UNKNOWN, TEXT, "sentence");
    assert_int_equal(c.irstlm.words, 10);
    assert_int_equal(c.irstlm.oovs, 1);
    assert_int_equal(c.irstlm.backed_off, 5);
    assert_true(isinf(c.irstlm.pp) && c.irstlm.pp > 0);
}

/* With an unknown symbol, a literal one too:

     a b       -0.5  -0.25  -0.5
               -1.5
     a x b     -0.5  b(a) + p(<unk>) = -2.25  b(<unk>) + p(b) = -2  -0.5
     <unk>     b(<s>) + p(<unk>) = -2.5  b(<unk>) + p(</s>) = -1.5             L = -12 */
static const char LITERAL_TEXT[] = "a b\n\na x b\n<unk>\n";

static void plx_conventions_compute__with_unknown_symbol(void **state)
{
    (void)state;
    const struct plx_conventions c = conventions_of(WITH_UNKNOWN, LITERAL_TEXT, "sentence");
    assert_int_equal(c.kenlm.tokens, 10);
    assert_int_equal(c.kenlm.oovs, 2);
    assert_close(c.kenlm.including_oovs, 15.848931924611133); /* 10^(12/10) */
    assert_close(c.kenlm.excluding_oovs, 8.058421877614817);  /* 10^((12 - 4.75)/8) */

    assert_int_equal(c.srilm.sentences, 3);
    assert_int_equal(c.srilm.words, 6);
    assert_int_equal(c.srilm.oovs, 0); /* <unk> has a probability */
    assert_int_equal(c.srilm.zeroprobs, 0);
    assert_close(c.srilm.logprob, -10.5);
    assert_close(c.srilm.ppl, 14.677992676220699); /* 10^(10.5/9) */
    assert_close(c.srilm.ppl1, 56.23413251903491); /* 10^(10.5/6) */

    assert_int_equal(c.irstlm.words, 10);
    assert_int_equal(c.irstlm.oovs, 2);
    assert_close(c.irstlm.pp, 398.10713074277226);   /* 10^((12 + 2·log10(10^7 - 5))/10) */
    assert_close(c.irstlm.ppwp, 382.25819881816113); /* PP·(1 - 10^(-(2/10)·log10(10^7 - 5))) */
    assert_int_equal(c.irstlm.backed_off, 5);        /* </s>; x, b; <unk>, </s> */

    assert_int_equal(c.opengrm.skipped, 0);
    assert_close(c.opengrm.logprob, -12);
    assert_close(c.opengrm.perplexity, 15.848931924611133);
}

/* The stream with <s> between the lines gives the same. */
static void plx_conventions_compute__stream(void **state)
{
    (void)state;
    const struct plx_conventions lines = conventions_of(WITHOUT_UNKNOWN, TEXT, "sentence");
    const struct plx_conventions stream = conventions_of(WITHOUT_UNKNOWN, TEXT, "wikitext-eos");
    assert_true(stream.kenlm.including_oovs == lines.kenlm.including_oovs);
    assert_true(stream.kenlm.excluding_oovs == lines.kenlm.excluding_oovs);
    assert_true(stream.srilm.ppl == lines.srilm.ppl);
    assert_true(stream.opengrm.perplexity == lines.opengrm.perplexity);
    assert_int_equal(stream.irstlm.backed_off, lines.irstlm.backed_off);
    assert_int_equal(stream.srilm.sentences, lines.srilm.sentences);
}

/* SRILM: an unknown symbol without probability (-99 is none) makes its words OOVs, which L leaves out:
     a b       -0.5  -0.25  -0.5
     a x b     -0.5  (x)  b(<unk>) + p(b) = -2  -0.5       S = 2, W = 5, O = 1, L = -4.25 */
static void plx_conventions_compute__srilm_unknown_symbol_without_probability(void **state)
{
    static const char *const probabilities[] = {"-99", "-100", "-inf"};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        char arpa[512] = "\\data\\\nngram 1=5\nngram 2=3\n\n\\1-grams:\n" WORDS;
        strcat(arpa, probabilities[i]);
        strcat(arpa, "\t<unk>\t-0.5\n\n" BIGRAMS);
        const struct plx_conventions c = conventions_of(arpa, "a b\na x b\n", "sentence");
        assert_int_equal(c.srilm.sentences, 2);
        assert_int_equal(c.srilm.words, 5);
        assert_int_equal(c.srilm.zeroprobs, 0);
        assert_int_equal(c.srilm.oovs, 1);
        assert_close(c.srilm.logprob, -4.25);
        assert_close(c.srilm.ppl, 5.108969774506928);   /* 10^(4.25/(5 - 1 + 2)) */
        assert_close(c.srilm.ppl1, 11.547819846894582); /* 10^(4.25/(5 - 1)) */
    }
}

/* An unknown symbol of no probability at all: L - L_oov is not defined, so that no number may come out. */
static void plx_conventions_compute__kenlm_impossible_unknown_symbol(void **state)
{
    static const char arpa[] =
        "\\data\\\nngram 1=5\nngram 2=3\n\n\\1-grams:\n" WORDS "-inf\t<unk>\t-0.5\n\n" BIGRAMS;
    static const char *const texts[] = {"a x b\n", "a x b x x\na\n"};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        const struct plx_conventions c = conventions_of(arpa, texts[i], "sentence");
        assert_true(isinf(c.kenlm.including_oovs) && c.kenlm.including_oovs > 0);
        if (isfinite(c.kenlm.excluding_oovs))
            fail_msg("\"%s\": %.17g", texts[i], c.kenlm.excluding_oovs);
    }
}

/* Quotients without a denominator, or with a negative one, are no numbers. */
static void plx_conventions_compute__nothing_to_divide_by(void **state)
{
    (void)state;
    struct plx_conventions c = conventions_of(WITHOUT_UNKNOWN, "\n\n", "sentence");
    assert_int_equal(c.srilm.sentences, 0);
    assert_int_equal(c.srilm.words, 0);
    assert_true(isnan(c.srilm.ppl));
    assert_true(isnan(c.srilm.ppl1));
    assert_close(c.kenlm.including_oovs, 31.622776601683793); /* 10^1.5 */
    assert_close(c.kenlm.excluding_oovs, 31.622776601683793);

    /* W = 1, Z = 2: the end too is a zero. */
    c = conventions_of("\\data\\\nngram 1=3\n\n\\1-grams:\n-99\t</s>\n-99\t<s>\n-99\tz\n\n\\end\\\n", "z\n",
                       "sentence");
    assert_int_equal(c.srilm.words, 1);
    assert_int_equal(c.srilm.zeroprobs, 2);
    assert_true(isnan(c.srilm.ppl));
    assert_true(isnan(c.srilm.ppl1));
}

/* 10^-99 is the border. */
static void plx_conventions_compute__srilm_zero_probabilities(void **state)
{
    (void)state;
    const struct plx_conventions c =
        conventions_of("\\data\\\nngram 1=6\n\n\\1-grams:\n-1\t</s>\n-99\t<s>\n-98.5\tp\n"
                       "-99\tq\n-120\tr\n-inf\ts\n\n\\end\\\n",
                       "p q r s\n", "sentence");
    assert_int_equal(c.srilm.zeroprobs, 3);
    assert_close(c.srilm.logprob, -99.5);
    assert_int_equal(c.opengrm.skipped, 1); /* only what has no probability at all */
    assert_close(c.opengrm.logprob, -98.5 - 99 - 120 - 1);
    assert_true(isinf(c.kenlm.including_oovs));
    assert_true(isinf(c.kenlm.excluding_oovs));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_conventions_compute__kenlm),
        cmocka_unit_test(plx_conventions_compute__srilm),
        cmocka_unit_test(plx_conventions_compute__opengrm),
        cmocka_unit_test(plx_conventions_compute__irstlm_without_unknown_symbol),
        cmocka_unit_test(plx_conventions_compute__with_unknown_symbol),
        cmocka_unit_test(plx_conventions_compute__stream),
        cmocka_unit_test(plx_conventions_compute__srilm_unknown_symbol_without_probability),
        cmocka_unit_test(plx_conventions_compute__kenlm_impossible_unknown_symbol),
        cmocka_unit_test(plx_conventions_compute__nothing_to_divide_by),
        cmocka_unit_test(plx_conventions_compute__srilm_zero_probabilities),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
