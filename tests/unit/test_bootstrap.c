/* Intervals of means: against numpy and SciPy on the same data (paired.json, of data/recipes/make_paired.py),
   and against what they promise, over simulated values whose mean is 0. */
#include "eval/bootstrap.h"

#include "support/fixtures.h"
#include "support/series.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct plx_bootstrap draw(const struct plx_bootstrap_blocks *blocks, size_t resamples, uint64_t seed,
                                 unsigned threads)
{
    const struct plx_bootstrap_options options = {.resamples = resamples, .seed = seed, .threads = threads};
    struct plx_bootstrap found;
    struct plx_error error = {0};
    if (plx_bootstrap_mean(blocks, &options, &found, &error))
        fail_msg("%s", error.message);
    return found;
}

static struct plx_bootstrap_sample blocks_of(const double *values, size_t count, size_t length)
{
    struct plx_bootstrap_sample sample;
    struct plx_error error = {0};
    if (plx_bootstrap_of_values(values, count, length, &sample, &error))
        fail_msg("%s", error.message);
    return sample;
}

static size_t length_of(const double *values, size_t count)
{
    size_t length = 0;
    struct plx_error error = {0};
    if (plx_block_length(values, count, &length, &error))
        fail_msg("%s", error.message);
    return length;
}

static double number(const cJSON *json, const char *key)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(json, key);
    if (!cJSON_IsNumber(value))
        fail_msg("%s is no number", key);
    return value ? value->valuedouble : 0;
}

static void near(double found, double expected, double tolerance)
{
    if (!(fabs(found - expected) <= tolerance))
        fail_msg("%.17g instead of %.17g", found, expected);
}

/* new − base; returns how many. */
static size_t differences(const cJSON *item, double values[1000])
{
    const cJSON *base = cJSON_GetObjectItemCaseSensitive(item, "base")->child;
    const cJSON *new = cJSON_GetObjectItemCaseSensitive(item, "new")->child;
    size_t count = 0;
    for (; base && new &&count < 1000; base = base->next, new = new->next)
        values[count++] = new->valuedouble - base->valuedouble;
    return count;
}

/* What is not drawn is the same to 1e-12. Of what is, q is a quantile that 20,000 draws here and 200,000
   there give up to sqrt(0.05 · 0.95 (1/20000 + 1/200000)) / 0.11 = 0.0147 standard errors (0.11: the density
   of |t| at q ≈ 2; a third of it where few skewed blocks make q ≈ 3.6), and a share of them up to sqrt(p (1 −
   p) (1/20000 + 1/200000)) = 0.0037: 4.5 times that is allowed. */
static void check_found(const struct plx_bootstrap *found, const cJSON *item, double quantile)
{
    const cJSON *drawn = cJSON_GetObjectItemCaseSensitive(item, "bootstrap");
    near(found->mean, number(item, "mean"), 1e-12);
    near(found->standard_error, number(item, "standard_error"), 1e-12);
    near(found->low, number(drawn, "low"), 4.5 * quantile * found->standard_error);
    near(found->high, number(drawn, "high"), 4.5 * quantile * found->standard_error);
    near(found->p_value, number(drawn, "p_value"), 4.5 * 0.0037);
}

static void check_case(const cJSON *item)
{
    static double values[1000];
    struct plx_error error = {0};
    const size_t count = differences(item, values), block = (size_t)number(item, "block");
    double length = 0;
    assert_int_equal(count, 1000);
    assert_int_equal(plx_block_length_optimal(values, count, &length, &error), PLX_OK);
    near(length, number(item, "block_length"), 1e-9);
    assert_int_equal(length_of(values, count), fmin(ceil(3 * length), 100));

    struct plx_bootstrap_sample sample = blocks_of(values, count, block);
    const struct plx_bootstrap_blocks blocks = plx_bootstrap_sample_blocks(&sample);
    assert_int_equal(blocks.count, (1000 + block - 1) / block);
    const struct plx_bootstrap found = draw(&blocks, 20000, 1, 2);
    check_found(&found, item, 0.0147);
    plx_bootstrap_sample_release(&sample);
}

static cJSON *read_paired(void)
{
    char *path = fixture_path("paired.json");
    struct file_bytes file = file_read(path);
    cJSON *json = cJSON_ParseWithLength((const char *)file.bytes, file.size);
    assert_non_null(json);
    free(file.bytes);
    free(path);
    return json;
}

