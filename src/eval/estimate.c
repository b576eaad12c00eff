#include <perplex/estimate.h>

#include "eval/pipeline.h"
#include "eval/remote.h"
#include "eval/resume.h"

#include <stdio.h>

struct estimator {
    struct plx_pipeline pipeline;
    struct plx_remote remote;
    struct plx_estimate *estimate;
};

/* As the batches of a run, whose requests are made batch by batch. */
static enum plx_status count_batch(void *user, struct plx_batch *batch, struct plx_error *error)
{
    struct estimator *estimator = user;
    struct plx_estimate *estimate = estimator->estimate;
    struct plx_batch_left *left = &batch->left;
    estimate->targets += batch->target_count;
    if (!estimate->remote)
        return PLX_OK;
    const enum plx_status status = plx_remote_find(&estimator->remote, batch, error);
    if (status)
        return status;
    for (size_t i = 0; i < left->count; i++) {
        left->windows[i] = batch->windows[left->indices[i]];
        left->windows[i].ids = batch->ids + batch->offsets[left->indices[i]];
    }
    estimate->windows += left->count;
    estimate->kept_windows += batch->window_count - left->count;
    plx_model_estimate(estimator->pipeline.model, left->windows, left->count, &estimate->requests,
                       &estimate->prompt_tokens);
    return PLX_OK;
}

/* What an evaluation refuses before it begins; and its journal. */
static enum plx_status prepare(struct estimator *estimator, struct plx_error *error)
{
    struct plx_pipeline *pipeline = &estimator->pipeline;
    const struct plx_evaluate_options *options = pipeline->options;
    struct plx_extra_request request;
    struct plx_breakdown_request breakdown;
    const bool remote = estimator->estimate->remote;
    struct plx_journal *journal = remote ? options->journal : NULL;
    enum plx_status status = plx_extra_settle(options, pipeline->model, &pipeline->plan, &request, error);
    if (status ||
        (status =
             plx_breakdown_settle(options->breakdown, pipeline->model, &pipeline->plan, &breakdown, error)) ||
        (status = plx_shard_check(options, &pipeline->plan, &breakdown, error)))
        return status;
    const struct plx_extra_request *wanted = plx_extra_wanted(&request) ? &request : NULL;
    if (journal && (status = plx_resume_begin(journal, pipeline, wanted, error)))
        return status;
    return plx_remote_init(&estimator->remote, pipeline->model, journal, error);
}

enum plx_status plx_estimate(const struct plx_model *model, struct plx_corpus *corpus,
                             const struct plx_evaluate_options *options, struct plx_estimate *estimate,
                             struct plx_error *error)
{
    struct estimator estimator = {.estimate = estimate};
    const struct plx_evaluate_options defaults = {0};
    const struct plx_pipeline_user callbacks = {.submit = count_batch, .user = &estimator};
    *estimate = (struct plx_estimate){.remote = plx_model_info(model)->capabilities & PLX_REMOTE};
    enum plx_status status =
        plx_pipeline_init(&estimator.pipeline, model, corpus, options ? options : &defaults, error);
    estimator.pipeline.waits = false; /* for nobody */
    if (status == PLX_OK)
        status = prepare(&estimator, error);
    if (status == PLX_OK)
        status = plx_pipeline_run(&estimator.pipeline, &callbacks, NULL, error);
    if (status == PLX_OK) {
        estimate->tokens = estimator.pipeline.windows.tokens;
        snprintf(estimate->protocol, sizeof estimate->protocol, "%s", estimator.pipeline.plan.protocol.name);
    }
    plx_pipeline_release(&estimator.pipeline);
    plx_remote_release(&estimator.remote);
    return status;
}
