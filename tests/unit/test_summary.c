/* Summaries in the words of other tools, worked out by hand: the sums from the models' lines, powers of ten
   by Python, layouts and digits as the tools' sources print them. All log-probabilities are multiples of 1/8
   and so exact in float32 where nothing else is said. */
#include <perplex/summary.h>

#include "report/summary/summary.h"
#include "support/fixtures.h"
#include "support/folder.h"
#include "support/inputs.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* p(a | <s>) = -0.5, p(b | a) = -0.25, p(</s> | b) = -0.5, all other bigrams by backoff. */
#define BIGRAMS "\\2-grams:\n-0.5\t<s> a\n-0.25\ta b\n-0.5\tb </s>\n\n\\end\\\n"
#define WORDS   "-1\t</s>\n-99\t<s>\t-0.5\n-0.75\ta\t-0.25\n-1.5\tb\t-0.125\n"

static const char WITHOUT_UNKNOWN[] =
    "\\data\\\nngram 1=5\nngram 2=3\n\n\\1-grams:\n" WORDS "-99\tz\n\n" BIGRAMS;
static const char WITH_UNKNOWN[] =
    "\\data\\\nngram 1=5\nngram 2=3\n\n\\1-grams:\n" WORDS "-2\t<unk>\t-0.5\n\n" BIGRAMS;

static struct plx_summary *open_summary(const char *tool)
{
    struct plx_summary *summary = NULL;
    struct plx_error error = {0};
    if (plx_summary_open(tool, folder_path("summary"), &summary, &error))
        fail_msg("%s", error.message);
    return summary;
}

/* The evaluation under `fields` ("sentence unknown=skip"; NULL: the tool's own protocol), *error being what
   went wrong with it. */
static enum plx_status evaluate(const char *tool, const struct plx_model *model, const char *text,
                                const char *fields, struct plx_summary **summary, struct plx_result **result,
                                struct plx_error *error)
{
    struct plx_protocol protocol = {0};
    if (fields)
        protocol = inputs_protocol(fields);
    else
        assert_true(plx_summary_protocol(tool, plx_model_info(model), &protocol));
    *summary = open_summary(tool);
    const struct plx_evaluate_options options = {
        .protocol = &protocol, .threads = 2, .batch = 3, .summary = *summary};
    struct plx_corpus *corpus = corpus_open_bytes(text, strlen(text), PLX_TOKENS_WORD);
    const enum plx_status status = plx_evaluate(model, corpus, &options, result, error);
    plx_corpus_close(corpus);
    return status;
}

/* What the tool's summary of the text is. */
static void says_of(const struct plx_model *model, const char *tool, const char *text, const char *fields,
                    const char *expected)
{
    struct plx_summary *summary;
    struct plx_result *result;
    struct plx_error error = {0};
    if (evaluate(tool, model, text, fields, &summary, &result, &error) ||
        plx_summary_finish(summary, result, &error) || plx_summary_commit(summary, &error))
        fail_msg("%s: %s", tool, error.message);
    folder_file_is("summary", expected, strlen(expected));
    plx_result_free(result);
}

static void says(const char *arpa, const char *tool, const char *text, const char *expected)
{
    struct plx_model *model = inputs_model(arpa);
    says_of(model, tool, text, NULL, expected);
    plx_model_close(model);
}

static void refuses(const char *arpa, const char *tool, const char *fields, enum plx_status expected,
                    const char *message)
{
    struct plx_model *model = inputs_model(arpa);
    struct plx_summary *summary;
    struct plx_result *result;
    struct plx_error error = {0};
    assert_int_equal(evaluate(tool, model, "a b\n", fields, &summary, &result, &error), expected);
    assert_null(result);
    assert_string_equal(error.message, message);
    plx_summary_discard(summary);
    folder_holds("");
    plx_model_close(model);
}

/* KenLM. */

/* With an unknown symbol, a literal one too:

     a b       -0.5  -0.25  -0.5
               -1.5
     a x b     -0.5  b(a) + p(<unk>) = -2.25  b(<unk>) + p(b) = -2  -0.5
     <unk>     b(<s>) + p(<unk>) = -2.5  b(<unk>) + p(</s>) = -1.5             L = -12 */
