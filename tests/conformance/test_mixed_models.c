/* Mixtures and divergences of the real models: an n-gram model and a neural bigram of the same words, in
   which the symbols are called otherwise. What is expected is worked out from the models' own scores. */
#include <perplex/divergence.h>
#include <perplex/mixture.h>

#include "support/fixtures.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct plx_model *ngram, *bigram;

static int open_models(void **state)
{
    char *path = real_path("models/ngram/wt2.o3.arpa.gz");
    (void)state;
    ngram = fixture_open(path);
    free(path);
    path = real_path("models/neural/wt2.bigram/wt2.bigram.f16.safetensors");
    bigram = fixture_open(path);
    free(path);
    return 0;
}

static int close_models(void **state)
{
    (void)state;
    plx_model_close(ngram);
    plx_model_close(bigram);
    return 0;
}

static struct plx_corpus *open_corpus(const char *name)
{
    char *path = real_path(name);
    const char *const paths[] = {path};
    struct plx_corpus *corpus;
    struct plx_error error;
    if (plx_corpus_open(paths, 1, NULL, &corpus, &error))
        fail_msg("%s: %s", name, error.message);
    free(path);
    return corpus;
}

#define MOST ((size_t)300000)

struct scored {
    double *nats; /* [MOST] */
    size_t count;
};

static enum plx_status note(void *user, const struct plx_token_score *tokens, size_t count,
                            struct plx_error *error)
{
    struct scored *scored = user;
    (void)error;
    for (size_t i = 0; i < count && scored->count < MOST; i++)
        scored->nats[scored->count++] = tokens[i].nats;
    return PLX_OK;
}

static struct scored score(const struct plx_model *model, const char *name, const char *protocol)
{
    struct scored scored = {malloc(MOST * sizeof *scored.nats), 0};
    const struct plx_evaluate_options options = {
        .protocol = plx_protocol_find(protocol), .tokens = note, .tokens_user = &scored};
    struct plx_corpus *corpus = open_corpus(name);
    struct plx_result *result;
    struct plx_error error;
    assert_non_null(scored.nats);
    if (plx_evaluate(model, corpus, &options, &result, &error))
        fail_msg("%s: %s", name, error.message);
    plx_result_free(result);
    plx_corpus_close(corpus);
    return scored;
}

static double mean_of(const struct scored *scored)
{
    long double sum = 0;
    for (size_t i = 0; i < scored->count; i++)
        sum += scored->nats[i];
    return (double)(sum / scored->count);
}

static struct plx_model *mix(const struct plx_model *a, const struct plx_model *b, double weight)
{
    const struct plx_model *const models[] = {a, b};
    const double weights[] = {1 - weight, weight};
    struct plx_model *mixture;
    struct plx_error error;
    if (plx_model_mix(models, weights, 2, &mixture, &error))
        fail_msg("%s", error.message);
    return mixture;
}

/* Token by token what the models alone give under the same protocol, mixed. In the stream the bigram alone
   cannot score the first token. */
static void plx_model_mix__token_by_token(void **state)
{
    (void)state;
    const double weight = 0.375;
    for (int line = 0; line < 2; line++) {
        const char *protocol = line ? "sentence" : "wikitext-eos";
        const struct scored a = score(ngram, "wikitext-2/test.txt", protocol);
        const struct scored b = score(bigram, "wikitext-2/test.txt", protocol);
        struct plx_model *mixtures[] = {mix(ngram, bigram, weight), mix(bigram, ngram, 1 - weight)};
        assert_int_equal(a.count, 245569);
        assert_int_equal(b.count, line ? 245569 : 245568);
        for (int k = 0; k < 2; k++) {
            const struct scored mixed = score(mixtures[k], "wikitext-2/test.txt", protocol);
            const size_t skipped = a.count - mixed.count;
            assert_int_equal(skipped, k == 1 && !line);
            /* Without a start symbol the second token of the stream is not what it is alone. */
            for (size_t i = line ? 0 : 2; i < a.count; i++) {
                const double p =
                    (1 - weight) * exp(-a.nats[i]) + weight * exp(-b.nats[i - (a.count - b.count)]);
                if (!(fabs(mixed.nats[i - skipped] + log(p)) < 1e-12))
                    fail_msg("%s, token %zu: %.17g and %.17g", protocol, i, mixed.nats[i - skipped], -log(p));
            }
            free(mixed.nats);
            plx_model_close(mixtures[k]);
        }
        free(a.nats);
        free(b.nats);
    }
}

