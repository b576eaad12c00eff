/* Two models over a corpus, and stored logits against a model. The first against all that single scores give,
   token by token; the second against what NumPy computes of the same file
   (tests/data/recipes/make_stored_logits.py). */
#include <perplex/divergence.h>
#include <perplex/mixture.h>

#include "support/fixtures.h"
#include "support/folder.h"
#include "support/inputs.h"
#include "support/schema.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The words of models/tiny.table: <eos>, <unk>, the, sea, rises. Probabilities after any context of these add
   up to 1 where nothing is stored behind it; elsewhere they do not, and need not. */
static const char TRIGRAMS[] = "\\data\\\nngram 1=6\nngram 2=3\nngram 3=1\n\n\\1-grams:\n"
                               "-1.1\t<unk>\t0\n0\t<s>\t-0.3\n-0.5\t</s>\t0\n-0.7\tthe\t-0.25\n"
                               "-0.6\tsea\t-0.125\n-0.9\trises\t-0.2\n\n\\2-grams:\n"
                               "-0.3\t<s> the\t-0.15\n-0.2\tthe sea\t-0.05\n-0.4\tsea rises\t0\n\n"
                               "\\3-grams:\n-0.1\t<s> the sea\n\n\\end\\\n";

static const char TEXT[] = "the sea rises\nthe sea the moon\n\nsea rises the\nthe sea rises\n";

static void assert_near(double found, double expected, double most)
{
    if (!(fabs(found - expected) <= most))
        fail_msg("%.17g is not %.17g", found, expected);
}

static struct plx_corpus *open_text(const char *text)
{
    const struct plx_corpus_options options = {.tokens = PLX_TOKENS_WORD};
    const char *path = folder_path("text");
    struct plx_corpus *corpus;
    struct plx_error error;
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    assert_int_equal(plx_corpus_open(&path, 1, &options, &corpus, &error), PLX_OK);
    return corpus;
}

static struct plx_divergence_metrics measure(const struct plx_model *base, const struct plx_model *model,
                                             const char *fields, unsigned threads, size_t batch)
{
    const struct plx_protocol protocol = inputs_protocol(fields);
    const struct plx_evaluate_options options = {.protocol = &protocol, .threads = threads, .batch = batch};
    struct plx_corpus *corpus = open_text(TEXT);
    struct plx_divergence *divergence;
    struct plx_divergence_metrics metrics;
    struct plx_error error;
    if (plx_divergence_measure(base, model, corpus, &options, &divergence, &error))
        fail_msg("%s: %s", fields, error.message);
    plx_divergence_metrics(divergence, &metrics);
    plx_divergence_free(divergence);
    plx_corpus_close(corpus);
    return metrics;
}

/* −ln p of every token of `text` (ids of `model`, of which `starts` are context) for every word. */
static double ask(const struct plx_model *model, const uint32_t *ids, size_t length, uint32_t id)
{
    uint32_t asked[32];
    double nats;
    struct plx_error error;
    memcpy(asked, ids, length * sizeof *ids);
    asked[length] = id;
    const struct plx_window window = {asked, length, length + 1, 0};
    struct plx_session *session = plx_session_new(model, &error);
    assert_int_equal(plx_session_score(session, &window, 1, &(struct plx_scores){.nats = &nats}, &error),
                     PLX_OK);
    plx_session_free(session);
    return nats;
}

static const char *const WORDS[] = {"the", "sea", "rises", "<unk>", NULL};

static uint32_t id_of(const struct plx_model *model, const char *word)
{
    const struct plx_word one = {word, strlen(word)};
    uint32_t id;
    plx_model_lookup(model, &one, 1, &id);
    return id;
}

/* What a sentence begins with; returns its length. */
static size_t begin(const struct plx_model *model, uint32_t *ids)
{
    const struct plx_model_info *info = plx_model_info(model);
    const size_t count = info->start_repeat > 1 ? (size_t)info->start_repeat : 1;
    for (size_t i = 0; i < count; i++)
        ids[i] = info->start != PLX_NO_TOKEN ? info->start : info->end;
    return count;
}

