#include "eval/explain.h"

#include "base/error.h"
#include "base/memory.h"
#include "eval/explain_notes.h"
#include "eval/sight.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Tokens that wait for their scores before these are asked for: what the pass holds back to fill its batches
   is usually less. */
#define WAITING_MOST ((uint64_t)1 << 18)

/* Scores that nobody needs any more are dropped once there are so many. */
#define TRIM_AT 16384

/* A target that the pass has scored. */
struct score {
    uint64_t number;
    struct plx_sight sight;
    double nats; /* as the model has it */
    float log10_float;
    uint8_t order;
};

/* A protocol on its way behind the pass. */
struct follower {
    struct plx_explain *explain;
    const struct plx_protocol *preset;
    struct plx_result result; /* the plan, sums and counts only */
    struct plx_windows windows;
    struct plx_batch batch;
    struct plx_sighter sighter;
    struct plx_sight *sights; /* of the batch's targets */
    size_t sight_capacity;
    uint16_t *flags; /* of the block at hand */
    size_t flag_capacity;
    size_t next; /* of the scores: those before it are not needed */
    struct plx_explain_fates fates;
    bool follows;           /* its tokens are those of the pass */
    char refusal[512];      /* why it cannot be carried out at all */
    enum plx_status status; /* of reading what has been settled */
    struct plx_error error;
};

/* A block that the pass has read, and some followers have not. */
struct waiting {
    struct plx_block block;
    uint64_t end; /* what it holds has numbers below */
};

struct plx_explain {
    struct plx_pipeline *pipeline;
    struct plx_sighter sighter;
    struct plx_sight *sights;
    size_t sight_capacity;
    struct follower *followers; /* [count] */
    size_t count;
    struct plx_lane *lane; /* for the followers */

    struct waiting *waiting; /* [waiting_count], and memory behind them for more */
    size_t waiting_count, waiting_capacity;
    size_t settled; /* the first of these: nothing in them is open any more */
    uint64_t waiting_tokens;

    struct score *scores; /* [score_count], by number */
    size_t score_count, score_capacity;
    uint64_t taken;      /* targets */
    uint64_t last_taken; /* number behind the last of them */
    struct plx_explain_totals totals;
};

/* Takes the score of the target, if the pass has it, as the batch's own. */
static void adopt(struct follower *follower, struct plx_batch *batch, size_t i)
{
    const struct plx_explain *explain = follower->explain;
    const struct plx_sight *sight = follower->sights + i;
    size_t next = follower->next;
    while (next < explain->score_count && explain->scores[next].number < batch->numbers[i])
        next++;
    follower->next = next;
    if (next == explain->score_count || explain->scores[next].number != batch->numbers[i]) {
        follower->fates.unscored++;
        return;
    }
    const struct score *score = explain->scores + next;
    if (sight->length != score->sight.length) {
        follower->fates.less += sight->length < score->sight.length;
        follower->fates.more += sight->length > score->sight.length;
        return;
    }
    if (sight->hash != score->sight.hash) {
        follower->fates.other++;
        return;
    }
    follower->fates.same++;
    batch->nats[i] = score->nats;
    batch->orders[i] = score->order;
    batch->log10_float[i] = score->log10_float;
}

/* Adds the targets of the follower's batch to its sums, as long as all have their scores. */
static enum plx_status add_targets(struct follower *follower, struct plx_batch *batch,
                                   struct plx_error *error)
{
    struct plx_result *result = &follower->result;
    const struct plx_explain_fates *fates = &follower->fates;
    const enum plx_status status = plx_reserve_array(&follower->sights, &follower->sight_capacity,
                                                     batch->target_count, sizeof *follower->sights, error);
    if (status)
        return status;
    plx_sighter_batch(&follower->sighter, batch, follower->sights);
    for (size_t i = 0; i < batch->target_count; i++)
        adopt(follower, batch, i);
    if (fates->unscored + fates->less + fates->more + fates->other == 0) {
        plx_batch_tally(batch, &result->plan);
        plx_sequence_add(&result->sequence, &result->plan, batch);
        plx_tally_merge(&result->tally, &batch->tally);
    }
    plx_batch_clear(batch);
    return PLX_OK;
}

