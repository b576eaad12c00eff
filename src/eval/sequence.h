/* Sums in which the order of the tokens counts: totals of sentences in float, means of windows and units. Fed
   with the scored batches in the order of the corpus. */
#ifndef PLX_EVAL_SEQUENCE_H
#define PLX_EVAL_SEQUENCE_H

#include "eval/batch.h"

struct plx_sequence {
    bool ordered; /* set beforehand: KenLM's sums in the order of the corpus are wanted */

    /* Costs in log10 as KenLM's float arithmetic has them: exact sums of sentences' totals, and of unknown
     * tokens. */
    struct plx_exact kenlm_total, kenlm_unknown;
    double ordered_total, ordered_unknown; /* the same added up in double, one after the other, as KenLM does;
                                              only where `ordered` */
    uint64_t irstlm_backed_off;            /* IRSTLM's Nbo */
    float sentence_log10;                  /* of the sentence at hand */
    uint64_t position;                     /* tokens of it so far */

    /* Averages other than over tokens. */
    bool follows;                 /* set beforehand: the first group of the corpus is another shard's */
    struct plx_exact group;       /* window or unit at hand */
    struct plx_exact group_means; /* each weighted */
    uint64_t groups;              /* with targets, so far */
    uint64_t group_weight;        /* sum of the weights */
};

void plx_sequence_add(struct plx_sequence *sequence, const struct plx_plan *plan,
                      const struct plx_batch *batch);

/* The end of the corpus. */
void plx_sequence_finish(struct plx_sequence *sequence, const struct plx_plan *plan);

#endif
