/* Metrics of full distributions and modified losses against tests/data/metrics.json, which numpy and PyTorch
   have computed (recipes/make_metrics.py); of the uniform model against closed forms; and what must hold for
   every model: the same bits with any number of threads and any batch, and the plain figures untouched. */
#include <perplex/loss.h>

#include "support/fixtures.h"
#include "support/result_text.h"
#include "support/sanitized.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_near(double found, double expected, double most, const char *what)
{
    if (!(fabs(found - expected) <= most * fmax(1, fabs(expected))))
        fail_msg("%s is %.17g, not %.17g", what, found, expected);
}

static cJSON *evaluate(const struct plx_model *model, const void *text, size_t size,
                       enum plx_token_kind tokens, const struct plx_evaluate_options *options)
{
    struct plx_error error = {0};
    struct plx_result *result = evaluate_bytes(model, text, size, tokens, options, &error);
    if (!result)
        fail_msg("%s", error.message);
    return result_tree(result);
}

/* The weights of the recipe: 0, ¼, ½, ¾, 1 and from the beginning. */
static double *make_weights(uint64_t count)
{
    double *weights = malloc((size_t)count * sizeof *weights);
    assert_non_null(weights);
    for (uint64_t i = 0; i < count; i++)
        weights[i] = (double)(i % 5) / 4;
    return weights;
}

/* A case of metrics.json. */
struct subject {
    struct plx_model *model;
    struct file_bytes text;
    const cJSON *expected;
    double
        exact; /* what figures may differ by: n-gram models round to float, and their rows do not sum to 1 */
};

static struct subject subject_open(const cJSON *item)
{
    char *path = fixture_path(cJSON_GetObjectItem(item, "model")->valuestring);
    struct subject subject = {.model = fixture_open(path), .expected = item};
    subject.exact = plx_model_info(subject.model)->kind == PLX_KIND_NGRAM ? 2e-6 : 1e-12;
    free(path);
    const cJSON *text = cJSON_GetObjectItem(item, "text");
    if (text) {
        subject.text.bytes = (uint8_t *)strdup(text->valuestring);
        subject.text.size = strlen(text->valuestring);
        return subject;
    }
    char name[256];
    snprintf(name, sizeof name, "corpora/%s", cJSON_GetObjectItem(item, "corpus")->valuestring);
    path = source_path(name);
    subject.text = file_read(path);
    free(path);
    return subject;
}

static void subject_close(struct subject *subject)
{
    plx_model_close(subject->model);
    free(subject->text.bytes);
}

static cJSON *evaluate_subject(const struct subject *subject, bool distributions,
                               const struct plx_loss_variant *losses)
{
    const struct plx_evaluate_options options = {
        .protocol = plx_protocol_find(cJSON_GetObjectItem(subject->expected, "protocol")->valuestring),
        .threads = 1,
        .distributions = distributions,
        .losses = losses};
    return evaluate(subject->model, subject->text.bytes, subject->text.size, PLX_TOKENS_WORD, &options);
}

static cJSON *read_expected(void)
{
    char *path = fixture_path("metrics.json");
    const struct file_bytes file = file_read(path);
    cJSON *json = cJSON_ParseWithLength((const char *)file.bytes, file.size);
    assert_non_null(json);
    free(file.bytes);
    free(path);
    return json;
}

static void each_subject(void (*check)(const struct subject *subject, const cJSON *parameters))
{
    cJSON *json = read_expected();
    const cJSON *item;
    assert_true(cJSON_GetArraySize(cJSON_GetObjectItem(json, "cases")) == 4);
    cJSON_ArrayForEach(item, cJSON_GetObjectItem(json, "cases"))
    {
        struct subject subject = subject_open(item);
        check(&subject, cJSON_GetObjectItem(json, "parameters"));
        subject_close(&subject);
    }
    cJSON_Delete(json);
}