/* The sentence protocol, line by line, word by word, over the words and the end. */
static struct plx_divergence_metrics check_words(const struct plx_model *base, const struct plx_model *other)
{
    static const char *const lines[][5] = {{"the", "sea", "rises", NULL},
                                           {"the", "sea", "the", "<unk>", NULL},
                                           {NULL},
                                           {"sea", "rises", "the", NULL},
                                           {"the", "sea", "rises", NULL}};
    const struct plx_model *const models[] = {base, other};
    double kl = 0, entropy = 0, cross_entropy = 0, delta = 0, nats[2] = {0};
    size_t count = 0, same = 0;
    for (size_t line = 0; line < 5; line++) {
        uint32_t ids[2][32];
        const size_t starts[] = {begin(base, ids[0]), begin(other, ids[1])};
        for (size_t k = 0, ended = 0; !ended; k++) {
            double best[2] = {INFINITY, INFINITY};
            size_t top[2] = {0};
            ended = lines[line][k] == NULL;
            for (size_t w = 0; w < 5; w++) {
                double cost[2];
                for (size_t m = 0; m < 2; m++) {
                    const uint32_t end = plx_model_info(models[m])->end;
                    cost[m] =
                        ask(models[m], ids[m], starts[m] + k, w == 4 ? end : id_of(models[m], WORDS[w]));
                    if (cost[m] < best[m]) {
                        best[m] = cost[m];
                        top[m] = w;
                    }
                }
                kl += exp(-cost[0]) * (cost[1] - cost[0]);
                entropy += exp(-cost[0]) * cost[0];
                cross_entropy += exp(-cost[0]) * cost[1];
                if (ended ? w == 4 : w < 4 && strcmp(WORDS[w], lines[line][k]) == 0) {
                    nats[0] += cost[0];
                    nats[1] += cost[1];
                    delta += exp(-cost[1]) - exp(-cost[0]);
                }
            }
            same += top[0] == top[1];
            count++;
            for (size_t m = 0; m < 2 && !ended; m++)
                ids[m][starts[m] + k] = id_of(models[m], lines[line][k]);
        }
    }
    const struct plx_divergence_metrics metrics = measure(base, other, "sentence", 1, 0);
    const double n = (double)count;
    assert_int_equal(metrics.tokens, count);
    assert_near(metrics.kl, kl / n, 1e-12);
    assert_near(metrics.entropy, entropy / n, 1e-12);
    assert_near(metrics.cross_entropy, cross_entropy / n, 1e-12);
    assert_near(metrics.delta, delta / n, 1e-12);
    assert_near(metrics.base_nats, nats[0] / n, 1e-12);
    assert_near(metrics.model_nats, nats[1] / n, 1e-12);
    assert_near(metrics.ln_ratio, (nats[1] - nats[0]) / n, 1e-12);
    assert_near(metrics.cross_entropy, metrics.entropy + metrics.kl, 1e-12);
    assert_int_equal(metrics.same_top, same);
    assert_near(metrics.same_top_share, (double)same / n, 1e-15);
    return metrics;
}

static void plx_divergence_measure__word_by_word(void **state)
{
    (void)state;
    struct plx_model *ngram = inputs_model(TRIGRAMS),
                     *table = inputs_model_file("models/tiny.table.safetensors");
    check_words(ngram, table);
    check_words(table, ngram);
    plx_model_close(ngram);
    plx_model_close(table);
}

/* A start symbol that only one of the two ever predicts is an outcome of neither, whichever is P. */
static void plx_divergence_measure__without_start(void **state)
{
    (void)state;
    struct plx_model *ngram = inputs_model(TRIGRAMS),
                     *neural = inputs_model_file("models/tiny.o3.safetensors");
    const struct plx_divergence_metrics metrics = check_words(neural, ngram);
    assert_true(isfinite(metrics.kl) && metrics.kl_infinite == 0);
    assert_true(metrics.base_deviation > 0.01); /* what it gives the start */
    check_words(ngram, neural);
    plx_model_close(ngram);
    plx_model_close(neural);
}

static void assert_same(const struct plx_divergence_metrics *a, const struct plx_divergence_metrics *b)
{
    struct plx_divergence_metrics x = *a, y = *b;
    x.seconds = y.seconds = 0;
    assert_memory_equal(&x, &y, sizeof x);
}

static void plx_divergence_measure__threads_and_batches(void **state)
{
    (void)state;
    static const char *const protocols[] = {"sentence", "wikitext-eos", "wikitext-eos window=4 stride=2"};
    struct plx_model *ngram = inputs_model(TRIGRAMS),
                     *table = inputs_model_file("models/tiny.table.safetensors");
    for (size_t i = 0; i < 3; i++) {
        for (int back = 0; back < 2; back++) {
            const struct plx_model *base = back ? table : ngram, *model = back ? ngram : table;
            const struct plx_divergence_metrics one = measure(base, model, protocols[i], 1, 1);
            const struct plx_divergence_metrics few = measure(base, model, protocols[i], 3, 5);
            const struct plx_divergence_metrics all = measure(base, model, protocols[i], 2, 0);
            assert_same(&one, &few);
            assert_same(&one, &all);
        }
    }
    plx_model_close(ngram);
    plx_model_close(table);
}

