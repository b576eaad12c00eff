/* perplex eval: score one corpus with one model. */
#include "cli.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char DETAILS[] =
    "MODEL and CORPUS are paths, http(s):// URLs, or \"-\" for standard input; gzip is undone. `perplex "
    "formats` lists "
    "what\ncan be read. The result is JSON on stdout (schema perplex.result/1).\n\n"
    "examples:\n"
    "  perplex eval model.arpa.gz test.txt\n"
    "  perplex eval bigram.safetensors test.txt --protocol hf-stride --window 256 --stride 128\n"
    "  perplex eval chars.safetensors shakespeare.txt --tokens char\n"
    "  zcat test.txt.gz | perplex eval model.arpa - -o result.json\n"
    "  perplex eval model.arpa test.txt -o result.json --per-token tokens.jsonl.gz\n\n"
    "exit codes: 0 fine; 2 usage, or model and corpus do not fit; 3 malformed model or corpus; 4 file or "
    "network;\n"
    "5 the perplexity is not finite; 6 memory or internal; 130 interrupted.\n";

/* The fields that have been given as options. */
static enum plx_status set_fields(const struct cli_arguments *arguments, struct plx_protocol *protocol,
                                  struct plx_error *error)
{
    const char *name;
    char text[2 * PLX_SYMBOL_TEXT];
    for (size_t i = 0; plx_protocol_field(protocol, i, &name, text, sizeof text, NULL); i++) {
        const enum cli_option option = cli_find_option(name);
        const char *value = option < CLI_OPTION_COUNT ? arguments->values[option] : NULL;
        const enum plx_status status =
            value ? plx_protocol_set(protocol, cli_option_name(option), value, error) : PLX_OK;
        if (status)
            return status;
    }
    return PLX_OK;
}

/* What can be wrong with the protocol whatever the model is, before that is read, which may take minutes. */
static enum plx_status check_protocol(const struct cli_arguments *arguments, struct plx_error *error)
{
    const char *name = arguments->values[CLI_PROTOCOL];
    struct plx_protocol protocol = *(name ? plx_protocol_find(name) : plx_protocol_preset(0));
    const enum plx_status status = set_fields(arguments, &protocol, error);
    return status || !name ? status : plx_protocol_check(&protocol, error);
}

/* The preset, changed field by field. */
static enum plx_status choose_protocol(const struct cli_arguments *arguments,
                                       const struct plx_model_info *model, const struct plx_corpus *corpus,
                                       struct plx_protocol *protocol, struct plx_error *error)
{
    const char *name = arguments->values[CLI_PROTOCOL];
    struct plx_corpus_info info;
    plx_corpus_info(corpus, &info);
    *protocol = *(name ? plx_protocol_find(name) : plx_protocol_default(model, &info));
    const enum plx_status status = set_fields(arguments, protocol, error);
    return status ? status : plx_protocol_check(protocol, error);
}

struct settings {
    struct plx_model_options model;
    struct plx_corpus_options corpus;
    struct plx_evaluate_options evaluate;
};

/* It can be read only once. */
static bool check_standard_input(const struct cli_arguments *arguments)
{
    const struct {
        const char *role, *name;
    } inputs[] = {{"model", arguments->operands[0]},
                  {"corpus", arguments->operands[1]},
                  {"vocabulary", arguments->values[CLI_VOCAB]}};
    const char *taken = NULL;
    for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++) {
        if (!inputs[i].name || strcmp(inputs[i].name, "-") != 0)
            continue;
        if (taken) {
            fprintf(stderr, "perplex: %s and %s cannot both be standard input\n", taken, inputs[i].role);
            return false;
        }
        taken = inputs[i].role;
    }
    return true;
}

/* --logprob-base. False, with a message, if it is none. */
static bool read_base(const char *text, double *base)
{
    char *end;
    if (!text)
        return true;
    if (strcmp(text, "e") == 0) {
        *base = exp(1);
        return true;
    }
    *base = strtod(text, &end);
    if (text[strspn(text, "0123456789.eE+-")] == '\0' && end != text && *end == '\0' && isfinite(*base) &&
        *base > 1)
        return true;
    fprintf(stderr, "perplex: --logprob-base takes e or a number greater than 1, not \"%s\"\n", text);
    return false;
}

