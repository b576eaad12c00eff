/* Log-sum-exp. Expected values: mpmath 1.3 with 40 digits unless a comment says otherwise. The kernels of
   both widths are reached by including the file under other names. */
#define plx_logsumexp       logsumexp_under_test
#define plx_logsumexp_above logsumexp_above_under_test
#define plx_lse_add         add_under_test
#define plx_lse_add_floats  add_floats_under_test
#define plx_lse_end         end_under_test
#include "base/logsumexp.c"
#undef plx_logsumexp
#undef plx_logsumexp_above
#undef plx_lse_add
#undef plx_lse_add_floats
#undef plx_lse_end

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

double plx_logsumexp(const double *z, size_t n);
void plx_lse_add(struct plx_lse *lse, double *z, size_t count);
float plx_lse_add_floats(struct plx_lse *lse, float *z, const float *bias, size_t count);
double plx_lse_end(const struct plx_lse *lse);

#define ROWS_MAX 200

static const double INFINITE = (double)INFINITY;

static void assert_close(double found, double expected, double tolerance)
{
    if (!(fabs(found - expected) <= tolerance))
        fail_msg("found %.17g, expected %.17g", found, expected);
}

static void plx_logsumexp__known_values(void **state)
{
    const double a[] = {2.0, 0.5, -1.0}, b[] = {1000, 1000}, c[] = {-5000, -5001, -5002.5};
    (void)state;
    assert_close(plx_logsumexp(a, 3), 2.241311296657157, 1e-15);
    assert_close(plx_logsumexp(b, 2), 1000.6931471805599, 3e-13);
    assert_close(plx_logsumexp(c, 3), -4999.628460968147, 2e-12);
}

/* log Σ exp 0 over V terms is ln V: 33,278 of them give 10.412651796975453. */
static void plx_logsumexp__uniform(void **state)
{
    static double zeros[33278];
    (void)state;
    assert_true(plx_logsumexp(zeros, 33278) == 10.412651796975453);
}

static void plx_logsumexp__limits(void **state)
{
    const double none[] = {-INFINITE, -INFINITE}, some[] = {-INFINITE, 3};
    const double all[] = {INFINITE, 1, -INFINITE}, nan_and_all[] = {INFINITE, (double)NAN};
    (void)state;
    assert_true(plx_logsumexp(none, 0) == -INFINITE);
    assert_true(plx_logsumexp(none, 2) == -INFINITE);
    assert_true(plx_logsumexp(some, 2) == 3);
    assert_true(plx_logsumexp(all, 3) == INFINITE);
    assert_true(isnan(plx_logsumexp(nan_and_all, 2)));
}

/* A column given in calls of `block` elements. */
static double sum_of(const double *column, size_t rows, size_t block)
{
    struct plx_lse lse = plx_lse_begin();
    for (size_t first = 0; first < rows; first += block) {
        double z[ROWS_MAX];
        const size_t count = rows - first < block ? rows - first : block;
        memcpy(z, column + first, count * sizeof *z);
        plx_lse_add(&lse, z, count);
    }
    return plx_lse_end(&lse);
}

static void fill_column(double *column, size_t rows, double scale)
{
    for (size_t i = 0; i < rows; i++)
        column[i] = scale * (double)((i * 37 + 11) % 101) - 50 * scale;
}

/* Against the form of one column, which has been checked above. */
static void plx_lse_add__agrees_with_the_plain_form(void **state)
{
    static const double SCALES[] = {0, 0.01, 1, 7, 200}; /* logits up to ±10,000 */
    double column[ROWS_MAX];
    (void)state;
    for (size_t s = 0; s < sizeof SCALES / sizeof *SCALES; s++) {
        fill_column(column, ROWS_MAX, SCALES[s]);
        const double expected = plx_logsumexp(column, ROWS_MAX);
        for (size_t block = 1; block <= ROWS_MAX; block = block * 3 + 1)
            assert_close(sum_of(column, ROWS_MAX, block), expected, 1e-14 * (1 + fabs(expected)));
    }
}

