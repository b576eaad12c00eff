/* The numbers of other programs on real models and texts. PERPLEX_TEST_DATA_DIR names the folder that holds
   the models, the texts and, under reference/, what was computed for them: by a float64 program after the
   ARPA rule, by KenLM, IRSTLM and MITLM, and by PyTorch in float64. Its README says how. */
#include "support/distribution.h"
#include "support/encoded_text.h"
#include "support/fixtures.h"
#include "support/npz.h"
#include "support/random.h"
#include "support/result_text.h"
#include "support/sanitized.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

/* Under ThreadSanitizer the softmax over 33,278 words takes too long for whole texts. */
#define FIRST_TOKENS 20000

#define SPLITS 2

static const double LN_10 = 2.302585092994045684;
static const char *const SPLIT_NAMES[SPLITS] = {"test", "valid"};

static char *real_file(const char *folder, const char *name)
{
    char relative[256];
    assert_true((size_t)snprintf(relative, sizeof relative, "%s/%s", folder, name) < sizeof relative);
    return real_path(relative);
}

static struct file_bytes read_text(const char *folder, size_t split)
{
    char name[128];
    snprintf(name, sizeof name, "%s/%s.txt", folder, SPLIT_NAMES[split]);
    char *path = real_path(name);
    const struct file_bytes file = file_read(path);
    free(path);
    return file;
}

static cJSON *read_json(const char *name)
{
    char *path = real_path(name);
    const struct file_bytes file = file_read(path);
    cJSON *root = cJSON_ParseWithLength((const char *)file.bytes, file.size);
    if (!root)
        fail_msg("%s: no JSON", path);
    free(file.bytes);
    free(path);
    return root;
}

/* The element for the model and split of a list of such; NULL if there is none. */
static const cJSON *find_row(const cJSON *list, const char *model, const char *split)
{
    const cJSON *row;
    cJSON_ArrayForEach(row, list)
    {
        if (strcmp(result_member(row, "model")->valuestring, model) == 0 &&
            strcmp(result_member(row, "split")->valuestring, split) == 0)
            return row;
    }
    return NULL;
}

static void assert_close(const char *what, double found, double expected, double relative)
{
    if (!(fabs(found - expected) <= relative * fabs(expected)))
        fail_msg("%s: %.17g, expected %.17g: off by %.2e, %.0e is allowed", what, found, expected,
                 fabs(found / expected - 1), relative);
}

static cJSON *evaluate(const struct plx_model *model, const struct file_bytes *text,
                       enum plx_token_kind tokens, const struct plx_protocol *protocol)
{
    const struct plx_evaluate_options options = {.protocol = protocol};
    struct plx_error error = {0};
    struct plx_result *result = evaluate_bytes(model, text->bytes, text->size, tokens, &options, &error);
    if (!result) {
        fail_msg("%s: %s", plx_model_name(model), error.message);
        return NULL;
    }
    return result_tree(result);
}

static void check_sums(const struct plx_model *model, const uint32_t *ids, size_t count, size_t contexts,
                       double tolerance)
{
    const struct plx_model_info *info = plx_model_info(model);
    const size_t least = (size_t)info->least_context, most = (size_t)info->context_length;
    struct distribution distribution = distribution_new(model, most);
    struct random random = {41};
    double worst = 0;
    for (size_t n = 0; n < contexts; n++) {
        const size_t length = least + random_below(&random, most - least + 1);
        const size_t at = random_below(&random, count - length);
        const double off = fabs(distribution_sum(&distribution, ids + at, length) - 1);
        worst = off > worst || isnan(off) ? off : worst;
    }
    print_message("%s: the sums of %zu distributions are off by up to %.1e%s\n",
                  path_name(plx_model_name(model)), contexts, worst, tolerance > 0 ? "" : " (not asserted)");
    if (tolerance > 0 && !(worst <= tolerance))
        fail_msg("a distribution's sum is off by %.3e", worst);
    distribution_free(&distribution);
}

