/* Tokens of a per-token file, or of two side by side, that a page shows: surveyed in one reading of the file
   and fetched in a second one, in which the median is found too; where its bin holds too many values for
   that, in a third. However long the file is, memory is bounded. */
#ifndef PLX_REPORT_TOKEN_SAMPLE_H
#define PLX_REPORT_TOKEN_SAMPLE_H

#include "base/buffer.h"
#include "report/html/token_median.h"
#include "report/html/token_survey.h"
#include "report/tokens/token_file.h"

/* Longer strings are cut. */
#define PLX_SAMPLED_BYTES 120

struct plx_sampled_token {
    struct plx_token_score score; /* of the result; its strings belong to the sample */
    double base;  /* nats of the same token in the base, where the sample is of a difference */
    double value; /* nats, or their difference */
    bool cut;     /* of the spelling, the beginning */
};

struct plx_token_sample {
    const char *paths[2]; /* borrowed: of the result, of the base; the latter NULL: not of a difference */
    const struct plx_network *network; /* of URLs */
    bool (*interrupted)(void *user);
    void *user;
    bool detailed; /* tokens have spellings, and places */
    struct plx_token_survey *survey;
    struct plx_exact sums[2];        /* of the nats of the files */
    struct plx_token_median *search; /* while it is under way */
    double median;                   /* of the values; known after the second reading */
    bool apart;                      /* the files are of different tokens: from `at` on */
    uint64_t at;
    struct plx_token_range ranges[PLX_RANGES_MOST]; /* what is shown of the text */
    size_t range_count;
    uint64_t shown; /* tokens of these */
    /* Those of the ranges, and what surrounds the ranked tokens. */
    struct plx_token_range *fetched; /* [fetched_count] */
    size_t fetched_count;
    struct plx_sampled_token *tokens; /* of the first range, of the second, … */
    struct plx_buffer text;
};

/* How many tokens are fetched before and behind a ranked one. */
#define PLX_SAMPLE_BEFORE 10
#define PLX_SAMPLE_BEHIND 5

/* Reads the files through. *sample, of which `paths` and `interrupted` are set and all else is zero, is to be
   released afterwards, whatever comes of it. The errors of plx_token_file_open and of plx_token_file_next;
   PLX_INTERRUPTED. */
enum plx_status plx_token_sample_survey(struct plx_token_sample *sample, struct plx_error *error);

/* Chooses what is shown, of `budget` tokens at the most, and reads the files again for it and the median. */
enum plx_status plx_token_sample_fetch(struct plx_token_sample *sample, uint64_t budget,
                                       struct plx_error *error);

/* Token `index` of the file; NULL where it was not fetched. Those that follow it are behind it, as far as
   they were fetched. */
const struct plx_sampled_token *plx_token_sample_at(const struct plx_token_sample *sample, uint64_t index);

void plx_token_sample_release(struct plx_token_sample *sample);

#endif