static void plx_lse_add__uniform_is_exact(void **state)
{
    const double column[ROWS_MAX] = {0};
    (void)state;
    assert_true(sum_of(column, ROWS_MAX, 7) == log(ROWS_MAX));
}

static void plx_lse_add__limits(void **state)
{
    const double nan = (double)NAN;
    const struct {
        double column[4];
        double expected;
    } cases[] = {
        {{-INFINITE, -INFINITE, -INFINITE, -INFINITE}, -INFINITE},
        {{-INFINITE, -INFINITE, 2.5, -INFINITE}, 2.5},
        {{1, INFINITE, -INFINITE, 1e300}, INFINITE},
        {{INFINITE, INFINITE, 0, 0}, INFINITE},
        {{DBL_MAX, 0, -DBL_MAX, -INFINITE}, DBL_MAX},
        {{-DBL_MAX, -DBL_MAX, -DBL_MAX, -DBL_MAX}, -DBL_MAX},
        {{nan, 0, 0, 0}, nan},
        {{0, 0, 0, nan}, nan},
        {{INFINITE, nan, 0, 0}, nan},
        {{nan, INFINITE, 0, 0}, nan},
        {{-INFINITE, nan, -INFINITE, -INFINITE}, nan},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (size_t block = 1; block <= 4; block++) {
            const double found = sum_of(cases[i].column, 4, block);
            if (isnan(cases[i].expected) ? !isnan(found) : found != cases[i].expected)
                fail_msg("case %zu in blocks of %zu: %g", i, block, found);
        }
    }
}

static void plx_lse_end__nothing_added(void **state)
{
    struct plx_lse lse = plx_lse_begin();
    double none;
    (void)state;
    plx_lse_add(&lse, &none, 0);
    assert_true(plx_lse_end(&lse) == -INFINITE);
}

/* What makes a cross-entropy never negative: the maximum's own term is 1 exactly. */
static void plx_lse_end__is_at_least_the_maximum(void **state)
{
    double column[ROWS_MAX];
    (void)state;
    for (size_t peak = 0; peak < ROWS_MAX; peak++) {
        fill_column(column, ROWS_MAX, 0.001);
        column[peak] = 36.7 + (double)peak;
        assert_true(sum_of(column, ROWS_MAX, 48) >= column[peak]);
    }
}

/* Each term exp(z + bias − maximum) for arguments of every size, against the C library's exp of the same
 * float. */
static void plx_lse_add_floats__terms_within_2_5_ulp(void **state)
{
    (void)state;
    for (float x = 0; x > -87.3f; x -= 0.000977f) {
        struct plx_lse lse = plx_lse_begin();
        float z[8] = {x, 0, x / 3, x / 7, x / 100, x / 1e4f, x, x}, bias[8] = {0};
        float arguments[8];
        memcpy(arguments, z, sizeof z);
        assert_true(plx_lse_add_floats(&lse, z, bias, 8) == 1.0f);
        for (size_t i = 0; i < 8; i++) {
            const double expected = exp((double)arguments[i]);
            const double ulp = (double)(nextafterf((float)expected, 2) - (float)expected);
            if (!(fabs((double)z[i] - expected) <= 2.5 * ulp))
                fail_msg("exp(%a) is %a", (double)arguments[i], (double)z[i]);
        }
    }
}

/* Against the sum in double of the same floats; the biases shift half of the column. */
static void plx_lse_add_floats__agrees_with_double(void **state)
{
    static const double SCALES[] = {0, 0.01, 1, 7, 200};
    double column[ROWS_MAX];
    float bias[ROWS_MAX];
    (void)state;
    for (size_t s = 0; s < sizeof SCALES / sizeof *SCALES; s++) {
        for (size_t block = 8; block <= ROWS_MAX; block *= 5) {
            struct plx_lse lse = plx_lse_begin();
            float z[ROWS_MAX];
            fill_column(column, ROWS_MAX, SCALES[s]);
            for (size_t i = 0; i < ROWS_MAX; i++) {
                z[i] = (float)column[i];
                bias[i] = i % 2 == 0 ? 0.0f : 3.5f;
                column[i] = (double)(z[i] + bias[i]);
            }
            for (size_t first = 0; first < ROWS_MAX; first += block)
                plx_lse_add_floats(&lse, z + first, bias + first, block);
            const double expected = plx_logsumexp(column, ROWS_MAX);
            assert_close(plx_lse_end(&lse), expected, 2e-7);
        }
    }
}

