/* perplex convert: a corpus into token ids. */
#include "cli.h"

#include <string.h>
#include <sys/stat.h>

/* What is of use for corpora alone, and for models alone. */
static const enum cli_option OF_CORPORA[] = {CLI_TO,          CLI_TOKENS,        CLI_CORPUS_FORMAT,
                                             CLI_MEMBER,      CLI_DOCUMENTS,     CLI_VOCAB,
                                             CLI_TOKEN_BYTES, CLI_MAKE_VOCAB,    CLI_WRITE_BYTES,
                                             CLI_END,         CLI_CONTROL_WORDS, CLI_UNKNOWN,
                                             CLI_PAGES,       CLI_ORIGINAL_BYTES},
                             OF_MODELS[] = {CLI_MODEL_FORMAT, CLI_ALLOW_POSITIVE, CLI_ALLOW_COUNT_MISMATCH,
                                            CLI_FINGERPRINT};

#define CORPORA_COUNT (sizeof OF_CORPORA / sizeof *OF_CORPORA)
#define MODELS_COUNT  (sizeof OF_MODELS / sizeof *OF_MODELS)

/* The first of the options that has been given, CLI_OPTION_COUNT if none has. */
static enum cli_option first_given(const struct cli_arguments *arguments, const enum cli_option *options,
                                   size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (arguments->values[options[i]])
            return options[i];
    }
    return CLI_OPTION_COUNT;
}

/* What the name or the content of the input says. What can be read only once is not looked into. */
static int look(const char *input, bool *corpus)
{
    struct stat facts;
    struct plx_error error;
    bool model = true;
    *corpus = false;
    if (strcmp(input, "-") == 0 || (stat(input, &facts) == 0 && !S_ISREG(facts.st_mode)))
        return CLI_OK;
    if (plx_inspect_recognise(input, &model, &error))
        return cli_fail(&error);
    *corpus = !model;
    return CLI_OK;
}

int cli_convert_kind(const struct cli_arguments *arguments, bool *corpus)
{
    const enum cli_option of_corpora = first_given(arguments, OF_CORPORA, CORPORA_COUNT),
                          of_models = first_given(arguments, OF_MODELS, MODELS_COUNT);
    const int inputs = arguments->operand_count - 1;
    size_t as = 0;
    if (!cli_choice(arguments, CLI_AS, &as))
        return CLI_USAGE;
    *corpus =
        of_corpora != CLI_OPTION_COUNT || inputs > 1 || plx_ids_format_named(arguments->operands[inputs]);
    if (arguments->values[CLI_AS]) {
        *corpus = as + PLX_INSPECT_MODEL == PLX_INSPECT_CORPUS;
    } else if (!*corpus && of_models == CLI_OPTION_COUNT) {
        const int code = look(arguments->operands[0], corpus);
        if (code != CLI_OK)
            return code;
    }
    const enum cli_option useless = *corpus ? of_models : of_corpora;
    if (useless == CLI_OPTION_COUNT)
        return CLI_OK;
    fprintf(stderr, "perplex: --%s is for %s\n", cli_option_row(useless)->name,
            *corpus ? "models, and this is converted as a corpus"
                    : "corpora, and this is converted as a model");
    return CLI_USAGE;
}

/* The fields of the protocol that are of use here; false, with a message, if they cannot be. */
static bool read_protocol(const struct cli_arguments *arguments, struct plx_protocol *protocol)
{
    struct plx_error error;
    if (cli_set_protocol(arguments, protocol, &error)) {
        cli_fail(&error);
        return false;
    }
    return protocol->unknown == PLX_UNKNOWN_UNK || protocol->unknown == PLX_UNKNOWN_ERROR ||
           cli_refuse(arguments, CLI_UNKNOWN, "unk or error here");
}

