/* Where the loss is: evaluations of a few tokens, every part of them worked out by hand. The model's
   probabilities are powers of ten, and what is expected is in units of ln 10. */
#include "base/logarithms.h"
#include "eval/result.h"

#include "support/inputs.h"
#include "support/result_text.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LENGTH(a) (sizeof(a) / sizeof *(a))

/* Ids 0 to 5; no backoffs. */
static const char MODEL[] =
    "\\data\\\nngram 1=6\nngram 2=1\n\\1-grams:\n-1\t<unk>\n-99\t<s>\n-1\t</s>\n-0.5\ta\n"
    "-2\tb\n-3\tc\n\\2-grams:\n-0.25\ta b\n\\end\\\n";

/*  unit 0          unit 1           unit 2
    a    b    </s>  zz   a    </s>   c    </s>
    0.5  0.25 1     1    0.5  1      3    1      of 8.25 in all; a b is the only bigram that is found */
static const char TEXT[] = "a b\nzz a\nc\n";

static struct plx_corpus *open_corpus(const char *text, const char *format)
{
    const struct plx_source_options source_options = {.fingerprint = true};
    const struct plx_corpus_options options = {.format = format, .tokens = PLX_TOKENS_WORD};
    struct plx_source *source;
    struct plx_corpus *corpus;
    struct plx_error error;
    assert_int_equal(plx_source_open_memory(text, strlen(text), "corpus", &source_options, &source, &error),
                     PLX_OK);
    if (plx_corpus_open_source(source, &options, &corpus, &error))
        fail_msg("%s", error.message);
    return corpus;
}

static struct plx_result *evaluate(const struct plx_model *model, const char *text, const char *format,
                                   const char *protocol, const struct plx_breakdown_options *breakdown)
{
    const struct plx_protocol fields = inputs_protocol(protocol);
    const struct plx_evaluate_options options = {.protocol = &fields, .threads = 1, .breakdown = breakdown};
    struct plx_corpus *corpus = open_corpus(text, format);
    struct plx_result *result;
    struct plx_error error;
    if (plx_evaluate(model, corpus, &options, &result, &error))
        fail_msg("%s", error.message);
    plx_corpus_close(corpus);
    return result;
}

/* The result of a text with all parts. */
static struct plx_result *break_down(const char *text, const char *protocol)
{
    const struct plx_breakdown_options all = {.parts = PLX_BREAKDOWN_ALL};
    struct plx_model *model = inputs_model(MODEL);
    struct plx_result *result = evaluate(model, text, "text", protocol, &all);
    plx_model_close(model);
    return result;
}

static void assert_part(const struct plx_exact *part, uint64_t tokens, double log10)
{
    const double nats = log10 * PLX_LN_10;
    assert_int_equal(part->count, tokens);
    if (fabs(plx_exact_sum(part) - nats) > 1e-6)
        fail_msg("%g instead of %g", plx_exact_sum(part), nats);
}

/* Without windows, positions are those of the unit. */
static void plx_evaluate__by_position(void **state)
{
    struct plx_result *result = break_down(TEXT, "sentence");
    const struct plx_exact *positions = result->breakdown_sums.positions;
    (void)state;
    assert_part(positions, 3, 0.5 + 1 + 3);
    assert_part(positions + 1, 3, 0.25 + 0.5 + 1);
    assert_part(positions + 2, 2, 1 + 1);
    for (size_t i = 3; i < PLX_POSITION_BINS; i++)
        assert_part(positions + i, 0, 0);
    plx_result_free(result);
}

/* A stream in windows of 3: a b </s> | zz a </s> | c </s>, each of which forgets the one before; by symbols
   that are put over its first token, a, zz and c are no targets. */
