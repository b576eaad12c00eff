/* Cross-entropy and perplexity of single predictions. Expected values: the worked values of the definitions
   (four digits, and more of them by Python's decimal). Losses over batches, and PyTorch's values, are in
   test_loss_*.c. */
#include <perplex/loss.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_within(double found, double expected, double tolerance)
{
    if (!(found == expected || fabs(found - expected) <= tolerance))
        fail_msg("found %.17g, expected %.17g", found, expected);
}

static void assert_close(double found, double expected)
{
    assert_within(found, expected, 4e-16 * (1 + fabs(expected)));
}

/* Surprisal. */

static void plx_surprisal__worked_values(void **state)
{
    static const double cases[][3] = {
        {0.9, 0.1054, 0.1053605156578263},   {0.7, 0.3567, 0.3566749439387324},
        {0.5, 0.6931, 0.6931471805599453},   {0.1, 2.3026, 2.302585092994046},
        {0.05, 2.9957, 2.995732273553991},   {0.01, 4.6052, 4.605170185988092},
        {0.4, 0.916, 0.9162907318741551},    {0.75, 0.288, 0.2876820724517809},
        {0.333, 1.0996, 1.0996127890016931}, {0.3, 1.204, 1.203972804325936},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_within(plx_surprisal(cases[i][0]), cases[i][1], 5e-4);
        assert_close(plx_surprisal(cases[i][0]), cases[i][2]);
    }
}

static void plx_surprisal__ends_of_the_range(void **state)
{
    (void)state;
    assert_true(plx_surprisal(0) == (double)INFINITY);
    assert_true(plx_surprisal(-0.0) == (double)INFINITY);
    assert_true(plx_surprisal(1) == 0 && !signbit(plx_surprisal(1)));
    assert_close(plx_surprisal(0x1p-1074), 744.4400719213812); /* 1074·ln 2 */
    assert_true(plx_surprisal(1 - 0x1p-53) == 0x1p-53 + 0x1p-107);
}

static void plx_surprisal__no_probabilities(void **state)
{
    static const double values[] = {-0x1p-1074,        -1,         1 + 0x1p-52, 2, (double)INFINITY,
                                    -(double)INFINITY, (double)NAN};
    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        assert_true(isnan(plx_surprisal(values[i])));
}

/* A hundred times one half: the sum, where the product of the probabilities would be 8e-31. */
static void plx_surprisal__a_hundred_times_one_half(void **state)
{
    double sum = 0, product = 1;
    (void)state;
    for (unsigned i = 0; i < 100; i++) {
        sum += plx_surprisal(0.5);
        product *= 0.5;
    }
    assert_within(sum, 69.3147, 5e-5);
    assert_within(product, 8e-31, 1e-31);
    assert_within(plx_surprisal(product), sum, 1e-12);
    assert_within(plx_bits(sum), 100, 1e-12);
}

/* P = [0.6, 0.3, 0.1] and Q = [0.33, 0.33, 0.34], class by class, in bits. */
static void plx_surprisal__entropy_and_divergence(void **state)
{
    static const double p[] = {0.6, 0.3, 0.1}, q[] = {0.33, 0.33, 0.34};
    static const double entropies[] = {0.4422, 0.5211, 0.3322}, divergences[] = {0.5175, -0.0413, -0.1766},
                        crosses[] = {0.9597, 0.4798, 0.1556};
    double entropy = 0, cross = 0;
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        const double own = p[i] * plx_bits(plx_surprisal(p[i])), other = p[i] * plx_bits(plx_surprisal(q[i]));
        assert_within(own, entropies[i], 5e-5);
        assert_within(other, crosses[i], 5e-5);
        assert_within(other - own, divergences[i], 5e-5);
        entropy += own;
        cross += other;
    }
    assert_within(entropy, 1.2955, 5e-5);
    assert_within(cross, 1.5952, 5e-5);
    assert_within(cross - entropy, 0.2997, 5e-5);
}

/* Distributions. */

static const double P[] = {0.6, 0.3, 0.1}, Q[] = {0.33, 0.33, 0.34};

