/* An evaluation as the options ask for it: what it takes, what it opens, and the result. */
#include "evaluation.h"

#include <math.h>
#include <string.h>

/* The modified losses, but for the class weights, which are read with the model. */
static bool read_losses(const struct cli_arguments *arguments, struct cli_evaluation *settings)
{
    struct plx_loss_variant *losses = &settings->losses;
    if (!cli_positive(arguments, CLI_TEMPERATURE, (double)INFINITY, "a number above 0",
                      &losses->temperature) ||
        !cli_positive(arguments, CLI_LABEL_SMOOTHING, 1, "a number above 0, at most 1",
                      &losses->label_smoothing) ||
        !cli_positive(arguments, CLI_FOCAL, (double)INFINITY, "a number above 0", &losses->focal) ||
        !cli_ids(arguments, settings->ignored, &losses->ignored_count))
        return false;
    losses->ignored = settings->ignored;
    settings->evaluate.distributions = arguments->values[CLI_DISTRIBUTIONS] != NULL;
    settings->evaluate.explain = arguments->values[CLI_EXPLAIN] != NULL;
    if (losses->focal == 0 || losses->label_smoothing == 0)
        return true;
    char focal[1024], smoothing[1024];
    cli_origin(arguments, CLI_FOCAL, focal, sizeof focal);
    cli_origin(arguments, CLI_LABEL_SMOOTHING, smoothing, sizeof smoothing);
    fprintf(stderr,
            "perplex: %s and %s exclude each other: the focal loss is not defined for smoothed labels\n",
            focal, smoothing);
    return false;
}

bool cli_read_evaluation(const struct cli_arguments *arguments, struct cli_progress *progress,
                         struct cli_evaluation *settings)
{
    const char *const *values = arguments->values;
    unsigned long long threads = 0, batch = 0, original = 0;
    size_t tokens = 0, load = 0, fingerprint = 0, summary = 0;
    *settings = (struct cli_evaluation){
        .model = {.format = values[CLI_MODEL_FORMAT],
                  .vocabulary = values[CLI_VOCAB],
                  .allow_positive = values[CLI_ALLOW_POSITIVE] != NULL,
                  .allow_count_mismatch = values[CLI_ALLOW_COUNT_MISMATCH] != NULL,
                  .verify = values[CLI_VERIFY] != NULL,
                  .network = cli_network(),
                  .interrupted = cli_interrupted,
                  .progress = cli_progress_model,
                  .user = progress},
        .corpus = {.format = values[CLI_CORPUS_FORMAT],
                   .member = values[CLI_MEMBER],
                   .token_bytes = values[CLI_TOKEN_BYTES],
                   .network = cli_network(),
                   .interrupted = cli_interrupted},
        .evaluate = {.progress = cli_progress_corpus, .interrupted = cli_interrupted, .user = progress},
    };
    if (!cli_choice(arguments, CLI_TOKENS, &tokens) || !cli_choice(arguments, CLI_LOAD, &load) ||
        !cli_choice(arguments, CLI_FINGERPRINT, &fingerprint) ||
        !cli_choice(arguments, CLI_SUMMARY, &summary) || !cli_check_preset(arguments) ||
        !cli_check_standard_input(arguments, 1) || !cli_check_inputs(arguments) ||
        !cli_check_outputs(arguments) || !cli_documents(arguments, &settings->corpus) ||
        !cli_shard(arguments, &settings->shard) || !cli_number(arguments, CLI_THREADS, 1, 1024, &threads) ||
        !cli_number(arguments, CLI_BATCH, 1, 1 << 24, &batch) ||
        !cli_number(arguments, CLI_ORIGINAL_BYTES, 1, 1ULL << 53, &original) ||
        !cli_logprob_base(arguments, &settings->model.logprob_base) ||
        !cli_read_mixture(arguments, &settings->mixture) || !read_losses(arguments, settings) ||
        !cli_read_breakdown(arguments, &settings->breakdown) ||
        !cli_read_endpoint(arguments, &settings->endpoint))
        return false;
    settings->model.endpoint = &settings->endpoint;
    settings->corpus.tokens = cli_token_kind(arguments, tokens);
    settings->corpus.original_bytes = original;
    settings->model.load = (enum plx_load)load;
    settings->model.fingerprint = (enum plx_fingerprint)fingerprint;
    settings->model.threads = threads ? (unsigned)threads : plx_processors();
    settings->evaluate.threads = (unsigned)threads;
    settings->evaluate.batch = (size_t)batch;
    return true;
}

