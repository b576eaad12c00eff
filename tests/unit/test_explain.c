/* What is said of presets that follow a pass: counts and reasons, worked out by hand. */
#include "model/model.h"

#include "support/fixtures.h"
#include "support/inputs.h"
#include "support/result_text.h"
#include "support/witness.h"

#include <perplex/mixture.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Without a probability for unknown words. */
static const char BIGRAMS[] =
    "\\data\\\nngram 1=4\nngram "
    "2=3\n\n\\1-grams:\n-99\t<s>\t-0.3\n-0.7\t</s>\n-0.6\ta\t-0.2\n-0.8\tb\t-0.1\n\n"
    "\\2-grams:\n-0.3\t<s> a\n-0.4\ta b\n-0.2\ta a\n\n\\end\\\n";
static const char TRIGRAMS[] =
    "\\data\\\nngram 1=5\nngram 2=3\nngram 3=1\n\n\\1-grams:\n-1.5\t<unk>\n-99\t<s>\t-0.3\n-0.7\t</s>\n"
    "-0.6\ta\t-0.2\n-0.8\tb\t-0.1\n\n\\2-grams:\n-0.3\t<s> a\t-0.1\n-0.4\ta b\t-0.1\n-0.2\ta a\t-0.1\n\n"
    "\\3-grams:\n-0.1\ta a a\n\n\\end\\\n";

static struct plx_result *explain(const char *arpa, const char *text, const char *protocol)
{
    const struct plx_protocol fields = inputs_protocol(protocol);
    const struct plx_evaluate_options options = {.protocol = &fields, .threads = 1, .explain = true};
    struct plx_model *model = inputs_model(arpa);
    struct plx_error error;
    struct plx_result *result = evaluate_bytes(model, text, strlen(text), PLX_TOKENS_WORD, &options, &error);
    if (!result)
        fail_msg("%s", error.message);
    plx_model_close(model);
    return result;
}

/* What is said of the preset, in one line: the notes, or the reason in parentheses. Static until the next
   call. */
static const char *said(const struct plx_result *result, const char *protocol)
{
    static char line[2048];
    struct plx_explained explained;
    for (size_t i = 0; plx_result_explained(result, i, &explained); i++) {
        if (strcmp(explained.protocol, protocol) != 0)
            continue;
        size_t size = 0;
        assert_true(explained.allowed == !explained.reason);
        if (explained.reason)
            snprintf(line, sizeof line, "(%s)", explained.reason);
        for (size_t k = 0; k < explained.note_count; k++)
            size += (size_t)snprintf(line + size, sizeof line - size, "%s%s", k == 0 ? "" : "; ",
                                     explained.notes[k]);
        return line;
    }
    fail_msg("nothing is said of %s", protocol);
    return NULL;
}

/* `count` times the word and a blank, and the end of the line; released with free(). */
static char *repeat(const char *word, size_t count)
{
    const size_t length = strlen(word);
    char *text = malloc(count * (length + 1) + 2);
    assert_non_null(text);
    for (size_t i = 0; i < count; i++) {
        memcpy(text + i * (length + 1), word, length);
        text[i * (length + 1) + length] = ' ';
    }
    memcpy(text + count * (length + 1), "\n", 2);
    return text;
}

/* a b </s> </s> </s> a q </s>: two blank lines, one unknown word. */
static void plx_explain__lines(void **state)
{
    struct plx_result *result = explain(BIGRAMS, "a b\n\n\na q\n", "sentence unknown=floor:-7");
    (void)state;
    assert_string_equal(said(result, "custom"),
                        "8 of 8 positions scored; 4 line ends scored; unknowns at 10^-7: 1");
    assert_string_equal(said(result, "sentence"), "unknowns without probability: 1");
    assert_string_equal(said(result, "srilm"), "5 of 8 positions scored; 2 line ends scored; 2 of 2 blank "
                                               "lines skipped; unknowns left out: 1");
    assert_string_equal(said(result, "lm-eval"),
                        "(line ends are no tokens there: 4 of them are scored here)");
    plx_result_free(result);

    /* A pass of SRILM's kind does not see the ends of blank lines. */
    result = explain(BIGRAMS, "a b\n\n\na q\n", "srilm");
    assert_string_equal(said(result, "srilm"), "5 of 8 positions scored; 2 line ends scored; 2 of 2 blank "
                                               "lines skipped; unknowns left out: 1");
    assert_string_equal(said(result, "sentence"),
                        "(needs a pass of its own: 2 positions are not scored here)");
    plx_result_free(result);
}

