/* Student's t: probabilities of SciPy (stats.t.sf), quantiles of Python's mpmath. */
#include "base/student.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static void beyond__is_scipys(void **state)
{
    static const struct {
        double t;
        size_t freedom;
        double beyond;
    } expected[] = {{0, 3, 1},
                    {1, 1, 0.5},
                    {1, 3, 0.39100221895577053},
                    {2.5, 4, 0.06676654481198813},
                    {0.3, 7, 0.7728900504021343},
                    {1, 99, 0.3197484741393017}};
    (void)state;
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        assert_true(fabs(plx_student_beyond(expected[i].t, expected[i].freedom) - expected[i].beyond) <
                    1e-14);
    assert_true(plx_student_beyond(1e300, 2) < 1e-15);
    assert_true(plx_student_beyond((double)INFINITY, 5) < 1e-15);
}

static void quantile__is_mpmaths(void **state)
{
    (void)state;
    assert_true(fabs(plx_student_95(1) - 12.706204736174705) < 1e-11);
    assert_true(fabs(plx_student_95(2) - 4.3026527297494639) < 1e-11);
    assert_true(fabs(plx_student_95(2047) - 1.9611235598633852) < 1e-11);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(beyond__is_scipys),
                                       cmocka_unit_test(quantile__is_mpmaths)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