static void plx_entropy__worked_values(void **state)
{
    static const double entropies[] = {0.4422, 0.5211, 0.3322}, divergences[] = {0.5175, -0.0413, -0.1766},
                        crosses[] = {0.9597, 0.4798, 0.1556};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        assert_within(plx_bits(plx_entropy(P + i, 1)), entropies[i], 5e-5);
        assert_within(plx_bits(plx_kl_divergence(P + i, Q + i, 1)), divergences[i], 5e-5);
        assert_within(plx_bits(plx_cross_entropy_distributions(P + i, Q + i, 1)), crosses[i], 5e-5);
    }
    const double entropy = plx_entropy(P, 3), divergence = plx_kl_divergence(P, Q, 3);
    assert_within(plx_bits(entropy), 1.2955, 5e-5);
    assert_within(plx_bits(divergence), 0.2997, 5e-5);
    assert_within(plx_bits(plx_cross_entropy_distributions(P, Q, 3)), 1.5952, 5e-5);
    assert_close(plx_cross_entropy_distributions(P, Q, 3), entropy + divergence);
    assert_true(plx_kl_divergence(P, P, 3) == 0 && plx_kl_divergence(Q, P, 3) > 0);
    assert_true(plx_kl_divergence(P, Q, 3) != plx_kl_divergence(Q, P, 3));
}

static void plx_entropy__zeros(void **state)
{
    static const double sure[] = {1, 0, 0}, half[] = {0.5, 0.5, 0};
    (void)state;
    assert_true(plx_entropy(sure, 3) == 0 && !signbit(plx_entropy(sure, 3)));
    assert_close(plx_entropy(half, 3), 0.6931471805599453);
    assert_close(plx_cross_entropy_distributions(sure, half, 3), 0.6931471805599453);
    assert_close(plx_kl_divergence(sure, half, 3), 0.6931471805599453);
    assert_true(plx_cross_entropy_distributions(half, sure, 3) == (double)INFINITY);
    assert_true(plx_kl_divergence(half, sure, 3) == (double)INFINITY);
    assert_true(plx_entropy(sure, 0) == 0 && plx_kl_divergence(sure, half, 0) == 0);
}

/* Quotients that do not fit a double: 2^-1074 against 1, and 1 against 2^-1074. */
static void plx_kl_divergence__least_probabilities(void **state)
{
    static const double one[] = {1}, least[] = {0x1p-1074}, small[] = {0x1p-1060};
    (void)state;
    assert_close(plx_kl_divergence(one, least, 1), 744.4400719213812); /* 1074 ln 2 */
    assert_true(plx_kl_divergence(least, one, 1) == -744 * 0x1p-1074);
    assert_true(plx_kl_divergence(small, least, 1) == 9.704060527839234 * 0x1p-1060); /* 14 ln 2 */
}

static void plx_entropy__outside(void **state)
{
    static const double fine[] = {0, 1};
    const double outside[][2] = {{-0.1, 1}, {0, 1.1}, {(double)NAN, 1}, {0, (double)INFINITY}};
    (void)state;
    for (size_t i = 0; i < sizeof outside / sizeof *outside; i++) {
        assert_true(isnan(plx_entropy(outside[i], 2)));
        assert_true(isnan(plx_cross_entropy_distributions(outside[i], fine, 2)));
        assert_true(isnan(plx_cross_entropy_distributions(fine, outside[i], 2)));
        assert_true(isnan(plx_kl_divergence(outside[i], fine, 2)));
        assert_true(isnan(plx_kl_divergence(fine, outside[i], 2)));
    }
}

/* From logits. */

static void plx_cross_entropy__worked_values(void **state)
{
    static const double logits[] = {2.0, 0.5, -1.0};
    const double logs[] = {log(0.6), log(0.3), log(0.1)}; /* probabilities by way of their logarithms */
    (void)state;
    assert_within(plx_cross_entropy(logits, 3, 0), 0.2413, 5e-5);
    assert_close(plx_cross_entropy(logs, 3, 1), 1.203972804325936);
    assert_within(plx_cross_entropy(logs, 3, 1), 1.204, 5e-4);
}