static enum plx_status sink(void *user, struct plx_batch **batch, struct plx_error *error)
{
    return add_targets(user, *batch, error);
}

/* Lets the follower read the block, of which every token is scored or never will be. */
static enum plx_status follow(struct follower *follower, const struct plx_block *block,
                              struct plx_error *error)
{
    struct plx_block seen = *block;
    enum plx_status status = plx_reserve_array(&follower->flags, &follower->flag_capacity,
                                               block->tokens.count, sizeof *follower->flags, error);
    if (status)
        return status;
    plx_block_flags(block, &follower->result.plan, follower->flags);
    seen.flags = follower->flags;
    if ((status = plx_windows_add(&follower->windows, &seen, error)) ||
        (status = add_targets(follower, &follower->batch, error)))
        return status;
    const struct plx_explain *explain = follower->explain;
    const uint64_t undecided = plx_windows_undecided(&follower->windows);
    while (follower->next < explain->score_count && explain->scores[follower->next].number < undecided)
        follower->next++;
    return PLX_OK;
}

/* Lets the follower read all that is settled. */
static void follow_job(void *job, unsigned worker, void *user)
{
    struct follower *follower = job;
    const struct plx_explain *explain = user;
    (void)worker;
    for (size_t i = 0; i < explain->settled && follower->status == PLX_OK; i++)
        follower->status = follow(follower, &explain->waiting[i].block, &follower->error);
}

/* Drops scores that no follower needs. */
static void trim(struct plx_explain *explain)
{
    size_t dead = explain->score_count;
    for (size_t k = 0; k < explain->count; k++) {
        if (explain->followers[k].follows && explain->followers[k].next < dead)
            dead = explain->followers[k].next;
    }
    if (dead < TRIM_AT)
        return;
    explain->score_count -= dead;
    memmove(explain->scores, explain->scores + dead, explain->score_count * sizeof *explain->scores);
    for (size_t k = 0; k < explain->count; k++)
        explain->followers[k].next -= explain->followers[k].follows ? dead : 0;
}

/* Whether targets of the pass are on their way. */
static bool under_way(const struct plx_explain *explain)
{
    return explain->pipeline->windows.targets > explain->taken;
}

/* Forgets the blocks that all followers have read. Their memory goes behind the others'. */
static void drop_settled(struct plx_explain *explain)
{
    const size_t done = explain->settled;
    for (size_t i = 0; i < done; i++)
        explain->waiting_tokens -= explain->waiting[i].block.tokens.count;
    for (size_t i = 0; done > 0 && i + done < explain->waiting_count; i++) {
        const struct waiting spare = explain->waiting[i];
        explain->waiting[i] = explain->waiting[i + done];
        explain->waiting[i + done] = spare;
    }
    explain->waiting_count -= done;
    explain->settled = 0;
}

/* Lets the followers read the blocks of which nothing is open any more. */
static enum plx_status advance(struct plx_explain *explain, struct plx_error *error)
{
    uint64_t settled = plx_windows_undecided(&explain->pipeline->windows);
    if (under_way(explain) && explain->last_taken < settled)
        settled = explain->last_taken;
    while (explain->settled < explain->waiting_count && explain->waiting[explain->settled].end <= settled)
        explain->settled++;
    for (size_t k = 0; k < explain->count && explain->settled > 0; k++) {
        if (explain->followers[k].follows)
            plx_lane_submit(explain->lane, explain->followers + k);
    }
    enum plx_status status = PLX_OK;
    for (const struct follower *follower; (follower = plx_lane_take(explain->lane)) != NULL;) {
        if (follower->status && status == PLX_OK) {
            *error = follower->error;
            status = follower->status;
        }
    }
    drop_settled(explain);
    trim(explain);
    return status;
}