static void bootstrap_mean__agrees_with_scipy(void **state)
{
    (void)state;
    cJSON *json = read_paired();
    const cJSON *item;
    size_t count = 0;
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(json, "cases"))
    {
        check_case(item);
        count++;
    }
    assert_int_equal(count, 3);
    cJSON_Delete(json);
}

static size_t read_numbers(const cJSON *lists, const char *key, int index, double *values)
{
    const cJSON *value;
    size_t count = 0;
    cJSON_ArrayForEach(value, cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(lists, key), index))
    {
        assert_true(count < 20);
        values[count++] = value->valuedouble;
    }
    return count;
}

static void bootstrap_difference__agrees_with_scipy(void **state)
{
    (void)state;
    double sums[2][20], weights[2][20];
    struct plx_bootstrap_blocks blocks[2];
    const struct plx_bootstrap_options options = {.resamples = 20000, .seed = 1, .threads = 2};
    struct plx_bootstrap found;
    struct plx_error error = {0};
    cJSON *json = read_paired();
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(json, "unpaired");
    for (int i = 0; i < 2; i++) {
        const size_t count = read_numbers(item, "sums", i, sums[i]);
        assert_int_equal(read_numbers(item, "weights", i, weights[i]), count);
        blocks[i] = (struct plx_bootstrap_blocks){sums[i], weights[i], count};
    }
    assert_int_equal(plx_bootstrap_difference(blocks, blocks + 1, &options, &found, &error), PLX_OK);
    check_found(&found, item, 0.0147 * 3);
    cJSON_Delete(json);
}

#define SERIES 1000

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Below by chance in 1 of 1,000 seeds if they are uniform: 1.95 / sqrt(SERIES). */
static void uniform(double p_values[SERIES])
{
    qsort(p_values, SERIES, sizeof *p_values, compare);
    for (size_t i = 0; i < SERIES; i++) {
        assert_true((double)(i + 1) / SERIES - p_values[i] < 0.0617);
        assert_true(p_values[i] - (double)i / SERIES < 0.0617);
    }
}

/* As often as it should, by three binomial standard errors; the interval of independent values is far from
 * it. */
static void bootstrap_mean__keeps_its_promise(void **state)
{
    (void)state;
    const size_t count = 1000;
    static double values[1000], p_values[SERIES];
    struct random random = {2};
    size_t held = 0, independent = 0;
    for (size_t k = 0; k < SERIES; k++) {
        double sum = 0, squares = 0;
        series_make(&random, 0.6, SERIES_LAPLACE, values, count);
        struct plx_bootstrap_sample sample = blocks_of(values, count, length_of(values, count));
        const struct plx_bootstrap_blocks blocks = plx_bootstrap_sample_blocks(&sample);
        const struct plx_bootstrap found = draw(&blocks, 199, k, 1);
        const bool outside = found.low > 0 || found.high < 0;
        assert_int_equal(found.p_value < 0.05, outside);
        p_values[k] = found.p_value;
        held += !outside;
        plx_bootstrap_sample_release(&sample);
        for (size_t i = 0; i < count; i++) {
            sum += values[i];
            squares += values[i] * values[i];
        }
        independent += fabs(sum) <= 1.96 * sqrt(squares);
    }
    assert_in_range(held, 930, 970);
    assert_in_range(independent, 600, 720);
    uniform(p_values);
}

/* Weights from 1 to 5,000, values that lean with them. */
static void bootstrap_mean__takes_blocks_of_any_weight(void **state)
{
    (void)state;
    double sums[40], weights[40];
    const struct plx_bootstrap_blocks blocks = {sums, weights, 40};
    struct random random = {3};
    size_t held = 0;
    for (size_t k = 0; k < SERIES; k++) {
        for (size_t i = 0; i < 40; i++) {
            weights[i] = ceil(200 * exp(series_noise(&random, SERIES_NORMAL)));
            sums[i] = weights[i] * series_noise(&random, SERIES_NORMAL);
        }
        const struct plx_bootstrap found = draw(&blocks, 199, k, 1);
        held += found.low <= 0 && found.high >= 0;
    }
    assert_in_range(held, 930, 970);
}