static const char LITERAL_TEXT[] = "a b\n\na x b\n<unk>\n";

static void kenlm__unknown_words(void **state)
{
    (void)state;
    says(WITH_UNKNOWN, "kenlm", LITERAL_TEXT,
         "Perplexity including OOVs:\t15.848931924611133\n" /* 10^(12/10) */
         "Perplexity excluding OOVs:\t8.058421877614817\n"  /* 10^((12 - 4.75)/8) */
         "OOVs:\t2\n"
         "Tokens:\t10\n");
}

/* -100 where the model has no unknown symbol. L = -1.25 - 1.5 - 102.75 - 100.5 = -206. As many digits as 21
   stand without an exponent. */
static void kenlm__no_unknown_symbol(void **state)
{
    (void)state;
    says(WITHOUT_UNKNOWN, "kenlm", "a b\n\na x b\nz\n",
         "Perplexity including OOVs:\t398107170553498570000\n" /* 10^(206/10) */
         "Perplexity excluding OOVs:\t562341325190.3491\n"     /* 10^((206 - 100.25)/9) */
         "OOVs:\t1\n"
         "Tokens:\t10\n");
}

/* <s> and </s> in the text are words like others: b(<s>) + p(<s>) = -99.5, b(<s>) + p(</s>) = -1.5, p(a) =
   -0.75, b(a) + p(</s>) = -1.25: L = -103, 10^(103/4). */
static void kenlm__symbols_in_the_text(void **state)
{
    (void)state;
    says(WITHOUT_UNKNOWN, "kenlm", "<s> </s> a\n",
         "Perplexity including OOVs:\t5.6234132519034905e25\n"
         "Perplexity excluding OOVs:\t5.6234132519034905e25\n"
         "OOVs:\t0\n"
         "Tokens:\t4\n");
}

/* Sums as KenLM has them, for perplexities that are hard to come by. */
static void kenlm_prints(double log10_total, double log10_unknown, const char *including,
                         const char *excluding)
{
    struct plx_exact orders[] = {{.count = 3}};
    const struct plx_result result = {
        .plan = {.kenlm = true},
        .tally = {.orders = orders, .order_count = 1, .unknown_tokens = 2},
        .summary = &plx_summary_kenlm,
        .sequence = {.ordered = true,
                     .ordered_total = 3 * log10_total,
                     .ordered_unknown = 3 * log10_total - log10_unknown},
    };
    struct plx_summary *summary = open_summary("kenlm");
    struct plx_error error = {0};
    char expected[256];
    snprintf(expected, sizeof expected,
             "Perplexity including OOVs:\t%s\nPerplexity excluding OOVs:\t%s\nOOVs:\t2\nTokens:\t3\n",
             including, excluding);
    if (plx_summary_finish(summary, &result, &error) || plx_summary_commit(summary, &error))
        fail_msg("%s", error.message);
    folder_file_is("summary", expected, strlen(expected));
}

/* double-conversion's ToShortest with the exponents from -6 to 20 written out, which is what ECMAScript
   prints, but for the sign of an exponent. */
static void kenlm__numbers(void **state)
{
    (void)state;
    kenlm_prints(0, 2, "1", "100");
    kenlm_prints(20, 21, "100000000000000000000", "1e21");
    kenlm_prints(-6, -7, "0.000001", "1e-7");
    kenlm_prints(-0.5, 0.125, "0.31622776601683794", "1.333521432163324");
    kenlm_prints(-300, 308, "1e-300", "1e308");
    kenlm_prints(400, -400, "inf", "0");
    kenlm_prints((double)INFINITY, 1, "inf", "NaN");
}

/* Totals of sentences are float32, in any number of batches: ten times float32(-0.1) is -1.0000001192092896,
   and the corpus' double total that of three. */
