/* Results as JSON: every value of a small evaluation. The scores are worked by hand (see `LINES`); what
   follows from them is computed by Python, the accumulators with its fractions. */
#include "eval/result.h"

#include "base/json.h"
#include "support/fixtures.h"
#include "support/inputs.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char ARPA[] =
    "\\data\\\nngram 1=5\nngram 2=3\n\n\\1-grams:\n-2\t<unk>\t-0.5\n-99\t<s>\t-0.5\n-1\t</s>\n"
    "-0.75\ta\t-0.25\n-1.5\tb\t-0.125\n\n\\2-grams:\n-0.5\t<s> a\n-0.25\ta b\n-0.5\tb </s>\n\n\\end\\\n";

/* log10 p of the tokens:

     a b       -0.5  -0.25  -0.5
               b(<s>) + p(</s>) = -1.5
     a x b     -0.5  b(a) + p(<unk>) = -2.25  b(<unk>) + p(b) = -2  -0.5
     <unk>     b(<s>) + p(<unk>) = -2.5  b(<unk>) + p(</s>) = -1.5

   in all -12 over 10 tokens, 6 words, 17 characters and bytes. */
static const char LINES[] = "a b\n\na x b\n<unk>\n";

static cJSON *json_of(const struct plx_result *result)
{
    struct plx_error error;
    char *text;
    size_t length;
    cJSON *json;
    assert_int_equal(plx_result_json(result, &text, &length, &error), PLX_OK);
    assert_int_equal(strlen(text), length);
    if (plx_json_parse(text, length, "result", &json, &error)) /* strict, and no key twice */
        fail_msg("%s", error.message);
    plx_text_free(text);
    return json;
}

static cJSON *evaluate(const char *arpa, const char *text, enum plx_token_kind tokens, const char *protocol)
{
    struct plx_model *model = inputs_model(arpa);
    struct plx_result *result = inputs_evaluate(model, text, tokens, protocol);
    cJSON *json = json_of(result);
    plx_result_free(result);
    plx_model_close(model);
    return json;
}

/* The member at a path "a.b.2.c". */
static const cJSON *at(const cJSON *json, const char *path)
{
    char copy[128], *rest;
    snprintf(copy, sizeof copy, "%s", path);
    for (char *key = strtok_r(copy, ".", &rest); key; key = strtok_r(NULL, ".", &rest)) {
        json = cJSON_IsArray(json) ? cJSON_GetArrayItem(json, atoi(key))
                                   : cJSON_GetObjectItemCaseSensitive(json, key);
        if (!json)
            fail_msg("no %s", path);
    }
    return json;
}

static void assert_number(const cJSON *json, const char *path, double expected)
{
    const cJSON *value = at(json, path);
    if (!cJSON_IsNumber(value) || !(fabs(value->valuedouble - expected) <= 1e-14 * fabs(expected)))
        fail_msg("%s is %.17g, not %.17g", path, value->valuedouble, expected);
}

static void assert_text(const cJSON *json, const char *path, const char *expected)
{
    const cJSON *value = at(json, path);
    if (!cJSON_IsString(value) || strcmp(value->valuestring, expected) != 0)
        fail_msg("%s is \"%s\", not \"%s\"", path, cJSON_IsString(value) ? value->valuestring : "?",
                 expected);
}

static void assert_absent(const cJSON *json, const char *path, const char *key)
{
    assert_null(cJSON_GetObjectItemCaseSensitive(at(json, path), key));
}

static void plx_result_json__figures(void **state)
{
    (void)state;
    cJSON *json = evaluate(ARPA, LINES, PLX_TOKENS_WORD, "sentence");
    assert_text(json, "schema", "perplex.result/1");
    assert_true(cJSON_IsTrue(at(json, "complete")));
    assert_number(json, "perplexity", 15.848931924611133); /* 10^1.2 */
    assert_number(json, "nats_per_token", 2.763102111592855);
    assert_number(json, "bits_per_token", 3.9863137138648344);
    /* Costs in log10 have the mean 1.2 and the mean square 2.0875: sqrt((2.0875 - 1.44)/9)·ln 10. */
    assert_number(json, "uncertainty.standard_error_nats", 0.6176100015862909);
    assert_number(json, "uncertainty.interval95_perplexity.0", 4.7237772859252365);
    assert_number(json, "uncertainty.interval95_perplexity.1", 53.17537808130564);
    assert_int_equal(cJSON_GetArraySize(at(json, "uncertainty.interval95_perplexity")), 2);
    assert_text(json, "uncertainty.method", "independent tokens");
    assert_number(json, "normalized.bits_per_byte", 2.344890419920491); /* 12·log2(10)/17 */
    assert_number(json, "normalized.byte_perplexity", 5.080218046913021);
    assert_number(json, "normalized.bits_per_character", 2.344890419920491);
    assert_number(json, "normalized.character_perplexity", 5.080218046913021);
    assert_number(json, "normalized.bits_per_word", 6.643856189774725); /* 2·log2(10) */
    assert_number(json, "normalized.word_perplexity", 100);
    cJSON_Delete(json);
}

