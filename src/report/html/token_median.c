#include "report/html/token_median.h"

#include <math.h>

/* From the bottom: −∞, what is below all bins, the bins, what is above them, +∞. Both ends belong to it. */
static void find_bin(struct plx_median_search *search, const struct plx_token_survey *survey)
{
    const double lowest = plx_token_survey_lowest(survey),
                 beyond = lowest + PLX_SPREAD_WIDTH * PLX_SPREAD_BINS;
    search->low = search->high = -(double)INFINITY;
    if (search->rank < survey->infinite[0])
        return;
    search->rank -= survey->infinite[0];
    search->low = survey->low;
    search->high = nextafter(lowest, -(double)INFINITY);
    if (search->rank < survey->below)
        return;
    search->rank -= survey->below;
    for (size_t i = 0; i < PLX_SPREAD_BINS; i++) {
        search->low = lowest + PLX_SPREAD_WIDTH * (double)i;
        search->high = nextafter(search->low + PLX_SPREAD_WIDTH, -(double)INFINITY);
        if (search->rank < survey->spread[i])
            return;
        search->rank -= survey->spread[i];
    }
    search->low = beyond;
    search->high = survey->high;
    if (search->rank < survey->above)
        return;
    search->low = search->high = (double)INFINITY;
}

void plx_token_median_begin(struct plx_token_median *median, const struct plx_token_survey *survey)
{
    *median = (struct plx_token_median){0};
    for (size_t i = 0; i < 2; i++) {
        struct plx_median_search *search = median->searches + i;
        search->low = search->high = (double)NAN;
        if (survey->count == 0)
            continue;
        search->rank = (survey->count - 1 + i) / 2;
        find_bin(search, survey);
    }
}

static bool is_found(const struct plx_median_search *search)
{
    return !(search->low < search->high);
}

/* A larger value is in the same part or in a later one, and the ends are not in the same one. */
static size_t part_of(const struct plx_median_search *search, double value)
{
    /* Halves, whose distance is finite. */
    const double width = search->high / 2 - search->low / 2;
    if (!(width > 0))
        return value > search->low;
    const double part = (value / 2 - search->low / 2) / width * PLX_MEDIAN_PARTS;
    return part < PLX_MEDIAN_PARTS ? (size_t)part : PLX_MEDIAN_PARTS - 1;
}

static void add(struct plx_median_search *search, double value)
{
    if (is_found(search) || value < search->low || value > search->high)
        return;
    struct plx_median_part *part = search->parts + part_of(search, value);
    part->low = part->count ? fmin(part->low, value) : value;
    part->high = part->count ? fmax(part->high, value) : value;
    part->count++;
}

void plx_token_median_add(struct plx_token_median *median, double value)
{
    for (size_t i = 0; i < 2; i++)
        add(median->searches + i, isnan(value) ? 0 : value);
}

static void narrow(struct plx_median_search *search)
{
    struct plx_median_part found = {.low = (double)NAN, .high = (double)NAN};
    for (size_t i = 0; i < PLX_MEDIAN_PARTS; i++) {
        if (found.count == 0 && search->rank < search->parts[i].count)
            found = search->parts[i];
        else if (found.count == 0)
            search->rank -= search->parts[i].count;
        search->parts[i] = (struct plx_median_part){0};
    }
    /* The ends of a part are known. */
    search->low = search->rank + 1 == found.count ? found.high : found.low;
    search->high = search->rank == 0 ? found.low : found.high;
}

void plx_token_median_narrow(struct plx_token_median *median)
{
    for (size_t i = 0; i < 2; i++) {
        if (!is_found(median->searches + i))
            narrow(median->searches + i);
    }
}

bool plx_token_median_found(const struct plx_token_median *median)
{
    return is_found(median->searches) && is_found(median->searches + 1);
}

double plx_token_median_value(const struct plx_token_median *median)
{
    const double low = median->searches[0].low, high = median->searches[1].low;
    return low == high ? low : low / 2 + high / 2;
}