static void kenlm__float_sums(void **state)
{
    static const char arpa[] =
        "\\data\\\nngram 1=3\n\n\\1-grams:\n-0.1\t</s>\n-99\t<s>\n-0.1\ta\n\n\\end\\\n";
    (void)state;
    says(arpa, "kenlm", "a a a a a a a a a\na a a a a a a a a\na a a a a a a a a\n",
         "Perplexity including OOVs:\t1.2589254463503525\n" /* 10^(1.0000001192092896/10) */
         "Perplexity excluding OOVs:\t1.2589254463503525\n"
         "OOVs:\t0\n"
         "Tokens:\t30\n");
}

static void kenlm__protocols(void **state)
{
    (void)state;
    refuses(WITH_UNKNOWN, "kenlm", "sentence limit=5", PLX_USAGE,
            "the summary of kenlm has no number for limit 5: its own is 0");
    refuses(WITH_UNKNOWN, "kenlm", "sentence average=unit", PLX_USAGE,
            "the summary of kenlm has no number for average unit: its own is token");
    refuses(WITH_UNKNOWN, "kenlm", "sentence unknown=skip", PLX_USAGE,
            "the summary of kenlm has no number for unknown skip: its own is unk");
    refuses(WITH_UNKNOWN, "kenlm", "sentence unknown=floor:-100", PLX_USAGE,
            "the summary of kenlm has no number for unknown floor:-100: its own is unk");
    refuses(WITHOUT_UNKNOWN, "kenlm", "sentence unknown=floor:-99", PLX_USAGE,
            "the summary of kenlm has no number for unknown floor:-99: its own is floor:-100");
    struct plx_model *model = inputs_model(WITH_UNKNOWN);
    const char expected[] = "Perplexity including OOVs:\t15.848931924611133\n"
                            "Perplexity excluding OOVs:\t8.058421877614817\nOOVs:\t2\nTokens:\t10\n";
    says_of(model, "kenlm", LITERAL_TEXT, "sentence", expected);
    says_of(model, "kenlm", LITERAL_TEXT, "wikitext-eos", expected);
    plx_model_close(model);
}

/* SRILM. */

/* S = 3, the blank line counts nowhere; W = 6, x has no probability, z has none either; L = -1.25 - 2.5 - 1.
 */
static void srilm__unknown_words_and_zeros(void **state)
{
    (void)state;
    says(WITHOUT_UNKNOWN, "srilm", "a b\n\na x b\nz\n",
         "file test.txt: 3 sentences, 6 words, 1 OOVs\n"
         "1 zeroprobs, logprob= -4.75 ppl= 4.770583 ppl1= 15.39927\n"); /* 10^(4.75/7), 10^(4.75/4) */
    says(WITH_UNKNOWN, "srilm", LITERAL_TEXT,
         "file test.txt: 3 sentences, 6 words, 0 OOVs\n"
         "0 zeroprobs, logprob= -10.5 ppl= 14.67799 ppl1= 56.23413\n"); /* 10^(10.5/9), 10^(10.5/6) */
}

/* Large and small numbers as %g has them: z a hundred times. 10^(75.5/50), 10^(75.5/49). */
static void srilm__nothing_to_divide_by(void **state)
{
    static const char zeros[] = "\\data\\\nngram 1=3\n\n\\1-grams:\n-99\t</s>\n-99\t<s>\n-99\tz\n\n\\end\\\n";
    static const char large[] =
        "\\data\\\nngram 1=3\n\n\\1-grams:\n-8.125\t</s>\n-99\t<s>\n-8.125\tz\n\n\\end\\\n";
    (void)state;
    says(zeros, "srilm", "z\n",
         "file test.txt: 1 sentences, 1 words, 0 OOVs\n2 zeroprobs, logprob= 0 ppl= undefined ppl1= "
         "undefined\n");
    says(WITHOUT_UNKNOWN, "srilm", "x\n",
         "file test.txt: 1 sentences, 1 words, 1 OOVs\n0 zeroprobs, logprob= -1 ppl= 10 ppl1= undefined\n");
    says(large, "srilm", "z z z\n",
         "file test.txt: 1 sentences, 3 words, 0 OOVs\n"
         "0 zeroprobs, logprob= -32.5 ppl= 1.333521e+08 ppl1= 6.812921e+10\n");
}