static void plx_result_json__counts(void **state)
{
    (void)state;
    cJSON *json = evaluate(ARPA, LINES, PLX_TOKENS_WORD, "sentence");
    assert_number(json, "counts.documents", 1);
    assert_number(json, "counts.lines", 4);
    assert_number(json, "counts.words", 6);
    assert_number(json, "counts.characters", 17);
    assert_number(json, "counts.bytes", 17);
    assert_number(json, "counts.tokens", 10);
    assert_number(json, "counts.scored", 10);
    assert_number(json, "counts.scored_words", 6);
    assert_number(json, "counts.scored_characters", 17);
    assert_number(json, "counts.scored_bytes", 17);
    assert_number(json, "counts.infinite", 0);
    assert_number(json, "unknown.tokens", 2);
    assert_number(json, "unknown.literal", 1);
    assert_number(json, "unknown.share", 0.2);
    assert_number(json, "unknown.perplexity_without", 8.058421877614817); /* 10^((12 - 4.75)/8) */
    assert_int_equal(cJSON_GetArraySize(at(json, "orders")), 2);
    assert_number(json, "orders.0.order", 1);
    assert_number(json, "orders.0.tokens", 5); /* 1.5 + 2.25 + 2 + 2.5 + 1.5 */
    assert_number(json, "orders.0.nats", 22.450204656691948);
    assert_number(json, "orders.1.order", 2);
    assert_number(json, "orders.1.tokens", 5);
    assert_number(json, "orders.1.nats", 5.1808164592366035);
    cJSON_Delete(json);
}

