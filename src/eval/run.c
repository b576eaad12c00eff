/* The runner: a corpus through the pipeline, its scores into a result. With block.c, which maps the tokens of
   a text to a model's ids, and pipeline.c it is where a model and a corpus are seen at once. */
#include <perplex/evaluate.h>

#include "base/memory.h"
#include "eval/explain.h"
#include "eval/pipeline.h"
#include "eval/remote.h"
#include "eval/result.h"
#include "eval/resume.h"
#include "eval/token_feed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct run {
    struct plx_pipeline pipeline;
    struct plx_result *result;
    struct plx_extra_request request;
    struct plx_breakdown_request breakdown;
    struct plx_block_sums *block_sums; /* [batches] of each batch */
    struct plx_breakdown_sums *parts;  /* likewise; NULL where they are not asked for */
    struct plx_token_feed feed;        /* for options->tokens and the result's trail */
    bool fed;                          /* one of the two is there */
    struct plx_explain *explain;       /* for options->explain, else NULL */
    struct plx_remote remote;          /* of a remote model */
    struct plx_endpoint_counts before; /* what it had been asked when the evaluation began */
};

static void score(struct plx_batch *batch, size_t index, struct plx_session *session, void *user)
{
    struct run *run = user;
    if (run->pipeline.plan.remote)
        batch->status = plx_remote_ask(&run->remote, batch, session, &batch->error);
    if (batch->status == PLX_OK)
        plx_batch_score(batch, &run->pipeline.plan, session);
    if (batch->status == PLX_OK)
        batch->status = plx_block_sums_measure(run->block_sums + index, batch, &batch->error);
    if (run->parts && batch->status == PLX_OK)
        plx_breakdown_measure(&run->breakdown, batch, run->parts + index);
}

static enum plx_status find_answer(void *user, struct plx_batch *batch, struct plx_error *error)
{
    struct run *run = user;
    const struct plx_pipeline *pipeline = &run->pipeline;
    if (pipeline->plan.remote)
        return plx_remote_find(&run->remote, batch, error);
    return plx_resume_find(pipeline->options->journal, &pipeline->plan, batch, error);
}

/* Adds a batch to the result. */
static enum plx_status take(void *user, const struct plx_batch *batch, size_t index, struct plx_error *error)
{
    struct run *run = user;
    struct plx_journal *journal = run->pipeline.options->journal;
    if (journal && !run->pipeline.plan.remote) {
        const enum plx_status status = plx_resume_keep(journal, &run->pipeline.plan, batch, error);
        if (status)
            return status;
    }
    if (run->fed) {
        const enum plx_status status = plx_token_feed_batch(&run->feed, batch, error);
        if (status)
            return status;
    }
    struct plx_summary *summary = run->pipeline.options->summary;
    if (summary && summary->format->add) {
        const enum plx_status status = summary->format->add(summary, &run->pipeline.plan, batch, error);
        if (status)
            return status;
    }
    plx_sequence_add(&run->result->sequence, &run->pipeline.plan, batch);
    plx_tally_merge(&run->result->tally, &batch->tally);
    plx_blocks_add(&run->result->blocks, run->block_sums + index);
    if (batch->request)
        plx_extra_merge(&run->result->extra, &batch->extra);
    if (run->parts)
        plx_breakdown_merge(&run->result->breakdown_sums, run->parts + index);
    return run->explain ? plx_explain_take(run->explain, batch, error) : PLX_OK;
}

static enum plx_status read_block(void *user, const struct plx_block *block, struct plx_error *error)
{
    const struct run *run = user;
    return plx_explain_read(run->explain, block, error);
}

/* Has tokens handed on one by one, to whoever wants that. */
static void begin_feed(struct run *run)
{
    const struct plx_pipeline *pipeline = &run->pipeline;
    const struct plx_evaluate_options *options = pipeline->options;
    const struct plx_plan *plan = &pipeline->plan;
    const bool followed = plx_breakdown_trail_wanted(options->breakdown, &run->breakdown);
    run->fed = options->tokens || followed;
    if (run->fed)
        plx_token_feed_init(&run->feed, plan, pipeline->model, options->tokens, options->tokens_user);
    if (!followed)
        return;
    plx_trail_init(&run->result->trail, options->breakdown,
                   !plan->any_tokens || plan->content == PLX_CONTENT_IDS);
    plx_token_feed_follow(&run->feed, &run->result->trail);
}

