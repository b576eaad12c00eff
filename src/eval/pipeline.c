#include "eval/pipeline.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/memory.h"

#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#define DEFAULT_BATCH 4096

/* Of a remote model it is windows that matter. */
#define REMOTE_BATCH ((size_t)1 << 20)

/* At least so many, of which all but the caller's wait for a batch of a remote model each, so that there are
   always questions under way. */
#define REMOTE_THREADS 4

/* Between two looks whether to go on while nothing comes from afar. */
#define REMOTE_PAUSE_MS 50

/* Of the rows of a batch: they take a fraction of a second. */
#define ROW_ELEMENTS (UINT64_C(1) << 26)

unsigned plx_processors(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0)
        return (unsigned)CPU_COUNT(&set);
    const long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (unsigned)online : 1;
}

size_t plx_pipeline_rows_batch(uint64_t types)
{
    const uint64_t least = 64, most = 16384, targets = ROW_ELEMENTS / (types ? types : 1);
    return (size_t)(targets < least ? least : targets > most ? most : targets);
}

double plx_pipeline_seconds(const struct plx_pipeline *pipeline)
{
    return plx_clock_seconds() - pipeline->began;
}

size_t plx_pipeline_batches(const struct plx_pipeline *pipeline)
{
    return pipeline->depth + 1;
}

static void encode_job(void *job, unsigned worker, void *user)
{
    const struct plx_pipeline *pipeline = user;
    (void)worker;
    plx_block_encode(job, &pipeline->plan, pipeline->model);
}

static void score_job(void *job, unsigned worker, void *user)
{
    const struct plx_pipeline *pipeline = user;
    struct plx_batch *batch = job;
    if (!pipeline->callbacks.score)
        return;
    for (size_t w = 0; w < batch->window_count; w++)
        batch->windows[w].ids = batch->ids + batch->offsets[w];
    pipeline->callbacks.score(batch, (size_t)(batch - pipeline->batches), pipeline->sessions[worker],
                              pipeline->callbacks.user);
}

static void report_progress(const struct plx_pipeline *pipeline)
{
    const struct plx_evaluate_options *options = pipeline->options;
    if (!options->progress)
        return;
    struct plx_progress progress = {.tokens = pipeline->scored, .seconds = plx_pipeline_seconds(pipeline)};
    plx_corpus_progress(pipeline->corpus, &progress.size_bytes, &progress.done_bytes);
    if (pipeline->plan.remote) {
        struct plx_endpoint_counts counts;
        plx_model_endpoint_counts(pipeline->model, &counts);
        progress.requests = counts.requests;
    }
    options->progress(options->user, &progress);
}

static enum plx_status check_interrupted(const struct plx_pipeline *pipeline, struct plx_error *error)
{
    const struct plx_evaluate_options *options = pipeline->options;
    if (options->interrupted && options->interrupted(options->user))
        return plx_error_set(error, PLX_INTERRUPTED, "interrupted");
    return PLX_OK;
}

/* Between two pieces of work: says how far it is, and asks whether to go on. */
static enum plx_status pause_between(const struct plx_pipeline *pipeline, struct plx_error *error)
{
    report_progress(pipeline);
    return check_interrupted(pipeline, error);
}

/* Waits for the oldest job where jobs take long: the caller's thread carries none
   out, but tells how far it is and asks whether to go on. */
static enum plx_status wait_for(const struct plx_pipeline *pipeline, const struct plx_lane *lane,
                                struct plx_error *error)
{
    while (pipeline->waits && !plx_lane_wait(lane, REMOTE_PAUSE_MS)) {
        const enum plx_status status = pause_between(pipeline, error);
        if (status)
            return status;
    }
    return PLX_OK;
}

/* Takes the oldest batch from its lane and hands it on. */
static enum plx_status take_scores(struct plx_pipeline *pipeline, struct plx_error *error)
{
    const enum plx_status status = wait_for(pipeline, pipeline->scoring, error);
    if (status)
        return status;
    const struct plx_batch *batch = plx_lane_take(pipeline->scoring);
    if (batch->status) {
        *error = batch->error;
        return batch->status;
    }
    pipeline->scored += batch->target_count;
    const struct plx_pipeline_user *callbacks = &pipeline->callbacks;
    return callbacks->take
               ? callbacks->take(callbacks->user, batch, (size_t)(batch - pipeline->batches), error)
               : PLX_OK;
}

/* Leaves the batch to another shard. What has been scored is taken meanwhile, so that nothing is kept of the
   corpus that has passed. */
static enum plx_status pass_over(struct plx_pipeline *pipeline, struct plx_batch *batch,
                                 struct plx_error *error)
{
    enum plx_status status = PLX_OK;
    pipeline->elsewhere += batch->target_count;
    plx_batch_clear(batch);
    while (status == PLX_OK && plx_lane_ready(pipeline->scoring))
        status = take_scores(pipeline, error);
    return status;
}

/* Gives the full batch to the scorers and finds an empty one. Where full distributions are scored, one piece
   of the corpus is many batches, and these take their time. */
