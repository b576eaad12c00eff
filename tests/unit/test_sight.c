/* What a model sees, against the contexts themselves: sights are equal where contexts are. */
#include "eval/sight.h"

#include "support/inputs.h"
#include "support/random.h"
#include "support/witness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define IDS     60
#define WINDOWS 8

static struct plx_sighter sighter_of(const struct plx_model *model, const char *protocol)
{
    const struct plx_protocol fields = inputs_protocol(protocol);
    struct plx_sighter sighter;
    struct plx_error error;
    struct plx_plan plan;
    assert_int_equal(plx_plan_make(model, &fields, inputs_text(PLX_TOKENS_WORD), &plan, &error), PLX_OK);
    plx_sighter_init(&sighter, model, &plan);
    return sighter;
}

/* Windows of ids of which there are few, some of them none. */
static size_t draw(struct random *random, uint32_t ids[WINDOWS * IDS], size_t offsets[WINDOWS],
                   struct plx_window windows[WINDOWS])
{
    static const uint32_t few[] = {0, 1, 2, PLX_NO_TOKEN};
    size_t targets = 0;
    for (size_t w = 0; w < WINDOWS; w++) {
        const size_t end = 1 + random_below(random, IDS);
        offsets[w] = w * IDS;
        windows[w] = (struct plx_window){.first = random_below(random, end), .end = end};
        targets += end - windows[w].first;
        for (size_t i = 0; i < end; i++)
            ids[w * IDS + i] = few[random_below(random, random_chance(random, 2) ? 4 : 1)];
    }
    return targets;
}

/* The context of the target, as far as it is seen. */
struct context {
    const uint32_t *ids;
    size_t length;
};

static bool same(struct context a, struct context b)
{
    return a.length == b.length && memcmp(a.ids, b.ids, a.length * sizeof *a.ids) == 0;
}

static void check(uint64_t context_length, uint64_t seed)
{
    struct plx_model *model = witness_model(context_length, PLX_EMPTY_CONTEXT | PLX_UNKNOWN_CONTEXT, true);
    const struct plx_sighter sighter = sighter_of(model, "sentence");
    struct random random = {seed};
    uint32_t ids[WINDOWS * IDS];
    size_t offsets[WINDOWS], count = 0;
    struct plx_window windows[WINDOWS];
    struct plx_sight sights[WINDOWS * IDS];
    struct context contexts[WINDOWS * IDS];
    const size_t targets = draw(&random, ids, offsets, windows);
    const struct plx_batch batch = {
        .ids = ids, .windows = windows, .offsets = offsets, .window_count = WINDOWS, .target_count = targets};
    plx_sighter_batch(&sighter, &batch, sights);
    for (size_t w = 0; w < WINDOWS; w++) {
        for (size_t i = windows[w].first; i < windows[w].end; i++) {
            const size_t length = i < context_length ? i : (size_t)context_length;
            contexts[count++] = (struct context){ids + offsets[w] + i - length, length};
        }
    }
    assert_int_equal(count, targets);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(sights[i].length, contexts[i].length);
        for (size_t j = 0; j < i; j++)
            assert_int_equal(same(contexts[i], contexts[j]),
                             sights[i].length == sights[j].length && sights[i].hash == sights[j].hash);
    }
    plx_model_close(model);
}

static void plx_sighter_batch__as_contexts(void **state)
{
    static const uint64_t lengths[] = {0, 1, 2, 3, 7, 59, 1000, UINT64_MAX};
    (void)state;
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        for (uint64_t seed = 0; seed < 10; seed++)
            check(lengths[i], seed);
    }
}

/* A model that scores by position sees that. */
static void plx_sighter_batch__positions(void **state)
{
    struct plx_model *model = witness_model(2, PLX_EMPTY_CONTEXT | PLX_UNKNOWN_CONTEXT | PLX_BY_TARGET, true);
    const struct plx_sighter sighter = sighter_of(model, "sentence");
    uint32_t ids[] = {5, 5, 5, 6, 7};
    size_t offsets[] = {0, 3};
    struct plx_window windows[] = {{.first = 1, .end = 3, .position = 10},
                                   {.first = 0, .end = 2, .position = 12}};
    struct plx_sight sights[4];
    const struct plx_batch batch = {
        .ids = ids, .windows = windows, .offsets = offsets, .window_count = 2, .target_count = 4};
    (void)state;
    plx_sighter_batch(&sighter, &batch, sights);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(sights[i].hash, 10 + i);
        assert_int_equal(sights[i].length, 0);
    }
    plx_model_close(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_sighter_batch__as_contexts),
        cmocka_unit_test(plx_sighter_batch__positions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