static void plx_evaluate__by_position_in_window(void **state)
{
    struct plx_result *result = break_down(TEXT, "exact unit=stream start=none end=scored window=3 stride=3");
    const struct plx_exact *positions = result->breakdown_sums.positions;
    (void)state;
    assert_part(positions, 3, 0.5 + 1 + 3);
    assert_part(positions + 1, 3, 0.25 + 0.5 + 1);
    assert_part(positions + 2, 2, 1 + 1);
    assert_part(result->breakdown_sums.after + PLX_BEFORE_NOTHING, 3, 0.5 + 1 + 3);
    assert_part(result->breakdown_sums.after + PLX_BEFORE_UNKNOWN, 1, 0.5);
    assert_part(result->breakdown_sums.after + PLX_BEFORE_KNOWN, 4, 0.25 + 1 + 1 + 1);
    plx_result_free(result);
}

/* The same with a stride of 1: but for the first three, every target is the last of its window. */
static void plx_evaluate__by_position_in_overlapping_windows(void **state)
{
    struct plx_result *result = break_down(TEXT, "exact unit=stream start=none end=scored window=3 stride=1");
    const struct plx_exact *positions = result->breakdown_sums.positions;
    (void)state;
    assert_part(positions, 1, 0.5);
    assert_part(positions + 1, 1, 0.25);
    assert_part(positions + 2, 6, 1 + 1 + 0.5 + 1 + 3 + 1);
    assert_part(result->breakdown_sums.after + PLX_BEFORE_NOTHING, 1, 0.5);
    plx_result_free(result);
}

static void plx_evaluate__by_order(void **state)
{
    struct plx_result *result = break_down(TEXT, "sentence");
    (void)state;
    assert_true(result->breakdown.parts & PLX_BREAKDOWN_ORDER);
    assert_part(result->tally.orders + 1, 7, 8);
    assert_part(result->tally.orders + 2, 1, 0.25);
    cJSON *json = result_tree(result);
    const cJSON *bigrams = cJSON_GetArrayItem(result_member(json, "breakdown.order"), 1);
    assert_int_equal(result_count(bigrams, "order"), 2);
    assert_int_equal(result_count(bigrams, "tokens"), 1);
    assert_true(fabs(result_number(bigrams, "nats") - 0.25 * PLX_LN_10) < 1e-6);
    assert_true(fabs(result_number(bigrams, "nats_per_token") - 0.25 * PLX_LN_10) < 1e-6);
    assert_true(fabs(result_number(bigrams, "perplexity") - pow(10, 0.25)) < 1e-5);
    cJSON_Delete(json);
}

/* A start symbol is known. */
static void plx_evaluate__after_unknown(void **state)
{
    struct plx_result *result = break_down(TEXT, "sentence");
    (void)state;
    assert_part(result->breakdown_sums.after + PLX_BEFORE_UNKNOWN, 1, 0.5);
    assert_part(result->breakdown_sums.after + PLX_BEFORE_KNOWN, 7, 7.75);
    assert_part(result->breakdown_sums.after + PLX_BEFORE_NOTHING, 0, 0);
    plx_result_free(result);
}

/* An unknown token that is left out is there all the same. */
static void plx_evaluate__after_unknown_that_is_skipped(void **state)
{
    struct plx_result *result = break_down("zz zz a\n", "sentence unknown=skip");
    (void)state;
    assert_part(result->breakdown_sums.after + PLX_BEFORE_UNKNOWN, 1, 0.5);
    assert_part(result->breakdown_sums.after + PLX_BEFORE_KNOWN, 1, 1);
    assert_part(result->breakdown_sums.positions + 2, 1, 0.5);
    plx_result_free(result);
}

/* Counts from elsewhere; those of the unknown symbol are of no use. */
static void plx_evaluate__by_frequency(void **state)
{
    uint64_t counts[] = {99, 0, 9, 10, 1, 0};
    const struct plx_token_counts training = {counts, LENGTH(counts), 119, 0, ""};
    const struct plx_breakdown_options options = {.parts = PLX_BREAKDOWN_FREQUENCY, .counts = &training};
    struct plx_model *model = inputs_model(MODEL);
    struct plx_result *result = evaluate(model, TEXT, "text", "sentence", &options);
    const struct plx_breakdown_sums *sums = &result->breakdown_sums;
    (void)state;
    assert_part(sums->bands, 1, 3);             /* c: never seen */
    assert_part(sums->bands + 1, 1, 0.25);      /* b: once */
    assert_part(sums->bands + 2, 3, 3);         /* </s>: 9 times */
    assert_part(sums->bands + 3, 2, 0.5 + 0.5); /* a: 10 times */
    assert_part(&sums->unknown, 1, 1);
    assert_null(result->breakdown.counts.counts); /* they are the caller's */
    plx_result_free(result);
    plx_model_close(model);
}