static void report(const struct cli_arguments *arguments, const struct plx_conversion *conversion)
{
    cli_print_warnings(conversion->warnings, conversion->warning_count);
    if (conversion->unknown > 0) {
        char shown[4 * sizeof conversion->unknown_symbol];
        plx_text_visible(conversion->unknown_symbol, shown, sizeof shown);
        fprintf(stderr, "perplex: warning: %llu of %llu tokens are unknown, and became %s\n",
                (unsigned long long)conversion->unknown, (unsigned long long)conversion->tokens, shown);
    }
    if (conversion->documents > 1 && !conversion->parted)
        fprintf(stderr,
                "perplex: warning: %llu documents become one: the format does not tell where they begin\n",
                (unsigned long long)conversion->documents);
    if (!cli_is_terminal(stderr))
        return;
    fprintf(stderr, "%llu tokens", (unsigned long long)conversion->tokens);
    if (conversion->bytes > 0)
        fprintf(stderr, " of %llu bytes", (unsigned long long)conversion->bytes);
    fprintf(stderr, " written to %s\n", arguments->operands[arguments->operand_count - 1]);
}

static enum plx_status convert(const struct cli_arguments *arguments,
                               const struct plx_corpus_options *corpus_options,
                               const struct plx_convert_options *options, struct plx_conversion *conversion,
                               struct plx_error *error)
{
    const size_t inputs = (size_t)arguments->operand_count - 1;
    struct plx_corpus *corpus;
    enum plx_status status = plx_corpus_open(arguments->operands, inputs, corpus_options, &corpus, error);
    if (status)
        return status;
    status = plx_convert_corpus(corpus, arguments->operands[inputs], options, conversion, error);
    plx_corpus_close(corpus);
    return status;
}

static int run(const struct cli_arguments *arguments)
{
    const char *const *values = arguments->values;
    const char *output = arguments->operands[arguments->operand_count - 1];
    const bool quiet = values[CLI_QUIET] != NULL;
    struct plx_protocol protocol = *plx_protocol_find("exact");
    struct plx_corpus_options corpus = {.format = values[CLI_CORPUS_FORMAT],
                                        .member = values[CLI_MEMBER],
                                        .token_bytes = values[CLI_TOKEN_BYTES],
                                        .network = cli_network(),
                                        .interrupted = cli_interrupted};
    struct plx_conversion conversion;
    struct cli_progress progress;
    struct plx_error error;
    unsigned long long threads = plx_processors();
    unsigned long long original = 0;
    size_t tokens = 0;
    if (!cli_number(arguments, CLI_THREADS, 1, 1024, &threads) ||
        !cli_number(arguments, CLI_ORIGINAL_BYTES, 1, 1ULL << 53, &original) ||
        !cli_choice(arguments, CLI_TOKENS, &tokens) || !cli_documents(arguments, &corpus) ||
        !read_protocol(arguments, &protocol))
        return CLI_USAGE;
    corpus.original_bytes = original;
    if (values[CLI_TOKENS])
        corpus.tokens = (enum plx_token_kind)(tokens + PLX_TOKENS_WORD);
    cli_progress_init(&progress, quiet);
    const struct plx_convert_options options = {
        .format = values[CLI_TO],
        .vocabulary = values[CLI_VOCAB],
        .make_vocabulary = values[CLI_MAKE_VOCAB],
        .bytes = values[CLI_WRITE_BYTES],
        .protocol = &protocol,
        .threads = (unsigned)threads,
        .progress = cli_progress_corpus,
        .interrupted = cli_interrupted,
        .user = &progress,
    };
    cli_catch_signals();
    cli_ignore_limits();
    const enum plx_status status = convert(arguments, &corpus, &options, &conversion, &error);
    cli_progress_clear(&progress);
    if (status)
        return cli_fail_output(output, &error);
    if (!quiet)
        report(arguments, &conversion);
    return CLI_OK;
}

int cli_convert_corpus(const struct cli_arguments *arguments)
{
    const char *format = arguments->values[CLI_TO],
               *output = arguments->operands[arguments->operand_count - 1];
    struct cli_arguments inputs = *arguments;
    size_t index = 0;
    inputs.operand_count--;
    if (!cli_choice(arguments, CLI_TO, &index) || !cli_check_standard_input(&inputs, 0))
        return CLI_USAGE;
    if (strcmp(output, "-") == 0 && cli_is_terminal(stdout) && !(format && strcmp(format, "jsonl") == 0)) {
        fprintf(stderr, "perplex: the ids are binary, which a terminal cannot show: name a file\n");
        return CLI_USAGE;
    }
    return run(arguments);
}