/* Two outputs in one place would spoil each other. */
static bool check_outputs(const struct cli_arguments *arguments)
{
    const char *result = arguments->values[CLI_OUTPUT], *tokens = arguments->values[CLI_PER_TOKEN];
    if (!tokens || !plx_output_same(result, tokens))
        return true;
    char shown[512];
    plx_text_visible(tokens, shown, sizeof shown);
    fprintf(stderr, "perplex: the result and --per-token cannot both go to %s%s\n",
            plx_output_same(NULL, tokens) ? "standard output" : shown,
            result ? "" : "; -o FILE moves the result");
    return false;
}

/* False, with a message, if an option's value is not usable. */
static bool read_settings(const struct cli_arguments *arguments, struct cli_progress *progress,
                          struct settings *settings)
{
    const char *const *values = arguments->values;
    unsigned long long threads = 0, batch = 0;
    *settings = (struct settings){
        .model = {.format = values[CLI_MODEL_FORMAT],
                  .vocabulary = values[CLI_VOCAB],
                  .allow_positive = values[CLI_ALLOW_POSITIVE] != NULL,
                  .allow_count_mismatch = values[CLI_ALLOW_COUNT_MISMATCH] != NULL,
                  .interrupted = cli_interrupted,
                  .progress = cli_progress_model,
                  .user = progress},
        .corpus = {.format = values[CLI_CORPUS_FORMAT], .interrupted = cli_interrupted},
        .evaluate = {.progress = cli_progress_corpus, .interrupted = cli_interrupted, .user = progress},
    };
    if (values[CLI_TOKENS] && !plx_token_kind_parse(values[CLI_TOKENS], &settings->corpus.tokens)) {
        fprintf(stderr, "perplex: --tokens takes word, char, byte or piece, not \"%s\"\n",
                values[CLI_TOKENS]);
        return false;
    }
    if (values[CLI_PROTOCOL] && !plx_protocol_find(values[CLI_PROTOCOL])) {
        fprintf(stderr, "perplex: there is no protocol \"%s\"; `perplex eval --help` names them\n",
                values[CLI_PROTOCOL]);
        return false;
    }
    if (!check_standard_input(arguments) || !check_outputs(arguments) ||
        !cli_number(arguments, CLI_THREADS, 1, 1024, &threads) ||
        !cli_number(arguments, CLI_BATCH, 1, 1 << 24, &batch) ||
        !read_base(values[CLI_LOGPROB_BASE], &settings->model.logprob_base))
        return false;
    settings->evaluate.threads = (unsigned)threads;
    settings->evaluate.batch = (size_t)batch;
    return true;
}

/* A file is opened before the model is read, so that a mistake in its name shows at once; a pipe or a
   transfer is not made to wait meanwhile. */
static bool opens_at_once(const char *corpus)
{
    return strcmp(corpus, "-") != 0 && !strstr(corpus, "://");
}

static enum plx_status evaluate(const struct cli_arguments *arguments, const struct settings *settings,
                                struct plx_result **result, struct plx_error *error)
{
    const char *const *names = arguments->operands;
    struct plx_model *model = NULL;
    struct plx_corpus *corpus = NULL;
    struct plx_protocol protocol;
    struct plx_evaluate_options options = settings->evaluate;
    options.protocol = &protocol;
    *result = NULL;
    enum plx_status status = check_protocol(arguments, error);
    if (status == PLX_OK && opens_at_once(names[1]))
        status = plx_corpus_open(names + 1, 1, &settings->corpus, &corpus, error);
    if (status == PLX_OK)
        status = plx_model_open(names[0], &settings->model, &model, error);
    if (status == PLX_OK && !corpus)
        status = plx_corpus_open(names + 1, 1, &settings->corpus, &corpus, error);
    if (status == PLX_OK)
        status = choose_protocol(arguments, plx_model_info(model), corpus, &protocol, error);
    if (status == PLX_OK)
        status = plx_evaluate(model, corpus, &options, result, error);
    plx_corpus_close(corpus);
    plx_model_close(model);
    return status;
}