static void plx_frequency_band_range__parts_all_counts(void **state)
{
    static const uint64_t first[] = {0, 1, 2, 10, 100, 1000};
    uint64_t from, to, before = 0;
    (void)state;
    for (size_t band = 0; band < PLX_FREQUENCY_BANDS; band++) {
        plx_frequency_band_range(band, &from, &to);
        assert_true(band >= LENGTH(first) || from == first[band]);
        assert_true(band == 0 ? from == 0 : from == before + 1);
        before = to;
    }
    assert_true(before == UINT64_MAX);
    for (size_t bin = 0; bin < PLX_POSITION_BINS; bin++) {
        plx_position_bin_range(bin, &from, &to);
        assert_true(bin == 0 ? from == 0 : from == before + 1);
        before = to;
    }
    assert_true(before == UINT64_MAX);
}

/* a 3, b 1, c 1, <s> 0, ends 3, unknown 2: of a text in units of a line; what joins lines does not stand
   behind the last. */
static void plx_token_counts_make__counts(void **state)
{
    static const struct {
        const char *protocol;
        uint64_t counts[6], tokens, unknown;
    } cases[] = {
        {"sentence", {0, 0, 3, 3, 1, 1}, 10, 2},
        {"sentence limit=2 unknown=error", {0, 0, 3, 3, 1, 1}, 10, 2},
        {"sentence blank=skip unknown=skip", {0, 0, 3, 3, 1, 1}, 10, 2},
        {"exact unit=document end=scored", {0, 0, 1, 3, 1, 1}, 8, 2},
        {"exact unit=stream end=none join=c", {0, 0, 0, 3, 1, 3}, 9, 2},
        {"exact unit=stream start=none end=scored window=4 stride=4 score=all", {0, 0, 3, 3, 1, 1}, 10, 2},
    };
    struct plx_model *model = inputs_model(MODEL);
    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        const struct plx_protocol protocol = inputs_protocol(cases[i].protocol);
        const struct plx_evaluate_options options = {.protocol = &protocol, .threads = 2, .batch = 1};
        struct plx_corpus *corpus = open_corpus("a b a\n<unk> a\nzz c\n", "text");
        struct plx_token_counts counts;
        struct plx_error error;
        if (plx_token_counts_make(model, corpus, &options, &counts, &error))
            fail_msg("%s: %s", cases[i].protocol, error.message);
        assert_int_equal(counts.vocabulary, 6);
        for (size_t id = 0; id < 6; id++) {
            if (counts.counts[id] != cases[i].counts[id])
                fail_msg("%s: id %zu is counted %llu times", cases[i].protocol, id,
                         (unsigned long long)counts.counts[id]);
        }
        assert_int_equal(counts.tokens, cases[i].tokens);
        assert_int_equal(counts.unknown, cases[i].unknown);
        assert_int_equal(strlen(counts.sha256), 64);
        plx_token_counts_release(&counts);
        plx_corpus_close(corpus);
    }
    plx_model_close(model);
}

static enum plx_status keep_document(void *user, const struct plx_document_score *document,
                                     struct plx_error *error)
{
    char *text = user;
    (void)error;
    snprintf(text + strlen(text), 200, "%d:%.*s:%d:%d:%.4f ", (int)document->number, (int)document->id.length,
             document->id.text ? document->id.text : "", (int)document->tokens, (int)document->bytes,
             document->nats / PLX_LN_10);
    return PLX_OK;
}

