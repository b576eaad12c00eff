/* The summaries of the n-gram toolkits, and of lm-evaluation-harness, out of the sums of one evaluation. */
#ifndef PLX_EVAL_CONVENTIONS_H
#define PLX_EVAL_CONVENTIONS_H

#include "eval/result.h"

/* L is Σ log10 p. A quotient without a denominator is NaN. */
struct plx_conventions {
    struct {
        uint64_t tokens, oovs;                 /* T: words, OOVs and </s>; a literal <unk> is an OOV */
        double including_oovs, excluding_oovs; /* 10^(−L/T), 10^(−(L − L_oov)/(T − OOVs)) */
    } kenlm;
    struct {
        uint64_t sentences, words, oovs, zeroprobs; /* S, W, O, Z: blank lines count nowhere */
        double logprob, ppl, ppl1; /* L, 10^(−L/(W − O − Z + S)), 10^(−L/(W − O − Z)) */
    } srilm;
    struct {
        uint64_t words, oovs, backed_off; /* Nw, Noov, Nbo */
        double pp, ppwp;                  /* each OOV lowered by log10(dub − V), dub = 10^7 */
    } irstlm;
    struct {
        uint64_t sentences, words, skipped; /* S, W, K */
        double logprob, perplexity;         /* 10^(−L/(W − K + S)) */
    } opengrm;
    struct {
        uint64_t documents, words, bytes; /* pages; pieces of a split at white space; of UTF-8 */
        double word_perplexity, byte_perplexity, bits_per_byte; /* of all nats */
    } lm_eval;
};

/* Whether lm-evaluation-harness's figures apply: it scores so, its pages are the units, and all their tokens
   are scored. */
bool plx_conventions_of_pages(const struct plx_result *result);

/* lm-evaluation-harness's only where plx_conventions_of_pages, SRILM's only where result->plan.srilm, KenLM's
   only where result->plan.kenlm, IRSTLM's only where result->plan.irstlm, OpenGrm's only where
   result->plan.sentences; else they are 0. */
void plx_conventions_compute(const struct plx_result *result, struct plx_conventions *conventions);

#endif
