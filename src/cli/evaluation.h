/* An evaluation as the options ask for it. */
#ifndef PLX_CLI_EVALUATION_H
#define PLX_CLI_EVALUATION_H

#include "eval_outputs.h"

struct cli_evaluation {
    struct plx_model_options model;
    struct plx_endpoint_options endpoint; /* which `model` points to */
    struct plx_corpus_options corpus;
    struct plx_evaluate_options evaluate;
    struct plx_loss_variant losses;
    uint32_t ignored[PLX_IGNORED_MAX];
    struct plx_breakdown_options breakdown;
    struct plx_shard shard;
    struct plx_journal *journal;
    struct cli_mixture mixture;
};

/* Fills *settings in; false, with a message, if an option's value is not usable. */
bool cli_read_evaluation(const struct cli_arguments *arguments, struct cli_progress *progress,
                         struct cli_evaluation *settings);

/* Has the evaluation write what is wanted beside the result. */
void cli_connect_outputs(struct cli_evaluation *settings, const struct cli_outputs *outputs);

/* Opens models and corpora, and scores. *result is to be freed with plx_result_free, NULL on failure. */
enum plx_status cli_evaluate(const struct cli_arguments *arguments, struct cli_evaluation *settings,
                             struct plx_result **result, struct plx_error *error);

/* The same without scoring: what it would take. */
enum plx_status cli_estimate(const struct cli_arguments *arguments, struct cli_evaluation *settings,
                             struct plx_estimate *estimate, struct plx_error *error);

#endif
