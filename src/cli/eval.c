/* perplex eval: score one corpus with one model. */
#include "cli.h"

#include <math.h>
#include <string.h>

static const char DETAILS[] =
    "MODEL and CORPUS are paths, http(s):// URLs, or \"-\" for standard input; gzip is undone. `perplex "
    "formats` lists "
    "what\ncan be read. The result is JSON on stdout (schema perplex.result/1).\n\n"
    "examples:\n"
    "  perplex eval model.arpa.gz test.txt\n"
    "  perplex eval bigram.safetensors test.txt --protocol hf-stride --window 256 --stride 128\n"
    "  perplex eval chars.safetensors shakespeare.txt --tokens char\n"
    "  zcat test.txt.gz | perplex eval model.arpa - -o result.json\n\n"
    "exit codes: 0 fine; 2 usage, or model and corpus do not fit; 3 malformed model or corpus; 4 file or "
    "network;\n"
    "5 the perplexity is not finite; 6 memory or internal; 130 interrupted.\n";

/* The preset, changed field by field. */
static enum plx_status choose_protocol(const struct cli_arguments *arguments,
                                       const struct plx_model_info *info, enum plx_token_kind tokens,
                                       struct plx_protocol *protocol, struct plx_error *error)
{
    static const enum cli_option fields[] = {CLI_UNIT,    CLI_START,   CLI_END,          CLI_JOIN, CLI_WINDOW,
                                             CLI_STRIDE,  CLI_SCORE,   CLI_FIRST_WINDOW, CLI_TAIL, CLI_FIRST,
                                             CLI_UNKNOWN, CLI_AVERAGE, CLI_LIMIT};
    *protocol = *plx_protocol_default(info, tokens);
    const char *name = arguments->values[CLI_PROTOCOL];
    if (name)
        *protocol = *plx_protocol_find(name);
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        const char *value = arguments->values[fields[i]];
        const enum plx_status status =
            value ? plx_protocol_set(protocol, cli_option_name(fields[i]), value, error) : PLX_OK;
        if (status)
            return status;
    }
    return plx_protocol_check(protocol, error);
}

struct settings {
    struct plx_model_options model;
    struct plx_corpus_options corpus;
    struct plx_evaluate_options evaluate;
};

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
        fprintf(stderr, "perplex: --tokens takes word, char or byte, not \"%s\"\n", values[CLI_TOKENS]);
        return false;
    }
    if (values[CLI_PROTOCOL] && !plx_protocol_find(values[CLI_PROTOCOL])) {
        fprintf(stderr, "perplex: there is no protocol \"%s\"; `perplex eval --help` names them\n",
                values[CLI_PROTOCOL]);
        return false;
    }
    if (strcmp(arguments->operands[0], "-") == 0 && strcmp(arguments->operands[1], "-") == 0) {
        fprintf(stderr, "perplex: model and corpus cannot both be standard input\n");
        return false;
    }
    if (!cli_number(arguments, CLI_THREADS, 1, 1024, &threads) ||
        !cli_number(arguments, CLI_BATCH, 1, 1 << 24, &batch))
        return false;
    settings->evaluate.threads = (unsigned)threads;
    settings->evaluate.batch = (size_t)batch;
    return true;
}

static enum plx_status evaluate(const struct cli_arguments *arguments, const struct settings *settings,
                                struct plx_result **result, struct plx_error *error)
{
    struct plx_model *model = NULL;
    struct plx_corpus *corpus = NULL;
    struct plx_protocol protocol;
    struct plx_evaluate_options options = settings->evaluate;
    options.protocol = &protocol;
    *result = NULL;
    enum plx_status status = plx_model_open(arguments->operands[0], &settings->model, &model, error);
    if (status == PLX_OK)
        status = choose_protocol(arguments, plx_model_info(model), settings->corpus.tokens, &protocol, error);
    if (status == PLX_OK)
        status = plx_corpus_open(arguments->operands[1], &settings->corpus, &corpus, error);
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
        fprintf(stderr, "perplex: warning: %s", warnings[i].message);
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

static int run(const struct cli_arguments *arguments)
{
    const bool quiet = arguments->values[CLI_QUIET] != NULL;
    struct cli_progress progress;
    struct settings settings;
    struct plx_result *result;
    struct plx_error error;
    struct plx_metrics metrics;
    char *text = NULL;
    size_t length;
    cli_progress_init(&progress, quiet);
    if (!read_settings(arguments, &progress, &settings))
        return CLI_USAGE;
    cli_catch_signals();
    enum plx_status status = evaluate(arguments, &settings, &result, &error);
    cli_progress_clear(&progress);
    if (status == PLX_OK)
        status = plx_result_json(result, &text, &length, &error);
    if (status) {
        plx_result_free(result);
        return cli_fail(&error);
    }
    plx_result_metrics(result, &metrics);
    if (!quiet)
        print_warnings(result);
    int code = cli_write(arguments->values[CLI_OUTPUT], text, length);
    if (code == CLI_OK && !quiet && cli_is_terminal(stderr))
        print_summary(result, &metrics);
    if (code == CLI_OK && !isfinite(metrics.perplexity)) {
        fprintf(stderr, "perplex: the perplexity is not finite: %llu tokens have zero probability\n",
                (unsigned long long)metrics.infinite);
        code = plx_status_exit_code(PLX_NOT_FINITE);
    }
    plx_text_free(text);
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
