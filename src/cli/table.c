/* perplex table: results as the rows of a table. */
#include "cli.h"

#include <limits.h>

static const char DETAILS[] =
    "A RESULT is a path, an http(s):// URL, or \"-\" for standard input: what `perplex eval` has written.";

static const struct cli_example EXAMPLES[] = {
    {"perplex table ngram.json neural.json", "two results as a table in Markdown"},
    {"perplex table results/*.json --format csv -o results.csv", "all results, every digit, for programs"},
    {NULL, NULL},
};

static int run(struct cli_arguments *arguments)
{
    size_t format = PLX_TABLE_MARKDOWN;
    struct plx_error error;
    char *text;
    size_t length;
    if (!cli_choice(arguments, CLI_FORMAT, &format))
        return CLI_USAGE;
    if (plx_table(arguments->operands, (size_t)arguments->operand_count, (enum plx_table_format)format, &text,
                  &length, &error))
        return cli_fail(&error);
    const int code = cli_write(arguments->values[CLI_OUTPUT], text, length);
    plx_text_free(text);
    return code;
}

const struct cli_command cli_command_table = {
    .name = "table",
    .operands = "RESULT... [options]",
    .needs = "needs a result",
    .summary = "Show results of `perplex eval` as the rows of a table.",
    .details = DETAILS,
    .mask = CLI_TABLE,
    .least = 1,
    .most = INT_MAX,
    .run = run,
    .first = CLI_TAKES_RESULT,
    .others = CLI_TAKES_RESULT,
    .examples = EXAMPLES,
};