static bool count_call(void *user)
{
    ++*(size_t *)user;
    return false;
}

/* The whole text is one piece of the corpus; each of its batches asks all the same. */
static void plx_divergence_measure__asks_every_batch(void **state)
{
    (void)state;
    size_t calls = 0;
    const struct plx_protocol protocol = inputs_protocol("sentence");
    const struct plx_evaluate_options options = {
        .protocol = &protocol, .threads = 1, .batch = 1, .interrupted = count_call, .user = &calls};
    struct plx_model *table = inputs_model_file("models/tiny.table.safetensors");
    struct plx_corpus *corpus = open_text(TEXT);
    struct plx_divergence *divergence;
    struct plx_divergence_metrics metrics;
    struct plx_error error;
    assert_int_equal(plx_divergence_measure(table, table, corpus, &options, &divergence, &error), PLX_OK);
    plx_divergence_metrics(divergence, &metrics);
    assert_true(calls >= metrics.tokens);
    plx_divergence_free(divergence);
    plx_corpus_close(corpus);
    plx_model_close(table);
}

static void plx_divergence_measure__with_itself(void **state)
{
    (void)state;
    struct plx_model *models[] = {inputs_model(TRIGRAMS), inputs_model_file("models/tiny.table.safetensors"),
                                  inputs_bare_model(5)};
    for (size_t i = 0; i < 2; i++) {
        const struct plx_divergence_metrics metrics = measure(models[i], models[i], "wikitext-eos", 2, 0);
        assert_true(metrics.kl == 0 && metrics.kl_percentiles[11] == 0 && metrics.kl_percentiles[0] == 0);
        assert_true(metrics.entropy == metrics.cross_entropy && metrics.identity_error == 0);
        assert_true(metrics.delta == 0 && metrics.delta_rms == 0 && metrics.ln_ratio == 0);
        assert_true(metrics.same_top_share == 1);
        assert_near(metrics.correlation, 1, 1e-12);
    }
    /* P is uniform: KL = ln 5 + mean of ln q's opposite, whatever; the ids are the other's. */
    const struct plx_divergence_metrics flat = measure(models[2], models[1], "wikitext-eos", 1, 0);
    assert_near(flat.entropy, log(5), 1e-12);
    assert_near(flat.base_nats, log(5), 1e-12);
    for (size_t i = 0; i < 3; i++)
        plx_model_close(models[i]);
}

static void plx_divergence_measure__refused(void **state)
{
    (void)state;
    static const struct {
        const char *base, *model, *fields, *message;
        enum plx_status status;
    } cases[] = {
        {"models/tiny.table.safetensors", "models/tiny.factored.safetensors", "sentence", "share",
         PLX_MISMATCH},
        {"models/logprobs/words.jsonl", "models/tiny.table.safetensors", "exact", "full distributions",
         PLX_UNSUPPORTED},
        {"models/tiny.table.safetensors", "models/tiny.table.safetensors", "sentence unknown=zero", "unknown",
         PLX_USAGE},
        {"models/tiny.table.safetensors", "models/tiny.table.safetensors", "sentence average=unit",
         "over tokens", PLX_USAGE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct plx_model *base = inputs_model_file(cases[i].base), *model = inputs_model_file(cases[i].model);
        const struct plx_protocol protocol = inputs_protocol(cases[i].fields);
        const struct plx_evaluate_options options = {.protocol = &protocol};
        struct plx_corpus *corpus = open_text(TEXT);
        struct plx_divergence *divergence;
        struct plx_error error;
        assert_int_equal(plx_divergence_measure(base, model, corpus, &options, &divergence, &error),
                         cases[i].status);
        assert_null(divergence);
        if (!strstr(error.message, cases[i].message))
            fail_msg("%s", error.message);
        plx_corpus_close(corpus);
        plx_model_close(base);
        plx_model_close(model);
    }
}

/* JSON. */

static cJSON *read_json(char *path)
{
    const struct file_bytes file = file_read(path);
    cJSON *json = cJSON_ParseWithLength((const char *)file.bytes, file.size);
    assert_non_null(json);
    free(file.bytes);
    free(path);
    return json;
}

static void check_json(const struct plx_divergence *divergence)
{
    cJSON *schema = read_json(source_path("configs/schema/divergence-1.schema.json"));
    char *text, problem[256];
    size_t length;
    struct plx_error error;
    assert_int_equal(plx_divergence_json(divergence, &text, &length, &error), PLX_OK);
    assert_int_equal(strlen(text), length);
    cJSON *json = cJSON_Parse(text);
    assert_non_null(json);
    if (!schema_check(schema, json, problem, sizeof problem))
        fail_msg("%s", problem);
    cJSON_DeleteItemFromObject(json, "kl");
    assert_false(schema_check(schema, json, problem, sizeof problem));
    cJSON_Delete(json);
    cJSON_Delete(schema);
    plx_text_free(text);
}

static void plx_divergence_json__schema(void **state)
{
    (void)state;
    struct plx_model *ngram = inputs_model(TRIGRAMS),
                     *table = inputs_model_file("models/tiny.table.safetensors");
    struct plx_corpus *corpus = open_text(TEXT);
    struct plx_divergence *divergence;
    struct plx_error error;
    assert_int_equal(plx_divergence_measure(ngram, table, corpus, NULL, &divergence, &error), PLX_OK);
    check_json(divergence);
    plx_divergence_free(divergence);
    plx_corpus_close(corpus);
    plx_model_close(ngram);
    plx_model_close(table);
}

/* Stored logits. */

static double member(const cJSON *json, const char *key)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(json, key);
    assert_true(cJSON_IsNumber(value));
    return value->valuedouble;
}

