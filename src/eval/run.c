/* The runner: with block.c, which maps the tokens of a text to a model's ids, the place that sees a model and
   a corpus at once. It reads blocks, has them encoded, cuts them into windows and has these scored; encoding
   and scoring go over the thread pool, reading and cutting stay on the caller's thread. */
#include <perplex/evaluate.h>

#include "base/memory.h"
#include "base/pool.h"
#include "eval/result.h"
#include "eval/token_feed.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define DEFAULT_BATCH 4096

/* The shares of unknown words, literal ones apart, from which on vocabulary and text do not seem to belong
   together. */
#define DOUBTFUL_UNKNOWN_SHARE 0.25

struct run {
    const struct plx_model *model;
    struct plx_corpus *corpus;
    const struct plx_evaluate_options *options;
    struct plx_result *result;
    struct plx_plan plan;
    struct plx_extra_request request;
    unsigned threads;
    struct plx_pool *pool;
    struct plx_lane *encoding, *scoring;
    struct plx_session **sessions; /* [threads] */
    struct plx_block *blocks;      /* [depth]: given out in turn */
    struct plx_batch *batches;     /* [depth + 1]: likewise; the one being filled is in no lane */
    size_t depth, next_block, next_batch;
    struct plx_seam seam;
    struct plx_windows windows;
    struct plx_token_feed feed; /* for options->tokens */
    uint64_t lost_hyphens;
    uint64_t scored; /* targets that have come back */
    double began;
};

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

unsigned plx_processors(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0)
        return (unsigned)CPU_COUNT(&set);
    const long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (unsigned)online : 1;
}

static void encode_job(void *job, unsigned worker, void *user)
{
    const struct run *run = user;
    (void)worker;
    plx_block_encode(job, &run->plan, run->model);
}

static void score_job(void *job, unsigned worker, void *user)
{
    const struct run *run = user;
    plx_batch_score(job, &run->plan, run->sessions[worker]);
}

/* Takes the oldest batch from its lane and adds it to the result. */
static enum plx_status take_scores(struct run *run, struct plx_error *error)
{
    const struct plx_batch *batch = plx_lane_take(run->scoring);
    if (batch->status) {
        *error = batch->error;
        return batch->status;
    }
    run->scored += batch->target_count;
    if (run->options->tokens) {
        const enum plx_status status = plx_token_feed_batch(&run->feed, batch, error);
        if (status)
            return status;
    }
    plx_sequence_add(&run->result->sequence, &run->plan, batch);
    plx_tally_merge(&run->result->tally, &batch->tally);
    if (batch->request)
        plx_extra_merge(&run->result->extra, &batch->extra);
    return PLX_OK;
}

/* Gives the full batch to the scorers and finds an empty one. */
static enum plx_status submit_batch(void *user, struct plx_batch **batch, struct plx_error *error)
{
    struct run *run = user;
    if (plx_lane_full(run->scoring)) {
        const enum plx_status status = take_scores(run, error);
        if (status)
            return status;
    }
    plx_lane_submit(run->scoring, *batch);
    run->next_batch = (run->next_batch + 1) % (run->depth + 1);
    *batch = run->batches + run->next_batch;
    plx_batch_clear(*batch);
    return PLX_OK;
}

/* Forgets how tokens are spelled that nobody can ask for: none of them is a target on its way. */
static enum plx_status forget_spellings(struct run *run, struct plx_error *error)
{
    const uint64_t decided = plx_windows_decided(&run->windows);
    struct plx_word token, document;
    if (!run->options->tokens || decided == 0 || plx_lane_count(run->scoring) > 0 ||
        run->windows.batch->target_count > 0)
        return PLX_OK;
    return plx_spelling_take(&run->feed.spelling, decided - 1, &token, &document, error);
}

/* Takes the oldest encoded block and cuts it into windows. */
static enum plx_status take_block(struct run *run, struct plx_error *error)
{
    const struct plx_block *block = plx_lane_take(run->encoding);
    if (block->status) {
        *error = block->error;
        return plx_error_input(error, block->chunk.input);
    }
    plx_text_counts_add(&run->result->text, &block->tokens.counts);
    run->lost_hyphens += block->lost_hyphens;
    const enum plx_status status = plx_windows_add(&run->windows, block, error);
    return status ? status : forget_spellings(run, error);
}

