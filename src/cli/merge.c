/* perplex merge: the results of shards become that of the whole. */
#include "cli.h"

#include <limits.h>
#include <math.h>
#include <string.h>

static const char DETAILS[] =
    "A SHARD is a path, an http(s):// URL, or \"-\" for standard input: what `perplex eval --shard I/N` has "
    "written. All N are needed, in any order. What comes out is, byte for byte outside `runtime`, the result "
    "of an evaluation of the whole corpus: the sums in results are exact, and neither model nor corpus is "
    "opened again.\n\n"
    "Shards that are missing, there twice, or of another evaluation are refused by name, with the field that "
    "differs; the exit code is 2 then. So are shards of neural models from machines that round differently. "
    "A "
    "digit that was changed in one is noticed.";

static const struct cli_example EXAMPLES[] = {
    {"perplex merge shards/*.json -o result.json",
     "the result of the whole, from wherever its shards were scored"},
    {NULL, NULL},
};

static bool check_standard_input(const struct cli_arguments *arguments)
{
    int times = 0;
    for (int i = 0; i < arguments->operand_count; i++)
        times += strcmp(arguments->operands[i], "-") == 0;
    if (times > 1)
        fprintf(stderr, "perplex: standard input can be read only once\n");
    return times <= 1;
}

static int run(struct cli_arguments *arguments)
{
    struct plx_merged merged;
    struct plx_error error;
    char *text;
    size_t length;
    if (!check_standard_input(arguments))
        return CLI_USAGE;
    if (plx_merge(arguments->operands, (size_t)arguments->operand_count, cli_network(), &merged, &text,
                  &length, &error))
        return cli_fail(&error);
    if (!arguments->values[CLI_QUIET])
        cli_print_warnings(merged.warnings, merged.warning_count);
    const int code = cli_write(arguments->values[CLI_OUTPUT], text, length);
    plx_text_free(text);
    return code == CLI_OK && !isfinite(merged.metrics.perplexity) ? cli_not_finite(&merged.metrics) : code;
}

const struct cli_command cli_command_merge = {
    .name = "merge",
    .operands = "SHARD... [options]",
    .needs = "needs the results of shards",
    .schema = "perplex.result/1",
    .summary = "Put the results of shards together: the result of the whole, as JSON.",
    .details = DETAILS,
    .mask = CLI_MERGE,
    .least = 1,
    .most = INT_MAX,
    .run = run,
    .first = CLI_TAKES_RESULT,
    .others = CLI_TAKES_RESULT,
    .examples = EXAMPLES,
};
