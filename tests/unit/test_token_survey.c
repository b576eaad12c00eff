/* What stands out among tokens, and which of them are shown. Expected values are computed by hand. */
#include "report/html/token_median.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static struct plx_token_survey survey;

/* Tokens 0..count) cost 1 nat, but those of `costs` where they are not 0. */
static void add_all(uint64_t count, const double *costs, size_t given)
{
    for (uint64_t i = 0; i < count; i++)
        plx_token_survey_add(&survey, 0, i, i < given && costs[i] != 0 ? costs[i] : 1);
    plx_token_survey_end(&survey);
}

/* 4 passages of 32 and 8 tokens more: the third has 2 tokens of 9 nats, the first one; the rest at the end is
   dear, but short. */
static void plx_token_survey_add__ranks_passages(void **state)
{
    double costs[136] = {0};
    (void)state;
    costs[5] = costs[64] = costs[95] = 9;
    for (size_t i = 128; i < 136; i++)
        costs[i] = 20;
    plx_token_survey_init(&survey, false);
    add_all(136, costs, 136);
    const struct plx_ranking *passages = survey.passages, *tokens = survey.tokens;
    assert_int_equal(passages->count, 4);
    assert_int_equal(passages->list[0].begin, 64);
    assert_int_equal(passages->list[1].begin, 0);
    assert_int_equal(passages->list[2].begin, 32);
    assert_int_equal(passages->list[3].begin, 96);
    assert_float_equal(plx_passage_mean(passages->list), 48.0 / 32, 1e-12);
    assert_float_equal(plx_passage_mean(passages->list + 1), 40.0 / 32, 1e-12);
    assert_int_equal(survey.passages[1].count, 0);
    /* The 8 of 20 nats, then the first two of 9. */
    assert_int_equal(tokens->count, 10);
    assert_int_equal(tokens->list[0].begin, 128);
    assert_int_equal(tokens->list[7].begin, 135);
    assert_int_equal(tokens->list[8].begin, 5);
    assert_int_equal(tokens->list[9].begin, 64);
}

/* What is infinite outranks all, and is in no mean. */
static void plx_token_survey_add__infinite(void **state)
{
    double costs[64] = {0};
    (void)state;
    costs[3] = 1000;
    costs[40] = (double)INFINITY;
    plx_token_survey_init(&survey, false);
    add_all(64, costs, 64);
    assert_int_equal(survey.passages->list[0].begin, 32);
    assert_true(isinf(plx_passage_mean(survey.passages->list)));
    assert_int_equal(survey.tokens->list[0].begin, 40);
    assert_int_equal(survey.infinite[1], 1);
    assert_int_equal(survey.above, 1); /* 1000 nats */
    assert_float_equal(plx_exact_sum(&survey.total), 62 + 1000, 1e-9);
}

/* The first passage got better, the second worse, the third neither. */
static void plx_token_survey_add__differences(void **state)
{
    (void)state;
    plx_token_survey_init(&survey, true);
    for (uint64_t i = 0; i < 96; i++)
        plx_token_survey_add(&survey, i / 48, i % 48, i == 10 ? -2 : i == 40 ? 0.5 : 0);
    plx_token_survey_end(&survey);
    assert_int_equal(survey.passages[0].count, 1);
    assert_int_equal(survey.passages[0].list[0].begin, 32);
    assert_int_equal(survey.passages[1].count, 1);
    assert_int_equal(survey.passages[1].list[0].begin, 0);
    assert_float_equal(plx_passage_mean(survey.passages[1].list), -2.0 / 32, 1e-12);
    assert_int_equal(survey.tokens[0].count, 1);
    assert_int_equal(survey.tokens[1].list[0].begin, 10);
    assert_int_equal(survey.units, 2);
    assert_int_equal(survey.sides[0], 1);
    assert_int_equal(survey.sides[1], 1);
    assert_int_equal(survey.sizes[25], 0); /* 3 */
    assert_int_equal(survey.sizes[24], 1); /* 1 */
    assert_int_equal(survey.sizes[23], 1); /* 0.3 */
    assert_float_equal(survey.low, -2, 0);
    assert_float_equal(survey.high, 0.5, 0);
}

