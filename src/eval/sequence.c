#include "eval/sequence.h"

static void add_sentences(struct plx_sequence *sequence, const struct plx_plan *plan,
                          const struct plx_batch *batch)
{
    const size_t count = batch->target_count;
    float sentence_log10 = sequence->sentence_log10;
    const unsigned order = plan->order;
    /* The longest n-gram that can end at the next token of the sentence, which a start symbol begins. */
    unsigned possible = sequence->position + 2 < order ? (unsigned)sequence->position + 2 : order;
    uint64_t backed_off = 0;
    size_t begin = 0; /* of the sentence at hand, less what earlier batches had of it */
    for (size_t i = 0; i < count; i++) {
        const float log10_float = batch->log10_float[i];
        const unsigned flags = batch->flags[i];
        sentence_log10 += log10_float;
        backed_off += batch->orders[i] < possible;
        possible += possible < order;
        if (!(flags & (PLX_TOKEN_UNKNOWN | PLX_TOKEN_END)))
            continue;
        if (flags & PLX_TOKEN_UNKNOWN) {
            plx_exact_add(&sequence->kenlm_unknown, 0.0 - (double)log10_float);
            sequence->ordered_unknown += sequence->ordered ? 0.0 - (double)log10_float : 0.0;
        }
        if (flags & PLX_TOKEN_END) {
            plx_exact_add(&sequence->kenlm_total, 0.0 - (double)sentence_log10);
            sequence->ordered_total += sequence->ordered ? 0.0 - (double)sentence_log10 : 0.0;
            sentence_log10 = 0.0f;
            sequence->position = 0;
            begin = i + 1;
            possible = 2 < order ? 2 : order;
        }
    }
    sequence->sentence_log10 = sentence_log10;
    sequence->position += count - begin;
    sequence->irstlm_backed_off += backed_off;
}

/* Closes the window or unit at hand. */
static void end_group(struct plx_sequence *sequence, const struct plx_plan *plan)
{
    const uint64_t count = sequence->group.count;
    if (count == 0)
        return;
    uint64_t weight = 1;
    if (plan->protocol.average == PLX_AVERAGE_HF_2024)
        weight = (sequence->groups > 0 || sequence->follows) && plan->protocol.stride < plan->protocol.window
                     ? count - 1
                     : count;
    sequence->groups++;
    sequence->group_weight += weight;
    if (weight > 0)
        plx_exact_add(&sequence->group_means, plx_exact_mean(&sequence->group) * (double)weight);
    sequence->group = (struct plx_exact){0};
}

static void add_groups(struct plx_sequence *sequence, const struct plx_plan *plan,
                       const struct plx_batch *batch)
{
    const struct plx_protocol *protocol = &plan->protocol;
    const unsigned begins =
        protocol->average == PLX_AVERAGE_UNIT ? PLX_TOKEN_BREAK : PLX_TOKEN_BREAK | PLX_TOKEN_NEW_WINDOW;
    for (size_t i = 0; i < batch->target_count; i++) {
        if (batch->flags[i] & begins)
            end_group(sequence, plan);
        if (!(batch->flags[i] & PLX_TOKEN_UNSCORED))
            plx_exact_add(&sequence->group, batch->nats[i]);
    }
}

void plx_sequence_add(struct plx_sequence *sequence, const struct plx_plan *plan,
                      const struct plx_batch *batch)
{
    if (plan->kenlm || plan->irstlm)
        add_sentences(sequence, plan, batch);
    if (plan->protocol.average != PLX_AVERAGE_TOKEN)
        add_groups(sequence, plan, batch);
}

void plx_sequence_finish(struct plx_sequence *sequence, const struct plx_plan *plan)
{
    if (plan->protocol.average != PLX_AVERAGE_TOKEN)
        end_group(sequence, plan);
}