static void plx_cross_entropy__one_hot(void **state)
{
    static const double rows[][3] = {{0.9, 0.07, 0.03}, {0.05, 0.9, 0.05}, {0.333, 0.333, 0.333}};
    static const double expected[] = {0.1054, 2.9957, 1.0996};
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        assert_within(plx_surprisal(rows[i][0]), expected[i], 5e-5);
        const double logits[] = {log(rows[i][0]), log(rows[i][1]), log(rows[i][2])};
        const double normalised = rows[i][0] / (rows[i][0] + rows[i][1] + rows[i][2]);
        assert_close(plx_cross_entropy(logits, 3, 0), plx_surprisal(normalised));
    }
}

/* ln V nats, perplexity V, whatever the one logit is. */
static void plx_cross_entropy__uniform(void **state)
{
    static const size_t sizes[] = {1, 2, 8, 65, 1000, 33278};
    static const double values[] = {0, -3.5, 700, -1e6};
    (void)state;
    double *logits = malloc(33278 * sizeof *logits);
    assert_non_null(logits);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        for (size_t k = 0; k < sizeof values / sizeof *values; k++) {
            const double v = (double)sizes[i];
            for (size_t t = 0; t < sizes[i]; t++)
                logits[t] = values[k];
            const double nats = plx_cross_entropy(logits, sizes[i], sizes[i] / 2);
            assert_close(nats, log(v));
            assert_within(plx_perplexity(nats), v, 1e-14 * v);
        }
    }
    free(logits);
}

/* Where exponentials overflow or vanish. */
static void plx_cross_entropy__extreme_logits(void **state)
{
    static const double great[] = {1000, -1000}, small[] = {-5000, -5001},
                        impossible[] = {0, -(double)INFINITY};
    static const double offset[] = {100000000.0, 100000001.0, 99999998.0};
    (void)state;
    assert_true(plx_cross_entropy(great, 2, 0) == 0);
    assert_true(plx_cross_entropy(great, 2, 1) == 2000);
    assert_close(plx_cross_entropy(small, 2, 0), 0.31326168751822286); /* ln(1 + 1/e) */
    assert_true(plx_cross_entropy(impossible, 2, 0) == 0);
    assert_true(plx_cross_entropy(impossible, 2, 1) == (double)INFINITY);
    /* An offset of all logits costs no digits: ln(1 + e + e^-2). */
    assert_close(plx_cross_entropy(offset, 3, 0), 1.3490122167681864);
}

static void plx_cross_entropy__never_negative(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2000; i++) {
        const double logits[] = {i * 0.37, i * 0.37 - 40 + i * 0.001, -1e3};
        const double nats = plx_cross_entropy(logits, 3, 0);
        assert_true(nats >= 0);
    }
}

/* Binary. */

static void plx_binary_cross_entropy__worked_values(void **state)
{
    (void)state;
    assert_within(plx_binary_cross_entropy(0.95, 1), 0.0513, 5e-5);
    assert_close(plx_binary_cross_entropy(0.95, 1), 0.051293294387550536);
    assert_within(plx_binary_cross_entropy(0.5, 1), 0.6931, 5e-5);
    assert_within(plx_binary_cross_entropy(0.05, 1), 2.9957, 5e-5);
    assert_close(plx_binary_cross_entropy(0.05, 0), 0.051293294387550536);
    /* -(0.25 ln 0.8 + 0.75 ln 0.2) */
    assert_close(plx_binary_cross_entropy(0.8, 0.25), 1.2628643221541278);
    assert_within(plx_binary_cross_entropy(1e-17, 0), 1e-17, 1e-32); /* 1 - p is not rounded to 1 */
}

static void plx_binary_cross_entropy__certain(void **state)
{
    (void)state;
    assert_true(plx_binary_cross_entropy(1, 1) == 0 && !signbit(plx_binary_cross_entropy(1, 1)));
    assert_true(plx_binary_cross_entropy(0, 0) == 0 && !signbit(plx_binary_cross_entropy(0, 0)));
    assert_true(plx_binary_cross_entropy(0, 1) == (double)INFINITY); /* nothing is clipped */
    assert_true(plx_binary_cross_entropy(1, 0) == (double)INFINITY);
    assert_true(plx_binary_cross_entropy(0, 0.5) == (double)INFINITY);
}