/* Of four documents the second has no token that is scored, for zz is left out, with the newline before it,
   and the third none at all; the newline at the end of the corpus is the last token's. The first costs 0.75
   for 2 tokens, the last 3.5 for as many: 0.86 and 4.03 nats a token. */
static void plx_evaluate__by_document(void **state)
{
    static const char corpus[] = "{\"id\": \"x\", \"text\": \"a b\\n\"}\n{\"id\": \"y\", \"text\": \"zz\"}\n"
                                 "{\"text\": \"\"}\n{\"text\": \"zz a\\nc\\n\"}\n";
    char heard[400] = "";
    const struct plx_breakdown_options options = {
        .parts = PLX_BREAKDOWN_DOCUMENT, .worst = 1, .documents = keep_document, .documents_user = heard};
    struct plx_model *model = inputs_model(MODEL);
    struct plx_result *result = evaluate(model, corpus, "jsonl", "sentence unknown=skip end=none", &options);
    const struct plx_documents *documents = &result->trail.documents;
    (void)state;
    assert_string_equal(heard, "0:x:2:3:0.7500 3::2:5:3.5000 ");
    assert_int_equal(documents->means.count, 2);
    assert_true(fabs(plx_exact_mean(&documents->means) - (0.375 + 1.75) / 2 * PLX_LN_10) < 1e-6);
    assert_int_equal(documents->bins[1].documents, 1); /* 0.86 nats */
    assert_part(&documents->bins[1].nats, 2, 0.75);
    assert_int_equal(documents->bins[8].documents, 1); /* 4.03 nats */
    assert_part(&documents->bins[8].nats, 2, 3.5);
    assert_int_equal(documents->worst.count, 2);
    assert_int_equal(documents->worst.documents[0].number, 3);
    assert_int_equal(documents->best.documents[0].number, 0);
    assert_memory_equal(documents->best.documents[0].id.text, "x", 1);
    assert_int_equal(result->trail.worst.list->document, 3); /* c */
    plx_result_free(result);
    plx_model_close(model);
}

/* Fifteen documents, which cost 0.5 to 7.5 times ln 10, in a shuffled order. */
static void plx_evaluate__lists_ten_documents(void **state)
{
    static const int costs[] = {5, 9, 1, 15, 3, 12, 7, 2, 14, 6, 10, 4, 13, 8, 11};
    char text[4096] = "";
    const struct plx_breakdown_options options = {.parts = PLX_BREAKDOWN_DOCUMENT};
    struct plx_model *model = inputs_model("\\data\\\nngram 1=5\n\\1-grams:\n-1\t<unk>\n-99\t<s>\n-1\t</s>\n"
                                           "-0.5\ta\n-8\tb\n\\end\\\n");
    (void)state;
    for (size_t i = 0; i < LENGTH(costs);
         i++) { /* 16 tokens, so many of them b: 0.5 + 7.5 times their share */
        strcat(text, "{\"text\": \"");
        for (int k = 0; k < 16; k++)
            strcat(text, k < costs[i] ? "b " : "a ");
        strcat(text, "\"}\n");
    }
    struct plx_result *result = evaluate(model, text, "jsonl", "exact unit=document end=none", &options);
    const struct plx_documents *documents = &result->trail.documents;
    assert_int_equal(documents->worst.count, PLX_DOCUMENTS_LISTED);
    assert_int_equal(documents->best.count, PLX_DOCUMENTS_LISTED);
    for (size_t i = 0; i < PLX_DOCUMENTS_LISTED; i++) {
        assert_int_equal(costs[documents->worst.documents[i].number], 15 - (int)i);
        assert_int_equal(costs[documents->best.documents[i].number], 1 + (int)i);
    }
    plx_result_free(result);
    plx_model_close(model);
}

