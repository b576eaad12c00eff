/* llama.cpp: what `llama-perplexity` says of its windows and of all (tools/perplexity/perplexity.cpp), and
   with --ppl-stride of its windows alone. The perplexity so far is written as windows come to an end, so that
   nothing of them is kept. */
#include "report/summary/summary.h"

#include "base/error.h"
#include "base/number.h"

#include <math.h>
#include <string.h>

/* Of what was scored so far. */
struct progress {
    struct plx_exact total;
    uint64_t windows;
};

/* The last S tokens of each window, which moves by S. */
static bool strided(const struct plx_protocol *protocol)
{
    return protocol->tail == PLX_TAIL_DROP_LAST;
}

/* Windows and strides of any length will do; and where line ends are tokens, and which, is a matter of
   tokenizers. */
static void choose_protocol(const struct plx_model_info *model, const struct plx_protocol *given,
                            struct plx_protocol *protocol)
{
    const bool strides = given && strided(given);
    (void)model;
    *protocol = *plx_protocol_find(strides ? "llama.cpp-stride" : "llama.cpp");
    if (!given)
        return;
    if (given->window)
        protocol->window = given->window;
    protocol->end = given->end;
    memcpy(protocol->join, given->join, sizeof protocol->join);
    if (strides)
        protocol->stride = given->stride;
    else if (given->start == PLX_START_NONE)
        protocol->start = PLX_START_NONE; /* not every model adds a begin symbol */
}

/* The begin symbol stands nowhere in windows with a stride. */
static bool strided_well(const struct plx_protocol *protocol)
{
    return strided(protocol) && protocol->score_last == protocol->stride && protocol->start == PLX_START_NONE;
}

/* The second half of each window but its last token, and no window but whole ones. */
static bool halved_well(const struct plx_protocol *protocol)
{
    const uint64_t window = protocol->window;
    return protocol->tail == PLX_TAIL_DROP && protocol->stride == window &&
           protocol->score_last == window - window / 2 - 1 &&
           (protocol->start == PLX_START_REPLACE || protocol->start == PLX_START_NONE);
}

static bool allows(const struct plx_plan *plan)
{
    const struct plx_protocol *protocol = &plan->protocol;
    const bool windows = protocol->window > 0 && protocol->score == PLX_SCORE_LAST &&
                         protocol->unit == PLX_UNIT_STREAM && protocol->first_window == 0;
    const bool plain = protocol->unknown == PLX_UNKNOWN_UNK && protocol->blank == PLX_BLANK_SCORE;
    /* --chunks: whole windows. */
    return windows && plain && (strided_well(protocol) || halved_well(protocol)) &&
           protocol->limit % protocol->score_last == 0;
}

/* The perplexity so far. */
static enum plx_status print_window(struct plx_summary *summary, struct plx_error *error)
{
    const struct progress *progress = summary->state;
    char perplexity[PLX_FIXED_TEXT];
    plx_format_fixed(exp(plx_exact_mean(&progress->total)), 4, perplexity);
    return plx_summary_print(summary, error, "[%llu]%s,", (unsigned long long)progress->windows, perplexity);
}

static enum plx_status add(struct plx_summary *summary, const struct plx_plan *plan,
                           const struct plx_batch *batch, struct plx_error *error)
{
    struct progress *progress = summary->state;
    (void)plan;
    for (size_t i = 0; i < batch->target_count; i++) {
        if (batch->flags[i] & PLX_TOKEN_NEW_WINDOW) {
            const enum plx_status status = progress->windows > 0 ? print_window(summary, error) : PLX_OK;
            if (status)
                return status;
            progress->windows++;
        }
        if (!(batch->flags[i] & PLX_TOKEN_UNSCORED))
            plx_exact_add(&progress->total, batch->nats[i]);
    }
    return PLX_OK;
}

static enum plx_status finish(struct plx_summary *summary, const struct plx_result *result,
                              struct plx_error *error)
{
    const struct plx_protocol *protocol = &result->plan.protocol;
    const struct progress *progress = summary->state;
    const uint64_t least = 2 * protocol->window;
    if (result->tokens < least) {
        plx_error_set(error, PLX_MALFORMED,
                      "llama.cpp refuses fewer than two windows: %llu tokens, of %llu at least",
                      (unsigned long long)result->tokens, (unsigned long long)least);
        return plx_error_input(error, result->corpus_name);
    }
    enum plx_status status = progress->windows > 0 ? print_window(summary, error) : PLX_OK;
    if (status == PLX_OK)
        status = plx_summary_print(summary, error, "\n");
    const double mean = plx_exact_mean(&progress->total),
                 deviation = plx_exact_standard_error(&progress->total);
    if (status || strided(protocol) || !(deviation > 0 && isfinite(deviation)))
        return status; /* where the variance is none it complains on stderr, and says no more */
    char perplexity[PLX_FIXED_TEXT], interval[PLX_FIXED_TEXT];
    plx_format_fixed(exp(mean), 4, perplexity);
    plx_format_fixed(deviation * exp(mean), 5, interval);
    return plx_summary_print(summary, error, "Final estimate: PPL = %s +/- %s\n", perplexity, interval);
}

const struct plx_summary_format plx_summary_llama = {
    .name = "llama.cpp",
    .description = "llama-perplexity: [i]PPL, after every window, then the final estimate and its error",
    .state = sizeof(struct progress),
    .protocol = choose_protocol,
    .allows = allows,
    .add = add,
    .finish = finish,
};
