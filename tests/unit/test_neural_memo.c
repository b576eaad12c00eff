/* What sessions share of the contexts that they have met. */
#include "model/neural_memo.h"

#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

static struct plx_memo *memo_of(size_t width, size_t rows)
{
    struct plx_error error;
    struct plx_memo *memo = plx_memo_new(width, rows, &error);
    assert_non_null(memo);
    return memo;
}

static void plx_memo_ask__yours_awaited_known(void **state)
{
    struct plx_memo *memo = memo_of(2, 100);
    const uint32_t first[] = {1, 2}, second[] = {2, 1};
    double value;
    size_t place, other, again;
    (void)state;
    assert_int_equal(plx_memo_ask(memo, first, &value, &place), PLX_MEMO_YOURS);
    assert_int_equal(plx_memo_ask(memo, second, &value, &other), PLX_MEMO_YOURS);
    assert_int_equal(plx_memo_ask(memo, first, &value, &again), PLX_MEMO_AWAITED); /* not given yet */
    assert_int_equal(again, place);
    plx_memo_give(memo, place, 2.5);
    plx_memo_give(memo, other, (double)NAN);
    assert_true(plx_memo_wait(memo, again) == 2.5);
    assert_int_equal(plx_memo_ask(memo, first, &value, &place), PLX_MEMO_KNOWN);
    assert_true(value == 2.5);
    assert_int_equal(plx_memo_ask(memo, second, &value, &place), PLX_MEMO_KNOWN);
    assert_true(isnan(value));
    plx_memo_free(memo);
    plx_memo_free(NULL);
}

/* Room for all 7 rows; ids beyond, which no model has, find none left and belong to whoever asks. */
static void plx_memo_ask__is_bounded(void **state)
{
    struct plx_memo *memo = memo_of(1, 7);
    double value;
    size_t place;
    (void)state;
    for (uint32_t round = 0; round < 3; round++) {
        for (uint32_t id = 0; id < 20; id++) {
            const enum plx_memo_answer answer = plx_memo_ask(memo, &id, &value, &place);
            assert_int_equal(answer, id < 7 && round > 0 ? PLX_MEMO_KNOWN : PLX_MEMO_YOURS);
            if (answer == PLX_MEMO_YOURS)
                plx_memo_give(memo, place, id);
            else
                assert_true(value == id);
        }
    }
    plx_memo_free(memo);
}

/* 32 MiB, however long contexts are: of 20,000 contexts of 1,000 rows some find no place. */
static void plx_memo_ask__is_bounded_in_bytes(void **state)
{
    struct plx_memo *memo = memo_of(1000, 1 << 20);
    uint32_t context[1000] = {0};
    double value;
    size_t place, known = 0;
    (void)state;
    for (uint32_t i = 0; i < 20000; i++) {
        context[7] = i;
        assert_int_equal(plx_memo_ask(memo, context, &value, &place), PLX_MEMO_YOURS);
        plx_memo_give(memo, place, i);
    }
    for (uint32_t i = 0; i < 20000; i++) {
        context[7] = i;
        if (plx_memo_ask(memo, context, &value, &place) == PLX_MEMO_KNOWN)
            known++;
    }
    assert_in_range(known, 4000, ((size_t)32 << 20) / 4000);
    plx_memo_free(memo);
}

struct giver {
    struct plx_memo *memo;
    size_t place;
};

static void *give_later(void *argument)
{
    const struct giver *giver = argument;
    usleep(20000);
    plx_memo_give(giver->memo, giver->place, 7.25);
    return NULL;
}

static void plx_memo_wait__for_another_thread(void **state)
{
    struct giver giver = {.memo = memo_of(1, 10)};
    const uint32_t context = 3;
    double value;
    size_t place;
    pthread_t thread;
    (void)state;
    assert_int_equal(plx_memo_ask(giver.memo, &context, &value, &giver.place), PLX_MEMO_YOURS);
    assert_int_equal(plx_memo_ask(giver.memo, &context, &value, &place), PLX_MEMO_AWAITED);
    assert_int_equal(pthread_create(&thread, NULL, give_later, &giver), 0);
    assert_true(plx_memo_wait(giver.memo, place) == 7.25);
    pthread_join(thread, NULL);
    plx_memo_free(giver.memo);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_memo_ask__yours_awaited_known),
        cmocka_unit_test(plx_memo_ask__is_bounded),
        cmocka_unit_test(plx_memo_ask__is_bounded_in_bytes),
        cmocka_unit_test(plx_memo_wait__for_another_thread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