static void check_stored(const char *model_file, const char *logits, const char *figures_file)
{
    struct plx_model *table = inputs_model_file(model_file);
    cJSON *expected = read_json(fixture_path(figures_file));
    char *path = fixture_path(logits);
    assert_true(plx_divergence_is_stored(path));
    assert_false(plx_divergence_is_stored("-"));
    assert_false(plx_divergence_is_stored("nowhere"));
    for (unsigned threads = 1; threads <= 3; threads++) {
        const struct plx_evaluate_options options = {.threads = threads};
        struct plx_divergence_metrics m;
        struct plx_divergence *divergence;
        struct plx_error error;
        if (plx_divergence_measure_stored(path, table, &options, &divergence, &error))
            fail_msg("%s", error.message);
        plx_divergence_metrics(divergence, &m);
        check_json(divergence);
        assert_near((double)m.tokens, member(expected, "tokens"), 0);
        assert_near((double)m.same_top, member(expected, "same_top"), 0);
        const struct {
            const char *key;
            double found;
        } figures[] = {{"kl", m.kl},
                       {"kl_standard_error", m.kl_standard_error},
                       {"entropy", m.entropy},
                       {"cross_entropy", m.cross_entropy},
                       {"base_nats", m.base_nats},
                       {"model_nats", m.model_nats},
                       {"ln_ratio", m.ln_ratio},
                       {"ln_ratio_standard_error", m.ln_ratio_standard_error},
                       {"correlation", m.correlation},
                       {"delta", m.delta},
                       {"delta_standard_error", m.delta_standard_error},
                       {"delta_rms", m.delta_rms},
                       {"kl_minimum", m.kl_percentiles[0]},
                       {"kl_median", m.kl_percentiles[5]},
                       {"kl_p99", m.kl_percentiles[9]},
                       {"kl_maximum", m.kl_percentiles[11]},
                       {"delta_p10", m.delta_percentiles[3]}};
        for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
            assert_near(figures[i].found, member(expected, figures[i].key), 1e-12);
        plx_divergence_free(divergence);
    }
    free(path);
    cJSON_Delete(expected);
    plx_model_close(table);
}

static void plx_divergence_measure_stored__as_numpy(void **state)
{
    (void)state;
    check_stored("models/tiny.table.safetensors", "divergence/tiny.logits", "divergence/tiny.expected.json");
    check_stored("divergence/wide.safetensors", "divergence/wide.logits", "divergence/wide.expected.json");
}

static enum plx_status measure_bytes(const uint8_t *bytes, size_t size, const struct plx_model *model,
                                     struct plx_error *error)
{
    const char *path = folder_path("logits");
    const struct plx_evaluate_options options = {.threads = 1};
    struct plx_divergence *divergence;
    file_write(path, bytes, size);
    const enum plx_status status = plx_divergence_measure_stored(path, model, &options, &divergence, error);
    plx_divergence_free(divergence);
    return status;
}