static void plx_explain__the_same_number(void **state)
{
    struct plx_result *result = explain(TRIGRAMS, "a b\n\na q\n", "sentence");
    struct plx_metrics metrics;
    struct plx_explained explained;
    (void)state;
    assert_string_equal(said(result, "sentence"),
                        "7 of 7 positions scored; 3 line ends scored; unknowns as the unknown symbol: 1");
    assert_string_equal(said(result, "wikitext-eos"),
                        "the same number: every position is scored under the same context");
    assert_string_equal(said(result, "srilm"),
                        "6 of 7 positions scored; 2 line ends scored; 1 of 1 blank lines skipped");
    plx_result_metrics(result, &metrics);
    assert_true(plx_result_explained(result, 0, &explained));
    assert_memory_equal(&explained.metrics, &metrics, sizeof metrics);
    plx_result_free(result);
}

/* 1023 words and the end of their line: two windows of llama.cpp, each of which scores 255. One of bigrams
   hides nothing from a bigram model; its first token is the start symbol, of a line that has gone on. */
static void plx_explain__windows(void **state)
{
    char *text = repeat("a", 1023);
    struct plx_result *result = explain(BIGRAMS, text, "wikitext-eos");
    (void)state;
    assert_string_equal(said(result, "llama.cpp"),
                        "510 of 1,024 positions scored; 512 positions in windows for context only; "
                        "2 positions taken by the start symbol");
    assert_string_equal(said(result, "hf-stride-doc"),
                        "1,023 of 1,024 positions scored; 1 position without context left out; mean of the "
                        "means of 1 window, weighted by targets, less one where they overlap");
    assert_string_equal(said(result, "sentence"),
                        "the same number: every position is scored under the same context");
    plx_result_free(result);
    free(text);
}

/* 2047 words and the end of their line: GPTQ's window begins with the second word, which sees one word less
   than a trigram model can use; llm.c's windows are of 1025 tokens, and the second begins with token 1024. */
static void plx_explain__less_context(void **state)
{
    char *text = repeat("a", 2047);
    struct plx_result *result = explain(TRIGRAMS, text, "exact");
    (void)state;
    assert_string_equal(said(result, "gptq"), "(needs a pass of its own: 1 position sees less context)");
    assert_string_equal(said(result, "hf-stride"), "(needs a pass of its own: 1 position sees less context)");
    plx_result_free(result);
    result = explain(TRIGRAMS, text, "gptq");
    assert_string_equal(said(result, "exact"), "(needs a pass of its own: 1 position sees more context, 1 "
                                               "position is not scored here)");
    plx_result_free(result);
    free(text);
}

/* b b </s> b a </s> in windows of two, the first token of each under <s>: the second b, the third and the
   last
   </s> are scored, all after <s>. By lines, the second b stands after b and the last </s> after a. */
static void plx_explain__another_context(void **state)
{
    struct plx_result *result = explain(BIGRAMS, "b b\nb a\n", "exact start=replace window=2");
    (void)state;
    assert_string_equal(said(result, "sentence"),
                        "(needs a pass of its own: 2 positions see another context, "
                        "3 positions are not scored here)");
    plx_result_free(result);
}

static void plx_explain__limit(void **state)
{
    char *text = repeat("a", 400000); /* more than may wait for a batch that is never full */
    struct plx_result *result = explain(BIGRAMS, text, "wikitext-eos limit=50");
    (void)state;
    assert_string_equal(said(result, "sentence"),
                        "(needs a pass of its own: 399,951 positions are not scored here)");
    plx_result_free(result);
    free(text);
}

static void plx_explain__control_words(void **state)
{
    struct plx_result *result = explain(TRIGRAMS, "a </s>\n", "sentence control_words=word");
    (void)state;
    assert_string_equal(said(result, "srilm"),
                        "(words that are spelled as symbols mean something else there)");
    plx_result_free(result);
    result = explain(TRIGRAMS, "a </s>\n", "srilm");
    assert_string_equal(said(result, "sentence"),
                        "(words that are spelled as symbols mean something else there)");
    plx_result_free(result);
}