static void bootstrap_difference__keeps_its_promise(void **state)
{
    (void)state;
    double sums[50], weights[50], p_values[SERIES];
    const struct plx_bootstrap_blocks a = {sums, weights, 20}, b = {sums + 20, weights + 20, 30};
    struct random random = {4};
    struct plx_error error = {0};
    size_t held = 0;
    for (size_t k = 0; k < SERIES; k++) {
        const struct plx_bootstrap_options options = {.resamples = 199, .seed = k, .threads = 1};
        struct plx_bootstrap found;
        for (size_t i = 0; i < 50; i++) {
            weights[i] = i == 49 ? 300 : 1000;
            sums[i] = weights[i] * (i < 20 ? 7 : 2) +
                      sqrt(weights[i]) * (i < 20 ? 1 : 3) * series_noise(&random, SERIES_NORMAL);
        }
        assert_int_equal(plx_bootstrap_difference(&a, &b, &options, &found, &error), PLX_OK);
        held += found.low <= -5 && found.high >= -5;
        for (size_t i = 0; i < 20; i++)
            sums[i] -= 5000;
        assert_int_equal(plx_bootstrap_difference(&a, &b, &options, &found, &error), PLX_OK);
        p_values[k] = found.p_value;
    }
    assert_in_range(held, 930, 970);
    uniform(p_values);
}

/* By hand: means 2 and 5, errors sqrt(4/3 · 20) / 4 and sqrt(4/3 · 4) / 4. */
static void bootstrap_difference__adds_errors(void **state)
{
    (void)state;
    const double a[] = {-1, 1, 3, 5}, b[] = {4, 6, 4, 6}, ones[] = {1, 1, 1, 1};
    const struct plx_bootstrap_blocks first = {a, ones, 4}, second = {b, ones, 4};
    const struct plx_bootstrap_options options = {.resamples = 1000, .seed = 5, .threads = 1};
    struct plx_bootstrap found;
    struct plx_error error = {0};
    assert_int_equal(plx_bootstrap_difference(&first, &second, &options, &found, &error), PLX_OK);
    near(found.mean, 3, 1e-15);
    near(found.standard_error, sqrt(4.0 / 3 * 24) / 4, 1e-15);
}

static void bootstrap_mean__is_the_same_by_any_threads(void **state)
{
    (void)state;
    double values[3000];
    struct random random = {5};
    series_make(&random, 0.5, SERIES_STUDENT5, values, 3000);
    struct plx_bootstrap_sample sample = blocks_of(values, 3000, 7);
    const struct plx_bootstrap_blocks blocks = plx_bootstrap_sample_blocks(&sample);
    const struct plx_bootstrap one = draw(&blocks, 10001, 9, 1);
    for (unsigned threads = 2; threads < 6; threads++) {
        const struct plx_bootstrap other = draw(&blocks, 10001, 9, threads);
        assert_memory_equal(&one, &other, sizeof one);
    }
    const struct plx_bootstrap other = draw(&blocks, 10001, 10, 1);
    assert_true(one.low != other.low);
    near(one.low, other.low, 0.1 * one.standard_error);
    plx_bootstrap_sample_release(&sample);
}

static void is_unknown(const struct plx_bootstrap *found)
{
    assert_true(isnan(found->standard_error) && isnan(found->low) && isnan(found->high) &&
                isnan(found->p_value));
}

static void bootstrap_mean__says_when_nothing_is_known(void **state)
{
    (void)state;
    double sums[] = {1, 2, 4, 5}, weights[] = {1, 1, 1, 1};
    struct plx_bootstrap_blocks blocks = {sums, weights, 3};
    struct plx_bootstrap found = draw(&blocks, 100, 1, 1);
    near(found.mean, 7.0 / 3, 1e-15);
    is_unknown(&found);
    blocks.count = 0;
    found = draw(&blocks, 100, 1, 1);
    is_unknown(&found);
    blocks.count = 4;
    found = draw(&blocks, 100, 1, 1);
    assert_true(found.low < found.mean);
    sums[2] = (double)INFINITY;
    found = draw(&blocks, 100, 1, 1);
    assert_true(found.mean > 1e308);
    is_unknown(&found);
    sums[2] = (double)NAN;
    found = draw(&blocks, 100, 1, 1);
    is_unknown(&found);
}