/* "before [token] after at unit:position". */
static void show(const struct plx_extremes *extremes, size_t i, char text[512])
{
    const struct plx_extreme *extreme = extremes->list + extremes->heap[i];
    size_t used = 0;
    for (size_t k = 0; k < extreme->before_count; k++)
        used += (size_t)snprintf(text + used, 512 - used, "%.*s ", extreme->before[k].spelled.length,
                                 extreme->before[k].spelled.text);
    used += (size_t)snprintf(text + used, 512 - used, "[%.*s]", extreme->token.spelled.length,
                             extreme->token.spelled.text);
    for (size_t k = 0; k < extreme->after_count; k++)
        used += (size_t)snprintf(text + used, 512 - used, " %.*s", extreme->after[k].spelled.length,
                                 extreme->after[k].spelled.text);
    snprintf(text + used, 512 - used, " at %d:%d", (int)extreme->unit, (int)extreme->position);
}

static void assert_extremes(const struct plx_extremes *extremes, const char *const *expected, size_t count)
{
    assert_int_equal(extremes->count, count);
    for (size_t i = 0; i < count; i++) {
        char text[512];
        show(extremes, i, text);
        assert_string_equal(text, expected[i]);
    }
}

/* Of those that cost the same the first; contexts end with the unit. */
static void plx_evaluate__worst_and_best(void **state)
{
    static const char *const worst[] = {"[c] </s> at 2:0", "a b [</s>] at 0:2", "[zz] a </s> at 1:0"};
    static const char *const best[] = {"a [b] </s> at 0:1", "[a] b </s> at 0:0", "zz [a] </s> at 1:1",
                                       "a b [</s>] at 0:2"};
    const struct plx_breakdown_options options = {.worst = LENGTH(worst), .best = LENGTH(best)};
    struct plx_model *model = inputs_model(MODEL);
    struct plx_result *result = evaluate(model, TEXT, "text", "sentence", &options);
    (void)state;
    assert_extremes(&result->trail.worst, worst, LENGTH(worst));
    assert_extremes(&result->trail.best, best, LENGTH(best));
    plx_result_free(result);
    plx_model_close(model);
}

/* Sixteen tokens before, eight behind; those that are not scored are there too: the first one of a window,
   and zz. */
static void plx_evaluate__worst_with_all_their_context(void **state)
{
    static const char *const expected[] = {"a a a a a a a a a a a a a zz zz a [c] a a a a a zz a a at 0:21"};
    const struct plx_breakdown_options options = {.worst = 1};
    struct plx_model *model = inputs_model(MODEL);
    struct plx_result *result = evaluate(
        model, "b a a a a a a a a a a a a a a a a a zz zz a c a a a a a zz a a a a\n", "text",
        "exact unit=document start=none end=none window=5 stride=5 unknown=skip first=skip", &options);
    (void)state;
    assert_extremes(&result->trail.worst, expected, 1);
    plx_result_free(result);
    plx_model_close(model);
}

/* What is behind the limit is context all the same, wherever the corpus' blocks end: documents begin some.
   What would join a line that does not come is none. */
static void plx_evaluate__worst_before_the_limit(void **state)
{
    static const struct {
        const char *text, *format, *protocol, *expected;
    } cases[] = {
        {"a a a c a b a a a b a a a a\n", "text", "exact unit=stream end=none limit=4",
         "a a a [c] a b a a a b a a at 0:3"},
        {"{\"text\": \"a a a c\"}\n{\"text\": \"a b\"}\n{\"text\": \"a\"}\n{\"text\": \"a a\"}\n"
         "{\"text\": \"b a\"}\n{\"text\": \"a\"}\n{\"text\": \"a a\"}\n",
         "jsonl", "exact unit=stream end=none limit=4", "a a a [c] a b a a a b a a at 0:3"},
        {"c a a a\na a a\n", "text", "exact unit=stream end=none join=b limit=1", "[c] a a a b a a a at 0:0"},
    };
    const struct plx_breakdown_options options = {.worst = 1};
    struct plx_model *model = inputs_model(MODEL);
    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct plx_result *result =
            evaluate(model, cases[i].text, cases[i].format, cases[i].protocol, &options);
        assert_extremes(&result->trail.worst, &cases[i].expected, 1);
        plx_result_free(result);
    }
    plx_model_close(model);
}

