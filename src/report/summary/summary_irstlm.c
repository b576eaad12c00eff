/* IRSTLM: the last line of `compile-lm --eval` (src/compile-lm.cpp), for a text with every line between <s>
   and </s>. */
#include "report/summary/summary.h"

#include "base/error.h"
#include "base/number.h"
#include "eval/conventions.h"

static void choose_protocol(const struct plx_model_info *model, const struct plx_protocol *given,
                            struct plx_protocol *protocol)
{
    (void)given;
    (void)model;
    *protocol = *plx_protocol_find("sentence");
    protocol->control_words = PLX_CONTROL_SCORE; /* its texts have them */
}

static bool allows(const struct plx_plan *plan)
{
    return plan->irstlm;
}

static enum plx_status refuse_unknown(struct plx_error *error)
{
    plx_error_set(error, PLX_UNSUPPORTED,
                  "what irstlm makes of unknown words without an unknown symbol is not offered");
    return plx_error_hint(error, "the result (without --summary) has the conventions of the other tools");
}

/* The first unknown word decides. */
static enum plx_status add(struct plx_summary *summary, const struct plx_plan *plan,
                           const struct plx_batch *batch, struct plx_error *error)
{
    (void)summary;
    for (size_t i = 0; i < batch->target_count && plan->unknown == PLX_NO_TOKEN; i++) {
        if (batch->flags[i] & PLX_TOKEN_UNKNOWN)
            return refuse_unknown(error);
    }
    return PLX_OK;
}

static enum plx_status finish(struct plx_summary *summary, const struct plx_result *result,
                              struct plx_error *error)
{
    struct plx_conventions c;
    char pp[PLX_FIXED_TEXT], ppwp[PLX_FIXED_TEXT], share[PLX_FIXED_TEXT];
    plx_conventions_compute(result, &c);
    if (result->plan.unknown == PLX_NO_TOKEN && c.irstlm.oovs > 0)
        return refuse_unknown(error);
    plx_format_fixed(c.irstlm.pp, 2, pp);
    plx_format_fixed(c.irstlm.ppwp, 2, ppwp);
    plx_format_fixed((double)((float)c.irstlm.oovs / (float)c.irstlm.words) * 100.0, 2, share); /* as there */
    return plx_summary_print(summary, error, "%%%% Nw=%llu PP=%s PPwp=%s Nbo=%llu Noov=%llu OOV=%s%%\n",
                             (unsigned long long)c.irstlm.words, pp, ppwp,
                             (unsigned long long)c.irstlm.backed_off, (unsigned long long)c.irstlm.oovs,
                             share);
}

const struct plx_summary_format plx_summary_irstlm = {
    .name = "irstlm",
    .description = "compile-lm --eval: its last line, for the text with each line between <s> and </s>",
    .protocol = choose_protocol,
    .allows = allows,
    .add = add,
    .finish = finish,
};