static void check_calibration(const cJSON *result, const cJSON *expected, double exact)
{
    static const char *const keys[] = {"targets", "confidence", "accuracy"};
    const cJSON *bins = result_member(result, "distribution.calibration.bins"), *item;
    int bin = 0;
    cJSON_ArrayForEach(item, result_member(expected, "distribution.calibration.bins"))
    {
        const cJSON *found = cJSON_GetArrayItem(bins, bin++);
        for (size_t i = 0; i < 3; i++) {
            const cJSON *value = cJSON_GetObjectItem(item, keys[i]);
            if (value)
                assert_near(result_number(found, keys[i]), value->valuedouble, exact, keys[i]);
            else
                assert_string_equal(cJSON_GetObjectItem(found, keys[i])->valuestring, "nan");
        }
    }
    assert_int_equal(bin, 15);
    assert_int_equal(cJSON_GetArraySize(bins), 15);
}

static void check_distribution(const struct subject *subject, const cJSON *parameters)
{
    static const char *const paths[] = {
        "distribution.entropy_nats",   "distribution.cross_entropy_nats",
        "distribution.accuracy.at_1",  "distribution.accuracy.at_5",
        "distribution.accuracy.at_10", "distribution.mean_reciprocal_rank",
        "distribution.mean_rank",      "distribution.calibration.expected_calibration_error"};
    cJSON *result = evaluate_subject(subject, true, NULL);
    (void)parameters;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        assert_near(result_number(result, paths[i]), result_number(subject->expected, paths[i]),
                    subject->exact, paths[i]);
    check_calibration(result, subject->expected, subject->exact);
    /* What was interpolated is no further off than it says. */
    const double nats = result_number(subject->expected, "distribution.temperature.nats_per_token");
    const double bound = result_number(result, "distribution.temperature.interpolation_nats");
    assert_true(bound > 0 && bound < 1e-5);
    assert_true(fabs(result_number(result, "distribution.temperature.nats_per_token") - nats) <=
                fmax(bound, subject->exact));
    assert_near(result_number(result, "distribution.temperature.best"),
                result_number(subject->expected, "distribution.temperature.best"), 3e-6, "temperature");
    assert_near(result_number(result, "distribution.temperature.nats_per_token_at_1"),
                result_number(result, "nats_per_token"), subject->exact, "at 1");
    assert_near(result_number(result, "distribution.normalization.largest"),
                result_number(subject->expected, "distribution.normalization.largest"), 1e-12, "largest");
    assert_near(result_number(result, "distribution.normalization.mean"),
                result_number(subject->expected, "distribution.normalization.mean"), 1e-12, "mean");
    cJSON_Delete(result);
}

static void plx_evaluate__distributions_are_those_of_numpy(void **state)
{
    (void)state;
    each_subject(check_distribution);
}

/* Each modification by itself and all of them, as one evaluation gives them. `combined` is its name in the
   expectations. */
static void check_variant(const struct subject *subject, const struct plx_loss_variant *losses,
                          const char *combined)
{
    cJSON *result = evaluate_subject(subject, false, losses);
    const cJSON *expected = cJSON_GetObjectItem(subject->expected, "losses"), *item;
    int count = 0;
    cJSON_ArrayForEach(item, result_member(result, "losses"))
    {
        const char *name = strcmp(item->string, "combined") == 0 ? combined : item->string;
        assert_near(cJSON_GetObjectItem(item, "loss")->valuedouble,
                    cJSON_GetObjectItem(expected, name)->valuedouble, subject->exact, name);
        count++;
    }
    assert_int_equal(count, 5);
    assert_null(cJSON_GetObjectItem(result, "distribution"));
    cJSON_Delete(result);
}