static void srilm__protocols(void **state)
{
    (void)state;
    refuses(WITH_UNKNOWN, "srilm", "srilm limit=5", PLX_USAGE,
            "the summary of srilm has no number for limit 5: its own is 0");
    refuses(WITH_UNKNOWN, "srilm", "srilm unknown=floor:-7", PLX_USAGE,
            "the summary of srilm has no number for unknown floor:-7: its own is unk");
    refuses(WITHOUT_UNKNOWN, "srilm", "srilm unknown=floor:-7", PLX_USAGE,
            "the summary of srilm has no number for unknown floor:-7: its own is skip");
    refuses(WITH_UNKNOWN, "srilm", "srilm average=unit", PLX_USAGE,
            "the summary of srilm has no number for average unit: its own is token");
}

/* IRSTLM. */

/* Of L = -12 each of the two unknown words is lowered by log10(10^7 - 5); less than a bigram are </s>; x, b;
   <unk>,
   </s>. PP = 10^((12 + 2 log10(10^7 - 5))/10), PPwp = PP (1 - 10^(-(2/10) log10(10^7 - 5))). */
static void irstlm__unknown_words(void **state)
{
    (void)state;
    says(WITH_UNKNOWN, "irstlm", LITERAL_TEXT, "%% Nw=10 PP=398.11 PPwp=382.26 Nbo=5 Noov=2 OOV=20.00%\n");
    says(WITH_UNKNOWN, "irstlm", "a b\n",
         "%% Nw=3 PP=2.61 PPwp=0.00 Nbo=0 Noov=0 OOV=0.00%\n"); /* 10^(1.25/3) */
}

/* What it charges for unknown words then is another thing. */
static void irstlm__no_unknown_symbol(void **state)
{
    struct plx_model *model = inputs_model(WITHOUT_UNKNOWN);
    struct plx_summary *summary;
    struct plx_result *result;
    struct plx_error error = {0};
    (void)state;
    says_of(model, "irstlm", "a b\n", NULL, "%% Nw=3 PP=2.61 PPwp=0.00 Nbo=0 Noov=0 OOV=0.00%\n");
    assert_int_equal(evaluate("irstlm", model, "a x\n", NULL, &summary, &result, &error), PLX_UNSUPPORTED);
    assert_null(result);
    plx_summary_discard(summary);
    /* The result of an evaluation that did not know. */
    result = inputs_evaluate(model, "a x\n", PLX_TOKENS_WORD, "sentence");
    summary = open_summary("irstlm");
    assert_int_equal(plx_summary_finish(summary, result, &error), PLX_UNSUPPORTED);
    plx_summary_discard(summary);
    plx_result_free(result);
    plx_model_close(model);
}

static void irstlm__protocols(void **state)
{
    (void)state;
    refuses(WITH_UNKNOWN, "irstlm", "sentence blank=skip", PLX_USAGE,
            "the summary of irstlm has no number for blank skip: its own is score");
    refuses(WITH_UNKNOWN, "irstlm", "sentence average=unit", PLX_USAGE,
            "the summary of irstlm has no number for average unit: its own is token");
}

/* llama.cpp. */

/* Every word costs the same in any context: p(a) = 10^-0.5, p(b) = 10^-0.25, p(x) = 10^-1. */
static const char UNIGRAMS[] =
    "\\data\\\nngram 1=5\n\n\\1-grams:\n-1\t</s>\n-99\t<s>\n-0.5\ta\n-0.25\tb\n-1\tx\n\n\\end\\\n";

static void llama_says(const char *text, const char *fields, const char *expected)
{
    struct plx_model *model = inputs_model(UNIGRAMS);
    says_of(model, "llama.cpp", text, fields, expected);
    plx_model_close(model);
}