/* A later maximum scales what there is; the largest term is that of the call. */
static void plx_lse_add_floats__largest_term(void **state)
{
    struct plx_lse lse = plx_lse_begin();
    float low[8] = {-9, -9, -9, -9, -9, -9, -9, -9}, high[8] = {0, 1, 2, 3, 4, 5, 6, 7};
    float lower[8] = {5, 0, 0, 0, 0, 0, 0, 0}, bias[8] = {0};
    (void)state;
    assert_true(plx_lse_add_floats(&lse, low, bias, 8) == 1.0f);
    assert_true(plx_lse_add_floats(&lse, high, bias, 8) == 1.0f);
    assert_close((double)plx_lse_add_floats(&lse, lower, bias, 8), exp(-2), 1e-7);
    assert_true(lse.maximum == 7);
    assert_close(plx_lse_end(&lse), 7.544162930933729, 1e-6); /* ln(8 e^-9 + Σ e^0…7 + e^5 + 7) */
}

static void plx_lse_add_floats__what_is_not_finite(void **state)
{
    static const float BAD[] = {(float)NAN, (float)INFINITY};
    float bias[8] = {0};
    (void)state;
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        struct plx_lse lse = plx_lse_begin();
        float z[8] = {0};
        z[5] = BAD[i];
        plx_lse_add_floats(&lse, z, bias, 8);
        assert_true(!isfinite(plx_lse_end(&lse)));
    }
    struct plx_lse lse = plx_lse_begin();
    float masked[8] = {2, 2, -(float)INFINITY, 2, 2, 2, 2, 2};
    plx_lse_add_floats(&lse, masked, bias, 8);
    assert_true(plx_lse_end(&lse) == 2 + log(7));
}

static void plx_lse_add_floats__the_same_bits_in_both_widths(void **state)
{
    (void)state;
#if PLX_HAS_WIDTH4
    if (!plx_use_width4())
        skip();
    for (float scale = 0.01f; scale < 100; scale *= 1.7f) {
        float narrow[64], wide[64], bias[64];
        double narrow_sums[LANES] = {0}, wide_sums[LANES] = {0};
        for (size_t i = 0; i < 64; i++) {
            narrow[i] = wide[i] = scale * (float)(i * 29 % 64);
            bias[i] = scale / 3;
        }
        const float least = add_bias2(narrow, bias, 64, 1), most = add_bias4(wide, bias, 64, 1);
        assert_true(least == most);
        assert_true(exp_and_sum2(narrow, 64, least, narrow_sums) == exp_and_sum4(wide, 64, most, wide_sums));
        assert_memory_equal(narrow, wide, sizeof wide);
        assert_memory_equal(narrow_sums, wide_sums, sizeof wide_sums);
    }
#else
    skip();
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_logsumexp__known_values),
        cmocka_unit_test(plx_logsumexp__uniform),
        cmocka_unit_test(plx_logsumexp__limits),
        cmocka_unit_test(plx_lse_add__agrees_with_the_plain_form),
        cmocka_unit_test(plx_lse_add__uniform_is_exact),
        cmocka_unit_test(plx_lse_add__limits),
        cmocka_unit_test(plx_lse_end__nothing_added),
        cmocka_unit_test(plx_lse_end__is_at_least_the_maximum),
        cmocka_unit_test(plx_lse_add_floats__terms_within_2_5_ulp),
        cmocka_unit_test(plx_lse_add_floats__agrees_with_double),
        cmocka_unit_test(plx_lse_add_floats__largest_term),
        cmocka_unit_test(plx_lse_add_floats__what_is_not_finite),
        cmocka_unit_test(plx_lse_add_floats__the_same_bits_in_both_widths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