/* n-gram models. */

struct ngram_case {
    const char *name, *file;
    double kenlm_tolerance; /* relative, for what KenLM prints out of float sums */
    double sum_tolerance;   /* 0: reported only */
    const char *words;      /* KenLM's scores of every word of test; NULL: there are none */
    unsigned column;        /* of log10 p in that */
    bool unknown;           /* has an unknown symbol */
    const char *exact;      /* the ARPA file that it scores as; NULL: quantised, as no other */
};

#define SMALL_WORDS "small.o4.test.tsv.gz"
#define SMALL_ARPA  "small.o4.arpa.gz"

static const struct ngram_case NGRAM_CASES[] = {
    {"wt2.o3", "wt2.o3.arpa.gz", 5e-7, 5e-6, "wt2.o3.test.tsv.gz", 2, true, "wt2.o3.arpa.gz"},
    {"small.o4", SMALL_ARPA, 5e-7, 1e-6, SMALL_WORDS, 2, true, SMALL_ARPA},
    {"small.o2", "small.o2.arpa.gz", 5e-7, 1e-6, NULL, 0, true, "small.o2.arpa.gz"},
    {"small.o1", "small.o1.arpa", 5e-7, 1e-6, NULL, 0, true, "small.o1.arpa"},
    {"pruned", "pruned.arpa.gz", 5e-7, 0, NULL, 0, true, "pruned.arpa.gz"},
    {"mitlm.o3", "mitlm.o3.arpa.gz", 2e-5, 0, NULL, 0, false, "mitlm.o3.arpa.gz"},
    {"small.o4", "small.o4.probing.bin", 5e-7, 1e-6, SMALL_WORDS, 2, true, SMALL_ARPA},
    {"small.o4", "small.o4.probing-novocab.bin", 5e-7, 1e-6, SMALL_WORDS, 2, true, SMALL_ARPA},
    {"small.o4", "small.o4.rest-probing.bin", 5e-7, 1e-6, SMALL_WORDS, 2, true, SMALL_ARPA},
    {"small.o4", "small.o4.trie.bin", 5e-7, 1e-6, SMALL_WORDS, 2, true, SMALL_ARPA},
    {"small.o4", "small.o4.trie-a22.bin", 5e-7, 1e-6, SMALL_WORDS, 2, true, SMALL_ARPA},
    {"small.o4", "small.o4.trie-q8b8.bin", 5e-7, 0, SMALL_WORDS, 3, true, NULL},
    {"small.o4", "small.o4.trie-a22-q8b8.bin", 5e-7, 0, SMALL_WORDS, 3, true, NULL},
    {"small.o4", "small.o4.trie-q5b7.bin", 5e-7, 0, NULL, 0, true, NULL},
};

/* The model at hand, opened once, and its results. */
static struct {
    const struct ngram_case *row;
    struct plx_model *model;
    struct file_bytes texts[SPLITS];
    cJSON *results[SPLITS];
} ngram;

static int ngram_open(void **state)
{
    (void)state;
    char *path = real_file("models/ngram", ngram.row->file);
    ngram.model = fixture_open(path);
    for (size_t split = 0; split < SPLITS; split++) {
        ngram.texts[split] = read_text("wikitext-2", split);
        ngram.results[split] = evaluate(ngram.model, ngram.texts + split, PLX_TOKENS_WORD, NULL);
    }
    free(path);
    return 0;
}

static int ngram_close(void **state)
{
    (void)state;
    for (size_t split = 0; split < SPLITS; split++) {
        free(ngram.texts[split].bytes);
        cJSON_Delete(ngram.results[split]);
    }
    plx_model_close(ngram.model);
    return 0;
}