/* Of windows of 6 tokens the outputs 3 and 4 count, the tokens 4 and 5: a b, b b. In log10 the means are
   0.375 and 1.25/4; the variance of all is 0.4375/4 - 0.3125^2 = 0.01171875, the error sqrt(0.01171875/3) =
   1/16. */
static void llama__windows(void **state)
{
    static const char fields[] = "llama.cpp window=6 end=none";
    (void)state;
    llama_says("x x x x a b\nx x x x b b\n", fields,
               "[1]2.3714,[2]2.0535,\nFinal estimate: PPL = 2.0535 +/- 0.29553\n");
    /* What does not fill a window is left out; --chunks 1 ends after the first. */
    llama_says("x x x x a b x x x x b b x x x a a\n", fields,
               "[1]2.3714,[2]2.0535,\nFinal estimate: PPL = 2.0535 +/- 0.29553\n");
    llama_says("x x x x b b x x x x b a\n", "llama.cpp window=6 end=none limit=2", "[1]1.7783,\n");
}

/* Without variance there is nothing behind the windows, nor for windows that overlap: of those of 6 tokens
   that move by 4 the last 4 count, x x a b and x b a a, and one that ends with the text is left out. */
static void llama__no_final_estimate(void **state)
{
    static const char fields[] = "llama.cpp-stride window=6 stride=4 end=none";
    (void)state;
    llama_says("x x x x b b\nx x x x b b\n", "llama.cpp window=6 end=none", "[1]1.7783,[2]1.7783,\n");
    llama_says("x x x x a b x b a a x\nx\n", fields, "[1]4.8697,[2]4.2170,\n");
    llama_says("x x x x a b x b a a b\nb b b\n", fields, "[1]4.8697,[2]4.2170,\n");
}

static void llama__zero_probability(void **state)
{
    static const char arpa[] =
        "\\data\\\nngram 1=4\n\n\\1-grams:\n-1\t</s>\n-99\t<s>\n-0.5\ta\n-inf\tb\n\n\\end\\\n";
    struct plx_model *model = inputs_model(arpa);
    (void)state;
    says_of(model, "llama.cpp", "a a a a\na a a b\na a a a\n", "llama.cpp window=4 end=none",
            "[1]3.1623,[2]inf,[3]inf,\n");
    plx_model_close(model);
}

static void llama__protocols(void **state)
{
    (void)state;
    refuses(UNIGRAMS, "llama.cpp", "llama.cpp window=8 score=last:2", PLX_USAGE,
            "the summary of llama.cpp has no number for score last:2: its own is last:3");
    refuses(UNIGRAMS, "llama.cpp", "llama.cpp window=8 limit=7", PLX_USAGE,
            "the summary of llama.cpp has no number for limit 7: its own is 0");
    refuses(UNIGRAMS, "llama.cpp", "llama.cpp unknown=zero", PLX_USAGE,
            "the summary of llama.cpp has no number for unknown zero: its own is unk");
    refuses(UNIGRAMS, "llama.cpp", "llama.cpp-stride unknown=floor:-9", PLX_USAGE,
            "the summary of llama.cpp has no number for unknown floor:-9: its own is unk");
    refuses(UNIGRAMS, "llama.cpp", "llama.cpp blank=skip", PLX_USAGE,
            "the summary of llama.cpp has no number for blank skip: its own is score");
    /* The begin symbol is nowhere there; elsewhere a model may do without. */
    refuses(UNIGRAMS, "llama.cpp", "llama.cpp-stride window=6 stride=4 start=replace", PLX_USAGE,
            "the summary of llama.cpp has no number for start replace: its own is none");
    refuses(UNIGRAMS, "llama.cpp", "llama.cpp start=none end=none average=window", PLX_USAGE,
            "the summary of llama.cpp has no number for average window: its own is token");
    refuses(UNIGRAMS, "llama.cpp", "hf-stride", PLX_USAGE,
            "the summary of llama.cpp has no number for stride 512: its own is 1024");
    refuses(UNIGRAMS, "llama.cpp", "sentence", PLX_USAGE,
            "the summary of llama.cpp has no number for unit line: its own is stream");
    llama_says("x x x x b b x x x x b a\n", "llama.cpp window=6 end=none limit=2 start=none", "[1]1.7783,\n");
}

