#include "report/html/token_survey.h"

#include <math.h>
#include <stdlib.h>

#define BUDGET_LEAST 6000

void plx_token_survey_init(struct plx_token_survey *survey, bool with_signs)
{
    *survey = (struct plx_token_survey){
        .with_signs = with_signs, .low = (double)INFINITY, .high = -(double)INFINITY};
    survey->tokens[0].sign = survey->passages[0].sign = 1;
    survey->tokens[1].sign = survey->passages[1].sign = -1;
}

double plx_token_survey_lowest(const struct plx_token_survey *survey)
{
    return survey->with_signs ? -PLX_SPREAD_WIDTH * PLX_SPREAD_BINS / 2 : 0;
}

double plx_token_survey_size(size_t index)
{
    static const double STEPS[PLX_SIZES] = {
        1e-12, 3e-12, 1e-11, 3e-11, 1e-10, 3e-10, 1e-9, 3e-9, 1e-8, 3e-8, 1e-7, 3e-7, 1e-6, 3e-6, 1e-5, 3e-5,
        1e-4,  3e-4,  1e-3,  3e-3,  1e-2,  3e-2,  0.1,  0.3,  1,    3,    10,   30,   100,  300,  1e3,  3e3};
    return STEPS[index];
}

double plx_passage_mean(const struct plx_passage *passage)
{
    if (passage->infinite[0] > 0)
        return passage->infinite[1] > 0 ? (double)NAN : -(double)INFINITY;
    return passage->infinite[1] > 0 ? (double)INFINITY : passage->sum / (double)passage->count;
}

static bool precedes(const struct plx_ranking *ranking, const struct plx_passage *a,
                     const struct plx_passage *b)
{
    const bool side = ranking->sign > 0;
    if (a->infinite[side] != b->infinite[side])
        return a->infinite[side] > b->infinite[side];
    return ranking->sign * a->sum / (double)a->count > ranking->sign * b->sum / (double)b->count;
}

/* Differences are ranked where they are of the ranking's side. */
static void rank(struct plx_ranking *ranking, const struct plx_passage *passage, bool with_signs)
{
    size_t at = ranking->count;
    if (with_signs && passage->infinite[ranking->sign > 0] == 0 && !(ranking->sign * passage->sum > 0))
        return;
    while (at > 0 && precedes(ranking, passage, ranking->list + at - 1))
        at--;
    if (at == PLX_RANKED_MOST)
        return;
    if (ranking->count < PLX_RANKED_MOST)
        ranking->count++;
    for (size_t i = ranking->count - 1; i > at; i--)
        ranking->list[i] = ranking->list[i - 1];
    ranking->list[at] = *passage;
}

static void end_passage(struct plx_token_survey *survey)
{
    rank(survey->passages, &survey->current, survey->with_signs);
    if (survey->with_signs)
        rank(survey->passages + 1, &survey->current, true);
    survey->current = (struct plx_passage){.begin = survey->count};
}

static void add_to_spread(struct plx_token_survey *survey, double value)
{
    /* Exact: widths are powers of two. The difference of the values might round into the next bin. */
    const double bin = floor(value / PLX_SPREAD_WIDTH) - plx_token_survey_lowest(survey) / PLX_SPREAD_WIDTH;
    survey->low = fmin(survey->low, value);
    survey->high = fmax(survey->high, value);
    if (bin < 0)
        survey->below++;
    else if (bin >= PLX_SPREAD_BINS)
        survey->above++;
    else
        survey->spread[(size_t)bin]++;
    for (size_t i = PLX_SIZES; i-- > 0;) {
        if (fabs(value) >= plx_token_survey_size(i)) {
            survey->sizes[i]++;
            break;
        }
    }
}

static size_t position_bin(uint64_t position)
{
    return position ? (size_t)(64 - __builtin_clzll(position)) : 0;
}