void cli_connect_outputs(struct cli_evaluation *settings, const struct cli_outputs *outputs)
{
    settings->evaluate.tokens = outputs->tokens ? plx_per_token_write : NULL;
    settings->evaluate.tokens_user = outputs->tokens;
    settings->evaluate.summary = outputs->summary;
    settings->journal = outputs->journal;
    settings->breakdown.documents = outputs->documents ? plx_per_document_write : NULL;
    settings->breakdown.documents_user = outputs->documents;
}

/* A file is opened before the model is read, so that a mistake in its name or in those behind it shows at
   once; a pipe or a transfer is not made to wait meanwhile. */
static bool opens_at_once(const char *corpus)
{
    return strcmp(corpus, "-") != 0 && !strstr(corpus, "://");
}

/* Weights, which are a small file. */
static enum plx_status read_class_weights(const char *name, struct plx_loss_variant *losses,
                                          struct plx_class_weights *weights, struct plx_error *error)
{
    const struct plx_source_options options = {.network = cli_network(), .interrupted = cli_interrupted};
    const enum plx_status status = name ? plx_class_weights_read(name, &options, weights, error) : PLX_OK;
    if (status || !name)
        return status;
    losses->class_weights = weights->values;
    losses->class_count = weights->count;
    losses->class_weights_sha256 = weights->sha256;
    return PLX_OK;
}

/* What is read beside the models; NULL: not open yet, or not wanted. */
struct corpora {
    struct plx_corpus *scored, *tuning, *counted;
};

static enum plx_status open_corpus(const char *const *names, size_t count,
                                   const struct plx_corpus_options *options, bool at_once,
                                   struct plx_corpus **corpus, struct plx_error *error)
{
    if (!names[0] || *corpus || (at_once && !opens_at_once(names[0])))
        return PLX_OK;
    return plx_corpus_open(names, count, options, corpus, error);
}

/* As far as they are not open yet. The one in which tokens are counted may be of any format. */
static enum plx_status open_corpora(const struct cli_arguments *arguments,
                                    const struct cli_evaluation *settings, bool at_once,
                                    struct corpora *corpora, struct plx_error *error)
{
    const struct plx_corpus_options *scored = &settings->corpus;
    const struct plx_corpus_options counted = {
        .tokens = scored->tokens, .network = scored->network, .interrupted = scored->interrupted};
    struct plx_corpus_options tuned = counted;
    tuned.format = scored->format;
    enum plx_status status =
        open_corpus(&arguments->values[CLI_MIX_TUNE], 1, &tuned, at_once, &corpora->tuning, error);
    if (status == PLX_OK)
        status = open_corpus(&arguments->values[CLI_COUNTS], 1, &counted, at_once, &corpora->counted, error);
    if (status == PLX_OK)
        status = open_corpus(arguments->operands + 1, (size_t)arguments->operand_count - 1, scored, at_once,
                             &corpora->scored, error);
    return status;
}

static void close_corpora(const struct corpora *corpora)
{
    plx_corpus_close(corpora->scored);
    plx_corpus_close(corpora->tuning);
    plx_corpus_close(corpora->counted);
}

/* Whether a modified loss has been asked for. */
static bool modifies(const struct plx_loss_variant *losses)
{
    return losses->temperature > 0 || losses->label_smoothing > 0 || losses->focal > 0 ||
           losses->ignored_count > 0 || losses->class_weights;
}

/* With the weights that suit the tuning corpus, by the same protocol or what suits that corpus. */
static enum plx_status tune(const struct cli_arguments *arguments, struct cli_evaluation *settings,
                            struct plx_corpus *corpus, struct plx_error *error)
{
    struct plx_evaluate_options options = settings->evaluate;
    struct plx_protocol protocol;
    options.protocol = &protocol;
    options.tokens = NULL;
    options.summary = NULL;
    enum plx_status status = cli_choose_protocol(
        arguments, plx_model_info(cli_mixture_model(&settings->mixture)), corpus, &protocol, error);
    if (status == PLX_OK)
        status = cli_tune_mixture(&settings->mixture, corpus, &options, error);
    return status;
}

/* Whether a run takes more than is allowed is known before it begins, where the corpus can be read twice.
   With a journal it goes as far as it may. */