/* Every reason, each with a count of its own. */
static void plx_result_json__skipped(void **state)
{
    static const char *const reasons[] = {"no_context", "masked", "replaced", "tail", "unknown", "limit"};
    static const struct {
        const char *protocol;
        double counts[6];
    } cases[] = {
        {"exact start=none first=skip", {1, 0, 0, 0, 0, 0}},
        /* Of 10 tokens in windows of 3 the last of each counts; one is left over. */
        {"exact start=none window=3 score=last:1 tail=drop", {0, 6, 0, 1, 0, 0}},
        {"exact start=replace window=4", {0, 0, 3, 0, 0, 0}},
        {"sentence unknown=skip", {0, 0, 0, 0, 2, 0}},
        {"sentence limit=7", {0, 0, 0, 0, 0, 3}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cJSON *json = evaluate(ARPA, LINES, PLX_TOKENS_WORD, cases[i].protocol);
        double scored = 10;
        for (size_t k = 0; k < 6; k++) {
            char path[64];
            snprintf(path, sizeof path, "counts.skipped.%s", reasons[k]);
            if (at(json, path)->valuedouble != cases[i].counts[k])
                fail_msg("%s: %s is %g", cases[i].protocol, path, at(json, path)->valuedouble);
            scored -= cases[i].counts[k];
        }
        assert_number(json, "counts.tokens", 10);
        assert_number(json, "counts.scored", scored);
        cJSON_Delete(json);
    }
}

static void plx_result_json__conventions(void **state)
{
    (void)state;
    cJSON *json = evaluate(ARPA, LINES, PLX_TOKENS_WORD, "sentence");
    assert_number(json, "conventions.kenlm.perplexity_including_oovs", 15.848931924611133);
    assert_number(json, "conventions.kenlm.perplexity_excluding_oovs", 8.058421877614817);
    assert_number(json, "conventions.kenlm.oovs", 2);
    assert_number(json, "conventions.kenlm.tokens", 10);
    assert_number(json, "conventions.srilm.sentences", 3);
    assert_number(json, "conventions.srilm.words", 6);
    assert_number(json, "conventions.srilm.oovs", 0);
    assert_number(json, "conventions.srilm.zeroprobs", 0);
    assert_number(json, "conventions.srilm.logprob", -10.5);
    assert_number(json, "conventions.srilm.ppl", 14.677992676220699); /* 10^(10.5/9) */
    assert_number(json, "conventions.srilm.ppl1", 56.23413251903491); /* 10^(10.5/6) */
    assert_number(json, "conventions.irstlm.words", 10);
    assert_number(json, "conventions.irstlm.pp", 398.10713074277226);
    assert_number(json, "conventions.irstlm.ppwp", 382.25819881816113);
    assert_number(json, "conventions.irstlm.backed_off", 5);
    assert_number(json, "conventions.irstlm.oovs", 2);
    assert_number(json, "conventions.opengrm.sentences", 4);
    assert_number(json, "conventions.opengrm.words", 6);
    assert_number(json, "conventions.opengrm.skipped", 0);
    assert_number(json, "conventions.opengrm.logprob", -12);
    assert_number(json, "conventions.opengrm.perplexity", 15.848931924611133);
    cJSON_Delete(json);
    json = evaluate(ARPA, LINES, PLX_TOKENS_WORD, "sentence limit=5");
    assert_true(cJSON_IsObject(at(json, "conventions")));
    assert_int_equal(cJSON_GetArraySize(at(json, "conventions")), 0);
    cJSON_Delete(json);
}

static void plx_result_json__protocol(void **state)
{
    (void)state;
    cJSON *json = evaluate(ARPA, "x x x x x x x x x\n", PLX_TOKENS_WORD,
                           "exact unit=document start=b end=a window=8 stride=2 score=last:1 first_window=2 "
                           "tail=left-extend first=skip unknown=floor:-7.5 average=hf-2024 limit=5");
    assert_text(json, "protocol.name", "custom");
    assert_text(json, "protocol.unit", "document");
    assert_text(json, "protocol.start", "context:b"); /* another than the model's own: needed to repeat it */
    assert_text(json, "protocol.end", "scored:a");
    assert_text(json, "protocol.join", "");
    assert_number(json, "protocol.window", 8);
    assert_number(json, "protocol.stride", 2);
    assert_text(json, "protocol.score", "last:1");
    assert_number(json, "protocol.first_window", 2);
    assert_text(json, "protocol.tail", "left-extend");
    assert_text(json, "protocol.first", "skip");
    assert_text(json, "protocol.unknown", "floor:-7.5");
    assert_text(json, "protocol.average", "hf-2024");
    assert_number(json, "protocol.limit", 5);
    assert_text(json, "model.symbols.start", "b");
    assert_text(json, "model.symbols.end", "a");
    cJSON_Delete(json);
    json = evaluate(ARPA, LINES, PLX_TOKENS_WORD, "exact join=b");
    assert_text(json, "protocol.join", "b");
    assert_text(json, "protocol.end", "none");
    cJSON_Delete(json);
}

static void plx_result_json__model_and_corpus(void **state)
{
    (void)state;
    cJSON *json = evaluate(ARPA, LINES, PLX_TOKENS_WORD, "sentence");
    assert_text(json, "model.format", "arpa");
    assert_text(json, "model.kind", "ngram");
    assert_text(json, "model.architecture", "n-gram");
    assert_number(json, "model.order", 2);
    assert_number(json, "model.vocabulary", 5);
    assert_number(json, "model.parameters", 5 * 2 + 3);
    assert_int_equal(cJSON_GetArraySize(at(json, "model.ngrams")), 2);
    assert_number(json, "model.ngrams.0", 5);
    assert_number(json, "model.ngrams.1", 3);
    assert_text(json, "model.symbols.start", "<s>");
    assert_text(json, "model.symbols.end", "</s>");
    assert_text(json, "model.symbols.unknown", "<unk>");
    assert_text(json, "model.sha256",
                "e8a0eb67d19af3eb63ca0fa80aaafd2bb40707ac62179986d028e6c24c6c14f8"); /* sha256sum */
    assert_absent(json, "model", "vocabulary_sha256");
    assert_text(json, "corpus.format", "text");
    assert_text(json, "corpus.tokenization", "word");
    assert_text(json, "corpus.sha256", "56a29dde01107864e52234e982d9a59694594b320ec5570f0f5bdd9e38f1e240");
    assert_text(json, "runtime.inputs.model", "test.arpa");
    assert_text(json, "runtime.inputs.corpus", "test.txt");
    assert_number(json, "runtime.threads", 1);
    assert_true(at(json, "runtime.seconds")->valuedouble > 0);
    assert_true(at(json, "runtime.tokens_per_second")->valuedouble > 0);
    assert_true(at(json, "runtime.peak_memory_bytes")->valuedouble > 100000);
    cJSON_Delete(json);
}

static void plx_result_json__neural(void **state)
{
    (void)state;
    struct plx_model *model = inputs_model_file("models/tiny.table.safetensors");
    struct plx_result *result = inputs_evaluate(model, "the sea\nrises\n", PLX_TOKENS_WORD, "wikitext-eos");
    cJSON *json = json_of(result);
    plx_result_free(result);
    plx_model_close(model);
    assert_text(json, "model.kind", "neural");
    assert_text(json, "model.architecture", "table");
    assert_number(json, "model.order", 2);
    assert_number(json, "model.parameters", 25);
    assert_absent(json, "model", "ngrams");
    assert_absent(json, "model.symbols", "start");
    assert_text(json, "model.symbols.end", "<eos>");
    assert_int_equal(strlen(at(json, "model.vocabulary_sha256")->valuestring), 64);
    assert_int_equal(cJSON_GetArraySize(at(json, "orders")), 0);
    assert_int_equal(cJSON_GetArraySize(at(json, "conventions")), 0);
    assert_text(json, "protocol.start", "none");
    assert_number(json, "counts.tokens", 5);
    assert_number(json, "counts.scored", 4);
    assert_number(json, "counts.skipped.no_context", 1);
    assert_number(json, "counts.scored_bytes", 11); /* of 14; the first token owns three */
    /* sea after the, <eos> after sea, rises after <eos>, <eos> after rises: Python, from the table of
     * weights. */
    assert_number(json, "nats_per_token", 1.0974377934773085);
    cJSON_Delete(json);
}

static void assert_accumulator(const cJSON *json, const char *name, const char *sum, const char *squares,
                               double count, double infinite)
{
    char path[96];
    snprintf(path, sizeof path, "accumulators.%s.sum", name);
    assert_text(json, path, sum);
    snprintf(path, sizeof path, "accumulators.%s.squares", name);
    assert_text(json, path, squares);
    snprintf(path, sizeof path, "accumulators.%s.count", name);
    assert_number(json, path, count);
    snprintf(path, sizeof path, "accumulators.%s.infinite", name);
    assert_number(json, path, infinite);
}

static void plx_result_json__accumulators(void **state)
{
    (void)state;
    cJSON *json = evaluate(ARPA, LINES, PLX_TOKENS_WORD, "sentence");
    assert_text(json, "accumulators.unit", "2^-64");
    assert_accumulator(json, "nats", "509702375020798488576", "2041632563832855033874", 10, 0);
    assert_accumulator(json, "unknown_nats", "201757190112399409152", "1106393694771696952259", 2, 0);
    assert_accumulator(json, "blank_end_nats", "63712796877599809536", "220056204484978372145", 1, 0);
    assert_accumulator(json, "unknown_zero_nats", "0", "0", 0, 0);
    assert_accumulator(json, "zero_nats", "0", "0", 0, 0);
    assert_accumulator(json, "orders_nats.0", "0", "0", 0, 0);
    assert_number(json, "accumulators.orders_nats.1.count", 5);
    assert_number(json, "accumulators.orders_nats.2.count", 5);
    assert_int_equal(cJSON_GetArraySize(at(json, "accumulators.orders_nats")), 3);
    assert_accumulator(json, "kenlm_log10", "221360928884514619392", "873914500491990007808", 4, 0);
    assert_accumulator(json, "kenlm_unknown_log10", "87622034350120370176", "208678792333839302656", 2, 0);
    assert_accumulator(json, "group_means_nats", "0", "0", 0, 0);
    assert_number(json, "accumulators.group_weight", 0);
    cJSON_Delete(json);
    json = evaluate(ARPA, LINES, PLX_TOKENS_WORD, "sentence average=unit");
    assert_number(json, "accumulators.group_means_nats.count", 4);
    assert_number(json, "accumulators.group_weight", 4);
    /* (1.25/3 + 1.5 + 5.25/4 + 4/2)/4 in log10. */
    assert_number(json, "nats_per_token", 3.010150303862008);
    assert_text(json, "uncertainty.standard_error_nats", "nan");
    cJSON_Delete(json);
}

/* What is not finite is a string, and never missing. */
static void plx_result_json__not_finite(void **state)
{
    (void)state;
    cJSON *json = evaluate(ARPA, LINES, PLX_TOKENS_WORD, "sentence unknown=zero");
    assert_text(json, "perplexity", "inf");
    assert_text(json, "nats_per_token", "inf");
    assert_text(json, "bits_per_token", "inf");
    assert_text(json, "uncertainty.standard_error_nats", "inf");
    assert_text(json, "uncertainty.interval95_perplexity.1", "inf");
    assert_text(json, "normalized.bits_per_byte", "inf");
    assert_text(json, "normalized.word_perplexity", "inf");
    assert_text(json, "orders.0.nats", "inf");
    assert_number(json, "orders.1.nats", 5.1808164592366035);
    assert_number(json, "counts.infinite", 2);
    assert_number(json, "accumulators.nats.infinite", 2);
    assert_number(json, "unknown.perplexity_without", 8.058421877614817);
    cJSON_Delete(json);

    json = evaluate(ARPA, "x", PLX_TOKENS_WORD, "sentence end=none"); /* one token, and it is unknown */
    assert_number(json, "counts.scored", 1);
    assert_text(json, "uncertainty.standard_error_nats", "nan");
    assert_text(json, "uncertainty.interval95_perplexity.0", "nan");
    assert_text(json, "unknown.perplexity_without", "nan");
    cJSON_Delete(json);

    json = evaluate(ARPA, "\n", PLX_TOKENS_WORD, "sentence"); /* no word */
    assert_text(json, "normalized.bits_per_word", "nan");
    assert_text(json, "normalized.word_perplexity", "nan");
    assert_text(json, "conventions.srilm.ppl", "nan");
    assert_number(json, "normalized.byte_perplexity", 31.622776601683793); /* 10^1.5 for one byte */
    cJSON_Delete(json);
}

static void plx_result_json__warnings(void **state)
{
    (void)state;
    char arpa[600] = "a title\n";
    strcat(arpa, ARPA);
    cJSON *json = evaluate(arpa, "x y z\n", PLX_TOKENS_WORD, "sentence");
    assert_int_equal(cJSON_GetArraySize(at(json, "warnings")), 2);
    assert_text(json, "warnings.0.code", "text-before-data");
    assert_number(json, "warnings.0.count", 1);
    assert_number(json, "warnings.0.line", 1);
    assert_text(json, "warnings.1.code", "many-unknown");
    assert_number(json, "warnings.1.count", 3);
    assert_absent(json, "warnings.1", "line");
    cJSON_Delete(json);
    json = evaluate(ARPA, "a b\n", PLX_TOKENS_WORD, "sentence");
    assert_int_equal(cJSON_GetArraySize(at(json, "warnings")), 0);
    cJSON_Delete(json);
}

/* Names of inputs may hold anything. */
static void plx_result_json__strange_names(void **state)
{
    static const char name[] = "a \"b\"\\\n\x01\xff.txt";
    const struct plx_source_options source_options = {.fingerprint = true};
    struct plx_source *source;
    struct plx_corpus *corpus;
    struct plx_result *result;
    struct plx_error error;
    (void)state;
    struct plx_model *model = inputs_model(ARPA);
    assert_int_equal(plx_source_open_memory("a\n", 2, name, &source_options, &source, &error), PLX_OK);
    assert_int_equal(plx_corpus_open_source(source, NULL, &corpus, &error), PLX_OK);
    assert_int_equal(plx_evaluate(model, corpus, NULL, &result, &error), PLX_OK);
    cJSON *json = json_of(result);
    assert_text(json, "runtime.inputs.corpus", "a \"b\"\\\n\x01\xEF\xBF\xBD.txt");
    cJSON_Delete(json);
    plx_result_free(result);
    plx_corpus_close(corpus);
    plx_model_close(model);
}

/* The text of a result up to the object that may differ. */
static char *text_without_runtime(const struct plx_model *model, const char *text, unsigned threads,
                                  size_t batch, const struct plx_protocol *protocol)
{
    const struct plx_evaluate_options options = {.protocol = protocol, .threads = threads, .batch = batch};
    struct plx_corpus *corpus = corpus_open_bytes(text, strlen(text), PLX_TOKENS_WORD);
    struct plx_result *result;
    struct plx_error error;
    char *json;
    size_t length;
    assert_int_equal(plx_evaluate(model, corpus, &options, &result, &error), PLX_OK);
    assert_int_equal(plx_result_json(result, &json, &length, &error), PLX_OK);
    char *runtime = strstr(json, "\n  \"runtime\": {");
    assert_non_null(runtime);
    *runtime = '\0';
    plx_result_free(result);
    plx_corpus_close(corpus);
    return json;
}

static void plx_result_json__the_same_bytes(void **state)
{
    static const char *const protocols[] = {"sentence", "exact window=7 stride=3", "sentence average=unit"};
    static const char *const words[] = {"a", "b", "x", "<unk>", "a b", "b\n", "a\n\n"};
    char *text = calloc(1, 1 << 16);
    (void)state;
    assert_non_null(text);
    for (unsigned i = 0, at_random = 1; strlen(text) < (1 << 16) - 16; i++) {
        at_random = at_random * 1103515245U + 12345U;
        strcat(strcat(text, words[(at_random >> 16) % 7]), " ");
    }
    struct plx_model *model = inputs_model(ARPA);
    for (size_t p = 0; p < 3; p++) {
        const struct plx_protocol protocol = inputs_protocol(protocols[p]);
        char *expected = text_without_runtime(model, text, 1, 0, &protocol);
        assert_memory_equal(
            expected,
            "{\n  \"schema\": \"perplex.result/1\",\n  \"complete\": true,\n  \"perplexity\": ", 60);
        for (unsigned threads = 1; threads <= 4; threads++) {
            char *other =
                text_without_runtime(model, text, threads, threads == 1 ? 1 : 100 / threads, &protocol);
            assert_string_equal(other, expected);
            plx_text_free(other);
        }
        plx_text_free(expected);
    }
    plx_model_close(model);
    free(text);
}

static void plx_result_metrics__the_json_has_them(void **state)
{
    struct plx_metrics metrics;
    (void)state;
    struct plx_model *model = inputs_model(ARPA);
    struct plx_result *result = inputs_evaluate(model, LINES, PLX_TOKENS_WORD, "sentence unknown=skip");
    plx_result_metrics(result, &metrics);
    cJSON *json = json_of(result);
    assert_true(at(json, "nats_per_token")->valuedouble == metrics.nats_per_token);
    assert_true(at(json, "bits_per_token")->valuedouble == metrics.bits_per_token);
    assert_true(at(json, "perplexity")->valuedouble == metrics.perplexity);
    assert_true(at(json, "normalized.bits_per_byte")->valuedouble == metrics.bits_per_byte);
    assert_int_equal(metrics.tokens, 10);
    assert_int_equal(metrics.scored, 8);
    assert_int_equal(metrics.skipped, 2);
    assert_int_equal(metrics.unknown, 2);
    assert_int_equal(metrics.infinite, 0);
    assert_int_equal(metrics.bytes, 17);
    /* The same words, with the bytes that they own: " x" and "<unk>" are left out. */
    assert_number(json, "counts.scored_bytes", 10);
    assert_number(json, "counts.scored_words", 4);
    assert_true(metrics.perplexity == metrics.perplexity_without);
    assert_string_equal(plx_result_protocol(result), "custom");
    cJSON_Delete(json);
    plx_result_free(result);
    plx_model_close(model);
    plx_result_free(NULL);
    plx_text_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_result_json__figures),
        cmocka_unit_test(plx_result_json__counts),
        cmocka_unit_test(plx_result_json__skipped),
        cmocka_unit_test(plx_result_json__conventions),
        cmocka_unit_test(plx_result_json__protocol),
        cmocka_unit_test(plx_result_json__model_and_corpus),
        cmocka_unit_test(plx_result_json__neural),
        cmocka_unit_test(plx_result_json__accumulators),
        cmocka_unit_test(plx_result_json__not_finite),
        cmocka_unit_test(plx_result_json__warnings),
        cmocka_unit_test(plx_result_json__strange_names),
        cmocka_unit_test(plx_result_json__the_same_bytes),
        cmocka_unit_test(plx_result_metrics__the_json_has_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