static void llama__fewer_than_two_windows(void **state)
{
    struct plx_model *model = inputs_model(UNIGRAMS);
    struct plx_summary *summary;
    struct plx_result *result;
    struct plx_error error = {0};
    (void)state;
    const char *fields = "llama.cpp window=6 end=none";
    if (evaluate("llama.cpp", model, "x x x x a b x x x x b\n", fields, &summary, &result, &error) ==
        PLX_OK) {
        assert_int_equal(plx_summary_finish(summary, result, &error), PLX_MALFORMED);
        plx_result_free(result);
    }
    assert_string_equal(error.message, "llama.cpp refuses fewer than two windows: 11 tokens, of 12 at least");
    plx_summary_discard(summary);
    folder_holds("");
    plx_model_close(model);
}

/* lm-eval. */

/* 10^-1.5 over five pieces of re.split(r"\\s+", page), the last empty, and eight bytes: 10^(1.5/5),
   10^(1.5/8), 1.5 log2(10)/8. The frame is what json.dumps(…, indent=2) makes of the members. */
static void lm_eval__page(void **state)
{
    (void)state;
    says(UNIGRAMS, "lm-eval", "a b\nb a\n",
         "{\n"
         "  \"results\": {\n"
         "    \"test\": {\n"
         "      \"alias\": \"test\",\n"
         "      \"word_perplexity,none\": 1.9952623149688797,\n"
         "      \"word_perplexity_stderr,none\": \"N/A\",\n"
         "      \"byte_perplexity,none\": 1.539926526059492,\n"
         "      \"byte_perplexity_stderr,none\": \"N/A\",\n"
         "      \"bits_per_byte,none\": 0.6228615177913805,\n"
         "      \"bits_per_byte_stderr,none\": \"N/A\"\n"
         "    }\n"
         "  },\n"
         "  \"group_subtasks\": {\n"
         "    \"test\": []\n"
         "  },\n"
         "  \"configs\": {\n"
         "    \"test\": {\n"
         "      \"task\": \"test\",\n"
         "      \"output_type\": \"loglikelihood_rolling\",\n"
         "      \"num_fewshot\": 0\n"
         "    }\n"
         "  },\n"
         "  \"versions\": {\n"
         "    \"test\": \"N/A\"\n"
         "  },\n"
         "  \"n-shot\": {\n"
         "    \"test\": 0\n"
         "  },\n"
         "  \"higher_is_better\": {\n"
         "    \"test\": {\n"
         "      \"word_perplexity\": false,\n"
         "      \"byte_perplexity\": false,\n"
         "      \"bits_per_byte\": false\n"
         "    }\n"
         "  },\n"
         "  \"n-samples\": {\n"
         "    \"test\": {\n"
         "      \"original\": 1,\n"
         "      \"effective\": 1\n"
         "    }\n"
         "  },\n"
         "  \"config\": {\n"
         "    \"model\": \"perplex\",\n"
         "    \"model_args\": \"test.arpa\",\n"
         "    \"limit\": null\n"
         "  },\n"
         "  \"model_source\": \"perplex\",\n"
         "  \"model_name\": \"test.arpa\"\n"
         "}\n");
}

/* The metrics of a summary of lm-eval's. */
static void lm_eval_metrics(const char *arpa, const char *text, const char *word, const char *byte,
                            const char *bits)
{
    struct plx_model *model = inputs_model(arpa);
    struct plx_summary *summary;
    struct plx_result *result;
    struct plx_error error = {0};
    char expected[512];
    if (evaluate("lm-eval", model, text, NULL, &summary, &result, &error) ||
        plx_summary_finish(summary, result, &error) || plx_summary_commit(summary, &error))
        fail_msg("%s", error.message);
    struct file_bytes file = file_read(folder_path("summary"));
    snprintf(expected, sizeof expected,
             "{\n  \"results\": {\n    \"test\": {\n      \"alias\": \"test\",\n"
             "      \"word_perplexity,none\": %s,\n      \"word_perplexity_stderr,none\": \"N/A\",\n"
             "      \"byte_perplexity,none\": %s,\n      \"byte_perplexity_stderr,none\": \"N/A\",\n"
             "      \"bits_per_byte,none\": %s,\n",
             word, byte, bits);
    assert_true(file.size > strlen(expected));
    assert_memory_equal(file.bytes, expected, strlen(expected));
    free(file.bytes);
    plx_result_free(result);
    plx_model_close(model);
}

