/* Full distributions are what single queries give, one for each word of the vocabulary: over all fixtures of
   models that have them, in contexts of all kinds. Of an n-gram model to the bit, of others to what the
   interface promises. */
#include "support/distribution.h"
#include "support/encoded_text.h"
#include "support/fixtures.h"
#include "support/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define WINDOWS  60
#define IDS_MOST 16
#define TARGETS  (WINDOWS * IDS_MOST)

/* Windows over a model, and what has come of each target. */
struct request {
    const char *path;
    const struct plx_model_info *info;
    uint32_t ids[WINDOWS][IDS_MOST];
    struct plx_window windows[WINDOWS];
    size_t count; /* of targets */
    struct {
        const uint32_t *ids;
        size_t length; /* of the context */
    } targets[TARGETS];
    unsigned given[TARGETS];
    size_t rows;
    struct distribution expected;
    double worst; /* |Σp − 1| */
};

static uint32_t random_id(const struct plx_model_info *info, struct random *random)
{
    const uint32_t symbols[] = {info->start, info->end, info->unknown, PLX_NO_TOKEN};
    if (random_chance(random, 4)) {
        const uint32_t id = symbols[random_below(random, 4)];
        if (id != PLX_NO_TOKEN || (info->capabilities & PLX_UNKNOWN_CONTEXT))
            return id;
    }
    return (uint32_t)random_below(random, (size_t)info->vocabulary);
}

/* Pieces of the text with some ids exchanged: contexts shorter and longer than what the model looks at, with
   unknown words in them; every other window is made up. Some windows are there twice, and some have no
   target. */
static void fill(struct request *it, const struct encoded_text *encoded, uint64_t seed)
{
    struct random random = {seed};
    for (size_t w = 0; w < WINDOWS; w++) {
        const size_t end = 1 + random_below(&random, IDS_MOST), least = (size_t)it->info->least_context;
        const size_t at = random_below(&random, encoded->count);
        for (size_t i = 0; i < end; i++)
            it->ids[w][i] = w % 2 || at + i >= encoded->count || random_chance(&random, 6)
                                ? random_id(it->info, &random)
                                : encoded->ids[at + i];
        const size_t first = least < end ? least + random_below(&random, end - least + 1) : end;
        it->windows[w] = (struct plx_window){it->ids[w], first, end, 0};
        if (w > 0 && random_chance(&random, 5))
            it->windows[w] = it->windows[w - 1];
        for (size_t t = it->windows[w].first; t < it->windows[w].end; t++) {
            it->targets[it->count].ids = it->windows[w].ids;
            it->targets[it->count++].length = t;
        }
    }
}

static void assert_row(const struct request *it, const double *nats)
{
    const double *expected = it->expected.nats;
    for (size_t id = 0; id < it->expected.types; id++) {
        const double most = 1e-12 * fmax(1, fabs(expected[id]));
        const bool same = it->info->kind == PLX_KIND_NGRAM
                              ? memcmp(nats + id, expected + id, sizeof *nats) == 0
                              : fabs(nats[id] - expected[id]) <= most;
        if (!same && nats[id] != expected[id])
            fail_msg("%s: id %zu has %.17g, alone %.17g", it->path, id, nats[id], expected[id]);
    }
}

static enum plx_status take(void *user, const double *nats, const size_t *targets, size_t count,
                            struct plx_error *error)
{
    struct request *it = user;
    (void)error;
    assert_true(count > 0);
    it->rows++;
    for (size_t i = 0; i < count; i++) {
        assert_true(targets[i] < it->count);
        it->given[targets[i]]++;
        const double sum =
            distribution_sum(&it->expected, it->targets[targets[i]].ids, it->targets[targets[i]].length);
        it->worst = fmax(it->worst, fabs(sum - 1));
        assert_row(it, nats);
    }
    return PLX_OK;
}

/* In windows of the text. The sums may be so far from one. */
static void check(const char *path, const struct plx_model *model, const char *text_path, double tolerance)
{
    struct request *it = calloc(1, sizeof *it);
    const struct file_bytes text = file_read(text_path);
    struct encoded_text encoded = encode_text(model, text.bytes, text.size);
    struct plx_error error = {0};
    struct plx_session *session = plx_session_new(model, &error);
    if (!it || !session)
        abort();
    it->path = path;
    it->info = plx_model_info(model);
    it->expected = distribution_new(model, IDS_MOST);
    fill(it, &encoded, 11);
    if (plx_session_distributions(session, it->windows, WINDOWS, take, it, &error))
        fail_msg("%s: %s", path, error.message);
    for (size_t i = 0; i < it->count; i++)
        assert_int_equal(it->given[i], 1);
    assert_true(it->rows < it->count); /* windows that are there twice share theirs */
    if (!(it->worst <= tolerance))
        fail_msg("%s: a distribution's sum is off by %.3e", path, it->worst);
    print_message("%s: %zu rows for %zu targets, sums off by up to %.1e%s\n", path_name(path), it->rows,
                  it->count, it->worst, isinf(tolerance) ? " (not asserted)" : "");
    distribution_free(&it->expected);
    encoded_text_free(&encoded);
    plx_session_free(session);
    free(text.bytes);
    free(it);
}

