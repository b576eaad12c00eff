/* What is stored, of all layouts of our tables. */
#include "model/stored.h"

#include "model/ngram_hash.h"
#include "model/ngram_key.h"
#include "support/fixtures.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LINES 1000
#define COUNT 4000

struct taken {
    uint64_t count, most; /* 0: all */
    double probabilities, backoffs;
};

static bool take(void *user, const struct plx_ngram *ngrams, size_t count)
{
    struct taken *taken = user;
    assert_true(count > 0);
    for (size_t i = 0; i < count; i++) {
        taken->probabilities += (double)ngrams[i].probability;
        taken->backoffs += (double)ngrams[i].backoff;
    }
    taken->count += count;
    return taken->most == 0 || taken->count < taken->most;
}

/* A 2-gram model of one word and a table of that layout, filled with −1, −2, …, −COUNT, whose sum is exact.
 */
static void plx_model_each_stored__layouts(void **state)
{
    static const enum plx_ngram_layout layouts[] = {PLX_NGRAM_WIDE, PLX_NGRAM_NARROW, PLX_NGRAM_COMPACT};
    const struct plx_ngram unigram = {-0.5f, -0.25f};
    (void)state;
    for (size_t l = 0; l < 3; l++) {
        uint8_t *lines = calloc(LINES + 200, PLX_NGRAM_LINE);
        struct plx_error error;
        struct plx_ngram_hash *model = plx_ngram_hash_new(&error);
        assert_non_null(lines);
        assert_non_null(model);
        assert_int_equal(plx_ngram_hash_set_order(model, 2, &error), PLX_OK);
        model->unigrams = (const uint8_t *)&unigram;
        model->ngram.base.info.vocabulary = 1;
        model->tables[0] = (struct plx_ngram_table){
            .lines = lines, .homes = LINES, .spare = 200, .count = COUNT, .layout = layouts[l]};
        for (uint32_t i = 1; i <= COUNT; i++) {
            const struct plx_ngram ngram = {0.0f - (float)i, -2.0f};
            bool duplicate;
            const uint64_t key = i * UINT64_C(0x9E3779B97F4A7C15);
            const uint64_t home = plx_hash_place(plx_ngram_scatter(key), LINES);
            assert_int_not_equal(plx_ngram_put(lines, home, LINES + 200, layouts[l], key, &ngram, &duplicate),
                                 LINES + 200);
            assert_false(duplicate);
        }
        struct taken one = {0}, two = {0}, some = {.most = 10};
        assert_true(plx_model_has_stored(&model->ngram.base));
        assert_true(plx_model_each_stored(&model->ngram.base, 1, take, &one));
        assert_int_equal(one.count, 1);
        assert_true(one.probabilities == -0.5 && one.backoffs == -0.25);
        assert_true(plx_model_each_stored(&model->ngram.base, 2, take, &two));
        assert_int_equal(two.count, COUNT);
        assert_true(two.probabilities == -(double)COUNT * (COUNT + 1) / 2);
        assert_true(two.backoffs == (layouts[l] == PLX_NGRAM_COMPACT ? 0 : -2.0 * COUNT));
        assert_false(plx_model_each_stored(&model->ngram.base, 2, take, &some));
        assert_in_range(some.count, 10, COUNT / 2);
        plx_model_close(&model->ngram.base);
        free(lines);
    }
}

static void plx_model_has_stored__kinds(void **state)
{
    char *neural = fixture_path("models/tiny.table.safetensors"),
         *ngram = fixture_path("models/almanac.o3.arpa");
    const struct {
        const char *name;
        bool stored, crlf;
    } cases[] = {{neural, false, false}, {"uniform:7", false, false}, {ngram, true, true}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct plx_model *model;
        struct plx_error error;
        assert_int_equal(plx_model_open(cases[i].name, NULL, &model, &error), PLX_OK);
        assert_int_equal(plx_model_has_stored(model), cases[i].stored);
        assert_int_equal(plx_model_watches(model, "crlf"), cases[i].crlf);
        assert_int_equal(plx_model_watches(model, "duplicate"), cases[i].crlf);
        assert_false(plx_model_watches(model, "none-such"));
        plx_model_close(model);
    }
    free(neural);
    free(ngram);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_model_each_stored__layouts),
        cmocka_unit_test(plx_model_has_stored__kinds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