static void check_orders(const cJSON *result, const cJSON *expected)
{
    const cJSON *order;
    size_t seen = 0;
    cJSON_ArrayForEach(order, result_member(result, "orders"))
    {
        char key[16];
        snprintf(key, sizeof key, "%d", (int)result_count(order, "order"));
        const cJSON *tokens = cJSON_GetObjectItemCaseSensitive(expected, key);
        assert_int_equal(result_count(order, "tokens"), tokens ? (uint64_t)tokens->valuedouble : 0);
        seen += tokens != NULL;
    }
    assert_int_equal(seen, cJSON_GetArraySize(expected));
}

/* Totals by the ARPA rule in float64, summed exactly. */
static void ngram__exact_totals(void **state)
{
    (void)state;
    if (!ngram.row->exact)
        return; /* there are KenLM's figures only */
    cJSON *list = read_json("reference/ngram_exact.json");
    for (size_t split = 0; split < SPLITS; split++) {
        const cJSON *result = ngram.results[split];
        const cJSON *expected = find_row(list, ngram.row->exact, SPLIT_NAMES[split]);
        if (!expected) {
            fail_msg("no reference for %s", ngram.row->name);
            continue;
        }
        assert_string_equal(result_member(result, "protocol.name")->valuestring, "sentence");
        assert_int_equal(result_count(result, "counts.tokens"), result_count(expected, "tokens"));
        assert_int_equal(result_count(result, "counts.scored"), result_count(expected, "tokens"));
        assert_int_equal(result_count(result, "unknown.tokens"), result_count(expected, "oov"));
        assert_int_equal(result_count(result, "unknown.literal"),
                         result_count(expected, "of_these_literal_unk"));
        check_orders(result, result_member(expected, "matched_order"));
        assert_close("perplexity without unknown words", result_number(result, "unknown.perplexity_without"),
                     result_number(expected, "perplexity_excluding_oov"), 1e-7);
        if (!ngram.row->unknown) {
            assert_true(isinf(result_number(result, "perplexity")));
            assert_int_equal(result_count(result, "counts.infinite"), result_count(expected, "oov"));
            assert_close("nats without unknown words", result_total_nats(result),
                         -LN_10 * result_number(expected, "log10_excluding_oov"), 1e-7);
            continue;
        }
        assert_close("nats in all", result_total_nats(result), -result_number(expected, "nats_total"), 1e-7);
        assert_close("perplexity", result_number(result, "perplexity"), result_number(expected, "perplexity"),
                     1e-7);
    }
    cJSON_Delete(list);
}

/* The text behind the heading of a list of printed results, up to the next; false if it has none. */
static bool find_section(const char *name, const char *heading, char *section, size_t capacity)
{
    char *path = real_path(name);
    char line[512];
    size_t length = 0;
    bool found = false;
    FILE *file = fopen(path, "r");
    if (!file) {
        fail_msg("%s: cannot be read", path);
        return false;
    }
    section[0] = '\0';
    while (fgets(line, sizeof line, file)) {
        if (strncmp(line, "== ", 3) == 0) {
            found = strncmp(line + 3, heading, strlen(heading)) == 0;
            continue;
        }
        if (found && length < capacity)
            length += (size_t)snprintf(section + length, capacity - length, "%s", line);
    }
    fclose(file);
    free(path);
    assert_true(length < capacity);
    return length > 0;
}

/* The number behind a label. */
static double labelled(const char *section, const char *label)
{
    const char *at = strstr(section, label);
    if (!at)
        fail_msg("no \"%s\" in \"%s\"", label, section);
    return at ? strtod(at + strlen(label), NULL) : (double)NAN;
}

