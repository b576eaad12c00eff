/* perplex table: results as the rows of a table. */
#include "cli.h"

#include <limits.h>
#include <string.h>

static const char DETAILS[] =
    "example:\n"
    "  perplex eval model.arpa test.txt -o a.json; perplex eval model.safetensors test.txt "
    "-o b.json\n  perplex table a.json b.json\n";

static int run(const struct cli_arguments *arguments)
{
    const char *name = arguments->values[CLI_FORMAT];
    enum plx_table_format format = PLX_TABLE_MARKDOWN;
    struct plx_error error;
    char *text;
    size_t length;
    if (name && strcmp(name, "csv") == 0) {
        format = PLX_TABLE_CSV;
    } else if (name && strcmp(name, "markdown") != 0) {
        fprintf(stderr, "perplex: --format takes markdown or csv, not \"%s\"\n", name);
        return CLI_USAGE;
    }
    if (plx_table(arguments->operands, (size_t)arguments->operand_count, format, &text, &length, &error))
        return cli_fail(&error);
    const int code = cli_write(arguments->values[CLI_OUTPUT], text, length);
    plx_text_free(text);
    return code;
}

const struct cli_command cli_command_table = {"table",
                                              "RESULT... [options]",
                                              "Results of `perplex eval` as the rows of a table.",
                                              DETAILS,
                                              CLI_TABLE,
                                              1,
                                              INT_MAX,
                                              run};
