/* n-gram models on real texts: the numbers of other programs. PERPLEX_TEST_DATA_DIR names the folder that
   holds the models, the texts and, under reference/, what was computed for them: by a float64 program after
   the ARPA rule, and by KenLM, IRSTLM and MITLM. Its README says how. */
#include <perplex/summary.h>

#include "support/encoded_text.h"
#include "support/folder.h"
#include "support/reference.h"
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

static const double LN_10 = 2.302585092994045684;

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
    struct file_bytes texts[REFERENCE_SPLITS];
    cJSON *results[REFERENCE_SPLITS];
    char *kenlm[REFERENCE_SPLITS], *irstlm[REFERENCE_SPLITS]; /* summaries in their words */
} ngram;

/* Released with free(). */
static char *finish_summary(struct plx_summary *summary, const struct plx_result *result)
{
    struct plx_error error = {0};
    if (plx_summary_finish(summary, result, &error) || plx_summary_commit(summary, &error))
        fail_msg("%s", error.message);
    struct file_bytes file = file_read(folder_path("summary"));
    char *text = calloc(1, file.size + 1);
    if (!text)
        abort();
    memcpy(text, file.bytes, file.size);
    free(file.bytes);
    return text;
}

static struct plx_summary *open_summary(const char *tool)
{
    struct plx_summary *summary = NULL;
    struct plx_error error = {0};
    if (plx_summary_open(tool, folder_path("summary"), &summary, &error))
        fail_msg("%s", error.message);
    return summary;
}

static void ngram_evaluate(size_t split)
{
    const struct file_bytes *text = ngram.texts + split;
    struct plx_summary *summary = open_summary("kenlm");
    const struct plx_evaluate_options options = {.summary = summary};
    struct plx_error error = {0};
    struct plx_result *result =
        evaluate_bytes(ngram.model, text->bytes, text->size, PLX_TOKENS_WORD, &options, &error);
    if (!result) {
        fail_msg("%s: %s", ngram.row->file, error.message);
        return;
    }
    ngram.kenlm[split] = finish_summary(summary, result);
    ngram.irstlm[split] =
        ngram.row->unknown ? finish_summary(open_summary("irstlm"), result) : NULL; /* not offered */
    ngram.results[split] = result_tree(result);
}

static int ngram_open(void **state)
{
    if (folder_make(state))
        return -1;
    char *path = reference_file("models/ngram", ngram.row->file);
    ngram.model = fixture_open(path);
    for (size_t split = 0; split < REFERENCE_SPLITS; split++) {
        ngram.texts[split] = reference_text("wikitext-2", split);
        ngram_evaluate(split);
    }
    free(path);
    return 0;
}

static int ngram_close(void **state)
{
    for (size_t split = 0; split < REFERENCE_SPLITS; split++) {
        free(ngram.texts[split].bytes);
        free(ngram.kenlm[split]);
        free(ngram.irstlm[split]);
        cJSON_Delete(ngram.results[split]);
    }
    plx_model_close(ngram.model);
    return folder_remove(state);
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
    cJSON *list = reference_json("reference/ngram_exact.json");
    for (size_t split = 0; split < REFERENCE_SPLITS; split++) {
        const cJSON *result = ngram.results[split];
        const cJSON *expected = reference_row(list, ngram.row->exact, REFERENCE_SPLIT_NAMES[split]);
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
        reference_close("perplexity without unknown words",
                        result_number(result, "unknown.perplexity_without"),
                        result_number(expected, "perplexity_excluding_oov"), 1e-7);
        if (!ngram.row->unknown) {
            assert_true(isinf(result_number(result, "perplexity")));
            assert_int_equal(result_count(result, "counts.infinite"), result_count(expected, "oov"));
            reference_close("nats without unknown words", result_total_nats(result),
                            -LN_10 * result_number(expected, "log10_excluding_oov"), 1e-7);
            continue;
        }
        reference_close("nats in all", result_total_nats(result), -result_number(expected, "nats_total"),
                        1e-7);
        reference_close("perplexity", result_number(result, "perplexity"),
                        result_number(expected, "perplexity"), 1e-7);
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
    for (size_t split = 0; split < REFERENCE_SPLITS; split++) {
        const cJSON *result = ngram.results[split];
        char heading[128], section[512];
        snprintf(heading, sizeof heading, "query -v summary %s < wikitext-2/%s.txt\n", ngram.row->file,
                 REFERENCE_SPLIT_NAMES[split]);
        if (!find_section("reference/kenlm/summary.txt", heading, section, sizeof section)) {
            assert_string_equal(ngram.row->name, "small.o1"); /* which KenLM cannot read */
            continue;
        }
        assert_string_equal(ngram.kenlm[split], section);
        assert_int_equal(result_count(result, "conventions.kenlm.tokens"),
                         (uint64_t)labelled(section, "\nTokens:"));
        assert_int_equal(result_count(result, "conventions.kenlm.oovs"),
                         (uint64_t)labelled(section, "\nOOVs:"));
        reference_close("including OOVs",
                        result_number(result, "conventions.kenlm.perplexity_including_oovs"),
                        labelled(section, "including OOVs:"), ngram.row->kenlm_tolerance);
        reference_close("excluding OOVs",
                        result_number(result, "conventions.kenlm.perplexity_excluding_oovs"),
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
    for (size_t split = 0; split < REFERENCE_SPLITS; split++) {
        const cJSON *result = ngram.results[split];
        char heading[128], section[512];
        snprintf(heading, sizeof heading, "compile-lm %s.arpa --eval=%s ", ngram.row->name,
                 REFERENCE_SPLIT_NAMES[split]);
        if (!find_section("reference/irstlm/eval.txt", heading, section, sizeof section))
            continue;
        found++;
        assert_memory_equal(ngram.irstlm[split], "%% ", 3); /* which the list leaves out */
        assert_string_equal(ngram.irstlm[split] + 3, section);
        assert_printed(section, "Nw=", 0, result_number(result, "conventions.irstlm.words"));
        assert_printed(section, "PP=", 2, result_number(result, "conventions.irstlm.pp"));
        assert_printed(section, "PPwp=", 2, result_number(result, "conventions.irstlm.ppwp"));
        assert_printed(section, "Nbo=", 0, result_number(result, "conventions.irstlm.backed_off"));
        assert_printed(section, "Noov=", 0, result_number(result, "conventions.irstlm.oovs"));
    }
    const bool expected = strcmp(ngram.row->name, "wt2.o3") == 0 ||
                          strcmp(ngram.row->name, "small.o4") == 0 || strcmp(ngram.row->name, "pruned") == 0;
    assert_int_equal(found, expected ? REFERENCE_SPLITS : 0);
}

/* MITLM leaves unknown words out; of wt2.o3 it was made to know <unk>. */
static void ngram__mitlm_eval(void **state)
{
    (void)state;
    for (size_t split = 0; split < REFERENCE_SPLITS; split++) {
        char heading[128], section[512];
        snprintf(heading, sizeof heading, "evaluate-ngram -o 3 -l %s.arpa -ep %s", ngram.row->name,
                 REFERENCE_SPLIT_NAMES[split]);
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
    char *path = reference_file("reference/kenlm", ngram.row->words);
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
    reference_sums(ngram.model, known, count, SANITIZED ? 30 : 200, ngram.row->sum_tolerance);
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

int main(void)
{
    if (!real_data_given())
        return 77;
    return run_ngrams() > 0;
}