static void ngram__kenlm_summary(void **state)
{
    (void)state;
    for (size_t split = 0; split < SPLITS; split++) {
        const cJSON *result = ngram.results[split];
        char heading[128], section[512];
        snprintf(heading, sizeof heading, "query -v summary %s < wikitext-2/%s.txt\n", ngram.row->file,
                 SPLIT_NAMES[split]);
        if (!find_section("reference/kenlm/summary.txt", heading, section, sizeof section)) {
            assert_string_equal(ngram.row->name, "small.o1"); /* which KenLM cannot read */
            continue;
        }
        assert_int_equal(result_count(result, "conventions.kenlm.tokens"),
                         (uint64_t)labelled(section, "\nTokens:"));
        assert_int_equal(result_count(result, "conventions.kenlm.oovs"),
                         (uint64_t)labelled(section, "\nOOVs:"));
        assert_close("including OOVs", result_number(result, "conventions.kenlm.perplexity_including_oovs"),
                     labelled(section, "including OOVs:"), ngram.row->kenlm_tolerance);
        assert_close("excluding OOVs", result_number(result, "conventions.kenlm.perplexity_excluding_oovs"),
                     labelled(section, "excluding OOVs:"), ngram.row->kenlm_tolerance);
    }
}

/* As printed, with as many digits. */
static void assert_printed(const char *section, const char *label, int decimals, double number)
{
    char text[64], expected[128];
    const int length = snprintf(text, sizeof text, "%.*f", decimals, number);
    snprintf(expected, sizeof expected, "%s%s", label, text);
    const char *found = strstr(section, expected);
    if (length <= 0 || !found || strspn(found + strlen(expected), "0123456789") > 0)
        fail_msg("\"%s\" is not in \"%s\"", expected, section);
}

static void ngram__irstlm_eval(void **state)
{
    (void)state;
    size_t found = 0;
    if (!ngram.row->exact)
        return;
    for (size_t split = 0; split < SPLITS; split++) {
        const cJSON *result = ngram.results[split];
        char heading[128], section[512];
        snprintf(heading, sizeof heading, "compile-lm %s.arpa --eval=%s ", ngram.row->name,
                 SPLIT_NAMES[split]);
        if (!find_section("reference/irstlm/eval.txt", heading, section, sizeof section))
            continue;
        found++;
        assert_printed(section, "Nw=", 0, result_number(result, "conventions.irstlm.words"));
        assert_printed(section, "PP=", 2, result_number(result, "conventions.irstlm.pp"));
        assert_printed(section, "PPwp=", 2, result_number(result, "conventions.irstlm.ppwp"));
        assert_printed(section, "Nbo=", 0, result_number(result, "conventions.irstlm.backed_off"));
        assert_printed(section, "Noov=", 0, result_number(result, "conventions.irstlm.oovs"));
    }
    const bool expected = strcmp(ngram.row->name, "wt2.o3") == 0 ||
                          strcmp(ngram.row->name, "small.o4") == 0 || strcmp(ngram.row->name, "pruned") == 0;
    assert_int_equal(found, expected ? SPLITS : 0);
}

/* MITLM leaves unknown words out; of wt2.o3 it was made to know <unk>. */
static void ngram__mitlm_eval(void **state)
{
    (void)state;
    for (size_t split = 0; split < SPLITS; split++) {
        char heading[128], section[512];
        snprintf(heading, sizeof heading, "evaluate-ngram -o 3 -l %s.arpa -ep %s", ngram.row->name,
                 SPLIT_NAMES[split]);
        if (find_section("reference/mitlm/eval.txt", heading, section, sizeof section))
            assert_printed(section, "\t", 3,
                           result_number(ngram.results[split],
                                         ngram.row->unknown ? "perplexity" : "unknown.perplexity_without"));
        else
            assert_true(strcmp(ngram.row->name, "mitlm.o3") != 0 && strcmp(ngram.row->name, "wt2.o3") != 0);
    }
}

/* Scores of every target of a text; the lines' start symbols have none. */
struct scored_text {
    double *nats;
    uint8_t *orders;
    float *log10_float;
};