static void plx_divergence_measure_stored__nothing_to_choose(void **state)
{
    (void)state;
    const struct plx_protocol protocol = inputs_protocol("exact");
    const struct plx_evaluate_options refused[] = {{.protocol = &protocol}, {.batch = 7}};
    struct plx_model *table = inputs_model_file("models/tiny.table.safetensors");
    char *path = fixture_path("divergence/tiny.logits");
    for (size_t i = 0; i < 2; i++) {
        struct plx_divergence *divergence;
        struct plx_error error;
        assert_int_equal(plx_divergence_measure_stored(path, table, refused + i, &divergence, &error),
                         PLX_USAGE);
        assert_null(divergence);
    }
    free(path);
    plx_model_close(table);
}

static void plx_divergence_measure_stored__damaged(void **state)
{
    (void)state;
    struct plx_model *table = inputs_model_file("models/tiny.table.safetensors");
    struct plx_model *other = inputs_model_file("models/tiny.factored.safetensors");
    char *path = fixture_path("divergence/tiny.logits");
    const struct file_bytes file = file_read(path);
    uint8_t *bytes = malloc(file.size + 1);
    struct plx_error error;
    assert_non_null(bytes);
    memcpy(bytes, file.bytes, file.size);
    bytes[file.size] = 0;
    for (size_t size = 0; size < file.size; size++) {
        assert_int_equal(measure_bytes(bytes, size, table, &error), PLX_MALFORMED);
        assert_non_null(strstr(error.message, "ends within"));
        assert_true(error.offset <= size);
    }
    assert_int_equal(measure_bytes(bytes, file.size, table, &error), PLX_OK);
    assert_int_equal(measure_bytes(bytes, file.size, other, &error), PLX_MISMATCH);
    assert_non_null(strstr(error.message, "5 tokens, but the model has 7"));
    assert_int_equal(measure_bytes(bytes, file.size + 1, table, &error), PLX_MALFORMED);
    assert_int_equal(error.offset, file.size);
    /* What a byte is changed to, where, and what is said. */
    static const struct {
        size_t offset;
        uint8_t byte;
        enum plx_status status;
        const char *message;
        uint64_t place;
    } cases[] = {
        {0, 'x', PLX_UNSUPPORTED, "no stored logits", 0},
        {8, 2, PLX_MALFORMED, "chunks of 2 tokens", 8},
        {11, 0x80, PLX_MALFORMED, "tokens of a vocabulary", 8},
        {12, 0, PLX_MALFORMED, "vocabulary of 0", 8},
        {16, 0, PLX_MALFORMED, "0 chunks", 8},
        {18, 0xFF, PLX_MALFORMED, "ends within its", 0},
        {24, 5, PLX_MALFORMED, "token id 5, but ids are 0 to 4", 24},
        {27, 0xFF, PLX_MALFORMED, "but ids are", 24},
        {119, 0x7F, PLX_MALFORMED, "log-probabilities", 116},
        {119 + 20, 0xBF, PLX_MALFORMED, "log-probabilities", 136},
        {123, 0x42, PLX_MALFORMED, "log-probabilities", 116},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const uint8_t before = bytes[cases[i].offset];
        bytes[cases[i].offset] = cases[i].byte;
        const enum plx_status status = measure_bytes(bytes, file.size, table, &error);
        bytes[cases[i].offset] = before;
        if (status != cases[i].status || !strstr(error.message, cases[i].message) ||
            (cases[i].place && error.offset != cases[i].place))
            fail_msg("case %zu: %s at %llu", i, error.message, (unsigned long long)error.offset);
    }
    memset(bytes + 116, 0, 8); /* scale and minimum: every token has p = 1 */
    assert_int_equal(measure_bytes(bytes, file.size, table, &error), PLX_MALFORMED);
    assert_non_null(strstr(error.message, "add up to 5"));
    assert_int_equal(error.offset, 116);
    free(bytes);
    free(file.bytes);
    free(path);
    plx_model_close(other);
    plx_model_close(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(plx_divergence_measure__word_by_word, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(plx_divergence_measure__without_start, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(plx_divergence_measure__threads_and_batches, folder_make,
                                        folder_remove),
        cmocka_unit_test_setup_teardown(plx_divergence_measure__asks_every_batch, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(plx_divergence_measure__with_itself, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(plx_divergence_measure__refused, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(plx_divergence_json__schema, folder_make, folder_remove),
        cmocka_unit_test(plx_divergence_measure_stored__as_numpy),
        cmocka_unit_test(plx_divergence_measure_stored__nothing_to_choose),
        cmocka_unit_test_setup_teardown(plx_divergence_measure_stored__damaged, folder_make, folder_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