static enum plx_status submit_batch(void *user, struct plx_batch **batch, struct plx_error *error)
{
    struct plx_pipeline *pipeline = user;
    if (!plx_shard_has(&pipeline->options->shard, pipeline->windows.parts.part))
        return pass_over(pipeline, *batch, error);
    if (plx_lane_full(pipeline->scoring)) {
        enum plx_status status = pause_between(pipeline, error);
        if (status || (status = take_scores(pipeline, error)))
            return status;
    }
    const struct plx_pipeline_user *callbacks = &pipeline->callbacks;
    const enum plx_status status =
        callbacks->submit ? callbacks->submit(callbacks->user, *batch, error) : PLX_OK;
    if (status)
        return status;
    plx_lane_submit(pipeline->scoring, *batch);
    pipeline->next_batch = (pipeline->next_batch + 1) % (pipeline->depth + 1);
    *batch = pipeline->batches + pipeline->next_batch;
    plx_batch_clear(*batch);
    return PLX_OK;
}

static enum plx_status take_all_scores(struct plx_pipeline *pipeline, struct plx_error *error)
{
    enum plx_status status = PLX_OK;
    while (status == PLX_OK && plx_lane_count(pipeline->scoring) > 0) {
        if ((status = pause_between(pipeline, error)) == PLX_OK)
            status = take_scores(pipeline, error);
    }
    return status;
}

enum plx_status plx_pipeline_settle(struct plx_pipeline *pipeline, struct plx_error *error)
{
    struct plx_batch **batch = &pipeline->windows.batch;
    const enum plx_status status = (*batch)->target_count > 0 ? submit_batch(pipeline, batch, error) : PLX_OK;
    return status ? status : take_all_scores(pipeline, error);
}

/* Forgets how tokens are spelled that nobody can ask for: none of them is a target on its way. */
static enum plx_status forget_spellings(struct plx_pipeline *pipeline, struct plx_error *error)
{
    const uint64_t decided = plx_windows_decided(&pipeline->windows);
    const bool own = plx_shard_has(&pipeline->options->shard, pipeline->windows.parts.part);
    struct plx_word token, document;
    if (!pipeline->spelling || decided == 0 || plx_lane_count(pipeline->scoring) > 0 ||
        (own && pipeline->windows.batch->target_count > 0))
        return PLX_OK;
    return plx_spelling_take(pipeline->spelling, decided - 1, &token, &document, error);
}

/* Takes the oldest encoded block and cuts it into windows. */
static enum plx_status take_block(struct plx_pipeline *pipeline, struct plx_error *error)
{
    enum plx_status status = wait_for(pipeline, pipeline->encoding, error);
    if (status)
        return status;
    const struct plx_block *block = plx_lane_take(pipeline->encoding);
    if (block->status) {
        *error = block->error;
        return plx_error_input(error, block->chunk.input);
    }
    plx_text_counts_add(&pipeline->text, &block->tokens.counts);
    pipeline->lost_hyphens += block->lost_hyphens;
    status = plx_windows_add(&pipeline->windows, block, error);
    if (status == PLX_OK && pipeline->callbacks.read)
        status = pipeline->callbacks.read(pipeline->callbacks.user, block, error);
    return status ? status : forget_spellings(pipeline, error);
}

/* The tokens of a corpus of tokens end a line where their document ends, as a text does. */
static void end_document(struct plx_pipeline *pipeline)
{
    if (pipeline->plan.content != PLX_CONTENT_TEXT && pipeline->plan.spelled && !pipeline->seam.begins_line)
        pipeline->text.lines++;
}

/* Copies a piece of the corpus and has it encoded. */
static enum plx_status submit_chunk(struct plx_pipeline *pipeline, const struct plx_chunk *chunk,
                                    struct plx_error *error)
{
    struct plx_block *block = pipeline->blocks + pipeline->next_block;
    if (chunk->begins_document)
        end_document(pipeline);
    const enum plx_status status =
        plx_block_fill(block, chunk, &pipeline->plan, pipeline->model, &pipeline->seam, error);
    if (status)
        return plx_error_input(error, chunk->input);
    pipeline->next_block = (pipeline->next_block + 1) % pipeline->depth;
    plx_lane_submit(pipeline->encoding, block);
    return PLX_OK;
}

/* The blocks of the corpus through their lane, to its end. */
static enum plx_status read_corpus(struct plx_pipeline *pipeline, struct plx_error *error)
{
    enum plx_status status;
    for (;;) {
        struct plx_chunk chunk;
        bool more;
        if ((status = pause_between(pipeline, error)) ||
            (status = plx_corpus_next(pipeline->corpus, &chunk, &more, error)))
            return status;
        if (!more)
            break;
        while (plx_lane_full(pipeline->encoding) || plx_lane_ready(pipeline->encoding)) {
            if ((status = take_block(pipeline, error)))
                return status;
        }
        if ((status = submit_chunk(pipeline, &chunk, error)))
            return status;
    }
    end_document(pipeline);
    while (plx_lane_count(pipeline->encoding) > 0) {
        if ((status = pause_between(pipeline, error)) || (status = take_block(pipeline, error)))
            return status;
    }
    return PLX_OK;
}

