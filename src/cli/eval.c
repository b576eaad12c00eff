/* perplex eval: score one corpus with one model. */
#include "cli.h"
#include "eval_outputs.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char DETAILS[] =
    "MODEL is a path, an http(s):// URL, \"-\" for standard input, or the name of a model that is no file "
    "(uniform:50257). A CORPUS is a path, a URL, \"-\", or a pattern of paths that perplex expands itself "
    "(quote it: 'shard-*.txt'). Several are read one after the other as one corpus; they must be of one "
    "format, and each file begins a document. gzip is undone. `perplex formats` lists what can be read."
    "\n\n"
    "The file of `--config` is a JSON object, whose keys are the names of options with \"_\" for \"-\"; "
    "numbers "
    "are numbers, and true gives an option that takes no argument. `protocol` names the preset to begin "
    "from, "
    "and so does `name`, so that the member `protocol` of a result is such a file. Options on the command "
    "line "
    "win. Paths are relative to the working directory, not to the file. `output`, `per_token` and "
    "`per_document` are for the command line alone, and so is `mix`."
    "\n\n"
    "`--mix` makes the weighted mean of models' probabilities, token by token, of models whose vocabularies "
    "are "
    "the same, whatever start, end and unknown symbol are called. The protocol is the first model's. "
    "`--mix-tune` takes 8 bytes of memory for each model and token of its corpus; the weights that it finds "
    "stand in the result. `--model-format`, `--vocab`, `--logprob-base`, `--allow-positive` and "
    "`--allow-count-mismatch` are about the first model's file only."
    "\n\n"
    "Modified losses stand beside the cross-entropy in the member `losses` of the result, each by itself "
    "and, "
    "where several are asked for, all together; `--distributions` adds the member `distribution`. "
    "`--distributions`, `--temperature` and `--label-smoothing` need a model that gives the probabilities of "
    "all tokens: logprobs do not. `--focal` and `--label-smoothing` exclude each other."
    "\n\n"
    "`--explain` prints a table of the numbers under all presets on stderr, and adds it as the member "
    "`explain` to the result: those that the one pass gives, with what makes them differ from the first, "
    "and why it does not give the others. Symbols named by `--start` and `--end` hold for all."
    "\n\n"
    "`--breakdown` adds the member `breakdown`, `--worst` and `--best` members of their names. `frequency` "
    "needs `--counts`; `order` needs an n-gram model; `all` is all that model and options allow. Positions "
    "are "
    "counted in the window or, without windows, in the unit."
    "\n\n"
    "The result is JSON on standard output (schema perplex.result/1). `--summary` prints there what another "
    "tool would, in its layout and with its digits, for scripts that parse it; `-o` writes the JSON all the "
    "same, "
    "and what is asked for of the result needs it. Without `--protocol` it is that tool's own; what it has "
    "no number for is refused.";

static const struct cli_example EXAMPLES[] = {
    {"perplex eval model.arpa test.txt", "an n-gram model on a text, under the protocol that suits both"},
    {"perplex eval model.arpa.gz 'shard-*.txt' -o result.json", "several files as one corpus"},
    {"perplex eval model.safetensors test.txt -p hf-stride --window 64 --stride 8",
     "a preset of the protocol, two of its fields changed"},
    {"perplex eval model.safetensors test.txt --config hf-stride-256.json", "a protocol out of a file"},
    {"perplex eval uniform:50257 val.bin --token-bytes encoder.json",
     "ids, and the bytes that they stand for"},
    {"perplex eval uniform:256 book.txt --tokens byte", "what a byte costs whoever knows nothing"},
    {"perplex eval model.safetensors test.txt --distributions",
     "and entropy, ranks, calibration and the best temperature"},
    {"perplex eval model.safetensors test.txt --label-smoothing 0.1 --ignore-id 0",
     "and the loss that a training script reports"},
    {"perplex eval model.arpa test.txt -o result.json --per-token tokens.jsonl.gz",
     "and every token with what it cost"},
    {"perplex eval model.arpa test.txt --summary kenlm", "what KenLM's `query -v summary` prints"},
    {"perplex eval model.arpa test.txt --breakdown all --counts train.txt",
     "and where the loss is: by position, frequency, document and more"},
    {"perplex eval model.arpa test.txt --worst 20", "and what it was least prepared for"},
    {"zcat test.txt.gz | perplex eval model.arpa - --unknown skip", "a corpus from a pipe"},
    {"perplex eval model.arpa test.txt --mix 0.3:other.arpa", "two models' probabilities, mixed 7 to 3"},
    {"perplex eval model.arpa test.txt --mix 0.5:other.arpa --mix-tune valid.txt",
     "the same, with the weights under which another text is most probable"},
    {"perplex eval model.arpa https://example.org/test.txt", "a corpus from the web"},
    {NULL, NULL},
};