/* Notes what the pass reads, whoever follows it. */
static void count_block(struct plx_explain *explain, const struct plx_block *block)
{
    const unsigned blank = PLX_TOKEN_END | PLX_TOKEN_BLANK, symbol = PLX_TOKEN_UNKNOWN | PLX_TOKEN_LITERAL;
    const bool has_symbol = explain->pipeline->plan.unknown != PLX_NO_TOKEN;
    for (size_t i = 0; i < block->tokens.count; i++) {
        const unsigned flags = block->flags[i];
        explain->totals.blank_ends += (flags & blank) == blank;
        explain->totals.unknown += (flags & PLX_TOKEN_UNKNOWN) && !(has_symbol && (flags & symbol) == symbol);
    }
    explain->totals.control_words += block->control_words;
}

/* Copies what windows need of the block. */
static enum plx_status copy_block(const struct plx_block *block, struct plx_block *copy,
                                  struct plx_error *error)
{
    const struct plx_tokens *tokens = &block->tokens;
    struct plx_tokens *copied = &copy->tokens;
    const size_t count = tokens->count;
    enum plx_status status;
    copy->chunk =
        (struct plx_chunk){.content = block->chunk.content, .begins_document = block->chunk.begins_document};
    copied->count = 0;
    if (count > copy->capacity) {
        const size_t capacity = plx_grown_capacity(copy->capacity, count);
        if ((status = plx_resize_array(&copied->bytes, capacity, sizeof *copied->bytes, error)) ||
            (status = plx_resize_array(&copied->characters, capacity, sizeof *copied->characters, error)) ||
            (status = plx_resize_array(&copied->marks, capacity, sizeof *copied->marks, error)) ||
            (status = plx_resize_array(&copy->ids, capacity, sizeof *copy->ids, error)) ||
            (status = plx_resize_array(&copy->flags, capacity, sizeof *copy->flags, error)))
            return status;
        copy->capacity = capacity;
    }
    copied->count = count;
    copied->rest_bytes = tokens->rest_bytes;
    copied->rest_characters = tokens->rest_characters;
    if (count == 0)
        return PLX_OK;
    memcpy(copied->bytes, tokens->bytes, count * sizeof *copied->bytes);
    memcpy(copied->characters, tokens->characters, count * sizeof *copied->characters);
    memcpy(copied->marks, tokens->marks, count * sizeof *copied->marks);
    memcpy(copy->ids, block->ids, count * sizeof *copy->ids);
    memcpy(copy->flags, block->flags, count * sizeof *copy->flags);
    return PLX_OK;
}

enum plx_status plx_explain_read(struct plx_explain *explain, const struct plx_block *block,
                                 struct plx_error *error)
{
    enum plx_status status;
    count_block(explain, block);
    if (explain->waiting_count == explain->waiting_capacity) {
        const size_t capacity = explain->waiting_capacity;
        if ((status = plx_reserve_array(&explain->waiting, &explain->waiting_capacity, capacity + 1,
                                        sizeof *explain->waiting, error)))
            return status;
        memset(explain->waiting + capacity, 0,
               (explain->waiting_capacity - capacity) * sizeof *explain->waiting);
    }
    struct waiting *waiting = explain->waiting + explain->waiting_count;
    if ((status = copy_block(block, &waiting->block, error)))
        return status;
    waiting->end = 2 * explain->pipeline->windows.passed;
    waiting->end -= waiting->end > 0; /* an end symbol behind it belongs to the next */
    explain->waiting_count++;
    explain->waiting_tokens += block->tokens.count;
    status = advance(explain, error);
    if (status || explain->waiting_tokens <= WAITING_MOST || !under_way(explain) ||
        (status = plx_pipeline_settle(explain->pipeline, error)))
        return status;
    return advance(explain, error);
}

