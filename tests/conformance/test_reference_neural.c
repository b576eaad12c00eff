/* Neural models on real texts: the numbers of PyTorch in float64. PERPLEX_TEST_DATA_DIR names the folder that
   holds the models, the texts and, under reference/, what was computed for them. Its README says how. */
#include "support/encoded_text.h"
#include "support/npz.h"
#include "support/reference.h"
#include "support/result_text.h"
#include "support/sanitized.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Under ThreadSanitizer the softmax over 33,278 words takes too long for whole texts. */
#define FIRST_TOKENS 20000

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
    struct file_bytes texts[REFERENCE_SPLITS];
} neural;

static int neural_open(void **state)
{
    (void)state;
    char *path = reference_file("models/neural", neural.row->file);
    neural.model = fixture_open(path);
    for (size_t split = 0; split < REFERENCE_SPLITS; split++)
        neural.texts[split] = reference_text(neural.row->folder, split);
    free(path);
    return 0;
}

static int neural_close(void **state)
{
    (void)state;
    for (size_t split = 0; split < REFERENCE_SPLITS; split++)
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
    cJSON *list = reference_json("reference/neural.json");
    for (size_t split = 0; split < REFERENCE_SPLITS; split++) {
        const cJSON *expected = reference_row(list, neural.row->name, REFERENCE_SPLIT_NAMES[split]);
        cJSON *result = reference_evaluate(neural.model, neural.texts + split, neural.row->tokens, NULL);
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
        print_message("%s, %s: the mean is off by %.1e nats\n", neural.row->name,
                      REFERENCE_SPLIT_NAMES[split], off);
        assert_true(off <= 1e-7);
        assert_true(fabs(result_total_nats(result) / (double)scored - mean) <= 1e-7);
        reference_close("perplexity", result_number(result, "perplexity"),
                        result_number(expected, "perplexity"), 1e-7);
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
    char *path = reference_file("reference", name);
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
    cJSON *result = reference_evaluate(neural.model, neural.texts, neural.row->tokens, &protocol);
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
    reference_sums(neural.model, ids, count, SANITIZED ? 10 : 100, 1e-6);
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
    return run_neural() > 0;
}
