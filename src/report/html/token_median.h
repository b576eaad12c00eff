/* The exact median of a file's values, in memory that does not grow with them: the survey knows the bin that
   it is in, and each further reading of the file cuts that into many parts, of which one is left. */
#ifndef PLX_REPORT_TOKEN_MEDIAN_H
#define PLX_REPORT_TOKEN_MEDIAN_H

#include "report/html/token_survey.h"

#define PLX_MEDIAN_PARTS 4096

/* Values that lie next to each other. */
struct plx_median_part {
    uint64_t count;
    double low, high; /* of these values */
};

/* The search for the value of one place in their order. */
struct plx_median_search {
    uint64_t rank;    /* among the values from low to high, from 0 */
    double low, high; /* the same: it is found */
    struct plx_median_part parts[PLX_MEDIAN_PARTS];
};

struct plx_token_median {
    struct plx_median_search searches[2]; /* of the two in the middle, which are one where the count is odd */
};

/* The survey is at its end. */
void plx_token_median_begin(struct plx_token_median *median, const struct plx_token_survey *survey);

/* A value of one more reading, of all of the same values. What is no number is taken for 0. */
void plx_token_median_add(struct plx_token_median *median, double value);

/* The end of a reading. */
void plx_token_median_narrow(struct plx_token_median *median);

/* Whether no further reading is needed. */
bool plx_token_median_found(const struct plx_token_median *median);

/* What half of the values are below: the mean of the two in the middle. NaN where there are none, and of two
   opposite infinities. */
double plx_token_median_value(const struct plx_token_median *median);

#endif