enum plx_status plx_explain_take(struct plx_explain *explain, const struct plx_batch *batch,
                                 struct plx_error *error)
{
    const bool details = explain->pipeline->plan.details;
    const size_t count = batch->target_count;
    enum plx_status status;
    if ((status = plx_reserve_array(&explain->scores, &explain->score_capacity, explain->score_count + count,
                                    sizeof *explain->scores, error)) ||
        (status = plx_reserve_array(&explain->sights, &explain->sight_capacity, count,
                                    sizeof *explain->sights, error)))
        return status;
    plx_sighter_batch(&explain->sighter, batch, explain->sights);
    struct score *scores = explain->scores + explain->score_count;
    for (size_t i = 0; i < count; i++)
        scores[i] = (struct score){
            .number = batch->numbers[i],
            .sight = explain->sights[i],
            .nats = batch->raw[i],
            .log10_float = details ? batch->log10_float[i] : 0,
            .order = details ? batch->orders[i] : 0,
        };
    explain->score_count += count;
    explain->taken += count;
    explain->last_taken = count > 0 ? batch->numbers[count - 1] + 1 : explain->last_taken;
    return PLX_OK;
}

/* The plan of the preset, with the symbols that the user has named. */
static enum plx_status make_plan(struct follower *follower, struct plx_error *error)
{
    const struct plx_pipeline *pipeline = follower->explain->pipeline;
    struct plx_protocol protocol = *follower->preset;
    struct plx_corpus_info info;
    plx_corpus_info(pipeline->corpus, &info);
    plx_plan_hold_symbols(&pipeline->plan.protocol, &protocol);
    return plx_plan_make(pipeline->model, &protocol, &info, &follower->result.plan, error);
}

static enum plx_status begin(struct follower *follower, struct plx_explain *explain,
                             const struct plx_protocol *preset, struct plx_error *error)
{
    struct plx_result *result = &follower->result;
    follower->explain = explain;
    follower->preset = preset;
    enum plx_status status = make_plan(follower, error);
    if (status == PLX_MEMORY)
        return status;
    if (status) {
        snprintf(follower->refusal, sizeof follower->refusal, "%s", error->message);
        return PLX_OK;
    }
    /* Its toolkits' sums are not wanted. */
    result->plan.sentences = result->plan.kenlm = result->plan.irstlm = false;
    if (plx_explain_surely_parts(&explain->pipeline->plan, &result->plan))
        return PLX_OK;
    follower->follows = true;
    plx_sighter_init(&follower->sighter, explain->pipeline->model, &result->plan);
    plx_windows_init(&follower->windows, &result->plan, explain->pipeline->batch, sink, follower,
                     &follower->batch);
    plx_windows_number(&follower->windows);
    status = plx_tally_init(&result->tally, result->plan.order, error);
    return status ? status : plx_tally_init(&follower->batch.tally, result->plan.order, error);
}

struct plx_explain *plx_explain_new(struct plx_pipeline *pipeline, struct plx_error *error)
{
    struct plx_explain *explain = plx_new_array(1, sizeof *explain, error);
    const struct plx_protocol *preset;
    size_t presets = 0;
    while (plx_protocol_preset(presets))
        presets++;
    if (!explain)
        return NULL;
    explain->pipeline = pipeline;
    explain->followers = plx_new_array(presets, sizeof *explain->followers, error);
    enum plx_status status = explain->followers ? PLX_OK : PLX_MEMORY;
    for (size_t i = 0; status == PLX_OK && (preset = plx_protocol_preset(i)) != NULL; i++) {
        if (strcmp(preset->name, pipeline->plan.protocol.name) != 0)
            status = begin(explain->followers + explain->count++, explain, preset, error);
    }
    if (status == PLX_OK) {
        explain->lane = plx_lane_new(pipeline->pool, presets, follow_job, explain, error);
        status = explain->lane ? PLX_OK : PLX_MEMORY;
    }
    if (status) {
        plx_explain_free(explain);
        return NULL;
    }
    plx_sighter_init(&explain->sighter, pipeline->model, &pipeline->plan);
    plx_windows_number(&pipeline->windows);
    for (size_t i = 0; i < plx_pipeline_batches(pipeline); i++)
        pipeline->batches[i].keeps_raw = true;
    return explain;
}

