/* The softmax of a row. Expected values: the C library's exp and log in long double, and values by hand. The
   kernels of both widths are reached by including the file under other names. */
#define plx_softmax_row           row_under_test
#define plx_softmax_nats          nats_under_test
#define plx_softmax_cross_entropy cross_entropy_under_test
#include "base/softmax.c"
#undef plx_softmax_row
#undef plx_softmax_nats
#undef plx_softmax_cross_entropy

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "support/random.h"

#define MOST 1100

void plx_softmax_row(const double *z, size_t n, double temperature, double *exponentials,
                     struct plx_softmax *softmax);
double plx_softmax_nats(const struct plx_softmax *softmax, double z);
double plx_softmax_cross_entropy(const struct plx_softmax *softmax, const double *z, const double *weights,
                                 size_t n, double *total);

static const size_t SIZES[] = {1, 2, 7, 8, 9, 15, 16, 33, 511, 512, 513, 520, 1023, 1024, 1030, MOST};

static double uniform(struct random *random)
{
    return (double)(random_next(random) >> 11) * 0x1p-53;
}

static void fill(struct random *random, double *z, size_t n, double scale)
{
    for (size_t i = 0; i < n; i++)
        z[i] = (uniform(random) - 0.5) * scale;
}

static void assert_near(double found, double expected, double tolerance)
{
    if (!(found == expected || fabs(found - expected) <= tolerance * fmax(1, fabs(expected))))
        fail_msg("found %.17g, expected %.17g", found, expected);
}

static void plx_softmax_row__as_the_c_library(void **state)
{
    struct random random = {1};
    static double z[MOST], weights[MOST], exponentials[MOST];
    (void)state;
    for (size_t k = 0; k < sizeof SIZES / sizeof *SIZES; k++) {
        const size_t n = SIZES[k];
        const double temperature = k % 2 ? 1 : 0.25 + uniform(&random);
        struct plx_softmax softmax;
        long double maximum = -INFINITY, sum = 0, loss = 0, weight = 0;
        fill(&random, z, n, 60);
        fill(&random, weights, n, 2);
        if (n > 8)
            z[random_below(&random, n)] = -(double)INFINITY;
        for (size_t i = 0; i < n; i++)
            maximum = (long double)z[i] > maximum ? (long double)z[i] : maximum;
        plx_softmax_row(z, n, temperature, exponentials, &softmax);
        for (size_t i = 0; i < n; i++) {
            const long double e = expl(((long double)z[i] - maximum) / (long double)temperature);
            assert_near(exponentials[i], (double)e, 1e-15);
            sum += e;
        }
        assert_near(softmax.sum, (double)sum, 1e-15);
        for (size_t i = 0; i < n; i++) {
            const long double nats = logl(sum) + (maximum - (long double)z[i]) / (long double)temperature;
            assert_near(plx_softmax_nats(&softmax, z[i]), (double)nats, 1e-15);
            if (isinf(z[i]))
                weights[i] = 0; /* or everything is infinite */
            else
                loss += (long double)weights[i] * nats;
            weight += (long double)weights[i];
        }
        double total;
        assert_near(plx_softmax_cross_entropy(&softmax, z, weights, n, &total), (double)loss, 1e-12);
        assert_near(total, (double)weight, 1e-13);
    }
}

/* Kept or not, and in place: the same bits. */
static void plx_softmax_row__wherever_the_exponentials_go(void **state)
{
    struct random random = {2};
    static double z[MOST], exponentials[MOST];
    (void)state;
    for (size_t k = 0; k < sizeof SIZES / sizeof *SIZES; k++) {
        const size_t n = SIZES[k];
        struct plx_softmax kept, left, placed;
        fill(&random, z, n, 20);
        plx_softmax_row(z, n, 0.75, exponentials, &kept);
        plx_softmax_row(z, n, 0.75, NULL, &left);
        plx_softmax_row(z, n, 0.75, z, &placed);
        assert_memory_equal(&kept, &left, sizeof kept);
        assert_memory_equal(&kept, &placed, sizeof kept);
        assert_memory_equal(z, exponentials, n * sizeof *z);
    }
}