struct settings {
    struct plx_model_options model;
    struct plx_corpus_options corpus;
    struct plx_evaluate_options evaluate;
    struct plx_loss_variant losses;
    uint32_t ignored[PLX_IGNORED_MAX];
    struct plx_breakdown_options breakdown;
    struct cli_mixture mixture;
};

static bool check_standard_input(const struct cli_arguments *arguments)
{
    return cli_check_standard_input(arguments, 1);
}

/* The modified losses, but for the class weights, which are read with the model. */
static bool read_losses(const struct cli_arguments *arguments, struct settings *settings)
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

/* False, with a message, if an option's value is not usable. */
static bool read_settings(const struct cli_arguments *arguments, struct cli_progress *progress,
                          struct settings *settings)
{
    const char *const *values = arguments->values;
    unsigned long long threads = 0, batch = 0, original = 0;
    size_t tokens = 0, load = 0, fingerprint = 0, summary = 0;
    *settings = (struct settings){
        .model = {.format = values[CLI_MODEL_FORMAT],
                  .vocabulary = values[CLI_VOCAB],
                  .allow_positive = values[CLI_ALLOW_POSITIVE] != NULL,
                  .allow_count_mismatch = values[CLI_ALLOW_COUNT_MISMATCH] != NULL,
                  .verify = values[CLI_VERIFY] != NULL,
                  .interrupted = cli_interrupted,
                  .progress = cli_progress_model,
                  .user = progress},
        .corpus = {.format = values[CLI_CORPUS_FORMAT],
                   .member = values[CLI_MEMBER],
                   .token_bytes = values[CLI_TOKEN_BYTES],
                   .interrupted = cli_interrupted},
        .evaluate = {.progress = cli_progress_corpus, .interrupted = cli_interrupted, .user = progress},
    };
    if (!cli_choice(arguments, CLI_TOKENS, &tokens) || !cli_choice(arguments, CLI_LOAD, &load) ||
        !cli_choice(arguments, CLI_FINGERPRINT, &fingerprint) ||
        !cli_choice(arguments, CLI_SUMMARY, &summary) || !cli_check_preset(arguments) ||
        !check_standard_input(arguments) || !cli_check_inputs(arguments) || !cli_check_outputs(arguments) ||
        !cli_documents(arguments, &settings->corpus) ||
        !cli_number(arguments, CLI_THREADS, 1, 1024, &threads) ||
        !cli_number(arguments, CLI_BATCH, 1, 1 << 24, &batch) ||
        !cli_number(arguments, CLI_ORIGINAL_BYTES, 1, 1ULL << 53, &original) ||
        !cli_logprob_base(arguments, &settings->model.logprob_base) ||
        !cli_read_mixture(arguments, &settings->mixture) || !read_losses(arguments, settings) ||
        !cli_read_breakdown(arguments, &settings->breakdown))
        return false;
    settings->corpus.tokens = cli_token_kind(arguments, tokens);
    settings->corpus.original_bytes = original;
    settings->model.load = (enum plx_load)load;
    settings->model.fingerprint = (enum plx_fingerprint)fingerprint;
    settings->model.threads = threads ? (unsigned)threads : plx_processors();
    settings->evaluate.threads = (unsigned)threads;
    settings->evaluate.batch = (size_t)batch;
    return true;
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
    const struct plx_source_options options = {.interrupted = cli_interrupted};
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
static enum plx_status open_corpora(const struct cli_arguments *arguments, const struct settings *settings,
                                    bool at_once, struct corpora *corpora, struct plx_error *error)
{
    const struct plx_corpus_options *scored = &settings->corpus;
    const struct plx_corpus_options counted = {.tokens = scored->tokens, .interrupted = scored->interrupted};
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
static enum plx_status tune(const struct cli_arguments *arguments, struct settings *settings,
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

static enum plx_status evaluate(const struct cli_arguments *arguments, struct settings *settings,
                                struct plx_result **result, struct plx_error *error)
{
    struct corpora corpora = {NULL, NULL, NULL};
    struct plx_protocol protocol;
    struct plx_evaluate_options options = settings->evaluate;
    struct plx_loss_variant losses = settings->losses;
    struct plx_class_weights weights = {0};
    struct plx_breakdown_options breakdown = settings->breakdown;
    struct plx_token_counts counts = {0};
    options.protocol = &protocol;
    *result = NULL;
    enum plx_status status = cli_check_protocol(arguments, error);
    if (status == PLX_OK)
        status = read_class_weights(arguments->values[CLI_CLASS_WEIGHTS], &losses, &weights, error);
    options.losses = modifies(&losses) ? &losses : NULL;
    if (status == PLX_OK)
        status = open_corpora(arguments, settings, true, &corpora, error);
    if (status == PLX_OK)
        status = cli_open_mixture(&settings->mixture, &settings->model, error);
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
    if (status == PLX_OK)
        status = plx_evaluate(model, corpora.scored, &options, result, error);
    close_corpora(&corpora);
    cli_close_mixture(&settings->mixture);
    plx_class_weights_release(&weights);
    plx_token_counts_release(&counts);
    return status;
}

/* What was asked for beside the plain figures. */
static void print_extra(const struct plx_result *result)
{
    struct plx_distribution_metrics metrics;
    const char *name;
    double loss;
    if (plx_result_distribution(result, &metrics))
        fprintf(stderr,
                "entropy %.6f nats   accuracy %.4g %% (of 5: %.4g %%, of 10: %.4g %%)   "
                "calibration error %.4g   best temperature %.5g: %.6f nats\n",
                metrics.entropy_nats, 100 * metrics.accuracy_at_1, 100 * metrics.accuracy_at_5,
                100 * metrics.accuracy_at_10, metrics.calibration_error, metrics.best_temperature,
                metrics.best_temperature_nats);
    for (size_t i = 0; plx_result_loss(result, i, &name, &loss); i++)
        fprintf(stderr, "%s%s %.6f", i == 0 ? "loss by: " : "   ", name, loss);
    if (plx_result_loss(result, 0, &name, &loss))
        fputc('\n', stderr);
}

static void print_summary(const struct plx_result *result, const struct plx_metrics *metrics)
{
    fprintf(stderr, "perplexity %.6g ± %.2g   %.6f nats   %.6f bits per token   %.6f bits per byte\n",
            metrics->perplexity, metrics->perplexity * metrics->standard_error_nats, metrics->nats_per_token,
            metrics->bits_per_token, metrics->bits_per_byte);
    fprintf(stderr, "%llu of %llu tokens scored (%s), %llu unknown; %.2f s, %.3g M tokens/s\n",
            (unsigned long long)metrics->scored, (unsigned long long)metrics->tokens,
            plx_result_protocol(result), (unsigned long long)metrics->unknown, metrics->seconds,
            metrics->tokens_per_second * 1e-6);
}

/* Why the perplexity is not finite. */
static int print_not_finite(const struct plx_metrics *metrics)
{
    fprintf(stderr, "perplex: the perplexity is not finite: ");
    if (metrics->infinite)
        fprintf(stderr, "%llu %s zero probability\n", (unsigned long long)metrics->infinite,
                metrics->infinite == 1 ? "token has" : "tokens have");
    else if (isfinite(metrics->nats_per_token))
        fprintf(stderr, "it overflows a double, though the cross-entropy (%.6g nats) is finite\n",
                metrics->nats_per_token);
    else
        fprintf(stderr, "the mean of the cross-entropies is out of range\n");
    return plx_status_exit_code(PLX_NOT_FINITE);
}

static int report(const struct cli_arguments *arguments, const struct plx_result *result,
                  const struct cli_outputs *outputs)
{
    const bool quiet = arguments->values[CLI_QUIET] != NULL;
    struct plx_metrics metrics;
    plx_result_metrics(result, &metrics);
    size_t count;
    const struct plx_warning *warnings = plx_result_warnings(result, &count);
    if (!quiet)
        cli_print_warnings(warnings, count);
    const int code = cli_deliver(arguments, result, outputs);
    if (code == CLI_OK && !quiet && arguments->values[CLI_EXPLAIN])
        cli_print_explained(result);
    if (code == CLI_OK && !quiet && cli_is_terminal(stderr)) {
        if (!arguments->values[CLI_EXPLAIN])
            print_summary(result, &metrics);
        print_extra(result);
        cli_print_breakdown(result);
    }
    return code == CLI_OK && !isfinite(metrics.perplexity) ? print_not_finite(&metrics) : code;
}

/* Files, so that they are found again; not what went through a pipe. */
static enum plx_status note_outputs(const struct cli_arguments *arguments, struct plx_result *result,
                                    struct plx_error *error)
{
    const char *tokens = arguments->values[CLI_PER_TOKEN], *documents = arguments->values[CLI_PER_DOCUMENT];
    return plx_result_set_files(result, tokens && !plx_output_same(NULL, tokens) ? tokens : NULL,
                                documents && !plx_output_same(NULL, documents) ? documents : NULL, error);
}

int cli_check_evaluation(const struct cli_arguments *arguments)
{
    struct cli_progress progress;
    struct settings settings;
    struct plx_error error;
    cli_progress_init(&progress, true);
    if (!read_settings(arguments, &progress, &settings))
        return CLI_USAGE;
    return cli_check_protocol(arguments, &error) ? cli_fail(&error) : CLI_OK;
}

/* With all that the user has said. */
static int run_settled(const struct cli_arguments *arguments)
{
    struct cli_progress progress;
    struct settings settings;
    struct cli_outputs outputs;
    struct plx_result *result;
    struct plx_error error;
    cli_progress_init(&progress, arguments->values[CLI_QUIET] != NULL);
    if (!read_settings(arguments, &progress, &settings))
        return CLI_USAGE;
    int code = cli_check_output(arguments->values[CLI_OUTPUT]);
    if (code == CLI_OK && arguments->values[CLI_SUMMARY])
        code = cli_check_output(NULL);
    if (code != CLI_OK)
        return code;
    if (cli_open_outputs(arguments, &outputs, &error))
        return cli_fail(&error);
    settings.evaluate.tokens = outputs.tokens ? plx_per_token_write : NULL;
    settings.evaluate.tokens_user = outputs.tokens;
    settings.evaluate.summary = outputs.summary;
    settings.breakdown.documents = outputs.documents ? plx_per_document_write : NULL;
    settings.breakdown.documents_user = outputs.documents;
    const enum plx_status status = evaluate(arguments, &settings, &result, &error);
    cli_progress_clear(&progress);
    if (status) {
        cli_discard_outputs(&outputs);
        return cli_fail_output(outputs.summary ? NULL : cli_side_path(arguments), &error);
    }
    if (note_outputs(arguments, result, &error)) {
        plx_result_free(result);
        cli_discard_outputs(&outputs);
        return cli_fail(&error);
    }
    code = report(arguments, result, &outputs);
    plx_result_free(result);
    return code;
}

static int run(struct cli_arguments *arguments)
{
    return cli_run_configured(&cli_command_eval, arguments, check_standard_input, run_settled);
}

const struct cli_command cli_command_eval = {
    .name = "eval",
    .operands = "MODEL CORPUS... [options]",
    .needs = "needs a model and a corpus",
    .summary = "Score a corpus with a model: cross-entropy and perplexity as JSON.",
    .details = DETAILS,
    .mask = CLI_EVAL,
    .least = 2,
    .most = INT_MAX,
    .run = run,
    .first = CLI_TAKES_MODEL,
    .others = CLI_TAKES_FILE,
    .examples = EXAMPLES,
};