static enum plx_status end_trail(struct run *run, struct plx_error *error)
{
    const enum plx_status status = plx_spelling_finish(&run->feed.spelling, error);
    return status ? status : plx_trail_finish(&run->result->trail, error);
}

/* The whole corpus into the result. */
static enum plx_status run_corpus(struct run *run, struct plx_error *error)
{
    struct plx_pipeline *pipeline = &run->pipeline;
    const struct plx_evaluate_options *options = pipeline->options;
    const struct plx_pipeline_user callbacks = {
        .score = score,
        .submit = options->journal || pipeline->plan.remote ? find_answer : NULL,
        .take = take,
        .user = run,
        .read = options->explain ? read_block : NULL,
    };
    enum plx_status status = plx_tally_init(&run->result->tally, pipeline->plan.order, error);
    if (status)
        return status;
    const size_t batches = plx_pipeline_batches(pipeline);
    if (!(run->block_sums = plx_new_array(batches, sizeof *run->block_sums, error)))
        return PLX_MEMORY;
    if (plx_breakdown_sums_wanted(&run->breakdown) &&
        !(run->parts = plx_new_array(batches, sizeof *run->parts, error)))
        return PLX_MEMORY;
    const struct plx_extra_request *request = plx_extra_wanted(&run->request) ? &run->request : NULL;
    for (size_t i = 0; i < batches; i++)
        pipeline->batches[i].request = request;
    if (options->journal && (status = plx_resume_begin(options->journal, pipeline, request, error)))
        return status;
    if (pipeline->plan.remote &&
        (status = plx_remote_init(&run->remote, pipeline->model, options->journal, error)))
        return status;
    run->result->sequence.follows = options->shard.index > 1;
    begin_feed(run);
    if (options->explain && !(run->explain = plx_explain_new(pipeline, error)))
        return error->status;
    status = plx_pipeline_run(pipeline, &callbacks, run->fed ? &run->feed.spelling : NULL, error);
    if (status == PLX_OK && options->journal)
        status = plx_journal_end(options->journal, error);
    if (status) {
        plx_remote_stop(&run->remote);
        return status;
    }
    plx_sequence_finish(&run->result->sequence, &pipeline->plan);
    plx_blocks_finish(&run->result->blocks, pipeline->windows.targets);
    return run->feed.spelling.trail ? end_trail(run, error) : PLX_OK;
}

/* The summary of a tool that has a number for this. */
static enum plx_status prepare_summary(struct run *run, struct plx_error *error)
{
    struct plx_summary *summary = run->pipeline.options->summary;
    if (!summary)
        return PLX_OK;
    run->result->summary = summary->format;
    run->result->sequence.ordered = summary->format->ordered;
    struct plx_corpus_info corpus;
    plx_corpus_info(run->pipeline.corpus, &corpus);
    return plx_summary_check(summary->format, run->pipeline.model, &corpus, &run->pipeline.plan, error);
}

/* What a result says of a mixture outlives it. */
static enum plx_status copy_mixture(struct plx_result *result, struct plx_error *error)
{
    struct plx_model_info *model = &result->model;
    if (model->component_count == 0)
        return PLX_OK;
    result->components = plx_new_array(model->component_count, sizeof *result->components, error);
    if (!result->components)
        return PLX_MEMORY;
    memcpy(result->components, model->components, model->component_count * sizeof *result->components);
    model->components = result->components;
    if (model->tuning) {
        result->tuning = *model->tuning;
        model->tuning = &result->tuning;
    }
    return PLX_OK;
}

/* How the model behind an endpoint is spoken to, and what it has been asked. */
static void describe_endpoint(const struct run *run)
{
    struct plx_result *result = run->result;
    const struct plx_model_info *info = plx_model_info(run->pipeline.model);
    struct plx_endpoint_counts *asked = &result->asked;
    for (size_t i = 0; i < info->property_count && run->pipeline.plan.remote; i++) {
        const struct plx_model_property *property = info->properties + i;
        if (property->text && strcmp(property->name, "dialect") == 0)
            snprintf(result->dialect, sizeof result->dialect, "%s", property->text);
        if (property->text && strcmp(property->name, "prompts") == 0)
            snprintf(result->prompts, sizeof result->prompts, "%s", property->text);
    }
    plx_model_endpoint_counts(run->pipeline.model, asked);
    asked->requests -= run->before.requests;
    asked->prompt_tokens -= run->before.prompt_tokens;
    asked->retries -= run->before.retries;
    asked->throttled -= run->before.throttled;
    asked->tokenizations -= run->before.tokenizations;
}