static void plx_softmax_row__far_apart(void **state)
{
    static const double z[] = {-1e308, 1e308, 1.5e308};
    double exponentials[3];
    struct plx_softmax softmax;
    (void)state;
    plx_softmax_row(z, 3, 1, exponentials, &softmax);
    assert_true(exponentials[0] == 0 && exponentials[1] == 0 && exponentials[2] == 1);
    assert_true(plx_softmax_nats(&softmax, z[0]) == (double)INFINITY); /* 2.5e308 */
    plx_softmax_row(z, 3, 5, exponentials, &softmax);
    assert_near(plx_softmax_nats(&softmax, z[0]), 5e307, 1e-15);
    plx_softmax_row(z, 3, 1e308, exponentials, &softmax);
    assert_near(exponentials[0], 0.0820849986238988, 1e-15); /* exp(-2.5) */
    assert_near(plx_softmax_nats(&softmax, z[2]), log(1 + 0.0820849986238988 + 0.6065306597126334), 1e-15);
}

static void plx_softmax_row__without_a_softmax(void **state)
{
    static const double INF = (double)INFINITY;
    const double rows[][3] = {{-INF, -INF, -INF}, {0, INF, 1}, {0, (double)NAN, 1}, {(double)NAN, INF, -INF}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct plx_softmax softmax;
        plx_softmax_row(rows[i], 3, 1, NULL, &softmax);
        assert_true(isnan(softmax.sum) && isnan(softmax.log_sum));
    }
}

static void plx_softmax_cross_entropy__nothing_times_infinity(void **state)
{
    const double z[] = {0, -(double)INFINITY, 0}, none[] = {1, 0, 1}, some[] = {1, 0x1p-1074, 1};
    const double nans[] = {0, (double)NAN, 0}, zeros[] = {0, 0, 0};
    struct plx_softmax softmax;
    double total;
    (void)state;
    plx_softmax_row(z, 3, 1, NULL, &softmax);
    assert_near(plx_softmax_cross_entropy(&softmax, z, none, 3, &total), 1.3862943611198906,
                1e-15); /* 2 ln 2 */
    assert_true(total == 2);
    assert_true(plx_softmax_cross_entropy(&softmax, z, some, 3, &total) == (double)INFINITY);
    plx_softmax_row(nans, 3, 1, NULL, &softmax);
    assert_true(isnan(plx_softmax_cross_entropy(&softmax, nans, zeros, 3, &total)));
}

#if PLX_HAS_WIDTH4
static void kernels__both_widths_same_bits(void **state)
{
    struct random random = {3};
    static double z[1024], weights[1024], narrow[1024], wide[1024];
    double a[LANES] = {0}, b[LANES] = {0};
    (void)state;
    if (!plx_use_width4())
        skip();
    fill(&random, z, 1024, 60);
    fill(&random, weights, 1024, 2);
    for (size_t i = 0; i < 1024; i += 37)
        z[i] = -(double)INFINITY, weights[i] = 0;
    maxima2(z, 1024, a);
    maxima4(z, 1024, b);
    assert_memory_equal(a, b, sizeof a);
    exponents2(z, 1024, 15, 1.7, narrow);
    exponents4(z, 1024, 15, 1.7, wide);
    assert_memory_equal(narrow, wide, sizeof narrow);
    products2(narrow, weights, 1024, a);
    products4(narrow, weights, 1024, b);
    assert_memory_equal(a, b, sizeof a);
    assert_true(isfinite(a[0]));
    sums2(weights, 1024, a);
    sums4(weights, 1024, b);
    assert_memory_equal(a, b, sizeof a);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_softmax_row__as_the_c_library),
        cmocka_unit_test(plx_softmax_row__wherever_the_exponentials_go),
        cmocka_unit_test(plx_softmax_row__far_apart),
        cmocka_unit_test(plx_softmax_row__without_a_softmax),
        cmocka_unit_test(plx_softmax_cross_entropy__nothing_times_infinity),
#if PLX_HAS_WIDTH4
        cmocka_unit_test(kernels__both_widths_same_bits),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