/* Tuned on another text it beats both, and on the tuning text neither is better. */
static void plx_mixture_tune__beats_both(void **state)
{
    (void)state;
    static const char *const texts[] = {"wikitext-2/test.txt", "wikitext-2/valid.txt"};
    struct plx_model *mixture = mix(ngram, bigram, 0.9), *tuned;
    struct plx_corpus *corpus = open_corpus("wikitext-2/valid.txt");
    struct plx_error error;
    if (plx_mixture_tune(mixture, corpus, NULL, &tuned, &error))
        fail_msg("%s", error.message);
    plx_corpus_close(corpus);
    for (size_t i = 0; i < 2; i++) {
        const struct scored a = score(ngram, texts[i], "sentence"), b = score(bigram, texts[i], "sentence");
        const struct scored mixed = score(tuned, texts[i], "sentence");
        printf("%s: %.4f and %.4f, mixed %.4f\n", texts[i], exp(mean_of(&a)), exp(mean_of(&b)),
               exp(mean_of(&mixed)));
        assert_true(mean_of(&mixed) < mean_of(&a) && mean_of(&mixed) < mean_of(&b));
        if (i == 1)
            assert_true(fabs(plx_model_info(tuned)->tuning->nats_per_token - mean_of(&mixed)) < 1e-12);
        free(a.nats);
        free(b.nats);
        free(mixed.nats);
    }
    plx_model_close(tuned);
    plx_model_close(mixture);
}

static struct plx_divergence_metrics measure(const struct plx_model *base, const struct plx_model *model,
                                             unsigned threads, size_t batch)
{
    struct plx_protocol protocol = *plx_protocol_find("wikitext-eos");
    const struct plx_evaluate_options options = {.protocol = &protocol, .threads = threads, .batch = batch};
    struct plx_corpus *corpus = open_corpus("wikitext-2/test.txt");
    struct plx_divergence *divergence;
    struct plx_divergence_metrics metrics;
    struct plx_error error;
    protocol.limit = 2000;
    if (plx_divergence_measure(base, model, corpus, &options, &divergence, &error))
        fail_msg("%s", error.message);
    plx_divergence_metrics(divergence, &metrics);
    plx_divergence_free(divergence);
    plx_corpus_close(corpus);
    metrics.seconds = 0;
    return metrics;
}

static void plx_divergence_measure__identity(void **state)
{
    (void)state;
    const struct plx_model *const pairs[][2] = {{ngram, bigram}, {bigram, ngram}};
    for (size_t i = 0; i < 2; i++) {
        const struct plx_divergence_metrics m = measure(pairs[i][0], pairs[i][1], 1, 0);
        const struct plx_divergence_metrics again = measure(pairs[i][0], pairs[i][1], 3, 77);
        assert_memory_equal(&m, &again, sizeof m);
        assert_int_equal(m.tokens, 2000);
        assert_true(m.identity_error <= 1e-9 && m.kl > 0.1 && m.kl_infinite == 0 && m.kl_negative == 0);
        assert_true(fabs(m.cross_entropy - m.entropy - m.kl) <= 1e-9);
        assert_true(m.base_deviation < 5e-6 && m.model_deviation < 5e-6);
        assert_true(fabs(m.ln_ratio - (m.model_nats - m.base_nats)) < 1e-12);
    }
    for (size_t i = 0; i < 2; i++) {
        const struct plx_divergence_metrics m = measure(pairs[i][0], pairs[i][0], 2, 0);
        assert_true(m.kl == 0 && m.kl_percentiles[11] == 0 && m.same_top == 2000 && m.ln_ratio == 0);
    }
}

int main(void)
{
    if (!real_data_given())
        return 77;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_model_mix__token_by_token),
        cmocka_unit_test(plx_mixture_tune__beats_both),
        cmocka_unit_test(plx_divergence_measure__identity),
    };
    return cmocka_run_group_tests(tests, open_models, close_models);
}