static void print_warnings(const struct plx_result *result)
{
    size_t count;
    const struct plx_warning *warnings = plx_result_warnings(result, &count);
    for (size_t i = 0; i < count; i++) {
        char message[4 * sizeof warnings[i].message]; /* it may quote what stands in a file */
        plx_text_visible(warnings[i].message, message, sizeof message);
        fprintf(stderr, "perplex: warning: %s", message);
        if (warnings[i].count > 1)
            fprintf(stderr, " (%llu times)", (unsigned long long)warnings[i].count);
        if (warnings[i].line)
            fprintf(stderr, " (%sline %llu)", warnings[i].count > 1 ? "first in " : "",
                    (unsigned long long)warnings[i].line);
        fputc('\n', stderr);
    }
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

/* Everything about the scored tokens but the name of their file, then the result, then that name: both files
   appear, or neither. */
static int deliver(const struct cli_arguments *arguments, const struct plx_result *result,
                   struct plx_per_token *tokens)
{
    const char *output = arguments->values[CLI_OUTPUT], *failed = arguments->values[CLI_PER_TOKEN];
    struct plx_error error;
    char *text = NULL;
    size_t length;
    enum plx_status status = tokens ? plx_per_token_finish(tokens, &error) : PLX_OK;
    if (status == PLX_OK && (status = plx_result_json(result, &text, &length, &error)) == PLX_OK) {
        status = cli_write_status(output, text, length, &error);
        failed = status ? output : failed;
    }
    if (status)
        plx_per_token_discard(tokens);
    else if (tokens)
        status = plx_per_token_commit(tokens, &error);
    plx_text_free(text);
    return status ? cli_fail_output(failed, &error) : CLI_OK;
}

static int report(const struct cli_arguments *arguments, const struct plx_result *result,
                  struct plx_per_token *tokens)
{
    const bool quiet = arguments->values[CLI_QUIET] != NULL;
    struct plx_metrics metrics;
    plx_result_metrics(result, &metrics);
    if (!quiet)
        print_warnings(result);
    const int code = deliver(arguments, result, tokens);
    if (code == CLI_OK && !quiet && cli_is_terminal(stderr))
        print_summary(result, &metrics);
    return code == CLI_OK && !isfinite(metrics.perplexity) ? print_not_finite(&metrics) : code;
}

static int run(const struct cli_arguments *arguments)
{
    const char *per_token = arguments->values[CLI_PER_TOKEN];
    struct cli_progress progress;
    struct settings settings;
    struct plx_per_token *tokens = NULL;
    struct plx_result *result;
    struct plx_error error;
    cli_progress_init(&progress, arguments->values[CLI_QUIET] != NULL);
    if (!read_settings(arguments, &progress, &settings))
        return CLI_USAGE;
    int code = cli_check_output(arguments->values[CLI_OUTPUT]);
    if (code != CLI_OK)
        return code;
    cli_catch_signals();
    if (per_token && plx_per_token_open(per_token, &tokens, &error))
        return cli_fail(&error);
    settings.evaluate.tokens = tokens ? plx_per_token_write : NULL;
    settings.evaluate.tokens_user = tokens;
    const enum plx_status status = evaluate(arguments, &settings, &result, &error);
    cli_progress_clear(&progress);
    if (status) {
        plx_per_token_discard(tokens);
        return cli_fail_output(per_token, &error);
    }
    code = report(arguments, result, tokens);
    plx_result_free(result);
    return code;
}

const struct cli_command cli_command_eval = {
    "eval",
    "MODEL CORPUS [options]",
    "Score one corpus with one model: cross-entropy and perplexity as JSON.",
    DETAILS,
    CLI_EVAL,
    2,
    2,
    run};
