#include "eval/conventions.h"

#include <math.h>

/* IRSTLM's default for the size of the dictionary that unknown words are taken from. */
#define IRSTLM_DUB 1e7

static const double LN_10 = 2.302585092994045684;

static double per(double cost_log10, uint64_t count)
{
    return count > 0 ? pow(10.0, cost_log10 / (double)count) : (double)NAN;
}

/* Sum in log10, +infinity if a token has zero probability. */
static double cost(const struct plx_exact *exact)
{
    return exact->infinite ? (double)INFINITY : plx_exact_sum(exact);
}

void plx_conventions_compute(const struct plx_result *result, struct plx_conventions *conventions)
{
    const struct plx_tally *tally = &result->tally;
    const struct plx_sequence *sequence = &result->sequence;
    const struct plx_exact total = plx_tally_total(tally);
    const uint64_t unknown = tally->unknown_tokens;
    const uint64_t words = total.count - tally->ends;
    const bool unknown_symbol = result->plan.unknown != PLX_NO_TOKEN;
    *conventions = (struct plx_conventions){0};

    const struct plx_exact kenlm_known = plx_tally_without(&sequence->kenlm_total, &sequence->kenlm_unknown);
    conventions->kenlm.tokens = total.count;
    conventions->kenlm.oovs = unknown;
    conventions->kenlm.including_oovs = per(cost(&sequence->kenlm_total), total.count);
    conventions->kenlm.excluding_oovs = per(cost(&kenlm_known), total.count - unknown);

    /* The finite part of a sum leaves out what has no probability. */
    const struct plx_exact nonblank = plx_tally_without(&total, &tally->blank_ends);
    const struct plx_exact counted = plx_tally_without(&nonblank, &tally->zeros);
    const uint64_t sentences = tally->ends - tally->blank_ends.count;
    const uint64_t srilm_oovs = unknown_symbol ? 0 : unknown;
    const double srilm_cost = plx_exact_sum(&counted) / LN_10;
    const uint64_t srilm_words = words - srilm_oovs - tally->zeros.count;
    conventions->srilm.sentences = sentences;
    conventions->srilm.words = words;
    conventions->srilm.oovs = srilm_oovs;
    conventions->srilm.zeroprobs = tally->zeros.count;
    conventions->srilm.logprob = 0.0 - srilm_cost;
    conventions->srilm.ppl = per(srilm_cost, srilm_words + sentences);
    conventions->srilm.ppl1 = per(srilm_cost, srilm_words);

    const double lowered = log10(IRSTLM_DUB - (double)result->model.vocabulary);
    const double irstlm_cost = cost(&total) / LN_10 + (double)unknown * lowered;
    conventions->irstlm.words = total.count;
    conventions->irstlm.oovs = unknown;
    conventions->irstlm.backed_off = sequence->irstlm_backed_off;
    conventions->irstlm.pp = per(irstlm_cost, total.count);
    conventions->irstlm.ppwp =
        conventions->irstlm.pp * (1.0 - pow(10.0, -(double)unknown / (double)total.count * lowered));

    conventions->opengrm.sentences = tally->ends;
    conventions->opengrm.words = words;
    conventions->opengrm.skipped = total.infinite;
    conventions->opengrm.logprob = 0.0 - plx_exact_sum(&total) / LN_10;
    conventions->opengrm.perplexity =
        per(plx_exact_sum(&total) / LN_10, words - total.infinite + tally->ends);
}