/* Characters and words are those of all tokens, or nothing is said of them. */
static void drop_uncharted(struct plx_result *result)
{
    if (result->text.uncharted == 0)
        return;
    result->text.characters = result->text.words = result->text.invalid_utf8 = 0;
    result->tally.characters = result->tally.words = 0;
}

/* What the sums depend on: the model's answers, and what is computed from them. */
static unsigned arithmetic_of(const struct run *run)
{
    const struct plx_pipeline *pipeline = &run->pipeline;
    const bool computed =
        plx_extra_wanted(&run->request) || pipeline->plan.protocol.unknown == PLX_UNKNOWN_CLASS;
    return plx_arithmetic_of(plx_model_info(pipeline->model)) | (computed ? PLX_ARITHMETIC_FUNCTIONS : 0);
}

static enum plx_status describe(struct run *run, struct plx_error *error)
{
    const struct plx_pipeline *pipeline = &run->pipeline;
    struct plx_result *result = run->result;
    struct plx_corpus_info corpus;
    plx_corpus_info(pipeline->corpus, &corpus);
    result->plan = pipeline->plan;
    result->request = run->request;
    for (size_t i = 0; i < PLX_VARIANTS_MAX; i++)
        result->request.variants[i].weights = NULL; /* they are the caller's */
    result->breakdown = run->breakdown;
    result->breakdown.counts.counts = NULL; /* likewise */
    result->text = pipeline->text;
    drop_uncharted(result);
    result->threads = pipeline->threads;
    result->batch = pipeline->batch;
    result->documents = corpus.documents;
    result->corpus_format = corpus.format;
    result->files = corpus.files;
    plx_document_range_text(&corpus, result->document_range);
    result->tokens = pipeline->windows.tokens;
    result->shard = pipeline->options->shard;
    result->elsewhere = pipeline->elsewhere;
    if (result->shard.count > 0)
        plx_arithmetic_describe(arithmetic_of(run), result->arithmetic);
    if (!plx_corpus_page_counts(pipeline->corpus, &result->pages) ||
        pipeline->plan.protocol.unit != PLX_UNIT_DOCUMENT)
        result->pages = (struct plx_page_counts){0};
    result->skipped = pipeline->windows.skipped;
    result->skipped.no_context += result->tally.unanswered;
    result->model = *plx_model_info(pipeline->model);
    result->model.properties = NULL; /* they are the model's own */
    result->model.property_count = 0;
    const char *name = plx_corpus_name(pipeline->corpus);
    const char *model_name = plx_model_name(pipeline->model);
    result->corpus_name = plx_copy_string(name, strlen(name), error);
    result->model_name = plx_copy_string(model_name, strlen(model_name), error);
    if (!result->corpus_name || !result->model_name)
        return PLX_MEMORY;
    const struct plx_word unknown = plx_model_token(pipeline->model, pipeline->plan.unknown);
    snprintf(result->unknown_symbol, sizeof result->unknown_symbol, "%.*s", (int)unknown.length,
             unknown.text ? unknown.text : "");
    if (result->model.ngrams) {
        result->ngrams = plx_new_array(result->model.order, sizeof *result->ngrams, error);
        if (!result->ngrams)
            return PLX_MEMORY;
        memcpy(result->ngrams, result->model.ngrams, result->model.order * sizeof *result->ngrams);
        result->model.ngrams = result->ngrams;
    }
    const enum plx_status status = copy_mixture(result, error);
    if (status)
        return status;
    plx_warnings_add_model(&result->warnings, pipeline->model);
    plx_warnings_doubt(&result->warnings, pipeline, "corpus");
    plx_warnings_original(&result->warnings, pipeline);
    plx_corpus_original(pipeline->corpus, &result->original);
    if (result->shard.count == 0) /* shards are of one mind about the others */
        plx_result_doubt(result);
    result->seconds = plx_pipeline_seconds(pipeline);
    describe_endpoint(run);
    return plx_corpus_sha256(pipeline->corpus, result->corpus_sha256, error);
}