/* Blocks that agree to the last digit: equal models, and one that is worse by the same everywhere. */
static void bootstrap_mean__without_any_spread(void **state)
{
    (void)state;
    double sums[20] = {0}, weights[20];
    const struct plx_bootstrap_blocks blocks = {sums, weights, 20};
    for (size_t i = 0; i < 20; i++)
        weights[i] = (double)(1 + i % 3);
    struct plx_bootstrap found = draw(&blocks, 1000, 1, 1);
    assert_true(found.mean == 0 && found.low == 0 && found.high == 0 && found.p_value == 1);
    for (size_t i = 0; i < 20; i++)
        sums[i] = 0.25 * weights[i];
    found = draw(&blocks, 1000, 1, 1);
    assert_true(found.mean == 0.25 && found.low == 0.25 && found.high == 0.25);
    near(found.p_value, 1.0 / 1001, 1e-18);
}

/* One block of a hundred differs, or one of 14 where the last is shorter: a third of the resamples lack it
   and have no spread but what rounding leaves. By SciPy: t is 1 where weights are equal, 2 stats.t.sf(1, 99).
 */
static void bootstrap_mean__of_one_block_that_differs(void **state)
{
    (void)state;
    double sums[100] = {[42] = 10}, weights[100];
    struct plx_bootstrap_blocks blocks = {sums, weights, 100};
    for (size_t i = 0; i < 100; i++)
        weights[i] = 100;
    struct plx_bootstrap found = draw(&blocks, 1000, 0, 2);
    assert_int_equal(found.freedom, 99);
    near(found.standard_error, 0.001, 1e-15);
    near(found.low, 0.001 - 0.001 * 1.9842169515086832, 1e-12);
    near(found.high, 0.001 + 0.001 * 1.9842169515086832, 1e-12);
    near(found.p_value, 0.3197484741393017, 1e-12);

    memset(sums, 0, sizeof sums);
    sums[5] = 10;
    for (size_t i = 0; i < 14; i++)
        weights[i] = i == 13 ? 705 : 715;
    blocks.count = 14;
    found = draw(&blocks, 1000, 0, 2);
    assert_int_equal(found.freedom, 13);
    assert_true(found.low > -0.0015 && found.low < 0 && found.high < 0.0035);

    /* With four of a hundred, no resample in twenty lacks them. */
    for (size_t i = 0; i < 100; i++) {
        weights[i] = 100;
        sums[i] = i % 25 == 0 ? 10 : 0;
    }
    blocks.count = 100;
    found = draw(&blocks, 1000, 0, 2);
    assert_int_equal(found.freedom, 0);
    assert_true(found.low < 0.004 && found.high > 0.004 && found.high < 0.02);
}

static bool stop_soon(void *user)
{
    return ++*(size_t *)user == 3;
}

static void bootstrap_mean__is_interrupted(void **state)
{
    (void)state;
    const double sums[] = {1, 2, 3, 5}, weights[] = {1, 1, 1, 1};
    const struct plx_bootstrap_blocks blocks = {sums, weights, 4};
    for (unsigned threads = 1; threads < 3; threads++) {
        size_t asked = 0;
        const struct plx_bootstrap_options options = {
            .resamples = 1000000, .threads = threads, .interrupted = stop_soon, .user = &asked};
        struct plx_bootstrap found;
        struct plx_error error = {0};
        assert_int_equal(plx_bootstrap_mean(&blocks, &options, &found, &error), PLX_INTERRUPTED);
        assert_int_equal(asked, 3);
    }
}

/* The p-value crosses 0.05 where the interval's end crosses 0, whatever the number of resamples. */
static void bootstrap_mean__interval_and_p_value_agree(void **state)
{
    (void)state;
    static const size_t RESAMPLES[] = {100, 119, 120, 121, 999, 1000, 1019, 1999};
    double sums[12], weights[12], shifted[12];
    const struct plx_bootstrap_blocks blocks = {sums, weights, 12}, moved = {shifted, weights, 12};
    struct random random = {6};
    for (size_t i = 0; i < 12; i++) {
        weights[i] = 1;
        sums[i] = series_noise(&random, SERIES_NORMAL);
    }
    for (size_t r = 0; r < sizeof RESAMPLES / sizeof *RESAMPLES; r++) {
        const struct plx_bootstrap found = draw(&blocks, RESAMPLES[r], 1, 1);
        for (int step = -20; step <= 20; step++) {
            for (size_t i = 0; i < 12; i++)
                shifted[i] = sums[i] - found.low + step * 1e-16;
            const struct plx_bootstrap near_zero = draw(&moved, RESAMPLES[r], 1, 1);
            assert_int_equal(near_zero.p_value<0.05, near_zero.low> 0 || near_zero.high < 0);
            near(near_zero.p_value, 0.05, 1.1 / (double)RESAMPLES[r]);
        }
    }
}