static void check_losses(const struct subject *subject, const cJSON *parameters)
{
    const uint32_t ignored = (uint32_t)result_number(parameters, "ignored");
    double *weights = make_weights(plx_model_info(subject->model)->vocabulary);
    struct plx_loss_variant losses = {.temperature = result_number(parameters, "temperature"),
                                      .label_smoothing = result_number(parameters, "label_smoothing"),
                                      .ignored = &ignored,
                                      .ignored_count = 1,
                                      .class_weights = weights,
                                      .class_count = plx_model_info(subject->model)->vocabulary};
    check_variant(subject, &losses, "combined_smoothed");
    losses.label_smoothing = 0;
    losses.focal = result_number(parameters, "focal");
    check_variant(subject, &losses, "combined_focal");
    free(weights);
}

static void plx_evaluate__losses_are_those_of_pytorch(void **state)
{
    (void)state;
    each_subject(check_losses);
}

/* Whatever the text, the model says that every token has the probability 1/V: accuracy at k is k/V, the mean
   reciprocal rank the harmonic number of V by V, and no temperature is better than another. */
static void plx_evaluate__uniform(void **state)
{
    static const char text[] = "a b c\n";
    const struct plx_loss_variant losses = {.temperature = 3, .label_smoothing = 0.25};
    const struct plx_evaluate_options options = {.distributions = true, .losses = &losses};
    (void)state;
    struct plx_model *model = fixture_open("uniform:20");
    cJSON *result = evaluate(model, text, sizeof text - 1, PLX_TOKENS_WORD, &options);
    const double nats = 2.995732273553991; /* ln 20 */
    assert_near(result_number(result, "distribution.entropy_nats"), nats, 1e-15, "entropy");
    assert_near(result_number(result, "distribution.accuracy.at_1"), 0.05, 1e-15, "at 1");
    assert_near(result_number(result, "distribution.accuracy.at_5"), 0.25, 1e-15, "at 5");
    assert_near(result_number(result, "distribution.accuracy.at_10"), 0.5, 1e-15, "at 10");
    assert_near(result_number(result, "distribution.mean_reciprocal_rank"), 55835135.0 / 15519504 / 20, 1e-15,
                "H(20)/20");
    assert_near(result_number(result, "distribution.mean_rank"), 10.5, 0, "rank");
    assert_true(result_number(result, "distribution.calibration.expected_calibration_error") < 1e-15);
    assert_near(result_number(result, "distribution.temperature.best"), 1, 0, "temperature");
    assert_near(result_number(result, "distribution.temperature.interpolation_nats"), 0, 0, "error");
    assert_near(result_number(result, "losses.combined.loss"), nats, 1e-15, "combined");
    cJSON_Delete(result);
    plx_model_close(model);
}

/* The result without "runtime". Released with free(). */
static char *evaluate_text(const char *path, const struct file_bytes *text, unsigned threads, size_t batch)
{
    struct plx_model *model = fixture_open(path);
    const uint64_t types = plx_model_info(model)->vocabulary;
    const uint32_t ignored[] = {0, 2};
    double *weights = make_weights(types);
    const bool rows = plx_model_info(model)->capabilities & PLX_FULL_DISTRIBUTION;
    const bool ids = !(plx_model_info(model)->capabilities & PLX_ANY_TOKENS);
    const struct plx_loss_variant losses = {.temperature = rows ? 1.5 : 1,
                                            .focal = 0.5,
                                            .ignored = ignored,
                                            .ignored_count = ids && types > 2 ? 2 : 0,
                                            .class_weights = ids ? weights : NULL,
                                            .class_count = ids ? types : 0};
    const struct plx_evaluate_options options = {
        .threads = threads, .batch = batch, .distributions = rows, .losses = &losses};
    struct plx_error error = {0};
    const size_t most = SANITIZED ? 300 : 1500;
    struct plx_result *result = evaluate_bytes(model, text->bytes, text->size < most ? text->size : most,
                                               PLX_TOKENS_WORD, &options, &error);
    if (!result)
        fail_msg("%s: %s", path, error.message);
    char *json = result_text(result);
    result_text_remove(json, "runtime");
    char *copy = strdup(json);
    plx_text_free(json);
    plx_result_free(result);
    plx_model_close(model);
    free(weights);
    return copy;
}

