/* perplex convert: an n-gram model into a file that is open at once. */
#include "cli.h"

#include <stdio.h>
#include <string.h>

static const char DETAILS[] =
    "INPUT is an ARPA file, gzip or not, or a KenLM binary that has its words: a path, an http(s):// URL, or "
    "\"-\" for standard input. OUTPUT is a file of the format \"plx\", which gives the same results and is "
    "used "
    "where it lies: it is open at once, however large, and programs that use it share its memory. It is for "
    "machines of the same byte order. A name that ends in .gz gives a compressed file, which has to be read "
    "into memory.\n\n"
    "OUTPUT carries checksums of its own, and so its fingerprint: `perplex eval` need not read it for that; "
    "--verify checks them all. It notes the input's SHA-256, unless by --fingerprint none, and what was odd "
    "about it.";

static const struct cli_example EXAMPLES[] = {
    {"perplex convert model.arpa.gz model.plx", "once; from then on, eval with model.plx"},
    {"perplex convert - model.plx <model.arpa", "what another program writes"},
    {NULL, NULL},
};

static bool read_options(const struct cli_arguments *arguments, struct cli_progress *progress,
                         struct plx_model_options *options)
{
    const char *const *values = arguments->values;
    unsigned long long threads = plx_processors();
    size_t fingerprint = PLX_FINGERPRINT_FULL;
    *options = (struct plx_model_options){
        .format = values[CLI_MODEL_FORMAT],
        .allow_positive = values[CLI_ALLOW_POSITIVE] != NULL,
        .allow_count_mismatch = values[CLI_ALLOW_COUNT_MISMATCH] != NULL,
        .interrupted = cli_interrupted,
        .progress = cli_progress_model,
        .user = progress,
    };
    if (!cli_number(arguments, CLI_THREADS, 1, 1024, &threads) ||
        !cli_choice(arguments, CLI_FINGERPRINT, &fingerprint))
        return false;
    options->threads = (unsigned)threads;
    options->fingerprint = (enum plx_fingerprint)fingerprint;
    return true;
}

static int run(struct cli_arguments *arguments)
{
    const char *input = arguments->operands[0], *output = arguments->operands[1];
    struct cli_progress progress;
    struct plx_model_options options;
    struct plx_error error;
    cli_progress_init(&progress, arguments->values[CLI_QUIET] != NULL);
    if (!read_options(arguments, &progress, &options) || !cli_check_overwritten(output, input))
        return CLI_USAGE;
    if (strcmp(output, "-") == 0 && cli_is_terminal(stdout)) {
        fprintf(stderr,
                "perplex: the converted model is binary, which a terminal cannot show: name a file\n");
        return CLI_USAGE;
    }
    const int code = cli_check_output(output);
    if (code != CLI_OK)
        return code;
    cli_catch_signals();
    cli_ignore_limits();
    const enum plx_status status = plx_convert_model(input, output, &options, &error);
    cli_progress_clear(&progress);
    return status ? cli_fail_output(output, &error) : CLI_OK;
}

const struct cli_command cli_command_convert = {
    .name = "convert",
    .operands = "INPUT OUTPUT [options]",
    .needs = "takes a model and the file to write",
    .summary = "Convert an n-gram model into a file that is open at once.",
    .details = DETAILS,
    .mask = CLI_CONVERT,
    .least = 2,
    .most = 2,
    .run = run,
    .first = CLI_TAKES_MODEL,
    .others = CLI_TAKES_FILE,
    .examples = EXAMPLES,
};