void plx_explain_free(struct plx_explain *explain)
{
    if (!explain)
        return;
    plx_lane_free(explain->lane);
    for (size_t k = 0; explain->followers && k < explain->count; k++) {
        struct follower *follower = explain->followers + k;
        plx_windows_release(&follower->windows);
        plx_batch_release(&follower->batch);
        plx_tally_release(&follower->result.tally);
        free(follower->sights);
        free(follower->flags);
    }
    for (size_t i = 0; i < explain->waiting_capacity; i++)
        plx_block_release(&explain->waiting[i].block);
    free(explain->followers);
    free(explain->waiting);
    free(explain->scores);
    free(explain->sights);
    free(explain);
}

/* The end of the corpus for a follower. */
static enum plx_status finish(struct follower *follower, const struct plx_result *first,
                              struct plx_error *error)
{
    struct plx_result *result = &follower->result;
    enum plx_status status = plx_windows_finish(&follower->windows, error);
    if (status || (status = add_targets(follower, &follower->batch, error)))
        return status;
    plx_sequence_finish(&result->sequence, &result->plan);
    result->text = first->text;
    result->tokens = follower->windows.tokens;
    result->skipped = follower->windows.skipped;
    result->skipped.no_context += result->tally.unanswered;
    result->seconds = first->seconds;
    return PLX_OK;
}

/* Why the follower, whose targets all have scores, has no number none the less. */
static void judge(const struct follower *follower, char *reason, size_t capacity)
{
    const struct plx_result *result = &follower->result;
    const struct plx_plan *plan = &result->plan;
    const struct plx_exact total = plx_tally_total(&result->tally);
    const uint64_t there = plx_model_info(follower->explain->pipeline->model)->positions;
    const uint64_t asked = plan->by_token ? follower->windows.kept : follower->windows.targets;
    if ((plan->by_token || plan->by_target) && there != asked && result->skipped.limit == 0)
        snprintf(reason, capacity, "asks for the scores of %llu tokens, and the model has %llu",
                 (unsigned long long)asked, (unsigned long long)there);
    else if (total.overflow || total.invalid)
        snprintf(reason, capacity, "the sum of the cross-entropies is out of range");
    else if (total.count == 0)
        snprintf(reason, capacity, "no token is left to score");
}

/* What is to be said of a follower. */
static void explain_follower(const struct follower *follower, const struct plx_result *first,
                             struct plx_explanation *explanation)
{
    const struct plx_explain_totals *totals = &follower->explain->totals;
    const struct plx_explain_fates *fates = &follower->fates;
    char *reason = explanation->reason;
    const size_t capacity = sizeof explanation->reason;
    snprintf(explanation->protocol, sizeof explanation->protocol, "%s", follower->preset->name);
    if (*follower->refusal) {
        memcpy(reason, follower->refusal, sizeof follower->refusal);
        return;
    }
    if (plx_explain_parts(first, &follower->result.plan, totals, reason, capacity))
        return;
    if (fates->unscored + fates->less + fates->more + fates->other > 0)
        plx_explain_fates(fates, reason, capacity);
    else
        judge(follower, reason, capacity);
    if (*reason)
        return;
    plx_result_metrics(&follower->result, &explanation->metrics);
    plx_explain_notes(&follower->result, first, totals, explanation);
}

enum plx_status plx_explain_finish(struct plx_explain *explain, struct plx_result *result,
                                   struct plx_error *error)
{
    enum plx_status status = advance(explain, error);
    result->explanations = plx_new_array(explain->count + 1, sizeof *result->explanations, error);
    if (!result->explanations)
        return PLX_MEMORY;
    struct plx_explanation *first = result->explanations;
    result->explanation_count = explain->count + 1;
    snprintf(first->protocol, sizeof first->protocol, "%s", result->plan.protocol.name);
    plx_result_metrics(result, &first->metrics);
    plx_explain_notes(result, NULL, &explain->totals, first);
    for (size_t k = 0; k < explain->count && status == PLX_OK; k++) {
        struct follower *follower = explain->followers + k;
        status = follower->follows ? finish(follower, result, error) : PLX_OK;
        if (status == PLX_OK)
            explain_follower(follower, result, first + 1 + k);
    }
    return status;
}