static void plx_evaluate__threads_and_batches_do_not_matter_to_metrics(void **state)
{
    static const struct {
        unsigned threads;
        size_t batch;
    } manners[] = {{2, 7}, {5, 1}, {3, 64}};
    struct fixtures fixtures = fixtures_distributions();
    (void)state;
    assert_true(fixtures.count > 0);
    for (size_t i = 0; i < fixtures.count; i++) {
        char *text_path = fixture_text(fixtures.paths[i]);
        const struct file_bytes text = file_read(text_path);
        char *expected = evaluate_text(fixtures.paths[i], &text, 1, 4096);
        for (size_t k = 0; k < sizeof manners / sizeof *manners; k++) {
            char *found = evaluate_text(fixtures.paths[i], &text, manners[k].threads, manners[k].batch);
            if (strcmp(found, expected) != 0)
                fail_msg("%s: %u threads, batches of %zu", fixtures.paths[i], manners[k].threads,
                         manners[k].batch);
            free(found);
        }
        free(expected);
        free(text.bytes);
        free(text_path);
    }
    fixtures_free(&fixtures);
}

/* The headline, its sums and the protocol are the same bytes with and without what is asked for. */
static void check_untouched(const struct subject *subject, const cJSON *parameters)
{
    static const char *const keys[] = {"perplexity", "nats_per_token", "uncertainty", "normalized", "counts",
                                       "unknown",    "orders",         "conventions", "protocol",   "model"};
    const struct plx_loss_variant losses = {.temperature = 2};
    cJSON *with = evaluate_subject(subject, true, &losses), *without = evaluate_subject(subject, false, NULL);
    (void)parameters;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        assert_true(
            cJSON_Compare(cJSON_GetObjectItem(with, keys[i]), cJSON_GetObjectItem(without, keys[i]), 1));
    assert_true(cJSON_Compare(result_member(with, "accumulators.nats"),
                              result_member(without, "accumulators.nats"), 1));
    assert_null(cJSON_GetObjectItem(without, "losses"));
    assert_null(cJSON_GetObjectItem(without, "distribution"));
    assert_int_equal(cJSON_GetArraySize(result_member(without, "accumulators")) + 2,
                     cJSON_GetArraySize(result_member(with, "accumulators")));
    cJSON_Delete(with);
    cJSON_Delete(without);
}

static void plx_evaluate__the_plain_figures_stay(void **state)
{
    (void)state;
    each_subject(check_untouched);
}

static void assert_refused(const struct plx_model *model, const struct plx_loss_variant *losses,
                           bool distributions, enum plx_status status, const char *says)
{
    const struct plx_evaluate_options options = {.losses = losses, .distributions = distributions};
    struct plx_error error = {0};
    /* An empty corpus would be refused for that, once it is read. */
    assert_null(evaluate_bytes(model, "", 0, PLX_TOKENS_WORD, &options, &error));
    if (error.status != status || !strstr(error.message, says))
        fail_msg("%s %s", plx_status_name(error.status), error.message);
}