void plx_token_survey_add(struct plx_token_survey *survey, uint64_t unit, uint64_t position, double value)
{
    const double number = isnan(value) ? 0 : value, finite = isinf(number) ? 0 : number;
    struct plx_passage token = {.begin = survey->count, .count = 1, .sum = finite};
    token.infinite[number > 0] = isinf(number) != 0;
    if (isinf(number))
        survey->infinite[number > 0]++;
    else
        add_to_spread(survey, number);
    survey->sides[0] += number < 0;
    survey->sides[1] += number > 0;
    plx_exact_add_value(&survey->total, finite);
    plx_exact_add_value(survey->positions + position_bin(position), number);
    survey->units += survey->count == 0 || unit != survey->unit;
    survey->unit = unit;
    survey->count++;
    rank(survey->tokens, &token, survey->with_signs);
    if (survey->with_signs)
        rank(survey->tokens + 1, &token, true);
    survey->current.count++;
    survey->current.sum += finite;
    survey->current.infinite[number > 0] += token.infinite[number > 0];
    if (survey->current.count == PLX_PASSAGE_TOKENS)
        end_passage(survey);
}

void plx_token_survey_end(struct plx_token_survey *survey)
{
    if (survey->count > 0 && survey->count < PLX_PASSAGE_TOKENS)
        end_passage(survey);
}

static int compare_ranges(const void *a, const void *b)
{
    const struct plx_token_range *left = a, *right = b;
    return (left->begin > right->begin) - (left->begin < right->begin);
}

size_t plx_token_ranges_join(struct plx_token_range *ranges, size_t count)
{
    size_t kept = 0;
    qsort(ranges, count, sizeof *ranges, compare_ranges);
    for (size_t i = 0; i < count; i++) {
        if (ranges[i].begin == ranges[i].end)
            continue;
        if (kept == 0 || ranges[i].begin > ranges[kept - 1].end)
            ranges[kept++] = ranges[i];
        else if (ranges[i].end > ranges[kept - 1].end)
            ranges[kept - 1].end = ranges[i].end;
    }
    return kept;
}

static uint64_t whole_passages(uint64_t tokens)
{
    return tokens - tokens % PLX_PASSAGE_TOKENS;
}

static size_t add_ranked(const struct plx_token_survey *survey, struct plx_token_range *ranges)
{
    size_t count = 0;
    for (size_t side = 0; side < 2; side++) {
        for (size_t i = 0; i < survey->passages[side].count; i++) {
            const struct plx_passage *passage = survey->passages[side].list + i;
            const uint64_t before = passage->begin > 0 ? PLX_PASSAGE_TOKENS : 0,
                           end = passage->begin + passage->count + PLX_PASSAGE_TOKENS;
            ranges[count++] =
                (struct plx_token_range){passage->begin - before, end < survey->count ? end : survey->count};
        }
    }
    return count;
}

size_t plx_token_survey_choose(const struct plx_token_survey *survey, uint64_t budget,
                               struct plx_token_range ranges[PLX_RANGES_MOST])
{
    budget = budget < BUDGET_LEAST ? BUDGET_LEAST : budget;
    ranges[0] = (struct plx_token_range){0, survey->count};
    if (survey->count <= budget)
        return plx_token_ranges_join(ranges, 1);
    ranges[0].end = whole_passages(budget / 8);
    size_t count = 1 + add_ranked(survey, ranges + 1);
    const uint64_t taken = ranges[0].end + (count - 1) * 3 * PLX_PASSAGE_TOKENS;
    const uint64_t length = whole_passages((budget - taken) / PLX_EVEN_RANGES);
    for (uint64_t i = 0; i < PLX_EVEN_RANGES; i++) {
        /* In the middle of each of so many equal parts. */
        const uint64_t part = survey->count / PLX_EVEN_RANGES,
                       begin = whole_passages(i * part + (part - length) / 2);
        ranges[count++] = (struct plx_token_range){begin, begin + length};
    }
    return plx_token_ranges_join(ranges, count);
}