static void report_progress(const struct run *run)
{
    if (!run->options->progress)
        return;
    struct plx_progress progress = {.tokens = run->scored, .seconds = seconds_now() - run->began};
    plx_corpus_progress(run->corpus, &progress.size_bytes, &progress.done_bytes);
    run->options->progress(run->options->user, &progress);
}

/* Between two pieces of work: says how far it is, and asks whether to go on. */
static enum plx_status pause_between(const struct run *run, struct plx_error *error)
{
    report_progress(run);
    if (run->options->interrupted && run->options->interrupted(run->options->user))
        return plx_error_set(error, PLX_INTERRUPTED, "interrupted");
    return PLX_OK;
}

/* The tokens of a corpus of tokens end a line where their document ends, as a text does. */
static void end_document(struct run *run)
{
    if (run->plan.content != PLX_CONTENT_TEXT && run->plan.spelled && !run->seam.begins_line)
        run->result->text.lines++;
}

/* Copies a piece of the corpus and has it encoded. */
static enum plx_status submit_chunk(struct run *run, const struct plx_chunk *chunk, struct plx_error *error)
{
    struct plx_block *block = run->blocks + run->next_block;
    if (chunk->begins_document)
        end_document(run);
    const enum plx_status status = plx_block_fill(block, chunk, &run->plan, run->model, &run->seam, error);
    if (status)
        return plx_error_input(error, chunk->input);
    run->next_block = (run->next_block + 1) % run->depth;
    plx_lane_submit(run->encoding, block);
    return PLX_OK;
}

/* The whole corpus through the lanes. */
static enum plx_status run_corpus(struct run *run, struct plx_error *error)
{
    enum plx_status status;
    for (;;) {
        struct plx_chunk chunk;
        bool more;
        if ((status = pause_between(run, error)) ||
            (status = plx_corpus_next(run->corpus, &chunk, &more, error)))
            return status;
        if (!more)
            break;
        while (plx_lane_full(run->encoding) || plx_lane_ready(run->encoding)) {
            if ((status = take_block(run, error)))
                return status;
        }
        if ((status = submit_chunk(run, &chunk, error)))
            return status;
    }
    end_document(run);
    while (plx_lane_count(run->encoding) > 0) {
        if ((status = pause_between(run, error)) || (status = take_block(run, error)))
            return status;
    }
    if ((status = plx_windows_finish(&run->windows, error)))
        return status;
    while (plx_lane_count(run->scoring) > 0) {
        if ((status = pause_between(run, error)) || (status = take_scores(run, error)))
            return status;
    }
    plx_sequence_finish(&run->result->sequence, &run->plan);
    return PLX_OK;
}

static enum plx_status prepare(struct run *run, struct plx_error *error)
{
    const size_t best = plx_model_info(run->model)->batch ? plx_model_info(run->model)->batch : DEFAULT_BATCH;
    const size_t batch = run->options->batch ? run->options->batch : best;
    run->threads = run->options->threads ? run->options->threads : plx_processors();
    run->depth = (size_t)run->threads * 2 + 2;
    run->pool = plx_pool_new(run->threads, error);
    run->sessions = plx_new_array(run->threads, sizeof *run->sessions, error);
    run->blocks = plx_new_array(run->depth, sizeof *run->blocks, error);
    run->batches = plx_new_array(run->depth + 1, sizeof *run->batches, error);
    if (!run->pool || !run->sessions || !run->blocks || !run->batches)
        return error->status;
    for (unsigned i = 0; i < run->threads; i++) {
        if (!(run->sessions[i] = plx_session_new(run->model, error)))
            return error->status;
    }
    for (size_t i = 0; i <= run->depth; i++) {
        run->batches[i].request = plx_extra_wanted(&run->request) ? &run->request : NULL;
        const enum plx_status status = plx_tally_init(&run->batches[i].tally, run->plan.order, error);
        if (status)
            return status;
    }
    run->encoding = plx_lane_new(run->pool, run->depth, encode_job, run, error);
    run->scoring = plx_lane_new(run->pool, run->depth, score_job, run, error);
    if (!run->encoding || !run->scoring)
        return PLX_MEMORY;
    run->result->threads = run->threads;
    run->result->batch = batch;
    plx_windows_init(&run->windows, &run->plan, batch, submit_batch, run, run->batches);
    run->seam = (struct plx_seam){.begins_document = true, .begins_line = true};
    if (run->options->tokens) {
        plx_token_feed_init(&run->feed, &run->plan, run->model, run->options->tokens,
                            run->options->tokens_user);
        plx_windows_note(&run->windows, &run->feed.spelling);
    }
    return plx_tally_init(&run->result->tally, run->plan.order, error);
}