/* What cannot be carried out at all, in the words of who tries. */
static void plx_explain__impossible(void **state)
{
    struct plx_result *result = explain(TRIGRAMS, "a\n", "sentence");
    (void)state;
    assert_string_equal(said(result, "gptq"), "(no token is left to score)");
    assert_non_null(strstr(said(result, "char-bpc"), "characters or bytes"));
    plx_result_free(result);
}

/* An end symbol inside a line is a word for SRILM; in a stream, a mixture's n-gram model forgets there what
   came before. The context of the word behind it is spelled the same. */
static void plx_explain__ends_of_mixtures(void **state)
{
    static const char bigrams[] =
        "\\data\\\nngram 1=6\nngram 2=2\n\n\\1-grams:\n-1.3\t<unk>\n-99\t<s>\t-0.3\n-0.7\t</s>\n"
        "-0.6\tthe\t-0.2\n-0.8\tsea\n-0.9\trises\n\n\\2-grams:\n-0.2\t<s> the\n-0.3\t<s> sea\n\n\\end\\\n";
    static const char text[] = "the </s> sea\n";
    const struct plx_protocol pass = inputs_protocol("wikitext-eos control_words=score");
    const struct plx_evaluate_options options = {.protocol = &pass, .threads = 1, .explain = true};
    struct plx_model *models[] = {inputs_model(bigrams), inputs_model_file("models/tiny.table.safetensors")};
    struct plx_model *mixture;
    struct plx_error error;
    (void)state;
    if (plx_model_mix((const struct plx_model *const *)models, (const double[]){1, 1}, 2, &mixture, &error))
        fail_msg("%s", error.message);
    struct plx_result *result =
        evaluate_bytes(mixture, text, sizeof text - 1, PLX_TOKENS_WORD, &options, &error);
    if (!result)
        fail_msg("%s", error.message);
    assert_string_equal(said(result, "srilm"), "(needs a pass of its own: 1 position sees another context)");
    plx_result_free(result);
    plx_model_close(mixture);
    plx_model_close(models[0]);
    plx_model_close(models[1]);
}

/* Answers to the four tokens w3 w4 </s> </s>, of which SRILM's ngram would not ask for the last one. */
static void plx_explain__answers_left_over(void **state)
{
    static const char text[] = "w3 w4\n\n";
    struct plx_model *model = witness_model(2, PLX_EMPTY_CONTEXT | PLX_UNKNOWN_CONTEXT | PLX_BY_TARGET, true);
    const struct plx_evaluate_options options = {.threads = 1, .explain = true};
    struct plx_error error;
    (void)state;
    model->info.positions = 4;
    struct plx_result *result =
        evaluate_bytes(model, text, sizeof text - 1, PLX_TOKENS_WORD, &options, &error);
    if (!result)
        fail_msg("%s", error.message);
    assert_string_equal(said(result, "sentence"),
                        "the same number: every position is scored under the same context");
    assert_string_equal(said(result, "srilm"), "(asks for the scores of 3 tokens, and the model has 4)");
    plx_result_free(result);
    plx_model_close(model);
}

static void plx_result_explained__nothing_asked(void **state)
{
    struct plx_model *model = inputs_model(TRIGRAMS);
    struct plx_result *result = inputs_evaluate(model, "a\n", PLX_TOKENS_WORD, "sentence");
    struct plx_explained explained;
    (void)state;
    assert_false(plx_result_explained(result, 0, &explained));
    plx_result_free(result);
    plx_model_close(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_explain__lines),
        cmocka_unit_test(plx_explain__the_same_number),
        cmocka_unit_test(plx_explain__windows),
        cmocka_unit_test(plx_explain__less_context),
        cmocka_unit_test(plx_explain__another_context),
        cmocka_unit_test(plx_explain__limit),
        cmocka_unit_test(plx_explain__control_words),
        cmocka_unit_test(plx_explain__impossible),
        cmocka_unit_test(plx_explain__ends_of_mixtures),
        cmocka_unit_test(plx_explain__answers_left_over),
        cmocka_unit_test(plx_result_explained__nothing_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
