#include "eval/conventions.h"

#include "base/logarithms.h"

#include <math.h>

/* IRSTLM's default for the size of the dictionary that unknown words are taken from. */
#define IRSTLM_DUB 1e7

/* 10^(cost/count), NaN where nothing is counted. */
static double per(double cost_log10, int64_t count)
{
    return count > 0 ? pow(10.0, cost_log10 / (double)count) : (double)NAN;
}

static void compute_kenlm(const struct plx_result *result, const struct plx_exact *total,
                          struct plx_conventions *conventions)
{
    const struct plx_sequence *sequence = &result->sequence;
    const uint64_t unknown = result->tally.unknown_tokens;
    const struct plx_exact known = plx_tally_without(&sequence->kenlm_total, &sequence->kenlm_unknown);
    conventions->kenlm.tokens = total->count;
    conventions->kenlm.oovs = unknown;
    conventions->kenlm.including_oovs = per(plx_exact_total(&sequence->kenlm_total), (int64_t)total->count);
    /* Where the unknown symbol has no probability at all, nothing is left of infinity less infinity. */
    conventions->kenlm.excluding_oovs = sequence->kenlm_unknown.infinite
                                            ? (double)NAN
                                            : per(plx_exact_total(&known), (int64_t)(total->count - unknown));
}

/* Blank lines count nowhere; what has no probability is counted, and left out of the sum. Unknown words that
   the protocol leaves out are words without probability. */
static void compute_srilm(const struct plx_result *result, const struct plx_exact *total,
                          struct plx_conventions *conventions)
{
    const struct plx_tally *tally = &result->tally;
    struct plx_exact rest = plx_tally_without(total, &tally->blank_ends);
    rest = plx_tally_without(&rest, &tally->zeros);
    rest = plx_tally_without(&rest, &tally->unknown_zeros);
    const double log10_cost = plx_exact_sum(&rest) / PLX_LN_10;
    conventions->srilm.sentences = tally->ends - tally->blank_ends.count;
    conventions->srilm.words = total->count - tally->ends + tally->skipped_unknown;
    conventions->srilm.oovs = tally->unknown_zeros.count + tally->skipped_unknown;
    conventions->srilm.zeroprobs = tally->zeros.count;
    const int64_t words = (int64_t)conventions->srilm.words - (int64_t)conventions->srilm.oovs -
                          (int64_t)conventions->srilm.zeroprobs;
    conventions->srilm.logprob = 0.0 - log10_cost;
    conventions->srilm.ppl = per(log10_cost, words + (int64_t)conventions->srilm.sentences);
    conventions->srilm.ppl1 = per(log10_cost, words);
}

static void compute_irstlm(const struct plx_result *result, const struct plx_exact *total,
                           struct plx_conventions *conventions)
{
    const uint64_t unknown = result->tally.unknown_tokens;
    const double lowered = log10(IRSTLM_DUB - (double)result->model.vocabulary);
    const double log10_cost = plx_exact_total(total) / PLX_LN_10 + (double)unknown * lowered;
    conventions->irstlm.words = total->count;
    conventions->irstlm.oovs = unknown;
    conventions->irstlm.backed_off = result->sequence.irstlm_backed_off;
    conventions->irstlm.pp = per(log10_cost, (int64_t)total->count);
    conventions->irstlm.ppwp =
        conventions->irstlm.pp * (1.0 - pow(10.0, -(double)unknown / (double)total->count * lowered));
}

static void compute_opengrm(const struct plx_result *result, const struct plx_exact *total,
                            struct plx_conventions *conventions)
{
    const double log10_cost = plx_exact_sum(total) / PLX_LN_10; /* of what has a probability */
    conventions->opengrm.sentences = result->tally.ends;
    conventions->opengrm.words = total->count - result->tally.ends;
    conventions->opengrm.skipped = total->infinite;
    conventions->opengrm.logprob = 0.0 - log10_cost;
    conventions->opengrm.perplexity = per(log10_cost, (int64_t)(total->count - total->infinite));
}

bool plx_conventions_of_pages(const struct plx_result *result)
{
    return result->plan.lm_eval && result->pages.pages > 0 &&
           plx_tally_total(&result->tally).count == result->tokens;
}

static void compute_lm_eval(const struct plx_result *result, const struct plx_exact *total,
                            struct plx_conventions *conventions)
{
    const struct plx_page_counts *pages = &result->pages;
    const double nats = plx_exact_total(total);
    conventions->lm_eval.documents = pages->pages;
    conventions->lm_eval.words = pages->words;
    conventions->lm_eval.bytes = pages->bytes;
    conventions->lm_eval.word_perplexity = exp(nats / (double)pages->words);
    conventions->lm_eval.byte_perplexity = exp(nats / (double)pages->bytes);
    conventions->lm_eval.bits_per_byte = nats / (double)pages->bytes / PLX_LN_2;
}

void plx_conventions_compute(const struct plx_result *result, struct plx_conventions *conventions)
{
    const struct plx_exact total = plx_tally_total(&result->tally);
    *conventions = (struct plx_conventions){0};
    if (plx_conventions_of_pages(result))
        compute_lm_eval(result, &total, conventions);
    if (result->plan.srilm)
        compute_srilm(result, &total, conventions);
    if (result->plan.kenlm)
        compute_kenlm(result, &total, conventions);
    if (result->plan.irstlm)
        compute_irstlm(result, &total, conventions);
    if (result->plan.sentences)
        compute_opengrm(result, &total, conventions);
}