static void plx_evaluate__refuses_losses(void **state)
{
    static const uint32_t ids[PLX_IGNORED_MAX + 1] = {5};
    const double weights[] = {1, -1, 1, 1, 1}, nan[] = {1, 1, (double)NAN, 1, 1};
    const struct {
        struct plx_loss_variant losses;
        enum plx_status status;
        const char *says;
    } cases[] = {
        {{.temperature = -1}, PLX_USAGE, "temperature of -1"},
        {{.temperature = (double)INFINITY}, PLX_USAGE, "temperature of inf"},
        {{.temperature = (double)NAN}, PLX_USAGE, "temperature of"},
        {{.label_smoothing = 1.5}, PLX_USAGE, "smoothing of 1.5"},
        {{.label_smoothing = -0.5}, PLX_USAGE, "smoothing of -0.5"},
        {{.focal = -2}, PLX_USAGE, "focal"},
        {{.focal = 2, .label_smoothing = 0.1}, PLX_USAGE, "smoothed"},
        {{.ignored = ids, .ignored_count = 1}, PLX_MISMATCH, "token id 5"},
        {{.ignored = ids, .ignored_count = PLX_IGNORED_MAX + 1}, PLX_USAGE, "at most 16"},
        {{.class_weights = weights, .class_count = 5}, PLX_USAGE, "class 1 has the weight -1"},
        {{.class_weights = nan, .class_count = 5}, PLX_USAGE, "class 2"},
        {{.class_weights = weights, .class_count = 1}, PLX_MISMATCH, "1 class weights"},
    };
    char *path = fixture_path("models/tiny.table.safetensors");
    struct plx_model *model = fixture_open(path), *uniform = fixture_open("uniform:5");
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_refused(model, &cases[i].losses, false, cases[i].status, cases[i].says);
    const struct plx_loss_variant ignored = {.ignored = ids + 1, .ignored_count = 1};
    assert_refused(uniform, &ignored, false, PLX_UNSUPPORTED, "by their ids");
    plx_model_close(model);
    plx_model_close(uniform);
    free(path);
}

/* A model of answers by position has no distributions; what only needs the answers, it has. */
static void plx_evaluate__without_distributions(void **state)
{
    static const char answers[] = "-0.5\n-1.5\n";
    const struct plx_loss_variant focal = {.focal = 1}, smoothing = {.label_smoothing = 0.1};
    const struct plx_evaluate_options options = {.losses = &focal};
    struct plx_model *model;
    struct plx_error error;
    (void)state;
    assert_int_equal(model_open_bytes(answers, sizeof answers - 1, "answers.logprobs", NULL, &model, &error),
                     PLX_OK);
    assert_refused(model, NULL, true, PLX_UNSUPPORTED, "metrics of full distributions need");
    assert_refused(model, &smoothing, false, PLX_UNSUPPORTED, "label smoothing need");
    cJSON *result = evaluate(model, "a", 1, PLX_TOKENS_WORD, &options);
    /* The word, and the end of its line: ((1 - e^-0.5)·0.5 + (1 - e^-1.5)·1.5)/2, by bc -l. */
    assert_near(result_number(result, "losses.focal.loss"), .68101971496051927, 1e-14, "focal");
    assert_near(result_number(result, "nats_per_token"), 1, 0, "plain");
    cJSON_Delete(result);
    plx_model_close(model);
}

/* The rows of a line of text as the model's door gives them, without the start symbol where that is no
   outcome. All arrays are released with free(). */
struct rows {
    double *logits; /* [count, classes] */
    int64_t *targets;
    size_t count, classes, types, excluded;
};

static enum plx_status take_row(void *user, const double *nats, const size_t *targets, size_t count,
                                struct plx_error *error)
{
    struct rows *rows = user;
    (void)error;
    for (size_t i = 0; i < count; i++) {
        double *logits = rows->logits + targets[i] * rows->classes;
        for (size_t id = 0; id < rows->types; id++) {
            if (id != rows->excluded)
                *logits++ = -nats[id];
        }
    }
    return PLX_OK;
}