static void plx_binary_cross_entropy__outside(void **state)
{
    (void)state;
    assert_true(isnan(plx_binary_cross_entropy(-0.1, 1)));
    assert_true(isnan(plx_binary_cross_entropy(1.1, 1)));
    assert_true(isnan(plx_binary_cross_entropy(0.5, -0.1)));
    assert_true(isnan(plx_binary_cross_entropy(0.5, 1.1)));
    assert_true(isnan(plx_binary_cross_entropy((double)NAN, 1)));
    assert_true(isnan(plx_binary_cross_entropy(0.5, (double)NAN)));
}

static void plx_binary_cross_entropy_logit__worked_values(void **state)
{
    (void)state;
    assert_close(plx_binary_cross_entropy_logit(0.5, 1), 0.4740769841801067);
    assert_close(plx_binary_cross_entropy_logit(0.5, 0), 0.9740769841801067);
    assert_close(plx_binary_cross_entropy_logit(-3, 1), 3.048587351573742);
    assert_close(plx_binary_cross_entropy_logit(2, 0.3), 1.5269280110429726);
    assert_close(plx_binary_cross_entropy_logit(0, 0.5), 0.6931471805599453);
    assert_true(plx_binary_cross_entropy_logit(800, 1) == 0);
    assert_true(plx_binary_cross_entropy_logit(-800, 1) == 800);
    assert_true(plx_binary_cross_entropy_logit(800, 0) == 800);
    assert_within(plx_binary_cross_entropy_logit(40, 1), 4.248354255291589e-18, 1e-32);
}

/* Units and perplexity. */

static void plx_perplexity__worked_values(void **state)
{
    static const double cases[][3] = {
        /* nats, perplexity, how exactly that is said */
        {0, 1, 0},      {1, 2.72, 0.005},    {2.3, 10, 0.05},   {4.6, 100, 0.6},
        {6.9, 1000, 8}, {2.5, 12.18, 0.005}, {3, 20.09, 0.005},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_within(plx_perplexity(cases[i][0]), cases[i][1], cases[i][2]);
    assert_close(plx_perplexity(2.5), 12.182493960703473);
    assert_close(plx_perplexity(3), 20.085536923187668);
    assert_within(plx_perplexity_nats(9), 2.197, 5e-4);
    assert_close(plx_perplexity_nats(9), 2.1972245773362196);
    assert_true(plx_perplexity_nats(1) == 0);
    assert_true(plx_perplexity((double)INFINITY) == (double)INFINITY);
    assert_true(plx_perplexity_nats((double)INFINITY) == (double)INFINITY);
}

static void plx_bits__units(void **state)
{
    (void)state;
    assert_close(plx_bits(0.6931471805599453), 1);
    assert_close(plx_hartleys(2.302585092994046), 1);
    assert_close(plx_bits(1), 1.4426950408889634);     /* 1/ln 2 */
    assert_close(plx_hartleys(1), 0.4342944819032518); /* 1/ln 10 */
    assert_close(exp2(plx_bits(3)), 20.085536923187668);
    assert_true(plx_bits(0) == 0 && plx_hartleys(0) == 0);
    assert_true(plx_bits((double)INFINITY) == (double)INFINITY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_surprisal__worked_values),
        cmocka_unit_test(plx_surprisal__ends_of_the_range),
        cmocka_unit_test(plx_surprisal__no_probabilities),
        cmocka_unit_test(plx_surprisal__a_hundred_times_one_half),
        cmocka_unit_test(plx_surprisal__entropy_and_divergence),
        cmocka_unit_test(plx_entropy__worked_values),
        cmocka_unit_test(plx_entropy__zeros),
        cmocka_unit_test(plx_kl_divergence__least_probabilities),
        cmocka_unit_test(plx_entropy__outside),
        cmocka_unit_test(plx_cross_entropy__worked_values),
        cmocka_unit_test(plx_cross_entropy__one_hot),
        cmocka_unit_test(plx_cross_entropy__uniform),
        cmocka_unit_test(plx_cross_entropy__extreme_logits),
        cmocka_unit_test(plx_cross_entropy__never_negative),
        cmocka_unit_test(plx_binary_cross_entropy__worked_values),
        cmocka_unit_test(plx_binary_cross_entropy__certain),
        cmocka_unit_test(plx_binary_cross_entropy__outside),
        cmocka_unit_test(plx_binary_cross_entropy_logit__worked_values),
        cmocka_unit_test(plx_perplexity__worked_values),
        cmocka_unit_test(plx_bits__units),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