static enum plx_status check_budget(const struct cli_arguments *arguments,
                                    const struct cli_evaluation *settings, const struct plx_corpus *corpus,
                                    const struct plx_evaluate_options *options, struct plx_error *error)
{
    struct plx_evaluate_options counting = *options;
    struct plx_estimate estimate;
    struct plx_corpus *again;
    uint64_t size, done;
    plx_corpus_progress(corpus, &size, &done);
    if ((!settings->endpoint.max_requests && !settings->endpoint.max_tokens) || options->journal || size == 0)
        return PLX_OK;
    enum plx_status status = plx_corpus_open(arguments->operands + 1, (size_t)arguments->operand_count - 1,
                                             &settings->corpus, &again, error);
    if (status)
        return status;
    counting.tokens = NULL;
    counting.summary = NULL;
    counting.progress = NULL;
    status = plx_estimate(cli_mixture_model(&settings->mixture), again, &counting, &estimate, error);
    plx_corpus_close(again);
    return status ? status : cli_check_budget(&settings->endpoint, &estimate, error);
}

/* Opens everything, and scores for *result, or counts for *estimate; the other is NULL. */
static enum plx_status carry_out(const struct cli_arguments *arguments, struct cli_evaluation *settings,
                                 struct plx_result **result, struct plx_estimate *estimate,
                                 struct plx_error *error)
{
    struct corpora corpora = {NULL, NULL, NULL};
    struct plx_protocol protocol;
    struct plx_evaluate_options options = settings->evaluate;
    struct plx_loss_variant losses = settings->losses;
    struct plx_class_weights weights = {0};
    struct plx_breakdown_options breakdown = settings->breakdown;
    struct plx_token_counts counts = {0};
    options.protocol = &protocol;
    enum plx_status status = cli_check_protocol(arguments, error);
    if (status == PLX_OK)
        status = read_class_weights(arguments->values[CLI_CLASS_WEIGHTS], &losses, &weights, error);
    options.losses = modifies(&losses) ? &losses : NULL;
    if (status == PLX_OK)
        status = open_corpora(arguments, settings, true, &corpora, error);
    if (status == PLX_OK)
        status = cli_open_mixture(&settings->mixture, &settings->model, error);
    cli_forget_key();
    if (status == PLX_OK)
        status = cli_check_endpoint(
            arguments, plx_model_info(cli_mixture_model(&settings->mixture))->capabilities & PLX_REMOTE,
            error);
    if (status == PLX_OK)
        status = open_corpora(arguments, settings, false, &corpora, error);
    if (status == PLX_OK && corpora.tuning)
        status = tune(arguments, settings, corpora.tuning, error);
    const struct plx_model *model = cli_mixture_model(&settings->mixture);
    if (status == PLX_OK)
        status = cli_choose_protocol(arguments, plx_model_info(model), corpora.scored, &protocol, error);
    const bool needed = breakdown.parts & PLX_BREAKDOWN_FREQUENCY;
    if (status == PLX_OK && corpora.counted && (needed || plx_token_counts_possible(model, corpora.counted)))
        status = plx_token_counts_make(model, corpora.counted, &options, &counts, error);
    breakdown.counts = counts.counts ? &counts : NULL;
    options.breakdown = cli_wants_breakdown(&breakdown) ? &breakdown : NULL;
    options.shard = settings->shard;
    options.journal = settings->journal;
    if (status == PLX_OK && estimate)
        status = plx_estimate(model, corpora.scored, &options, estimate, error);
    else if (status == PLX_OK &&
             (status = check_budget(arguments, settings, corpora.scored, &options, error)) == PLX_OK)
        status = plx_evaluate(model, corpora.scored, &options, result, error);
    close_corpora(&corpora);
    cli_close_mixture(&settings->mixture);
    plx_class_weights_release(&weights);
    plx_token_counts_release(&counts);
    return status;
}

enum plx_status cli_evaluate(const struct cli_arguments *arguments, struct cli_evaluation *settings,
                             struct plx_result **result, struct plx_error *error)
{
    *result = NULL;
    return carry_out(arguments, settings, result, NULL, error);
}

enum plx_status cli_estimate(const struct cli_arguments *arguments, struct cli_evaluation *settings,
                             struct plx_estimate *estimate, struct plx_error *error)
{
    return carry_out(arguments, settings, NULL, estimate, error);
}
