/* perplex divergence: the distributions of two models over one corpus. */
#include "cli.h"

#include <limits.h>
#include <string.h>
#include <sys/stat.h>

static const char DETAILS[] =
    "BASE (P) and MODEL (Q) are models of any families, each as `perplex eval MODEL` takes it without "
    "options about its file, whose vocabularies are the same, whatever start, end and unknown symbol are "
    "called. At every position that the protocol scores "
    "for BASE, and that both can, their distributions over the whole vocabulary are compared: KL(P||Q), "
    "H(P), H(P,Q), whether both have the same most probable token, and what they give the token that "
    "stands there. All is exact; the percentiles take 16 bytes of memory for each position."
    "\n\n"
    "BASE may also be a file of logits that llama.cpp has stored (llama-perplexity --save-all-logits). Its "
    "tokens are in it, as ids of MODEL, so that there is no CORPUS then, and no protocol to choose."
    "\n\n"
    "The result is JSON on standard output (schema perplex.divergence/1).";

static const struct cli_example EXAMPLES[] = {
    {"perplex divergence model.arpa other.arpa test.txt", "how far the second model is from the first"},
    {"perplex divergence model.arpa other.arpa test.txt --limit 500 -o kl.json",
     "the same over the first 500 tokens"},
    {NULL, NULL},
};

struct settings {
    struct plx_model_options model;
    struct plx_corpus_options corpus;
    struct plx_evaluate_options evaluate;
};

static bool check_standard_input(const struct cli_arguments *arguments)
{
    return cli_check_standard_input(arguments, 2);
}

/* False, with a message, if an option's value is not usable. */
static bool read_settings(const struct cli_arguments *arguments, struct cli_progress *progress,
                          struct settings *settings)
{
    unsigned long long threads = 0, batch = 0;
    size_t tokens = 0, load = 0, fingerprint = 0;
    if (!cli_choice(arguments, CLI_TOKENS, &tokens) || !cli_choice(arguments, CLI_LOAD, &load) ||
        !cli_choice(arguments, CLI_FINGERPRINT, &fingerprint) || !cli_check_preset(arguments) ||
        !check_standard_input(arguments) || !cli_check_inputs(arguments) ||
        !cli_number(arguments, CLI_THREADS, 1, 1024, &threads) ||
        !cli_number(arguments, CLI_BATCH, 1, 1 << 24, &batch))
        return false;
    *settings = (struct settings){
        .model = {.load = (enum plx_load)load,
                  .fingerprint = (enum plx_fingerprint)fingerprint,
                  .threads = threads ? (unsigned)threads : plx_processors(),
                  .network = cli_network(),
                  .interrupted = cli_interrupted,
                  .progress = cli_progress_model,
                  .user = progress},
        .corpus = {.format = arguments->values[CLI_CORPUS_FORMAT],
                   .member = arguments->values[CLI_MEMBER],
                   .network = cli_network(),
                   .interrupted = cli_interrupted},
        .evaluate = {.threads = (unsigned)threads,
                     .batch = (size_t)batch,
                     .progress = cli_progress_corpus,
                     .interrupted = cli_interrupted,
                     .user = progress},
    };
    settings->corpus.tokens = cli_token_kind(arguments, tokens);
    return cli_documents(arguments, &settings->corpus);
}

/* Whether BASE is stored logits, or can only be: where no corpus is given, and it is no file whose beginning
   says otherwise, but a pipe, a URL or a mistake. */
static bool is_stored(const struct cli_arguments *arguments)
{
    const char *base = arguments->operands[0];
    struct stat facts;
    const bool file = stat(base, &facts) == 0 && S_ISREG(facts.st_mode);
    return plx_divergence_is_stored(base) || (arguments->operand_count == 2 && !file);
}

/* Stored logits are of tokens and positions of their own: false, with a message, where others are asked for.
 */
static bool check_stored(const struct cli_arguments *arguments)
{
    const char *name;
    char text[2 * PLX_SYMBOL_TEXT];
    bool chosen = arguments->values[CLI_PROTOCOL] || arguments->values[CLI_TOKENS] ||
                  arguments->values[CLI_CORPUS_FORMAT] || arguments->values[CLI_MEMBER] ||
                  arguments->values[CLI_DOCUMENTS] || arguments->values[CLI_BATCH];
    for (size_t i = 0; plx_protocol_field(plx_protocol_preset(0), i, &name, text, sizeof text, NULL); i++) {
        const enum cli_option option = cli_find_option(name);
        chosen |= option < CLI_OPTION_COUNT && arguments->values[option];
    }
    if (arguments->operand_count > 2)
        fprintf(stderr, "perplex: BASE is stored logits, whose tokens are in the file: no corpus is read\n");
    else if (chosen)
        fprintf(stderr,
                "perplex: BASE is stored logits: tokens, positions and batches are those of the file\n");
    return arguments->operand_count == 2 && !chosen;
}

/* Of the operands that are models, the first ones. */
static enum plx_status refuse_endpoints(const struct cli_arguments *arguments, struct plx_error *error)
{
    enum plx_status status = PLX_OK;
    for (int i = 0; i < 2 && status == PLX_OK; i++)
        status = cli_refuse_endpoint(arguments->operands[i],
                                     "a model behind an endpoint does not give full distributions", error);
    return status;
}

static enum plx_status measure_stored(const struct cli_arguments *arguments, const struct settings *settings,
                                      struct plx_divergence **divergence, struct plx_error *error)
{
    struct plx_model *model;
    enum plx_status status = plx_model_open(arguments->operands[1], &settings->model, &model, error);
    if (status == PLX_OK)
        status = plx_divergence_measure_stored(arguments->operands[0], model, &settings->evaluate, divergence,
                                               error);
    plx_model_close(model);
    return status;
}

