#include "report/html/ticks.h"

#include <math.h>

/* Bounds that something lies between, and whose distance is a number to count with. */
static void settle(double *low, double *high)
{
    static const double LARGEST = 1e300;
    *low = fmin(fmax(*low, -LARGEST), LARGEST);
    *high = fmin(fmax(*high, -LARGEST), LARGEST);
    const double most = fmax(fabs(*low), fabs(*high));
    if (*high - *low > 1e-12 * most)
        return;
    const double half = most > 1e-280 ? 0.05 * most : 1;
    *high = *low + half;
    *low -= half;
}

struct plx_ticks plx_ticks_find(double low, double high, size_t most)
{
    static const double LEADING[] = {1, 2, 5};
    settle(&low, &high);
    double power = pow(10, floor(log10((high - low) / (double)most)));
    for (size_t i = 0;; i++) {
        const double step = LEADING[i % 3] * power;
        /* A bound that rounding has moved off its mark is at it. */
        const double first = floor(low / step + 1e-9), last = ceil(high / step - 1e-9);
        if (last - first + 1 <= (double)most)
            return (struct plx_ticks){first * step, step, (size_t)(last - first) + 1};
        if (i % 3 == 2)
            power *= 10;
    }
}

double plx_ticks_at(const struct plx_ticks *ticks, size_t index)
{
    const double mark = rint(ticks->first / ticks->step) + (double)index;
    return ticks->step < 1 ? mark / rint(1 / ticks->step) : mark * ticks->step;
}

static unsigned decimals(double step)
{
    return step < 1 ? (unsigned)ceil(-log10(step) - 1e-9) : 0;
}

const char *plx_ticks_label(double value, double step, char text[PLX_FIXED_TEXT])
{
    static const struct {
        double unit;
        char suffix;
    } UNITS[] = {{1e9, 'G'}, {1e6, 'M'}, {1e3, 'k'}};
    for (size_t i = 0; i < sizeof UNITS / sizeof *UNITS; i++) {
        if (!(fabs(value) < 1e300) || fabs(value) < UNITS[i].unit || step < UNITS[i].unit / 10)
            continue;
        const double units = value / UNITS[i].unit;
        const unsigned digits = units == rint(units) ? 0 : decimals(step / UNITS[i].unit);
        const size_t length = plx_format_fixed(units, digits, text);
        text[length] = UNITS[i].suffix;
        text[length + 1] = '\0';
        return text;
    }
    plx_format_fixed(value == 0 ? 0 : value, decimals(step), text);
    return text;
}