static void release(struct run *run)
{
    plx_lane_free(run->encoding);
    plx_lane_free(run->scoring);
    plx_pool_free(run->pool);
    plx_windows_release(&run->windows);
    plx_token_feed_release(&run->feed);
    for (unsigned i = 0; run->sessions && i < run->threads; i++)
        plx_session_free(run->sessions[i]);
    for (size_t i = 0; run->blocks && i < run->depth; i++)
        plx_block_release(run->blocks + i);
    for (size_t i = 0; run->batches && i <= run->depth; i++)
        plx_batch_release(run->batches + i);
    free(run->sessions);
    free(run->blocks);
    free(run->batches);
}

/* Says where the vocabulary visibly does not belong to the text. */
static void doubt(const struct run *run)
{
    struct plx_result *result = run->result;
    const uint64_t strange = result->tally.unknown_tokens - result->tally.literal;
    const uint64_t targets = plx_tally_targets(&result->tally);
    if ((double)strange > DOUBTFUL_UNKNOWN_SHARE * (double)targets)
        plx_result_warn(
            result, "many-unknown", strange,
            "%.1f %% of the tokens are not in the model's vocabulary: is the text tokenized and cased as "
            "the model's training text was?",
            100.0 * (double)strange / (double)targets);
    if (run->lost_hyphens)
        plx_result_warn(
            result, "foreign-tokenization", run->lost_hyphens,
            "\"@-@\" stands in the text and not in the vocabulary: the text is tokenized as WikiText is, "
            "the model's training text was not");
    if (result->text.invalid_utf8)
        plx_result_warn(result, "invalid-utf8", result->text.invalid_utf8,
                        "bytes of the corpus that are not UTF-8 count as one character each");
}

static enum plx_status describe(struct run *run, struct plx_error *error)
{
    struct plx_result *result = run->result;
    struct plx_corpus_info corpus;
    plx_corpus_info(run->corpus, &corpus);
    result->plan = run->plan;
    result->request = run->request;
    for (size_t i = 0; i < PLX_VARIANTS_MAX; i++)
        result->request.variants[i].weights = NULL; /* they are the caller's */
    result->documents = corpus.documents;
    result->corpus_format = corpus.format;
    result->files = corpus.files;
    result->tokens = run->windows.tokens;
    result->skipped = run->windows.skipped;
    result->skipped.no_context += result->tally.unanswered;
    result->model = *plx_model_info(run->model);
    result->model.properties = NULL; /* they are the model's own */
    result->model.property_count = 0;
    const char *name = plx_corpus_name(run->corpus);
    const char *model_name = plx_model_name(run->model);
    result->corpus_name = plx_copy_string(name, strlen(name), error);
    result->model_name = plx_copy_string(model_name, strlen(model_name), error);
    if (!result->corpus_name || !result->model_name)
        return PLX_MEMORY;
    const struct plx_word unknown = plx_model_token(run->model, run->plan.unknown);
    snprintf(result->unknown_symbol, sizeof result->unknown_symbol, "%.*s", (int)unknown.length,
             unknown.text ? unknown.text : "");
    if (result->model.ngrams) {
        result->ngrams = plx_new_array(result->model.order, sizeof *result->ngrams, error);
        if (!result->ngrams)
            return PLX_MEMORY;
        memcpy(result->ngrams, result->model.ngrams, result->model.order * sizeof *result->ngrams);
        result->model.ngrams = result->ngrams;
    }
    size_t count;
    const struct plx_warning *warnings = plx_model_warnings(run->model, &count);
    for (size_t i = 0; i < count && result->warning_count < PLX_RESULT_WARNINGS; i++) {
        if (!warnings[i].note)
            result->warnings[result->warning_count++] = warnings[i];
    }
    doubt(run);
    result->seconds = seconds_now() - run->began;
    return plx_corpus_sha256(run->corpus, result->corpus_sha256, error);
}

