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

int cli_check_table(const struct cli_arguments *options)
{
    size_t format = PLX_TABLE_MARKDOWN;
    return cli_choice(options, CLI_FORMAT, &format) ? CLI_OK : CLI_USAGE;
}

int cli_make_table(const struct cli_arguments *options, const char *const *paths, size_t count, char **text,
                   size_t *length)
{
    size_t format = PLX_TABLE_MARKDOWN;
    struct plx_error error;
    if (!cli_choice(options, CLI_FORMAT, &format))
        return CLI_USAGE;
    return plx_table(paths, count, (enum plx_table_format)format, text, length, &error) ? cli_fail(&error)
                                                                                        : CLI_OK;
}

static int run(struct cli_arguments *arguments)
{
    char *text;
    size_t length;
    int code =
        cli_make_table(arguments, arguments->operands, (size_t)arguments->operand_count, &text, &length);
    if (code != CLI_OK)
        return code;
    code = cli_write(arguments->values[CLI_OUTPUT], text, length);
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