static enum plx_status refuse(void *user, const double *nats, const size_t *targets, size_t count,
                              struct plx_error *error)
{
    (void)user;
    (void)nats;
    (void)targets;
    (void)count;
    (void)error;
    fail_msg("there is nothing to be given");
    return PLX_OK;
}

static void check_refused(const char *path, const struct plx_model *model)
{
    struct plx_error error = {0};
    struct plx_session *session = plx_session_new(model, &error);
    assert_int_equal(plx_session_distributions(session, NULL, 0, refuse, NULL, &error), PLX_UNSUPPORTED);
    if (!strstr(error.message, "do not give full distributions"))
        fail_msg("%s: %s", path, error.message);
    plx_session_free(session);
}

/* The almanac's logarithms have seven digits; the softmax is computed in double; what is in messy/ and kenlm/
   has invented numbers. */
static double sum_tolerance(const char *path, const struct plx_model_info *info)
{
    if (strstr(path, "/messy/") || strstr(path, "/data/kenlm/"))
        return (double)INFINITY;
    return info->kind == PLX_KIND_NGRAM ? 1e-6 : 1e-9;
}

static void check_fixtures(struct fixtures fixtures)
{
    assert_true(fixtures.count > 0);
    for (size_t i = 0; i < fixtures.count; i++) {
        struct plx_model *model = fixture_open(fixtures.paths[i]);
        const struct plx_model_info *info = plx_model_info(model);
        char *text = fixture_text(fixtures.paths[i]);
        assert_true((info->capabilities & PLX_FULL_DISTRIBUTION) || info->kind != PLX_KIND_NGRAM);
        if (info->capabilities & PLX_FULL_DISTRIBUTION)
            check(fixtures.paths[i], model, text, sum_tolerance(fixtures.paths[i], info));
        else
            check_refused(fixtures.paths[i], model);
        plx_model_close(model);
        free(text);
    }
    fixtures_free(&fixtures);
}

static void plx_session_distributions__are_what_single_queries_give(void **state)
{
    (void)state;
    check_fixtures(fixtures_models());
}

/* Blanks that KenLM has inserted, no unknown word, no words at all. Their numbers are invented. */
static void plx_session_distributions__of_odd_binaries(void **state)
{
    (void)state;
    check_fixtures(fixtures_matching("kenlm", "", ".bin"));
}

/* Models of several toolkits, pruned ones that lack suffixes among them. Quantised, IRSTLM's and MITLM's
   distributions do not sum to one; wt2.o3 is short of a word. */
static void plx_session_distributions__of_real_models(void **state)
{
    static const struct {
        const char *name;
        double tolerance;
    } models[] = {
        {"small.o1.arpa", 1e-6},
        {"small.o2.arpa.gz", 1e-6},
        {"small.o4.arpa.gz", 1e-6},
        {"small.o4.probing.bin", 1e-6},
        {"small.o4.rest-probing.bin", 1e-6},
        {"small.o4.trie.bin", 1e-6},
        {"small.o4.trie-a22-q8b8.bin", (double)INFINITY},
        {"pruned.arpa.gz", (double)INFINITY},
        {"mitlm.o3.arpa.gz", (double)INFINITY},
        {"wt2.o3.arpa.gz", 5e-6},
    };
    (void)state;
    if (!real_data_given())
        skip();
    char *text = real_path("wikitext-2/test.txt");
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
        char name[64];
        snprintf(name, sizeof name, "models/ngram/%s", models[i].name);
        char *path = real_path(name);
        struct plx_model *model = fixture_open(path);
        check(path, model, text, models[i].tolerance);
        plx_model_close(model);
        free(path);
    }
    free(text);
}

static void plx_session_distributions__edges(void **state)
{
    (void)state;
    struct fixtures fixtures = fixtures_distributions();
    for (size_t i = 0; i < fixtures.count; i++) {
        struct plx_model *model = fixture_open(fixtures.paths[i]);
        const struct plx_model_info *info = plx_model_info(model);
        struct plx_error error = {0};
        struct plx_session *session = plx_session_new(model, &error);
        const uint32_t ids[] = {0, (uint32_t)info->vocabulary, 0};
        const struct plx_window empty[] = {{ids, 1, 1, 0}, {ids, 1, 1, 0}};
        const struct plx_window wrong = {ids, 2, 3, 0}, backwards = {ids, 1, 0, 0};
        if (info->capabilities & PLX_FULL_DISTRIBUTION) {
            assert_int_equal(plx_session_distributions(session, NULL, 0, refuse, NULL, &error), PLX_OK);
            assert_int_equal(plx_session_distributions(session, empty, 2, refuse, NULL, &error), PLX_OK);
            assert_int_equal(plx_session_distributions(session, &wrong, 1, refuse, NULL, &error),
                             PLX_MISMATCH);
            assert_int_equal(plx_session_distributions(session, &backwards, 1, refuse, NULL, &error),
                             PLX_USAGE);
        }
        plx_session_free(session);
        plx_model_close(model);
    }
    fixtures_free(&fixtures);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_session_distributions__are_what_single_queries_give),
        cmocka_unit_test(plx_session_distributions__of_odd_binaries),
        cmocka_unit_test(plx_session_distributions__of_real_models),
        cmocka_unit_test(plx_session_distributions__edges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