static void plx_token_survey_add__positions(void **state)
{
    (void)state;
    plx_token_survey_init(&survey, false);
    for (uint64_t unit = 0; unit < 2; unit++) {
        for (uint64_t i = 0; i < 5; i++)
            plx_token_survey_add(&survey, unit, i, (double)(i + unit));
    }
    plx_token_survey_end(&survey);
    /* 0; 1; 2, 3; 4 */
    assert_int_equal(survey.positions[2].count, 4);
    assert_float_equal(plx_exact_mean(survey.positions), 0.5, 1e-12);
    assert_float_equal(plx_exact_mean(survey.positions + 2), 3, 1e-12);
    assert_int_equal(survey.positions[3].count, 2);
    assert_int_equal(survey.positions[4].count, 0);
    /* Fewer than a passage are one. */
    assert_int_equal(survey.passages->count, 1);
    assert_int_equal(survey.passages->list[0].count, 10);
}

/* The values surveyed, and read again until the median is known, `most` times at the most. */
static double median_of(const double *values, size_t count, bool with_signs, unsigned most)
{
    static struct plx_token_median median;
    plx_token_survey_init(&survey, with_signs);
    for (size_t i = 0; i < count; i++)
        plx_token_survey_add(&survey, 0, i, values[i]);
    plx_token_survey_end(&survey);
    plx_token_median_begin(&median, &survey);
    for (unsigned reading = 0; !plx_token_median_found(&median); reading++) {
        assert_true(reading < most);
        for (size_t i = 0; i < count; i++)
            plx_token_median_add(&median, values[i]);
        plx_token_median_narrow(&median);
    }
    return plx_token_median_value(&median);
}

#define EXPECT_MEDIAN(expected, with_signs, ...)                                              \
    assert_true(median_of((const double[]){__VA_ARGS__},                                      \
                          sizeof((const double[]){__VA_ARGS__}) / sizeof(double), with_signs, \
                          2) == (expected))

/* To the last digit, wherever the two in the middle are. */
static void plx_token_median_value__exact(void **state)
{
    const double infinity = (double)INFINITY;
    (void)state;
    assert_true(isnan(median_of(NULL, 0, false, 0)));
    EXPECT_MEDIAN(3.001, false, 0.5, 7.25, 3.001, 100, 2);
    EXPECT_MEDIAN(-3.001, true, -0.5, -7.25, -3.001, -100, -2);
    EXPECT_MEDIAN(5, false, 1, 3, 7, 8);                      /* of different bins */
    EXPECT_MEDIAN(1.0025, false, 1.001, 1.002, 1.003, 1.004); /* of one */
    EXPECT_MEDIAN(0, true, -2, 0, 0, 0.004, 1);               /* most have not moved */
    EXPECT_MEDIAN(-1e-20, true, -1, -1e-20, 1);               /* next to a bin's end */
    EXPECT_MEDIAN(0.015625, false, 0.0156249999999999, 0.015625, 1);
    EXPECT_MEDIAN(230.2585, false, 1, 230.2585, 230.2585, 500, 2); /* beyond the bins */
    EXPECT_MEDIAN(-100, true, -300, -100, 0);
    EXPECT_MEDIAN(64, false, 64, 64);
    EXPECT_MEDIAN(infinity, false, 1, infinity, infinity);
    EXPECT_MEDIAN(-infinity, true, -infinity, -infinity, 1);
    EXPECT_MEDIAN(infinity, false, 1, infinity);
    EXPECT_MEDIAN(1e308, true, -1.7e308, 1e308, 1.7e308);
    EXPECT_MEDIAN(0, false, 0, (double)NAN, 4);
}

/* 30,001 values in a bin, which no single reading tells apart, and as many beyond it on either side. */
static void plx_token_median_value__of_many(void **state)
{
    static double values[90003];
    (void)state;
    for (size_t i = 0; i < 30001; i++) {
        values[3 * i] = 2 + (double)((i * 7919) % 30001) * 1e-7;
        values[3 * i + 1] = 1;
        values[3 * i + 2] = 50;
    }
    assert_true(median_of(values, 90003, false, 3) == 2 + 15000 * 1e-7);
}