static struct scored_text score_lines(const struct plx_model *model, const struct encoded_text *encoded)
{
    struct scored_text scored = {calloc(encoded->count, sizeof *scored.nats), calloc(encoded->count, 1),
                                 calloc(encoded->count, sizeof *scored.log10_float)};
    struct plx_window *windows = calloc(encoded->line_count, sizeof *windows);
    struct plx_error error = {0};
    struct plx_session *session = plx_session_new(model, &error);
    if (!scored.nats || !scored.orders || !scored.log10_float || !windows || !session)
        abort();
    for (size_t line = 0; line < encoded->line_count; line++)
        windows[line] = (struct plx_window){encoded->ids + encoded->lines[line], 1,
                                            encoded->lines[line + 1] - encoded->lines[line], 0};
    const struct plx_scores scores = {scored.nats, scored.orders, scored.log10_float};
    if (plx_session_score(session, windows, encoded->line_count, &scores, &error))
        fail_msg("%s", error.message);
    plx_session_free(session);
    free(windows);
    return scored;
}

/* One line of KenLM's list: the word, the length of the n-gram, log10 p of one model and perhaps of another,
   in the shortest decimals that give the float back. */
static void check_word(const char *line, size_t number, const struct plx_word *word, double nats,
                       unsigned order, float log10_float)
{
    const char *name = word->length > 0 ? word->text : "</s>";
    const size_t length = word->length > 0 ? word->length : strlen("</s>");
    char *at;
    if (strncmp(line, name, length) != 0 || line[length] != '\t')
        fail_msg("token %zu is \"%.*s\", expected: %s", number, (int)length, name, line);
    const unsigned long expected_order = strtoul(line + length, &at, 10);
    assert_int_equal(*at, '\t');
    for (unsigned column = 2; column < ngram.row->column; column++)
        at = at + 1 + strcspn(at + 1, "\t\n");
    assert_int_equal(*at, '\t');
    const char *decimal = at + 1;
    const double expected = strtod(decimal, &at);
    assert_true(at > decimal);
    if (order != expected_order || !(fabs(-nats / LN_10 - expected) <= 1e-6) ||
        !(log10_float == strtof(decimal, NULL)))
        fail_msg("token %zu, \"%.*s\": log10 p %.10g, in float %.9g, by a %u-gram; expected: %s", number,
                 (int)length, name, -nats / LN_10, (double)log10_float, order, line);
}

static void ngram__kenlm_word_by_word(void **state)
{
    (void)state;
    char *path = real_file("reference/kenlm", ngram.row->words);
    const struct file_bytes *text = ngram.texts;
    struct encoded_text encoded = encode_text(ngram.model, text->bytes, text->size);
    struct scored_text scored = score_lines(ngram.model, &encoded);
    char line[512];
    size_t token = 0;
    gzFile file = gzopen(path, "rb");
    assert_non_null(file);
    for (size_t i = 0; i < encoded.line_count; i++) {
        for (size_t k = encoded.lines[i] + 1; k < encoded.lines[i + 1]; k++, token++) {
            if (!gzgets(file, line, sizeof line))
                fail_msg("%s ends before token %zu", path, token);
            check_word(line, token, encoded.words + k, scored.nats[token], scored.orders[token],
                       scored.log10_float[token]);
        }
    }
    assert_null(gzgets(file, line, sizeof line));
    assert_int_equal(token, 245569); /* of WikiText-2 test: words and lines */
    gzclose(file);
    free(scored.nats);
    free(scored.orders);
    free(scored.log10_float);
    encoded_text_free(&encoded);
    free(path);
}

static void ngram__sums_to_one(void **state)
{
    (void)state;
    const struct file_bytes *text = ngram.texts;
    struct encoded_text encoded = encode_text(ngram.model, text->bytes, text->size);
    uint32_t *known = calloc(encoded.count, sizeof *known);
    size_t count = 0;
    if (!known)
        abort();
    for (size_t i = 0; i < encoded.count; i++) {
        if (encoded.ids[i] != PLX_NO_TOKEN)
            known[count++] = encoded.ids[i];
    }
    check_sums(ngram.model, known, count, SANITIZED ? 30 : 200, ngram.row->sum_tolerance);
    free(known);
    encoded_text_free(&encoded);
}

