/* The scalar product. Expected values: worked by hand, and sums of integers, which are exact in any order.
   The kernels of both widths are reached by including the file under another name. */
#define plx_dot dot_under_test
#include "base/dot.c"
#undef plx_dot

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

double plx_dot(const double *a, const double *b, size_t count);

static void plx_dot__known_values(void **state)
{
    const double a[] = {1, 2, -3}, b[] = {4, 0.5, 2};
    (void)state;
    assert_true(plx_dot(a, b, 3) == -1); /* 4 + 1 − 6 */
    assert_true(plx_dot(a, b, 0) == 0);
}

/* Σ k² for k below n: (n − 1) n (2n − 1) / 6. */
static void plx_dot__any_count(void **state)
{
    double a[100];
    (void)state;
    for (size_t k = 0; k < 100; k++)
        a[k] = (double)k;
    for (size_t n = 1; n <= 100; n++)
        assert_true(plx_dot(a, a, n) == (double)((n - 1) * n * (2 * n - 1) / 6));
}

/* (1 + 2^-30)² − 1 − 2^-29 is 2^-60 where the product is not rounded before it is added; both are in lane 0.
 */
static void plx_dot__does_not_fuse(void **state)
{
    const double x = 1 + 0x1p-30;
    double a[16] = {-(1 + 0x1p-29)}, b[16] = {1};
    (void)state;
    a[8] = b[8] = x;
    assert_true(plx_dot(a, b, 16) == 0);
}

static void plx_dot__the_same_bits_in_both_widths(void **state)
{
    (void)state;
#if PLX_HAS_WIDTH4
    if (!plx_use_width4())
        skip();
    double a[64], b[64], narrow[LANES] = {0}, wide[LANES] = {0};
    for (size_t k = 0; k < 64; k++) {
        a[k] = 1.0 / (double)(k + 3);
        b[k] = 1.0 / (double)(7 * k + 1);
    }
    dot_lanes2(a, b, 64, narrow);
    dot_lanes4(a, b, 64, wide);
    assert_memory_equal(narrow, wide, sizeof wide);
#else
    skip();
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_dot__known_values),
        cmocka_unit_test(plx_dot__any_count),
        cmocka_unit_test(plx_dot__does_not_fuse),
        cmocka_unit_test(plx_dot__the_same_bits_in_both_widths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
