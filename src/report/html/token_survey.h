/* What a first look at tokens and what they cost finds out, in memory that does not grow with them: how the
   costs are spread, where in units they are, and which tokens and passages stand out. */
#ifndef PLX_REPORT_TOKEN_SURVEY_H
#define PLX_REPORT_TOKEN_SURVEY_H

#include "base/exact.h"

#include <stdbool.h>
#include <stddef.h>

/* The corpus is cut into passages of so many tokens, from its beginning. */
#define PLX_PASSAGE_TOKENS 32

#define PLX_RANKED_MOST 10

/* Bins of the spread, each so wide; half of them are below 0 where values have signs. */
#define PLX_SPREAD_BINS  4096
#define PLX_SPREAD_WIDTH (1 / 64.0)

/* Steps of 1 and 3 times powers of ten that sizes are counted by, from 1e-12 to 3e3. */
#define PLX_SIZES 32

/* Positions 0, 1, 2-3, 4-7, … */
#define PLX_POSITION_BINS 65

/* Tokens in a row: token `begin` of the file is the first. */
struct plx_passage {
    uint64_t begin, count;
    double sum;           /* of what is finite */
    uint64_t infinite[2]; /* −∞, +∞ */
};

/* Those with the highest mean value first, earlier ones where it is the same; with infinite ones, those with
   most of them. */
struct plx_ranking {
    double sign; /* −1: the lowest first */
    struct plx_passage list[PLX_RANKED_MOST];
    size_t count;
};

struct plx_token_survey {
    bool with_signs;        /* values are differences */
    uint64_t count;         /* tokens */
    struct plx_exact total; /* of the values */
    double low, high;       /* of those that are finite; low > high: there are none */
    uint64_t spread[PLX_SPREAD_BINS];
    uint64_t below, above; /* finite, but outside of all bins */
    uint64_t infinite[2];  /* −∞, +∞ */
    uint64_t sides[2];     /* below 0, above 0 */
    uint64_t
        sizes[PLX_SIZES]; /* finite ones, at plx_token_survey_size of their distance from 0; others none */
    uint64_t units;
    struct plx_exact positions[PLX_POSITION_BINS];
    struct plx_ranking tokens[2], passages[2]; /* of the highest, of the lowest */
    struct plx_passage current;
    uint64_t unit; /* of the last token */
};

/* Where the first bin of the spread begins. */
double plx_token_survey_lowest(const struct plx_token_survey *survey);

void plx_token_survey_init(struct plx_token_survey *survey, bool with_signs);

/* The next token. What is no number is taken for 0. */
void plx_token_survey_add(struct plx_token_survey *survey, uint64_t unit, uint64_t position, double value);

/* To be called once behind the last token. A last passage that is shorter than the others is ranked only
   where it is the only one: the mean of few tokens says little. */
void plx_token_survey_end(struct plx_token_survey *survey);

/* Step `index`: 1e-12, 3e-12, 1e-11, … */
double plx_token_survey_size(size_t index);

/* Infinite where a value of it is; NaN where both infinities are in it. */
double plx_passage_mean(const struct plx_passage *passage);

/* Tokens [begin, end). */
struct plx_token_range {
    uint64_t begin, end;
};

/* How many evenly spaced stretches are shown of what is too long. */
#define PLX_EVEN_RANGES 20
#define PLX_RANGES_MOST (1 + PLX_EVEN_RANGES + 2 * PLX_RANKED_MOST)

/* Which tokens to show, `budget` (at least 6,000) of them at the most: all; or the beginning, stretches that
   are spaced evenly, and the ranked passages with a passage before and one behind. Whole passages, in order,
   without overlap. Returns how many ranges they are. */
size_t plx_token_survey_choose(const struct plx_token_survey *survey, uint64_t budget,
                               struct plx_token_range ranges[PLX_RANGES_MOST]);

/* Sorts ranges, and joins those that overlap or touch. Returns how many are left. */
size_t plx_token_ranges_join(struct plx_token_range *ranges, size_t count);

#endif