/* Floats as Python's json has them. */
static void lm_eval__numbers(void **state)
{
    static const char arpa[] =
        "\\data\\\nngram 1=4\n\n\\1-grams:\n-1\t</s>\n-99\t<s>\n-0\ta\n-inf\tb\n\n\\end\\\n";
    (void)state;
    lm_eval_metrics(arpa, "a a\n", "1.0", "1.0", "0.0");
    lm_eval_metrics(arpa, "a b\n", "Infinity", "Infinity", "Infinity");
}

static void lm_eval__protocols(void **state)
{
    (void)state;
    refuses(UNIGRAMS, "lm-eval", "lm-eval limit=1", PLX_USAGE,
            "the summary of lm-eval has no number for limit 1: its own is 0");
    refuses(UNIGRAMS, "lm-eval", "lm-eval pages=article", PLX_USAGE,
            "the summary of lm-eval has no number for pages article: its own is heading");
    refuses(UNIGRAMS, "lm-eval", "exact", PLX_USAGE,
            "the summary of lm-eval has no number for unit stream: its own is document");
    refuses(UNIGRAMS, "lm-eval", "lm-eval average=unit", PLX_USAGE,
            "the summary of lm-eval has no number for average unit: its own is token");
    refuses(UNIGRAMS, "lm-eval", "lm-eval unknown=floor:-1", PLX_USAGE,
            "the summary of lm-eval has no number for unknown floor:-1: its own is unk");
    refuses(UNIGRAMS, "lm-eval", "paloma pages=heading", PLX_USAGE,
            "the summary of lm-eval has no number for start end: its own is context");
}

/* Those that come to its own are its own, whatever they are called. */
static void lm_eval_takes(const char *arpa, const char *fields)
{
    struct plx_model *model = inputs_model(arpa);
    struct plx_summary *summary;
    struct plx_result *result;
    struct plx_error error = {0};
    if (evaluate("lm-eval", model, "a b\n", fields, &summary, &result, &error) ||
        plx_summary_finish(summary, result, &error))
        fail_msg("%s: %s", fields, error.message);
    plx_summary_discard(summary);
    plx_result_free(result);
    plx_model_close(model);
}

/* Before every document is the begin symbol, else the end symbol; one of the two there must be. */
static void lm_eval__starts(void **state)
{
    static const char no_start[] =
        "\\data\\\nngram 1=3\n\n\\1-grams:\n-1\t</s>\n-0.5\ta\n-0.25\tb\n\n\\end\\\n";
    static const char neither[] = "\\data\\\nngram 1=3\n\n\\1-grams:\n-0.5\ta\n-0.25\tb\n-1\tc\n\n\\end\\\n";
    (void)state;
    lm_eval_takes(UNIGRAMS, "lm-eval-api window=3");
    lm_eval_takes(UNIGRAMS, "lm-eval start=context");
    lm_eval_takes(UNIGRAMS, "lm-eval start=context:x");
    lm_eval_takes(no_start, "lm-eval");
    lm_eval_takes(no_start, "paloma pages=heading");
    lm_eval_takes(neither, "lm-eval start=context:c");
    refuses(UNIGRAMS, "lm-eval", "lm-eval start=none", PLX_USAGE,
            "the summary of lm-eval has no number for start none: its own is context");
    refuses(UNIGRAMS, "lm-eval", "lm-eval start=replace first=skip", PLX_USAGE,
            "the summary of lm-eval has no number for start replace: its own is context");
    refuses(no_start, "lm-eval", "lm-eval start=none", PLX_USAGE,
            "the summary of lm-eval has no number for start none: its own is end");
    refuses(neither, "lm-eval", "lm-eval start=context:c limit=1", PLX_USAGE,
            "the summary of lm-eval has no number for limit 1: its own is 0");
    refuses(neither, "lm-eval", "lm-eval start=none", PLX_USAGE,
            "the summary of lm-eval has no number for start none: its own is context-or-end");
}

