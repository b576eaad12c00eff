/* perplex inspect: what a model or corpus file is, and what is wrong with it. */
#include "cli.h"

#include <limits.h>
#include <string.h>

static const char DETAILS[] =
    "FILE is a model or a corpus: a path, an http(s):// URL, or \"-\" for standard input; gzip is undone. "
    "What it "
    "is\nshows in its content, then in its name. A model and a corpus together: how much of the corpus the "
    "model "
    "knows.\nSeveral files of a corpus are one corpus.\n\n"
    "examples:\n"
    "  perplex inspect model.arpa.gz\n"
    "  perplex inspect test.txt --tokens char --json\n"
    "  perplex inspect model.arpa.gz test.txt --top 50\n"
    "  perplex inspect 'shard-*.txt'\n\n"
    "exit codes: 0 it can be read, whatever is odd about it; 2 usage; 3 malformed, or neither a model nor a "
    "corpus;\n4 file or network; 6 memory or internal; 130 interrupted.\n";

/* False, with a message, if an option's value is not usable. */
static bool read_options(const struct cli_arguments *arguments, struct cli_progress *progress,
                         struct plx_inspect_options *options)
{
    const char *const *values = arguments->values;
    unsigned long long top = 0;
    *options = (struct plx_inspect_options){
        .model = {.format = values[CLI_MODEL_FORMAT],
                  .vocabulary = values[CLI_VOCAB],
                  .allow_positive = values[CLI_ALLOW_POSITIVE] != NULL,
                  .allow_count_mismatch = values[CLI_ALLOW_COUNT_MISMATCH] != NULL,
                  .interrupted = cli_interrupted,
                  .progress = cli_progress_model,
                  .user = progress},
        .corpus = {.format = values[CLI_CORPUS_FORMAT], .interrupted = cli_interrupted},
        .progress = cli_progress_reading,
        .user = progress,
    };
    if (values[CLI_TOKENS] && !plx_token_kind_parse(values[CLI_TOKENS], &options->corpus.tokens)) {
        fprintf(stderr, "perplex: --tokens takes word, char or byte, not \"%s\"\n", values[CLI_TOKENS]);
        return false;
    }
    if (values[CLI_AS] && strcmp(values[CLI_AS], "model") == 0) {
        options->as = PLX_INSPECT_MODEL;
    } else if (values[CLI_AS] && strcmp(values[CLI_AS], "corpus") == 0) {
        options->as = PLX_INSPECT_CORPUS;
    } else if (values[CLI_AS]) {
        fprintf(stderr, "perplex: --as takes model or corpus, not \"%s\"\n", values[CLI_AS]);
        return false;
    }
    if (!cli_number(arguments, CLI_TOP, 1, 1000000, &top))
        return false;
    options->top = (size_t)top;
    return true;
}

static int run(const struct cli_arguments *arguments)
{
    struct cli_progress progress;
    struct plx_inspect_options options;
    struct plx_inspection *inspection;
    struct plx_error error;
    char *text = NULL;
    size_t length;
    cli_progress_init(&progress, arguments->values[CLI_QUIET] != NULL);
    if (!read_options(arguments, &progress, &options))
        return CLI_USAGE;
    int code = cli_check_output(arguments->values[CLI_OUTPUT]);
    if (code != CLI_OK)
        return code;
    cli_catch_signals();
    enum plx_status status =
        plx_inspect(arguments->operands, (size_t)arguments->operand_count, &options, &inspection, &error);
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
    "inspect",
    "FILE... [options]",
    "Say what a model or corpus is, what is wrong with it, and how far the two fit.",
    DETAILS,
    CLI_INSPECT,
    1,
    INT_MAX,
    run};