/* Ids that nobody spells; counts of them too. */
static void plx_evaluate__ids_without_spelling(void **state)
{
    static const char corpus[] = "{\"input_ids\": [3, 1, 2]}\n{\"input_ids\": [0, 2]}\n";
    const struct plx_protocol protocol = inputs_protocol("exact unit=document start=none end=none");
    const struct plx_evaluate_options counting = {.protocol = &protocol, .threads = 1};
    struct plx_model *model = inputs_bare_model(4);
    struct plx_corpus *training = open_corpus(corpus, "jsonl");
    struct plx_token_counts counts;
    struct plx_error error;
    (void)state;
    if (plx_token_counts_make(model, training, &counting, &counts, &error))
        fail_msg("%s", error.message);
    assert_int_equal(counts.counts[2], 2);
    const struct plx_breakdown_options options = {
        .parts = PLX_BREAKDOWN_FREQUENCY, .counts = &counts, .worst = 1};
    struct plx_result *result =
        evaluate(model, corpus, "jsonl", "exact unit=document start=none end=none first=skip", &options);
    assert_int_equal(result->breakdown_sums.bands[1].count, 1); /* 1 */
    assert_int_equal(result->breakdown_sums.bands[2].count, 2); /* 2, twice */
    cJSON *json = result_tree(result);
    const cJSON *worst = cJSON_GetArrayItem(result_member(json, "worst"), 0);
    assert_int_equal(result_count(worst, "id"), 1); /* all cost the same */
    assert_int_equal(cJSON_GetArrayItem(result_member(worst, "before"), 0)->valueint, 3);
    assert_int_equal(cJSON_GetArrayItem(result_member(worst, "after"), 0)->valueint, 2);
    assert_int_equal(cJSON_GetArraySize(result_member(worst, "after")), 1);
    cJSON_Delete(json);
    plx_token_counts_release(&counts);
    plx_corpus_close(training);
    plx_model_close(model);
}

static enum plx_status refuse_document(void *user, const struct plx_document_score *document,
                                       struct plx_error *error)
{
    (void)user;
    (void)document;
    error->status = PLX_IO;
    return PLX_IO;
}

/* The one at the end too. */
static void plx_evaluate__ends_with_a_failing_sink(void **state)
{
    static const char *const texts[] = {"{\"text\": \"a\"}\n{\"text\": \"b\"}\n", "{\"text\": \"a\"}\n"};
    const struct plx_breakdown_options breakdown = {.documents = refuse_document};
    const struct plx_evaluate_options options = {.threads = 1, .breakdown = &breakdown};
    struct plx_model *model = inputs_model(MODEL);
    (void)state;
    for (size_t i = 0; i < LENGTH(texts); i++) {
        struct plx_corpus *corpus = open_corpus(texts[i], "jsonl");
        struct plx_result *result;
        struct plx_error error;
        assert_int_equal(plx_evaluate(model, corpus, &options, &result, &error), PLX_IO);
        assert_null(result);
        plx_corpus_close(corpus);
    }
    plx_model_close(model);
}

/* A spelling of 93 bytes stays, a longer one is cut, and no character in two. */
static void plx_snippet_set__cuts(void **state)
{
    char text[120];
    struct plx_snippet snippet;
    (void)state;
    memset(text, 'x', sizeof text);
    plx_snippet_set(&snippet, (struct plx_word){text, PLX_SNIPPET_BYTES});
    assert_int_equal(snippet.length, PLX_SNIPPET_BYTES);
    assert_false(snippet.cut);
    memcpy(text + PLX_SNIPPET_BYTES - 1, "\xC3\xA9", 2);
    plx_snippet_set(&snippet, (struct plx_word){text, sizeof text});
    assert_int_equal(snippet.length, PLX_SNIPPET_BYTES - 1);
    assert_true(snippet.cut && snippet.known);
    plx_snippet_set(&snippet, (struct plx_word){NULL, 0});
    assert_false(snippet.cut || snippet.known);
}