/* All. */

static void plx_summary_open__tools(void **state)
{
    struct plx_summary *summary;
    struct plx_error error = {0};
    struct plx_protocol protocol;
    size_t count = 0;
    (void)state;
    for (; plx_summary_name(count); count++) {
        assert_non_null(plx_summary_description(count));
        plx_summary_discard(open_summary(plx_summary_name(count)));
    }
    assert_null(plx_summary_description(count));
    assert_int_equal(plx_summary_open("mitlm", NULL, &summary, &error), PLX_USAGE);
    assert_null(summary);
    assert_string_equal(error.message, "there is no summary of a tool \"mitlm\"");
    assert_false(plx_summary_protocol("mitlm", NULL, &protocol));
    plx_summary_discard(NULL);
    folder_holds("");
}

/* Models that do not say which n-grams they found. */
static void plx_summary__other_models(void **state)
{
    static const char *const tools[] = {"kenlm", "srilm", "irstlm"};
    struct plx_model *model = inputs_model_file("models/tiny.table.safetensors");
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct plx_summary *summary;
        struct plx_result *result;
        struct plx_error error = {0};
        char expected[128];
        snprintf(expected, sizeof expected, "the summary of %s has no number for table models", tools[i]);
        assert_int_equal(evaluate(tools[i], model, "the sea\n", NULL, &summary, &result, &error),
                         PLX_UNSUPPORTED);
        assert_string_equal(error.message, expected);
        plx_summary_discard(summary);
    }
    plx_model_close(model);
}

/* A result of another evaluation has not what KenLM's needs; the others need nothing but a result. */
static void plx_summary_finish__of_another_evaluation(void **state)
{
    struct plx_model *model = inputs_model(WITH_UNKNOWN);
    struct plx_result *result = inputs_evaluate(model, "a b\n", PLX_TOKENS_WORD, "sentence");
    struct plx_result *limited = inputs_evaluate(model, "a b\n", PLX_TOKENS_WORD, "sentence limit=2");
    struct plx_error error = {0};
    (void)state;
    struct plx_summary *summary = open_summary("kenlm");
    assert_int_equal(plx_summary_finish(summary, result, &error), PLX_MISMATCH);
    plx_summary_discard(summary);
    summary = open_summary("irstlm");
    assert_int_equal(plx_summary_finish(summary, limited, &error), PLX_USAGE);
    assert_int_equal(plx_summary_finish(summary, result, &error), PLX_OK);
    plx_summary_discard(summary);
    folder_holds("");
    plx_result_free(result);
    plx_result_free(limited);
    plx_model_close(model);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, folder_make, folder_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(kenlm__unknown_words),
        CASE(kenlm__no_unknown_symbol),
        CASE(kenlm__symbols_in_the_text),
        CASE(kenlm__numbers),
        CASE(kenlm__float_sums),
        CASE(kenlm__protocols),
        CASE(srilm__unknown_words_and_zeros),
        CASE(srilm__nothing_to_divide_by),
        CASE(srilm__protocols),
        CASE(irstlm__unknown_words),
        CASE(irstlm__protocols),
        CASE(irstlm__no_unknown_symbol),
        CASE(llama__windows),
        CASE(llama__no_final_estimate),
        CASE(llama__zero_probability),
        CASE(llama__protocols),
        CASE(llama__fewer_than_two_windows),
        CASE(lm_eval__page),
        CASE(lm_eval__numbers),
        CASE(lm_eval__protocols),
        CASE(lm_eval__starts),
        CASE(plx_summary_open__tools),
        CASE(plx_summary__other_models),
        CASE(plx_summary_finish__of_another_evaluation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