static int run_ngrams(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ngram__exact_totals),
        cmocka_unit_test(ngram__kenlm_summary),
        cmocka_unit_test(ngram__irstlm_eval),
        cmocka_unit_test(ngram__mitlm_eval),
        cmocka_unit_test(ngram__sums_to_one),
        cmocka_unit_test(ngram__kenlm_word_by_word), /* the last: see below */
    };
    int failed = 0;
    for (size_t i = 0; i < sizeof NGRAM_CASES / sizeof *NGRAM_CASES; i++) {
        ngram.row = NGRAM_CASES + i;
        const size_t count = sizeof tests / sizeof *tests - (ngram.row->words == NULL);
        failed += _cmocka_run_group_tests(ngram.row->file, tests, count, ngram_open, ngram_close);
    }
    return failed;
}

/* Neural models. */

struct neural_case {
    const char *name, *file, *folder;
    enum plx_token_kind tokens;
    const char *protocol;
    bool large; /* too much for ThreadSanitizer */
};

static const struct neural_case NEURAL_CASES[] = {
    {"wt2.bigram.f16", "wt2.bigram/wt2.bigram.f16.safetensors", "wikitext-2", PLX_TOKENS_WORD, "wikitext-eos",
     true},
    {"wt2.bigram.bf16", "wt2.bigram/wt2.bigram.bf16.safetensors", "wikitext-2", PLX_TOKENS_WORD,
     "wikitext-eos", true},
    {"wt2small.ffn3", "wt2small.ffn3/wt2small.ffn3.safetensors", "wikitext-2", PLX_TOKENS_WORD,
     "wikitext-eos", true},
    {"shakespeare.table", "shakespeare.table/shakespeare.table.safetensors", "shakespeare",
     PLX_TOKENS_CHARACTER, "exact", false},
};

static struct {
    const struct neural_case *row;
    struct plx_model *model;
    struct file_bytes texts[SPLITS];
} neural;

static int neural_open(void **state)
{
    (void)state;
    char *path = real_file("models/neural", neural.row->file);
    neural.model = fixture_open(path);
    for (size_t split = 0; split < SPLITS; split++)
        neural.texts[split] = read_text(neural.row->folder, split);
    free(path);
    return 0;
}

static int neural_close(void **state)
{
    (void)state;
    for (size_t split = 0; split < SPLITS; split++)
        free(neural.texts[split].bytes);
    plx_model_close(neural.model);
    return 0;
}

static void neural__totals(void **state)
{
    (void)state;
    if (SANITIZED_THREADS && neural.row->large) {
        print_message("NOT DONE under ThreadSanitizer: the whole texts with %s\n", neural.row->name);
        return;
    }
    cJSON *list = read_json("reference/neural.json");
    for (size_t split = 0; split < SPLITS; split++) {
        const cJSON *expected = find_row(list, neural.row->name, SPLIT_NAMES[split]);
        cJSON *result = evaluate(neural.model, neural.texts + split, neural.row->tokens, NULL);
        if (!expected || !result) {
            fail_msg("no reference for %s", neural.row->name);
            continue;
        }
        const uint64_t scored = result_count(expected, "tokens");
        const uint64_t skipped = plx_model_info(neural.model)->least_context;
        assert_string_equal(result_member(result, "protocol.name")->valuestring, neural.row->protocol);
        assert_int_equal(result_count(result, "counts.scored"), scored);
        assert_int_equal(result_count(result, "counts.tokens"), scored + skipped);
        assert_int_equal(result_count(result, "counts.skipped.no_context"), skipped);
        const double mean = result_number(expected, "mean_nats");
        const double off = fabs(result_number(result, "nats_per_token") - mean);
        print_message("%s, %s: the mean is off by %.1e nats\n", neural.row->name, SPLIT_NAMES[split], off);
        assert_true(off <= 1e-7);
        assert_true(fabs(result_total_nats(result) / (double)scored - mean) <= 1e-7);
        assert_close("perplexity", result_number(result, "perplexity"), result_number(expected, "perplexity"),
                     1e-7);
        cJSON_Delete(result);
    }
    cJSON_Delete(list);
}