static void assert_refused(const struct plx_model *model, const struct plx_breakdown_options *breakdown,
                           enum plx_status expected)
{
    const struct plx_evaluate_options options = {.threads = 1, .breakdown = breakdown};
    struct plx_corpus *corpus = open_corpus(TEXT, "text");
    struct plx_result *result;
    struct plx_error error;
    assert_int_equal(plx_evaluate(model, corpus, &options, &result, &error), expected);
    assert_null(result);
    plx_corpus_close(corpus);
}

static void plx_evaluate__refuses_impossible_parts(void **state)
{
    uint64_t counts[5] = {0};
    const struct plx_token_counts other = {counts, LENGTH(counts), 0, 0, ""};
    const struct plx_breakdown_options uncounted = {.parts = PLX_BREAKDOWN_FREQUENCY},
                                       others = {.parts = PLX_BREAKDOWN_ALL, .counts = &other},
                                       many = {.worst = PLX_EXTREMES_MAX + 1},
                                       orders = {.parts = PLX_BREAKDOWN_ORDER};
    struct plx_model *model = inputs_model(MODEL),
                     *neural = inputs_model_file("models/tiny.table.safetensors");
    (void)state;
    assert_refused(model, &uncounted, PLX_USAGE);
    assert_refused(model, &others, PLX_MISMATCH);
    assert_refused(model, &many, PLX_USAGE);
    assert_refused(neural, &orders, PLX_UNSUPPORTED);
    plx_model_close(model);
    plx_model_close(neural);
}

static void plx_breakdown_text__tables(void **state)
{
    const struct plx_breakdown_options options = {.parts = PLX_BREAKDOWN_UNKNOWN | PLX_BREAKDOWN_ORDER,
                                                  .worst = 1};
    static const char expected[] =
        "by n-gram found                   tokens    nats/token    perplexity   % of loss\n"
        "  1-gram                               7      2.631526        13.895       96.97\n"
        "  2-gram                               1      0.575646       1.77828        3.03\n"
        "\n"
        "by what stands before             tokens    nats/token    perplexity   % of loss\n"
        "  an unknown token                     1      1.151293       3.16228        6.06\n"
        "  a known token                        7      2.549291        12.798       93.94\n"
        "\n"
        "worst tokens  unit:place   context [token] context\n"
        "    6.907755  2:0           [c] </s>\n";
    struct plx_model *model = inputs_model(MODEL);
    struct plx_result *result = evaluate(model, TEXT, "text", "sentence", &options);
    struct plx_error error;
    char *text;
    size_t length;
    (void)state;
    assert_int_equal(plx_breakdown_text(result, &text, &length, &error), PLX_OK);
    assert_string_equal(text, expected);
    assert_int_equal(length, strlen(expected));
    plx_text_free(text);
    plx_result_free(result);
    plx_model_close(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_evaluate__by_position),
        cmocka_unit_test(plx_evaluate__by_position_in_window),
        cmocka_unit_test(plx_evaluate__by_position_in_overlapping_windows),
        cmocka_unit_test(plx_evaluate__by_order),
        cmocka_unit_test(plx_evaluate__after_unknown),
        cmocka_unit_test(plx_evaluate__after_unknown_that_is_skipped),
        cmocka_unit_test(plx_evaluate__by_frequency),
        cmocka_unit_test(plx_frequency_band_range__parts_all_counts),
        cmocka_unit_test(plx_token_counts_make__counts),
        cmocka_unit_test(plx_evaluate__by_document),
        cmocka_unit_test(plx_evaluate__lists_ten_documents),
        cmocka_unit_test(plx_evaluate__worst_and_best),
        cmocka_unit_test(plx_evaluate__worst_with_all_their_context),
        cmocka_unit_test(plx_evaluate__worst_before_the_limit),
        cmocka_unit_test(plx_evaluate__ids_without_spelling),
        cmocka_unit_test(plx_evaluate__ends_with_a_failing_sink),
        cmocka_unit_test(plx_snippet_set__cuts),
        cmocka_unit_test(plx_evaluate__refuses_impossible_parts),
        cmocka_unit_test(plx_breakdown_text__tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