static enum plx_status measure(const struct cli_arguments *arguments, const struct settings *settings,
                               struct plx_divergence **divergence, struct plx_error *error)
{
    const char *const *names = arguments->operands;
    const size_t corpora = (size_t)arguments->operand_count - 2;
    struct plx_model *base = NULL, *model = NULL;
    struct plx_corpus *corpus = NULL;
    struct plx_protocol protocol;
    struct plx_evaluate_options options = settings->evaluate;
    options.protocol = &protocol;
    enum plx_status status = cli_check_protocol(arguments, error);
    if (status == PLX_OK)
        status = plx_model_open(names[0], &settings->model, &base, error);
    if (status == PLX_OK)
        status = plx_model_open(names[1], &settings->model, &model, error);
    if (status == PLX_OK)
        status = plx_corpus_open(names + 2, corpora, &settings->corpus, &corpus, error);
    if (status == PLX_OK)
        status = cli_choose_protocol(arguments, plx_model_info(base), corpus, &protocol, error);
    if (status == PLX_OK)
        status = plx_divergence_measure(base, model, corpus, &options, divergence, error);
    plx_corpus_close(corpus);
    plx_model_close(model);
    plx_model_close(base);
    return status;
}

static void print_summary(const struct plx_divergence_metrics *metrics)
{
    fprintf(stderr, "KL %.6g ± %.2g nats, median %.6g, 99 %% %.6g   H(P) %.6f   H(P,Q) %.6f\n", metrics->kl,
            metrics->kl_standard_error, metrics->kl_percentiles[5], metrics->kl_percentiles[9],
            metrics->entropy, metrics->cross_entropy);
    fprintf(stderr,
            "same top %.3f %%   Δp %.4f ± %.2g %%, RMS %.4f %%   ln ratio of perplexities %.6f ± %.2g\n",
            100 * metrics->same_top_share, 100 * metrics->delta, 100 * metrics->delta_standard_error,
            100 * metrics->delta_rms, metrics->ln_ratio, metrics->ln_ratio_standard_error);
    fprintf(stderr, "%llu tokens compared; %.2f s\n", (unsigned long long)metrics->tokens, metrics->seconds);
}

/* Exit code; says why a figure is not finite. */
static int check_finite(const struct plx_divergence_metrics *metrics)
{
    const bool base = metrics->base_infinite > 0;
    const unsigned long long count = base ? metrics->base_infinite : metrics->model_infinite;
    if (metrics->kl_infinite > 0)
        fprintf(stderr,
                "perplex: the divergence is not finite: at %llu %s MODEL gives no probability to what BASE "
                "does\n",
                (unsigned long long)metrics->kl_infinite,
                metrics->kl_infinite == 1 ? "position" : "positions");
    else if (count > 0)
        fprintf(stderr, "perplex: the perplexity of %s is not finite: %llu %s zero probability\n",
                base ? "BASE" : "MODEL", count, count == 1 ? "token has" : "tokens have");
    else
        return CLI_OK;
    return plx_status_exit_code(PLX_NOT_FINITE);
}

static int report(const struct cli_arguments *arguments, const struct plx_divergence *divergence)
{
    struct plx_divergence_metrics metrics;
    struct plx_error error;
    char *text;
    size_t length, count;
    plx_divergence_metrics(divergence, &metrics);
    const struct plx_warning *warnings = plx_divergence_warnings(divergence, &count);
    if (!arguments->values[CLI_QUIET])
        cli_print_warnings(warnings, count);
    if (plx_divergence_json(divergence, &text, &length, &error))
        return cli_fail(&error);
    const int code = cli_write(arguments->values[CLI_OUTPUT], text, length);
    plx_text_free(text);
    if (code != CLI_OK)
        return code;
    if (!arguments->values[CLI_QUIET] && cli_is_terminal(stderr))
        print_summary(&metrics);
    return check_finite(&metrics);
}

static int run_settled(const struct cli_arguments *arguments)
{
    struct cli_progress progress;
    struct settings settings;
    struct plx_divergence *divergence = NULL;
    struct plx_error error;
    cli_progress_init(&progress, arguments->values[CLI_QUIET] != NULL);
    if (!read_settings(arguments, &progress, &settings))
        return CLI_USAGE;
    const bool stored = is_stored(arguments);
    if (stored && !check_stored(arguments))
        return CLI_USAGE;
    if (!stored && arguments->operand_count < 3) {
        fprintf(stderr, "perplex: divergence %s\n", cli_command_divergence.needs);
        return CLI_USAGE;
    }
    int code = cli_check_output(arguments->values[CLI_OUTPUT]);
    if (code != CLI_OK)
        return code;
    enum plx_status status = refuse_endpoints(arguments, &error);
    if (status == PLX_OK)
        status = stored ? measure_stored(arguments, &settings, &divergence, &error)
                        : measure(arguments, &settings, &divergence, &error);
    cli_progress_clear(&progress);
    if (status)
        return cli_fail(&error);
    code = report(arguments, divergence);
    plx_divergence_free(divergence);
    return code;
}

static int run(struct cli_arguments *arguments)
{
    return cli_run_configured(&cli_command_divergence, arguments, check_standard_input, run_settled);
}

const struct cli_command cli_command_divergence = {
    .name = "divergence",
    .operands = "BASE MODEL CORPUS... [options]",
    .needs = "needs two models and a corpus",
    .summary = "Compare two models' distributions over a corpus: KL and more, as JSON.",
    .details = DETAILS,
    .mask = CLI_DIVERGENCE,
    .least = 2,
    .most = INT_MAX,
    .run = run,
    .first = CLI_TAKES_MODEL,
    .others = CLI_TAKES_FILE,
    .examples = EXAMPLES,
};