static struct rows make_rows(const struct plx_model *model, const struct plx_word *words, size_t count,
                             bool without_start)
{
    const struct plx_model_info *info = plx_model_info(model);
    const uint32_t start = info->start == PLX_NO_TOKEN ? info->end : info->start;
    struct rows rows = {.count = count + 1, .types = (size_t)info->vocabulary};
    uint32_t ids[64];
    struct plx_window window = {.ids = ids};
    struct plx_error error;
    while (window.first == 0 || window.first < info->start_repeat)
        ids[window.first++] = start;
    plx_model_lookup(model, words, count, ids + window.first);
    window.end = window.first + count;
    ids[window.end++] = info->end;
    rows.excluded = without_start ? info->start : rows.types;
    rows.classes = rows.types - without_start;
    rows.logits = malloc(rows.count * rows.classes * sizeof *rows.logits);
    rows.targets = malloc(rows.count * sizeof *rows.targets);
    assert_non_null(rows.logits);
    assert_non_null(rows.targets);
    for (size_t i = 0; i < rows.count; i++) {
        const uint32_t id = ids[window.first + i];
        rows.targets[i] = id - (id > rows.excluded);
    }
    struct plx_session *session = plx_session_new(model, &error);
    assert_non_null(session);
    assert_int_equal(plx_session_distributions(session, &window, 1, take_row, &rows, &error), PLX_OK);
    plx_session_free(session);
    return rows;
}

static void check_beside_library(const char *name, bool without_start, double exact)
{
    static const char text[] = "the sea rises\n";
    static const struct plx_word words[] = {{"the", 3}, {"sea", 3}, {"rises", 5}};
    char *path = fixture_path(name);
    struct plx_model *model = fixture_open(path);
    struct rows rows = make_rows(model, words, 3, without_start);
    double *weights = make_weights(rows.types), *their_weights = make_weights(rows.types), theirs;
    const uint32_t end = plx_model_info(model)->end;
    const struct plx_loss_variant losses = {.temperature = 0.75,
                                            .label_smoothing = 0.3,
                                            .ignored = &end,
                                            .ignored_count = 1,
                                            .class_weights = weights,
                                            .class_count = rows.types};
    const struct plx_loss_options options = {.class_weights = their_weights,
                                             .has_ignore_index = true,
                                             .ignore_index = end - (end > rows.excluded),
                                             .label_smoothing = 0.3,
                                             .temperature = 0.75};
    const struct plx_evaluate_options evaluation = {
        .protocol = plx_protocol_find("sentence"), .distributions = true, .losses = &losses};
    struct plx_error error;
    if (without_start)
        memmove(their_weights + rows.excluded, their_weights + rows.excluded + 1,
                (rows.types - rows.excluded - 1) * sizeof *weights);
    cJSON *result = evaluate(model, text, sizeof text - 1, PLX_TOKENS_WORD, &evaluation);
    assert_int_equal(
        plx_loss_sparse(rows.logits, rows.count, rows.classes, rows.targets, &options, &theirs, NULL, &error),
        PLX_OK);
    assert_true(isfinite(theirs));
    assert_near(result_number(result, "losses.combined.loss"), theirs, exact, name);
    assert_int_equal(result_count(result, "losses.combined.targets"), 3);
    assert_int_equal(cJSON_IsTrue(result_member(result, "distribution.without_start")), without_start);
    assert_true(result_number(result, "distribution.normalization.largest") < 1e-6);
    cJSON_Delete(result);
    free(rows.logits);
    free(rows.targets);
    free(weights);
    free(their_weights);
    plx_model_close(model);
    free(path);
}

/* Those of loss.h on the rows themselves; a start symbol that nothing predicts is no class. */
static void plx_evaluate__losses_are_those_of_the_library(void **state)
{
    (void)state;
    check_beside_library("models/tiny.table.safetensors", false, 1e-14);
    check_beside_library("models/kenlm/tiny.o4.arpa", true, 1e-14);
    check_beside_library("neural/start/o3.unseen.safetensors", true, 1e-14);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_evaluate__distributions_are_those_of_numpy),
        cmocka_unit_test(plx_evaluate__losses_are_those_of_pytorch),
        cmocka_unit_test(plx_evaluate__losses_are_those_of_the_library),
        cmocka_unit_test(plx_evaluate__uniform),
        cmocka_unit_test(plx_evaluate__threads_and_batches_do_not_matter_to_metrics),
        cmocka_unit_test(plx_evaluate__the_plain_figures_stay),
        cmocka_unit_test(plx_evaluate__refuses_losses),
        cmocka_unit_test(plx_evaluate__without_distributions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
