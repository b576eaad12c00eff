/* llama.cpp's stored logits against a model. The file is read on the caller's thread, piece by piece; pieces
   are compared on all. */
#include "base/clock.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/pool.h"
#include "eval/divergence.h"
#include "eval/divergence_rows.h"
#include "model/model.h"
#include "model/stored_logits.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Memory for the rows of a piece, as doubles. */
#define ROWS_BYTES ((size_t)16 << 20)

/* Some rows of a chunk. */
struct piece {
    uint8_t *raw; /* [most rows][row_bytes] */
    size_t count;
    uint64_t first; /* row of the file */
    struct plx_window window;
    struct plx_divergence_sums sums;
    enum plx_status status;
    struct plx_error error;
};

struct stored_run {
    const struct plx_model *model;
    const struct plx_evaluate_options *options;
    struct plx_stored_logits stored;
    struct plx_divergence *divergence;
    unsigned threads;
    struct plx_pool *pool;
    struct plx_lane *lane;
    struct plx_session **sessions; /* [threads] */
    double **rows;                 /* [threads][most][vocabulary] */
    struct piece *pieces;          /* [depth] given out in turn */
    size_t depth, next, most;
    double began;
};

static enum plx_status compare_piece(const struct stored_run *run, struct piece *piece, unsigned worker)
{
    const struct plx_stored_logits *stored = &run->stored;
    struct plx_divergence_rows waiting = {
        .rows = run->rows[worker],
        .width = (size_t)stored->vocabulary,
        .scope = {.types = (size_t)stored->vocabulary,
                  .excluded = PLX_NO_TOKEN,
                  .clipped = PLX_STORED_LOGITS_CLIPPED},
        .tokens = piece->window.ids + piece->window.first,
        .sums = &piece->sums,
    };
    enum plx_status status = PLX_OK;
    plx_divergence_sums_clear(&piece->sums);
    for (size_t r = 0; r < piece->count && status == PLX_OK; r++)
        status = plx_stored_logits_decode(stored, piece->raw + r * stored->row_bytes, piece->first + r,
                                          run->rows[worker] + r * waiting.width, &piece->error);
    return status ? status
                  : plx_session_distributions(run->sessions[worker], &piece->window, 1,
                                              plx_divergence_rows_take, &waiting, &piece->error);
}

static void compare_job(void *job, unsigned worker, void *user)
{
    struct piece *piece = job;
    piece->status = compare_piece(user, piece, worker);
}

static enum plx_status take_piece(struct stored_run *run, struct plx_error *error)
{
    const struct piece *piece = plx_lane_take(run->lane);
    if (piece->status) {
        *error = piece->error;
        return piece->status;
    }
    return plx_divergence_sums_merge(&run->divergence->sums, &piece->sums, error);
}

static enum plx_status pause_between(const struct stored_run *run, struct plx_error *error)
{
    const struct plx_evaluate_options *options = run->options;
    if (options->progress) {
        struct plx_progress progress = {.tokens = run->divergence->sums.count,
                                        .seconds = plx_clock_seconds() - run->began};
        plx_source_progress(run->stored.source, &progress.size_bytes, &progress.done_bytes);
        options->progress(options->user, &progress);
    }
    if (options->interrupted && options->interrupted(options->user))
        return plx_error_set(error, PLX_INTERRUPTED, "interrupted");
    return PLX_OK;
}

/* Reads `count` rows of the chunk, from `row` on, and has them compared. */
static enum plx_status submit_rows(struct stored_run *run, uint64_t chunk, size_t row, size_t count,
                                   struct plx_error *error)
{
    struct plx_stored_logits *stored = &run->stored;
    enum plx_status status = pause_between(run, error);
    if (status == PLX_OK && plx_lane_full(run->lane))
        status = take_piece(run, error);
    if (status)
        return status;
    struct piece *piece = run->pieces + run->next;
    const size_t first = (size_t)stored->context / 2 + 1 + row;
    run->next = (run->next + 1) % run->depth;
    piece->first = stored->rows_read;
    piece->count = count;
    piece->window = (struct plx_window){
        .ids = stored->tokens + chunk * stored->context, .first = first, .end = first + count};
    if ((status = plx_stored_logits_read(stored, count, piece->raw, error)))
        return status;
    plx_lane_submit(run->lane, piece);
    return PLX_OK;
}

static enum plx_status run_chunks(struct stored_run *run, struct plx_error *error)
{
    struct plx_stored_logits *stored = &run->stored;
    const uint32_t start = run->model->info.start;
    enum plx_status status = PLX_OK;
    for (uint64_t chunk = 0; chunk < stored->chunks && status == PLX_OK; chunk++) {
        if (start != PLX_NO_TOKEN) /* the first is never a target */
            stored->tokens[chunk * stored->context] = start;
        for (size_t row = 0; row < stored->rows && status == PLX_OK; row += run->most) {
            const size_t left = stored->rows - row;
            status = submit_rows(run, chunk, row, left < run->most ? left : run->most, error);
        }
    }
    while (status == PLX_OK && plx_lane_count(run->lane) > 0)
        status = take_piece(run, error);
    return status ? status : plx_stored_logits_end(stored, error);
}