/* The ids of test as one stream: characters; or words, with the end symbol after every line. */
static uint32_t *encode_stream(size_t *count)
{
    const struct file_bytes *text = neural.texts;
    uint32_t *ids = calloc(text->size + 1, sizeof *ids);
    if (!ids)
        abort();
    *count = 0;
    if (neural.row->tokens == PLX_TOKENS_CHARACTER) { /* of ASCII */
        for (size_t i = 0; i < text->size; i++) {
            const struct plx_word word = {(const char *)text->bytes + i, 1};
            plx_model_lookup(neural.model, &word, 1, ids + (*count)++);
        }
        return ids;
    }
    struct encoded_text encoded = encode_text(neural.model, text->bytes, text->size);
    for (size_t line = 0; line < encoded.line_count; line++) {
        for (size_t i = encoded.lines[line] + 1; i < encoded.lines[line + 1]; i++)
            ids[(*count)++] = encoded.ids[i];
    }
    encoded_text_free(&encoded);
    return ids;
}

/* PyTorch's nats of the tokens from the first on that has enough context; how many of them to look at. */
static double *read_nats(size_t *count)
{
    char name[128];
    snprintf(name, sizeof name, "%s.test.npz", neural.row->name);
    char *path = real_file("reference", name);
    double *nats = npz_read(path, "nats", count);
    if (SANITIZED_THREADS && neural.row->large && *count > FIRST_TOKENS) {
        print_message("NOT DONE under ThreadSanitizer: %zu tokens of %zu\n", *count - FIRST_TOKENS, *count);
        *count = FIRST_TOKENS;
    }
    free(path);
    return nats;
}

static void neural__token_by_token(void **state)
{
    (void)state;
    size_t count, known;
    uint32_t *ids = encode_stream(&count);
    double *expected = read_nats(&known);
    double *found = calloc(known + 1, sizeof *found);
    struct plx_error error = {0};
    struct plx_session *session = plx_session_new(neural.model, &error);
    if (!found || !session)
        abort();
    const size_t first = (size_t)plx_model_info(neural.model)->least_context;
    assert_true(known > 0 && known <= count - first);
    const struct plx_window window = {ids, first, first + known, 0};
    const struct plx_scores scores = {.nats = found};
    assert_int_equal(plx_session_score(session, &window, 1, &scores, &error), PLX_OK);
    double worst = 0;
    for (size_t i = 0; i < known; i++) {
        const double off = fabs(found[i] - expected[i]);
        worst = off > worst ? off : worst;
        if (!(off <= 1e-6))
            fail_msg("token %zu: %.17g nats, expected %.17g", first + i, found[i], expected[i]);
    }
    print_message("%s: %zu tokens, the worst is off by %.1e nats\n", neural.row->name, known, worst);
    plx_session_free(session);
    free(found);
    free(expected);
    free(ids);
}

/* The first tokens through a whole evaluation: all that ThreadSanitizer sees of one with the large models. */
static void neural__limited(void **state)
{
    (void)state;
    struct plx_protocol protocol = *plx_protocol_find(neural.row->protocol);
    struct plx_error error = {0};
    size_t known;
    double *expected = read_nats(&known);
    double total = 0;
    assert_true(known >= FIRST_TOKENS);
    assert_int_equal(plx_protocol_set(&protocol, "limit", "20000", &error), PLX_OK);
    for (size_t i = 0; i < FIRST_TOKENS; i++)
        total += expected[i];
    cJSON *result = evaluate(neural.model, neural.texts, neural.row->tokens, &protocol);
    assert_int_equal(result_count(result, "counts.scored"), FIRST_TOKENS);
    assert_true(fabs(result_total_nats(result) - total) <= 1e-7 * FIRST_TOKENS);
    cJSON_Delete(result);
    free(expected);
}

