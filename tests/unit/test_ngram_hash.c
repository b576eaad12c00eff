/* Scoring with our tables in all their layouts, made by hand. */
#include "model/ngram_hash.h"

#include "model/ngram_key.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define WORDS   4
#define HOMES   3
#define SPARE   200
#define TARGETS 2000

static const struct plx_ngram UNIGRAMS[WORDS] = {{-1, -0.5f}, {-2, 0}, {0, -0.25f}, {-3, -1}};

#define ORDER_MAX 5

/* A model without a vocabulary whose tables have the same layout, but that of the highest order is compact in
   files. Lines are in blocks of just their size, so that AddressSanitizer watches. */
struct made {
    struct plx_ngram_hash *hash;
    uint8_t *lines[ORDER_MAX - 1];
};

static struct made new_model(enum plx_ngram_layout layout, unsigned order, int byte)
{
    struct plx_error error;
    struct made model = {.hash = plx_ngram_hash_new(&error)};
    assert_non_null(model.hash);
    assert_int_equal(plx_ngram_hash_set_order(model.hash, order, &error), PLX_OK);
    model.hash->unigrams = (const uint8_t *)UNIGRAMS;
    model.hash->ngram.base.info.vocabulary = WORDS;
    for (unsigned k = 0; k < order - 1; k++) {
        const bool highest = k == order - 2 && layout != PLX_NGRAM_WIDE;
        model.lines[k] = malloc((HOMES + SPARE) * PLX_NGRAM_LINE);
        assert_non_null(model.lines[k]);
        memset(model.lines[k], byte, (HOMES + SPARE) * PLX_NGRAM_LINE);
        model.hash->tables[k] = (struct plx_ngram_table){
            model.lines[k], HOMES, SPARE, 1, highest ? PLX_NGRAM_COMPACT : layout, NULL};
    }
    return model;
}

static void free_model(const struct made *model)
{
    plx_model_close(&model->hash->ngram.base);
    for (unsigned k = 0; k < ORDER_MAX - 1; k++)
        free(model->lines[k]);
}

static void put(const struct made *model, unsigned order, const uint32_t *ids, struct plx_ngram ngram)
{
    const struct plx_ngram_table *table = model->hash->tables + (order - 2);
    const uint64_t key = plx_ngram_key_of(ids, order);
    const uint64_t home = plx_hash_place(plx_ngram_scatter(key), HOMES);
    bool duplicate;
    assert_true(plx_ngram_put(model->lines[order - 2], home, HOMES + SPARE, table->layout, key, &ngram,
                              &duplicate) < HOMES + SPARE);
}

struct scored {
    double nats[TARGETS];
    uint8_t orders[TARGETS];
    float log10_float[TARGETS];
};

/* All of ids[TARGETS], the first without a context. */
static enum plx_status score(const struct plx_model *model, const uint32_t *ids, struct scored *scored)
{
    struct plx_error error = {0};
    struct plx_session *session = plx_ngram_session_new(model, &error);
    const struct plx_window window = {ids, 0, TARGETS, 0};
    const struct plx_scores scores = {scored->nats, scored->orders, scored->log10_float};
    assert_non_null(session);
    session->model = model;
    const enum plx_status status = plx_ngram_score(session, &window, 1, &scores, &error);
    plx_ngram_session_free(session);
    return status;
}

static void any_ids(uint32_t ids[TARGETS])
{
    for (uint32_t i = 0; i < TARGETS; i++)
        ids[i] = (i * i + i / 7) % WORDS;
}

static const struct {
    enum plx_ngram_layout layout;
    unsigned order;
} MODELS[] = {{PLX_NGRAM_WIDE, 2},
              {PLX_NGRAM_WIDE, 3},
              {PLX_NGRAM_COMPACT, 2},
              {PLX_NGRAM_NARROW, 3},
              {PLX_NGRAM_NARROW, 5}};

/* Unigrams, and backoffs of one word, where tables are empty; and where everything has passed everywhere, up
   to the last line, where a search ends. */
static void ngram_hash__nothing_there(void **state)
{
    uint32_t ids[TARGETS];
    (void)state;
    any_ids(ids);
    for (size_t m = 0; m < 2 * sizeof MODELS / sizeof *MODELS; m++) {
        const struct made model = new_model(MODELS[m / 2].layout, MODELS[m / 2].order, m % 2 ? 0xFF : 0);
        struct scored scored;
        assert_int_equal(score(&model.hash->ngram.base, ids, &scored), PLX_OK);
        for (size_t i = 0; i < TARGETS; i++) {
            const float backoff = i > 0 ? UNIGRAMS[ids[i - 1]].backoff : 0;
            assert_true(scored.log10_float[i] == UNIGRAMS[ids[i]].probability + backoff);
            assert_int_equal(scored.orders[i], 1);
        }
        free_model(&model);
    }
}

/* A probability of 1 is a logarithm of 0, not −0, and other values come out as they went in: found in their
   homes or, most of them, behind full lines. */
static void ngram_hash__what_was_put(void **state)
{
    uint32_t ids[TARGETS];
    (void)state;
    any_ids(ids);
    for (size_t m = 0; m < sizeof MODELS / sizeof *MODELS; m++) {
        const struct made model = new_model(MODELS[m].layout, MODELS[m].order, 0);
        struct scored scored;
        for (uint32_t a = 0; a < WORDS; a++) {
            for (uint32_t b = 0; b < WORDS; b++)
                put(&model, 2, (uint32_t[]){a, b}, (struct plx_ngram){-(float)(4 * a + b), -(float)b});
        }
        for (uint32_t i = WORDS * WORDS; i < WORDS * WORDS * WORDS && MODELS[m].order > 2; i++)
            put(&model, 3, (uint32_t[]){i / 16, i / 4 % 4, i % 4}, (struct plx_ngram){-(float)i / 2, 0});
        assert_int_equal(score(&model.hash->ngram.base, ids, &scored), PLX_OK);
        for (size_t i = 1; i < TARGETS; i++) {
            const uint32_t a = ids[i - 1], b = ids[i];
            const bool context = MODELS[m].order > 2 && i > 1, three = context && ids[i - 2] > 0;
            float log10 = -(float)(4 * a + b);
            if (three)
                log10 = -(float)(16 * ids[i - 2] + 4 * a + b) / 2;
            else if (context)
                log10 -= (float)a; /* the backoff of the two words before */
            assert_true(scored.log10_float[i] == log10);
            assert_false(log10 == 0 && signbit(scored.log10_float[i]));
            assert_false(scored.nats[i] == 0 && signbit(scored.nats[i]));
            assert_int_equal(scored.orders[i], three ? 3 : 2);
        }
        free_model(&model);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ngram_hash__nothing_there),
        cmocka_unit_test(ngram_hash__what_was_put),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