static void bootstrap_mean__refuses_options(void **state)
{
    (void)state;
    const double sums[] = {1, 2, 3, 4};
    const struct plx_bootstrap_blocks blocks = {sums, sums, 4};
    const struct plx_bootstrap_options few = {.resamples = 99, .threads = 1}, none = {.resamples = 100};
    struct plx_bootstrap found;
    struct plx_error error = {0};
    assert_int_equal(plx_bootstrap_mean(&blocks, &few, &found, &error), PLX_USAGE);
    assert_int_equal(plx_bootstrap_mean(&blocks, &none, &found, &error), PLX_USAGE);
}

static void bootstrap_of_values__makes_blocks(void **state)
{
    (void)state;
    static double values[10000];
    for (size_t i = 0; i < 10000; i++)
        values[i] = (double)i;
    struct plx_bootstrap_sample sample = blocks_of(values, 10, 4);
    assert_int_equal(sample.count, 3);
    assert_true(sample.sums[0] == 6 && sample.sums[1] == 22 && sample.sums[2] == 17);
    assert_true(sample.weights[0] == 4 && sample.weights[1] == 4 && sample.weights[2] == 2);
    plx_bootstrap_sample_release(&sample);
    sample = blocks_of(values, 10000, 1);
    assert_int_equal(sample.length, 5);
    assert_int_equal(sample.count, 2000);
    plx_bootstrap_sample_release(&sample);
    sample = blocks_of(NULL, 0, 1);
    assert_int_equal(sample.count, 0);
    plx_bootstrap_sample_release(&sample);
}

static void bootstrap_of_documents__keeps_them_whole(void **state)
{
    (void)state;
    const double values[] = {1, 2, 4, 8, 16};
    const size_t begins[] = {0, 1, 4};
    static double ones[5000];
    static size_t each[5000];
    struct plx_bootstrap_sample sample;
    struct plx_error error = {0};
    assert_int_equal(plx_bootstrap_of_documents(values, 5, begins, 3, &sample, &error), PLX_OK);
    assert_int_equal(sample.count, 3);
    assert_true(sample.sums[0] == 1 && sample.sums[1] == 14 && sample.sums[2] == 16);
    assert_true(sample.weights[0] == 1 && sample.weights[1] == 3 && sample.weights[2] == 1);
    plx_bootstrap_sample_release(&sample);
    for (size_t i = 0; i < 5000; i++) {
        ones[i] = 1;
        each[i] = i;
    }
    assert_int_equal(plx_bootstrap_of_documents(ones, 5000, each, 5000, &sample, &error), PLX_OK);
    assert_int_equal(sample.length, 3);
    assert_int_equal(sample.count, 1667);
    assert_true(sample.sums[0] == 3 && sample.sums[1666] == 2 && sample.weights[1666] == 2);
    plx_bootstrap_sample_release(&sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bootstrap_mean__agrees_with_scipy),
        cmocka_unit_test(bootstrap_difference__agrees_with_scipy),
        cmocka_unit_test(bootstrap_mean__keeps_its_promise),
        cmocka_unit_test(bootstrap_mean__takes_blocks_of_any_weight),
        cmocka_unit_test(bootstrap_difference__keeps_its_promise),
        cmocka_unit_test(bootstrap_difference__adds_errors),
        cmocka_unit_test(bootstrap_mean__is_the_same_by_any_threads),
        cmocka_unit_test(bootstrap_mean__says_when_nothing_is_known),
        cmocka_unit_test(bootstrap_mean__without_any_spread),
        cmocka_unit_test(bootstrap_mean__of_one_block_that_differs),
        cmocka_unit_test(bootstrap_mean__is_interrupted),
        cmocka_unit_test(bootstrap_mean__interval_and_p_value_agree),
        cmocka_unit_test(bootstrap_mean__refuses_options),
        cmocka_unit_test(bootstrap_of_values__makes_blocks),
        cmocka_unit_test(bootstrap_of_documents__keeps_them_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