/* The answers of a model that scores by position are those to this corpus. */
static enum plx_status check_positions(const struct run *run, struct plx_error *error)
{
    const struct plx_plan *plan = &run->plan;
    const uint64_t there = plx_model_info(run->model)->positions;
    const uint64_t asked = plan->by_token ? run->windows.kept : run->windows.targets;
    if (!(plan->by_token || plan->by_target) || there == asked || run->windows.skipped.limit > 0)
        return PLX_OK;
    plx_error_set(error, PLX_MISMATCH, "answers for %llu tokens, but the corpus has %llu",
                  (unsigned long long)there, (unsigned long long)asked);
    plx_error_input(error, plx_model_name(run->model));
    if (plan->protocol.first == PLX_FIRST_SKIP && there == asked + run->windows.units)
        return plx_error_hint(error, "--first score does not leave out the first token of every unit");
    if (plan->protocol.end == PLX_END_NONE && there == asked + run->result->text.lines)
        return plx_error_hint(error, "--end scored does not leave out the line ends");
    return plx_error_hint(error, "another tokenization, or another corpus?");
}

/* Every token was scored once or skipped for one reason; and something was scored. */
static enum plx_status check(const struct plx_result *result, const char *corpus, struct plx_error *error)
{
    const struct plx_exact total = plx_tally_total(&result->tally);
    const struct plx_skipped *skipped = &result->skipped;
    const uint64_t decided = total.count + result->tally.skipped_unknown + skipped->no_context +
                             skipped->masked + skipped->replaced + skipped->tail + skipped->limit +
                             skipped->blank;
    if (decided != result->tokens)
        return plx_error_set(error, PLX_INTERNAL, "%llu tokens were read, but %llu scored or skipped",
                             (unsigned long long)result->tokens, (unsigned long long)decided);
    if (total.overflow || total.invalid)
        return plx_error_set(error, PLX_NOT_FINITE, "the sum of the cross-entropies is out of range");
    if (total.count > 0)
        return plx_extra_check(&result->request, &result->extra, error);
    if (result->text.bytes == 0 && result->tokens == 0)
        plx_error_set(error, PLX_MALFORMED, "the corpus is empty: there is nothing to score");
    else
        plx_error_set(error, PLX_MALFORMED, "no token is left to score: %llu were read, all skipped",
                      (unsigned long long)result->tokens);
    return plx_error_input(error, corpus);
}

enum plx_status plx_evaluate(const struct plx_model *model, struct plx_corpus *corpus,
                             const struct plx_evaluate_options *options, struct plx_result **result,
                             struct plx_error *error)
{
    const struct plx_evaluate_options defaults = {0};
    struct plx_corpus_info info;
    struct run run = {
        .model = model,
        .corpus = corpus,
        .options = options ? options : &defaults,
        .began = seconds_now(),
    };
    *result = NULL;
    plx_corpus_info(corpus, &info);
    const struct plx_protocol *protocol =
        run.options->protocol ? run.options->protocol : plx_protocol_default(plx_model_info(model), &info);
    enum plx_status status = plx_plan_make(model, protocol, &info, &run.plan, error);
    if (status == PLX_OK)
        status = plx_extra_settle(run.options, model, &run.plan, &run.request, error);
    if (status)
        return status;
    if (!(run.result = plx_new_array(1, sizeof *run.result, error)))
        return PLX_MEMORY;
    if ((status = prepare(&run, error)) == PLX_OK && (status = run_corpus(&run, error)) == PLX_OK &&
        (status = describe(&run, error)) == PLX_OK && (status = check_positions(&run, error)) == PLX_OK)
        status = check(run.result, plx_corpus_name(corpus), error);
    release(&run);
    if (status) {
        plx_result_free(run.result);
        run.result = NULL;
    }
    *result = run.result;
    return status;
}
