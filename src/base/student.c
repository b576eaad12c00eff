#include "base/student.h"

#include <math.h>

#define PI 3.14159265358979323846

/* Abramowitz and Stegun, 26.7.3 and 26.7.4. */
double plx_student_beyond(double t, size_t freedom)
{
    const double angle = atan2(t, sqrt((double)freedom)), square = cos(angle) * cos(angle);
    const size_t odd = freedom % 2;
    double term = odd ? cos(angle) : 1, sum = 0;
    for (size_t i = odd; i + 1 < freedom; i += 2) {
        sum += term;
        term *= square * (double)(i + 1) / (double)(i + 2);
    }
    const double within = odd ? 2 / PI * (angle + sin(angle) * sum) : sin(angle) * sum;
    return fmax(0, 1 - within);
}

double plx_student_95(size_t freedom)
{
    double low = 0, high = 16, middle = 8; /* with one degree of freedom it is 12.7 */
    while (middle > low && middle < high) {
        if (plx_student_beyond(middle, freedom) > 0.05)
            low = middle;
        else
            high = middle;
        middle = (low + high) / 2;
    }
    return high;
}