enum plx_status plx_pipeline_run(struct plx_pipeline *pipeline, const struct plx_pipeline_user *callbacks,
                                 struct plx_spelling *spelling, struct plx_error *error)
{
    pipeline->callbacks = *callbacks;
    pipeline->spelling = spelling;
    if (spelling)
        plx_windows_note(&pipeline->windows, spelling);
    enum plx_status status = read_corpus(pipeline, error);
    if (status || (status = plx_windows_finish(&pipeline->windows, error)))
        return status;
    return take_all_scores(pipeline, error);
}

static enum plx_status make_sessions(struct plx_pipeline *pipeline, struct plx_error *error)
{
    pipeline->sessions = plx_new_array(pipeline->threads, sizeof *pipeline->sessions, error);
    if (!pipeline->sessions)
        return PLX_MEMORY;
    for (unsigned i = 0; i < pipeline->threads; i++) {
        if (!(pipeline->sessions[i] = plx_session_new(pipeline->model, error)))
            return error->status;
        plx_session_set_end_role(pipeline->sessions[i], pipeline->plan.end_role);
    }
    return PLX_OK;
}

static enum plx_status prepare(struct plx_pipeline *pipeline, struct plx_error *error)
{
    const struct plx_evaluate_options *options = pipeline->options;
    const struct plx_model_info *info = plx_model_info(pipeline->model);
    const bool remote = pipeline->plan.remote;
    pipeline->batch = options->batch ? options->batch
                      : remote       ? REMOTE_BATCH
                      : info->batch  ? info->batch
                                     : DEFAULT_BATCH;
    pipeline->threads = options->threads ? options->threads : plx_processors();
    pipeline->waits = remote;
    if (remote && pipeline->threads < REMOTE_THREADS)
        pipeline->threads = REMOTE_THREADS;
    pipeline->depth = (size_t)pipeline->threads * 2 + 2;
    pipeline->pool = plx_pool_new(pipeline->threads, error);
    pipeline->blocks = plx_new_array(pipeline->depth, sizeof *pipeline->blocks, error);
    pipeline->batches = plx_new_array(pipeline->depth + 1, sizeof *pipeline->batches, error);
    if (!pipeline->pool || !pipeline->blocks || !pipeline->batches)
        return error->status;
    enum plx_status status = make_sessions(pipeline, error);
    for (size_t i = 0; i <= pipeline->depth && status == PLX_OK; i++)
        status = plx_tally_init(&pipeline->batches[i].tally, pipeline->plan.order, error);
    if (status)
        return status;
    pipeline->encoding = plx_lane_new(pipeline->pool, pipeline->depth, encode_job, pipeline, error);
    pipeline->scoring = plx_lane_new(pipeline->pool, pipeline->depth, score_job, pipeline, error);
    if (!pipeline->encoding || !pipeline->scoring)
        return PLX_MEMORY;
    plx_windows_init(&pipeline->windows, &pipeline->plan, pipeline->batch, submit_batch, pipeline,
                     pipeline->batches);
    if (remote)
        plx_windows_keep_whole(&pipeline->windows, info->batch_windows ? info->batch_windows : 1);
    if (options->shard.count > 0)
        plx_windows_part(&pipeline->windows);
    pipeline->seam = (struct plx_seam){.begins_document = true, .begins_line = true};
    return PLX_OK;
}

enum plx_status plx_pipeline_init(struct plx_pipeline *pipeline, const struct plx_model *model,
                                  struct plx_corpus *corpus, const struct plx_evaluate_options *options,
                                  struct plx_error *error)
{
    struct plx_corpus_info info;
    *pipeline = (struct plx_pipeline){
        .model = model,
        .corpus = corpus,
        .options = options,
        .began = plx_clock_seconds(),
    };
    plx_corpus_info(corpus, &info);
    const struct plx_protocol *protocol =
        options->protocol ? options->protocol : plx_protocol_default(plx_model_info(model), &info);
    const enum plx_status status = plx_plan_make(model, protocol, &info, &pipeline->plan, error);
    plx_corpus_set_pages(corpus, protocol->pages);
    return status ? status : prepare(pipeline, error);
}

void plx_pipeline_release(struct plx_pipeline *pipeline)
{
    plx_lane_free(pipeline->encoding);
    plx_lane_free(pipeline->scoring);
    plx_pool_free(pipeline->pool);
    plx_windows_release(&pipeline->windows);
    for (unsigned i = 0; pipeline->sessions && i < pipeline->threads; i++)
        plx_session_free(pipeline->sessions[i]);
    for (size_t i = 0; pipeline->blocks && i < pipeline->depth; i++)
        plx_block_release(pipeline->blocks + i);
    for (size_t i = 0; pipeline->batches && i <= pipeline->depth; i++)
        plx_batch_release(pipeline->batches + i);
    free(pipeline->sessions);
    free(pipeline->blocks);
    free(pipeline->batches);
}