/* The answers of a model that scores by position are those to this corpus. */
static enum plx_status check_positions(const struct run *run, struct plx_error *error)
{
    const struct plx_plan *plan = &run->pipeline.plan;
    const uint64_t there = plx_model_info(run->pipeline.model)->positions;
    const uint64_t asked = plan->by_token ? run->pipeline.windows.kept : run->pipeline.windows.targets;
    if (!(plan->by_token || plan->by_target) || there == asked || run->pipeline.windows.skipped.limit > 0)
        return PLX_OK;
    plx_error_set(error, PLX_MISMATCH, "answers for %llu tokens, but the corpus has %llu",
                  (unsigned long long)there, (unsigned long long)asked);
    plx_error_input(error, plx_model_name(run->pipeline.model));
    if (plan->protocol.first == PLX_FIRST_SKIP && there == asked + run->pipeline.windows.units)
        return plx_error_hint(error, "--first score does not leave out the first token of every unit");
    if (plan->protocol.end == PLX_END_NONE && there == asked + run->result->text.lines)
        return plx_error_hint(error, "--end scored does not leave out the line ends");
    return plx_error_hint(error, "another tokenization, or another corpus?");
}

/* After a failure, when nobody is scoring any more. What a remote model has answered is not lost, whatever
   has failed. */
static enum plx_status explain_failure(struct run *run, struct plx_error *error)
{
    const struct plx_journal *journal = run->pipeline.options->journal;
    plx_remote_reason(&run->remote, error);
    const enum plx_status status = error->status;
    const bool passing = status == PLX_INTERRUPTED || (status == PLX_IO && !*error->hint);
    if (journal && run->pipeline.plan.remote)
        plx_journal_hint_too(journal, error);
    else if (journal && passing)
        plx_journal_hint(journal, error);
    return status;
}

enum plx_status plx_evaluate(const struct plx_model *model, struct plx_corpus *corpus,
                             const struct plx_evaluate_options *options, struct plx_result **result,
                             struct plx_error *error)
{
    struct plx_evaluate_options settled = options ? *options : (struct plx_evaluate_options){0};
    struct run run = {.result = plx_new_array(1, sizeof *run.result, error)};
    *result = NULL;
    if (!run.result)
        return PLX_MEMORY;
    plx_model_endpoint_counts(model, &run.before);
    if (settled.batch == 0 && plx_extra_needs_rows(&settled))
        settled.batch = plx_pipeline_rows_batch(plx_model_info(model)->vocabulary);
    enum plx_status status = plx_pipeline_init(&run.pipeline, model, corpus, &settled, error);
    if (status == PLX_OK)
        status = prepare_summary(&run, error);
    if (status == PLX_OK)
        status = plx_extra_settle(run.pipeline.options, model, &run.pipeline.plan, &run.request, error);
    if (status == PLX_OK)
        status = plx_breakdown_settle(settled.breakdown, model, &run.pipeline.plan, &run.breakdown, error);
    if (status == PLX_OK)
        status = plx_shard_check(&settled, &run.pipeline.plan, &run.breakdown, error);
    if (status == PLX_OK && (status = run_corpus(&run, error)) == PLX_OK &&
        (status = describe(&run, error)) == PLX_OK && (status = check_positions(&run, error)) == PLX_OK)
        status = plx_result_check(run.result, plx_corpus_name(corpus), error);
    if (status == PLX_OK && run.explain)
        status = plx_explain_finish(run.explain, run.result, error);
    plx_explain_free(run.explain);
    const size_t batches = plx_pipeline_batches(&run.pipeline);
    plx_pipeline_release(&run.pipeline); /* and with it those who are still scoring */
    if (status)
        status = explain_failure(&run, error);
    for (size_t i = 0; run.block_sums && i < batches; i++)
        plx_block_sums_release(run.block_sums + i);
    plx_remote_release(&run.remote);
    plx_token_feed_release(&run.feed);
    free(run.block_sums);
    free(run.parts);
    if (status) {
        plx_result_free(run.result);
        run.result = NULL;
    }
    *result = run.result;
    return status;
}