static void neural__sums_to_one(void **state)
{
    (void)state;
    size_t count;
    uint32_t *ids = encode_stream(&count);
    check_sums(neural.model, ids, count, SANITIZED ? 10 : 100, 1e-6);
    free(ids);
}

/* The target at a place of the stream under all its context. */
static struct plx_window window_at(const uint32_t *ids, size_t at)
{
    const size_t most = (size_t)plx_model_info(neural.model)->context_length;
    const size_t length = at < most ? at : most;
    return (struct plx_window){ids + at - length, length, length + 1, 0};
}

/* By the lengths of the contexts, then by their ids. */
static int compare_contexts(const void *a, const void *b)
{
    const struct plx_window *left = a, *right = b;
    if (left->first != right->first)
        return left->first < right->first ? -1 : 1;
    return memcmp(left->ids, right->ids, left->first * sizeof *left->ids);
}

/* A window for each distinct context of the stream. */
static struct plx_window *distinct_contexts(const uint32_t *ids, size_t count, size_t *distinct)
{
    const size_t first = (size_t)plx_model_info(neural.model)->least_context;
    struct plx_window *windows = calloc(count + 1, sizeof *windows);
    if (!windows || count <= first)
        abort();
    for (size_t at = first; at < count; at++)
        windows[at - first] = window_at(ids, at);
    qsort(windows, count - first, sizeof *windows, compare_contexts);
    *distinct = 1;
    for (size_t i = 1; i < count - first; i++) {
        if (compare_contexts(windows + *distinct - 1, windows + i) != 0)
            windows[(*distinct)++] = windows[i];
    }
    return windows;
}

struct sums {
    size_t types, rows;
    double worst;
};

static enum plx_status add_up(void *user, const double *nats, const size_t *targets, size_t count,
                              struct plx_error *error)
{
    struct sums *sums = user;
    double sum = 0;
    (void)targets;
    (void)error;
    for (size_t id = 0; id < sums->types; id++)
        sum += exp(-nats[id]);
    const double off = fabs(sum - 1);
    sums->worst = off > sums->worst || isnan(off) ? off : sums->worst;
    sums->rows += count;
    return PLX_OK;
}

static void neural__every_context_sums_to_one(void **state)
{
    (void)state;
    size_t count, distinct;
    uint32_t *ids = encode_stream(&count);
    if (SANITIZED && count > 1000) {
        print_message("NOT DONE under sanitizers: the contexts of %zu tokens of %zu\n", count - 1000, count);
        count = 1000;
    }
    struct plx_window *windows = distinct_contexts(ids, count, &distinct);
    struct sums sums = {.types = (size_t)plx_model_info(neural.model)->vocabulary};
    struct plx_error error = {0};
    struct plx_session *session = plx_session_new(neural.model, &error);
    assert_non_null(session);
    if (plx_session_distributions(session, windows, distinct, add_up, &sums, &error))
        fail_msg("%s: %s", neural.row->name, error.message);
    assert_int_equal(sums.rows, distinct);
    print_message("%s: the sums of all %zu distributions are off by up to %.1e\n", neural.row->name, distinct,
                  sums.worst);
    assert_true(sums.worst <= 1e-6);
    plx_session_free(session);
    free(windows);
    free(ids);
}

static int run_neural(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(neural__limited),
        cmocka_unit_test(neural__totals),
        cmocka_unit_test(neural__token_by_token),
        cmocka_unit_test(neural__sums_to_one),
        cmocka_unit_test(neural__every_context_sums_to_one),
    };
    int failed = 0;
    for (size_t i = 0; i < sizeof NEURAL_CASES / sizeof *NEURAL_CASES; i++) {
        neural.row = NEURAL_CASES + i;
        failed += cmocka_run_group_tests_name(neural.row->name, tests, neural_open, neural_close);
    }
    return failed;
}

int main(void)
{
    if (!real_data_given())
        return 77;
    const int failed = run_ngrams();
    return failed + run_neural() > 0;
}
