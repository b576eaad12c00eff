/* The log-sum-exps of the contexts that some session has met, so that each is computed once: within a bound
   on the memory, behind which contexts are computed whenever they are met.

   A value depends on the weights alone, so that it does not matter which session computes it. What one is
   computing, the others wait for. */
#ifndef PLX_MODEL_NEURAL_MEMO_H
#define PLX_MODEL_NEURAL_MEMO_H

#include <perplex/status.h>

#include <stddef.h>
#include <stdint.h>

struct plx_memo;

enum plx_memo_answer {
    PLX_MEMO_KNOWN,   /* the value is there */
    PLX_MEMO_YOURS,   /* whoever asks is to compute it, and to say so by plx_memo_give */
    PLX_MEMO_AWAITED, /* somebody else is computing it: plx_memo_wait, once all of one's own are given */
};

/* For contexts of `width` rows, of each of which there are so many. NULL on failure. */
struct plx_memo *plx_memo_new(size_t width, size_t rows, struct plx_error *error);
void plx_memo_free(struct plx_memo *memo);

/* Answers for one context [width]; *value becomes it if it is known, *place where it is to be given or waited
   for if it is not. Any thread. */
enum plx_memo_answer plx_memo_ask(struct plx_memo *memo, const uint32_t *context, double *value,
                                  size_t *place);

/* Gives the value of a place that was one's own; NaN: it could not be computed. Any thread. */
void plx_memo_give(struct plx_memo *memo, size_t place, double value);

/* Waits for a value; NaN: it could not be computed. Any thread. */
double plx_memo_wait(struct plx_memo *memo, size_t place);

#endif