static void plx_token_survey_choose__all(void **state)
{
    struct plx_token_range ranges[PLX_RANGES_MOST];
    (void)state;
    plx_token_survey_init(&survey, false);
    assert_int_equal(plx_token_survey_choose(&survey, 6000, ranges), 0);
    add_all(6000, NULL, 0);
    assert_int_equal(plx_token_survey_choose(&survey, 6000, ranges), 1);
    assert_int_equal(ranges[0].begin, 0);
    assert_int_equal(ranges[0].end, 6000);
}

/* Of 100,000 tokens, all of 1 nat, 8,000: an eighth at the beginning, down to whole passages 992; the first
   10 passages are the ranked ones and in there. 8,000 - 992 - 10 × 96 = 6,048 are for 20 stretches of 302,
   that is 288; the first one in the middle of tokens 0 to 4,999: from (5,000 - 288)/2 = 2,356, that is 2,336.
 */
static void plx_token_survey_choose__by_hand(void **state)
{
    struct plx_token_range ranges[PLX_RANGES_MOST];
    (void)state;
    plx_token_survey_init(&survey, false);
    add_all(100000, NULL, 0);
    assert_int_equal(plx_token_survey_choose(&survey, 8000, ranges), 21);
    assert_int_equal(ranges[0].begin, 0);
    assert_int_equal(ranges[0].end, 992);
    assert_int_equal(ranges[1].begin, 2336);
    assert_int_equal(ranges[1].end, 2336 + 288);
    assert_int_equal(ranges[2].begin, 7328); /* 5,000 + 2,356 = 7,356 */
    assert_int_equal(ranges[20].begin, 97344);
}

/* Ranked passages come with one before and one behind, as far as there are any. */
static void plx_token_survey_choose__ranked(void **state)
{
    struct plx_token_range ranges[PLX_RANGES_MOST];
    (void)state;
    plx_token_survey_init(&survey, true);
    for (uint64_t i = 0; i < 99990; i++)
        plx_token_survey_add(&survey, 0, i, i == 64000 ? 3 : i == 99950 ? -3 : 0);
    plx_token_survey_end(&survey);
    const size_t count = plx_token_survey_choose(&survey, 8000, ranges);
    uint64_t shown = 0;
    bool high = false;
    for (size_t i = 0; i < count; i++) {
        shown += ranges[i].end - ranges[i].begin;
        high = high || (ranges[i].begin == 64000 - 32 && ranges[i].end == 64000 + 64);
        assert_true(i == 0 || ranges[i].begin > ranges[i - 1].end);
    }
    assert_true(high);
    /* Token 99,950 is in the passage from 99,936, behind which 22 tokens are left. */
    assert_int_equal(ranges[count - 1].begin, 99904);
    assert_int_equal(ranges[count - 1].end, 99990);
    assert_true(shown <= 8000);
}

static void plx_token_ranges_join__overlap(void **state)
{
    struct plx_token_range ranges[] = {{50, 60}, {0, 10}, {10, 20}, {55, 58}, {30, 30}, {59, 70}};
    (void)state;
    assert_int_equal(plx_token_ranges_join(ranges, 6), 2);
    assert_int_equal(ranges[0].begin, 0);
    assert_int_equal(ranges[0].end, 20);
    assert_int_equal(ranges[1].begin, 50);
    assert_int_equal(ranges[1].end, 70);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_token_survey_add__ranks_passages),
        cmocka_unit_test(plx_token_survey_add__infinite),
        cmocka_unit_test(plx_token_survey_add__differences),
        cmocka_unit_test(plx_token_survey_add__positions),
        cmocka_unit_test(plx_token_median_value__exact),
        cmocka_unit_test(plx_token_median_value__of_many),
        cmocka_unit_test(plx_token_survey_choose__all),
        cmocka_unit_test(plx_token_survey_choose__by_hand),
        cmocka_unit_test(plx_token_survey_choose__ranked),
        cmocka_unit_test(plx_token_ranges_join__overlap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
