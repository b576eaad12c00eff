/* perplex inspect: what a model or corpus file is, and what is wrong with it. */
#include "cli.h"

#include <limits.h>

#define SEED_MOST 999999999999999999ull

static const char DETAILS[] =
    "FILE is a model or a corpus: a path, an http(s):// URL, or \"-\" for standard input; gzip is undone. "
    "What it is shows in its content, then in its name. Several files of a corpus are one corpus. After a "
    "model: how much of the corpus the model knows.\n\n"
    "What can be read is fine, whatever is odd about it. What is neither a model nor a corpus is refused "
    "with a guess at what it is.\n\n"
    "--deep draws a text from an n-gram model and adds up the probabilities of all words after at most 20 "
    "of its contexts of each length. That is a sample: other contexts may sum to more or less, and "
    "another --seed takes others.";

static const struct cli_example EXAMPLES[] = {
    {"perplex inspect model.arpa.gz", "orders, symbols, whether its probabilities sum to 1"},
    {"perplex inspect model.arpa.gz --deep",
     "all checks, and whether probabilities sum to 1 after a sample of contexts"},
    {"perplex inspect test.txt --tokens char", "counts, and what is odd about the text"},
    {"perplex inspect model.arpa.gz test.txt --top 50", "the words of the text that the model does not know"},
    {NULL, NULL},
};

/* False, with a message, if an option's value is not usable. */
static bool read_options(const struct cli_arguments *arguments, struct cli_progress *progress,
                         struct plx_endpoint_options *endpoint, struct plx_inspect_options *options)
{
    const char *const *values = arguments->values;
    unsigned long long top = 0, seed = 0, original = 0;
    size_t tokens = 0, as = 0, load = 0, fingerprint = 0;
    *options = (struct plx_inspect_options){
        .model = {.format = values[CLI_MODEL_FORMAT],
                  .vocabulary = values[CLI_VOCAB],
                  .allow_positive = values[CLI_ALLOW_POSITIVE] != NULL,
                  .allow_count_mismatch = values[CLI_ALLOW_COUNT_MISMATCH] != NULL,
                  .verify = values[CLI_VERIFY] != NULL,
                  .threads = plx_processors(),
                  .network = cli_network(),
                  .endpoint = endpoint,
                  .interrupted = cli_interrupted,
                  .progress = cli_progress_model,
                  .user = progress},
        .corpus = {.format = values[CLI_CORPUS_FORMAT],
                   .member = values[CLI_MEMBER],
                   .token_bytes = values[CLI_TOKEN_BYTES],
                   .network = cli_network(),
                   .interrupted = cli_interrupted},
        .progress = cli_progress_reading,
        .user = progress,
    };
    if (!cli_choice(arguments, CLI_TOKENS, &tokens) || !cli_choice(arguments, CLI_LOAD, &load) ||
        !cli_choice(arguments, CLI_FINGERPRINT, &fingerprint) || !cli_choice(arguments, CLI_AS, &as) ||
        !cli_documents(arguments, &options->corpus) || !cli_number(arguments, CLI_TOP, 1, 1000000, &top) ||
        !cli_number(arguments, CLI_ORIGINAL_BYTES, 1, 1ULL << 53, &original) ||
        !cli_number(arguments, CLI_SEED, 0, SEED_MOST, &seed) ||
        !cli_logprob_base(arguments, &options->model.logprob_base) || !cli_read_endpoint(arguments, endpoint))
        return false;
    options->corpus.original_bytes = original;
    if (values[CLI_SEED] && !values[CLI_DEEP]) {
        fprintf(stderr, "perplex: --seed is of use with --deep only\n");
        return false;
    }
    if (values[CLI_TOKENS])
        options->corpus.tokens = (enum plx_token_kind)(tokens + PLX_TOKENS_WORD);
    if (values[CLI_AS])
        options->as = (enum plx_inspect_as)(as + PLX_INSPECT_MODEL);
    options->model.load = (enum plx_load)load;
    options->model.fingerprint = (enum plx_fingerprint)fingerprint;
    options->top = (size_t)top;
    options->deep = values[CLI_DEEP] != NULL;
    options->seed = seed;
    return true;
}

static int run(struct cli_arguments *arguments)
{
    struct cli_progress progress;
    struct plx_endpoint_options endpoint;
    struct plx_inspect_options options;
    struct plx_inspection *inspection = NULL;
    struct plx_error error;
    char *text = NULL;
    size_t length;
    cli_progress_init(&progress, arguments->values[CLI_QUIET] != NULL);
    if (!read_options(arguments, &progress, &endpoint, &options))
        return CLI_USAGE;
    int code = cli_check_output(arguments->values[CLI_OUTPUT]);
    if (code != CLI_OK)
        return code;
    cli_catch_signals();
    enum plx_status status =
        cli_check_endpoint(arguments, cli_names_endpoint(arguments->operands[0]), &error);
    if (status == PLX_OK)
        status =
            plx_inspect(arguments->operands, (size_t)arguments->operand_count, &options, &inspection, &error);
    cli_forget_key();
    cli_progress_clear(&progress);
    if (status == PLX_OK)
        status = arguments->values[CLI_JSON] ? plx_inspection_json(inspection, &text, &length, &error)
                                             : plx_inspection_text(inspection, &text, &length, &error);
    plx_inspection_free(inspection);
    if (status)
        return cli_fail(&error);
    code = cli_write(arguments->values[CLI_OUTPUT], text, length);
    plx_text_free(text);
    return code;
}

const struct cli_command cli_command_inspect = {
    .name = "inspect",
    .operands = "FILE... [options]",
    .needs = "needs a file",
    .schema = "perplex.inspection/1",
    .summary = "Say what a model or corpus is, and what is odd about it.",
    .details = DETAILS,
    .mask = CLI_INSPECT,
    .least = 1,
    .most = INT_MAX,
    .run = run,
    .first = CLI_TAKES_MODEL,
    .others = CLI_TAKES_FILE,
    .examples = EXAMPLES,
};