static enum plx_status prepare(struct stored_run *run, struct plx_error *error)
{
    const struct plx_stored_logits *stored = &run->stored;
    const size_t types = (size_t)stored->vocabulary, fit = ROWS_BYTES / sizeof(double) / types;
    run->threads = run->options->threads ? run->options->threads : plx_processors();
    run->depth = (size_t)run->threads + 2;
    run->most = fit == 0 ? 1 : fit < stored->rows ? fit : stored->rows;
    run->pool = plx_pool_new(run->threads, error);
    run->sessions = plx_new_array(run->threads, sizeof *run->sessions, error);
    run->rows = plx_new_array(run->threads, sizeof *run->rows, error);
    run->pieces = plx_new_array(run->depth, sizeof *run->pieces, error);
    if (!run->pool || !run->sessions || !run->rows || !run->pieces)
        return error->status;
    for (unsigned i = 0; i < run->threads; i++) {
        if (!(run->sessions[i] = plx_session_new(run->model, error)) ||
            !(run->rows[i] = plx_new_array(types, run->most * sizeof(double), error)))
            return error->status;
    }
    for (size_t i = 0; i < run->depth; i++) {
        if (!(run->pieces[i].raw = plx_new_array(run->most, stored->row_bytes, error)))
            return PLX_MEMORY;
    }
    run->lane = plx_lane_new(run->pool, run->depth, compare_job, run, error);
    return run->lane ? PLX_OK : PLX_MEMORY;
}

static void release(struct stored_run *run)
{
    plx_lane_free(run->lane);
    plx_pool_free(run->pool);
    for (unsigned i = 0; run->sessions && run->rows && i < run->threads; i++) {
        plx_session_free(run->sessions[i]);
        free(run->rows[i]);
    }
    for (size_t i = 0; run->pieces && i < run->depth; i++) {
        free(run->pieces[i].raw);
        plx_divergence_sums_release(&run->pieces[i].sums);
    }
    free(run->sessions);
    free(run->rows);
    free(run->pieces);
    plx_stored_logits_close(&run->stored);
}

static enum plx_status check_vocabulary(const struct stored_run *run, struct plx_error *error)
{
    if (run->model->info.vocabulary == run->stored.vocabulary)
        return PLX_OK;
    plx_error_set(error, PLX_MISMATCH, "logits of %llu tokens, but the model has %llu",
                  (unsigned long long)run->stored.vocabulary,
                  (unsigned long long)run->model->info.vocabulary);
    return plx_error_input(error, plx_source_name(run->stored.source));
}

/* What has been compared, and what it has come to. */
static enum plx_status conclude(struct stored_run *run, struct plx_error *error)
{
    struct plx_divergence *divergence = run->divergence;
    const struct plx_stored_logits *stored = &run->stored;
    const char *name = plx_source_name(stored->source);
    divergence->base = (struct plx_divergence_model){
        .name = plx_copy_string(name, strlen(name), error),
        .format = "llama.cpp-logits",
        .kind = "stored",
        .architecture = "unknown",
        .vocabulary = stored->vocabulary,
        .fingerprint = "full",
    };
    divergence->stored_context = stored->context;
    divergence->stored_chunks = stored->chunks;
    divergence->tokens = stored->context * stored->chunks;
    divergence->skipped.replaced = run->model->info.start != PLX_NO_TOKEN ? stored->chunks : 0;
    divergence->skipped.masked = divergence->tokens - divergence->sums.count - divergence->skipped.replaced;
    divergence->threads = run->threads;
    divergence->batch = run->most;
    plx_warnings_add_model(&divergence->warnings, run->model);
    if (!divergence->base.name)
        return PLX_MEMORY;
    enum plx_status status = plx_source_sha256(stored->source, divergence->base.sha256, error);
    if (status == PLX_OK &&
        (status = plx_divergence_describe(&divergence->model, run->model, error)) == PLX_OK &&
        (status = plx_divergence_sums_finish(&divergence->sums, error)))
        plx_error_input(error, name);
    divergence->seconds = plx_clock_seconds() - run->began;
    return status;
}

enum plx_status plx_divergence_measure_stored(const char *path, const struct plx_model *model,
                                              const struct plx_evaluate_options *options,
                                              struct plx_divergence **divergence, struct plx_error *error)
{
    const struct plx_evaluate_options defaults = {0};
    struct stored_run run = {
        .model = model,
        .began = plx_clock_seconds(),
        .options = options ? options : &defaults,
        .divergence = plx_new_array(1, sizeof *run.divergence, error),
    };
    const struct plx_source_options source = {
        .interrupted = run.options->interrupted, .user = run.options->user, .fingerprint = true};
    *divergence = NULL;
    if (!run.divergence)
        return PLX_MEMORY;
    enum plx_status status = PLX_OK;
    if (run.options->protocol || run.options->batch)
        status = plx_error_set(error, PLX_USAGE, "tokens, positions and batches are those of stored logits");
    if (status == PLX_OK)
        status = plx_divergence_check_model(model, error);
    if (status == PLX_OK && (status = plx_stored_logits_open(path, &source, &run.stored, error)) == PLX_OK &&
        (status = check_vocabulary(&run, error)) == PLX_OK && (status = prepare(&run, error)) == PLX_OK &&
        (status = run_chunks(&run, error)) == PLX_OK)
        status = conclude(&run, error);
    release(&run);
    if (status)
        plx_divergence_free(run.divergence);
    else
        *divergence = run.divergence;
    return status;
}

bool plx_divergence_is_stored(const char *path)
{
    struct plx_source *source;
    struct plx_error error;
    const uint8_t *data;
    size_t size;
    struct stat facts;
    if (stat(path, &facts) != 0 || !S_ISREG(facts.st_mode) || plx_source_open(path, NULL, &source, &error))
        return false;
    const bool stored = plx_source_peek(source, 8, &data, &size, &error) == PLX_OK && size >= 8 &&
                        memcmp(data, PLX_STORED_LOGITS_MAGIC, 8) == 0;
    plx_source_close(source);
    return stored;
}
