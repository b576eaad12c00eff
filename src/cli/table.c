/* perplex table: results as a table. */
#include "cli.h"

#include <limits.h>
#include <string.h>

static const char DETAILS[] =
    "A RESULT is a path, an http(s):// URL, or \"-\" for standard input: what `perplex eval` has written.\n"
    "Without --rows and --columns, every result is a row. With one of them or both, models × corpora: what "
    "is not given is the models (else the corpora) for rows, and the numbers alone for columns.\n"
    "For people (markdown, latex, html) numbers have as many digits as their uncertainty warrants, the best "
    "comparable one of each column is bold, and a caption and notes say what was measured: protocol, what "
    "was divided by, unknown tokens. A number that is not comparable with its column has a mark, and its "
    "note names the fields in which it differs. For programs (csv, tsv, json) numbers have every digit.";

static const struct cli_example EXAMPLES[] = {
    {"perplex table ngram.json neural.json", "two results as a table in Markdown"},
    {"perplex table results/*.json --format csv -o results.csv", "all results, every digit, for programs"},
    {"perplex table results/*.json --rows model --columns corpus --interval", "models x corpora"},
    {NULL, NULL},
};

static bool read_options(const struct cli_arguments *arguments, struct plx_table_options *options)
{
    unsigned long long digits = 0;
    size_t format = 0;
    if (!cli_choice(arguments, CLI_FORMAT, &format) ||
        !cli_number(arguments, CLI_DIGITS, 0, PLX_TABLE_DIGITS_MOST, &digits))
        return false;
    *options = (struct plx_table_options){
        .format = plx_table_format_name(format),
        .rows = arguments->values[CLI_ROWS],
        .columns = arguments->values[CLI_COLUMNS],
        .metrics = arguments->values[CLI_METRIC],
        .difference = arguments->values[CLI_DIFFERENCE],
        .sort = arguments->values[CLI_SORT],
        .caption = arguments->values[CLI_CAPTION],
        .interval = arguments->values[CLI_INTERVAL] != NULL,
        .fixed = arguments->values[CLI_DIGITS] != NULL,
        .digits = (unsigned)digits,
    };
    return true;
}

/* Words of the option with commas between them. */
static bool check_words(const struct cli_arguments *options, enum cli_option option)
{
    const enum cli_takes takes = cli_option_row(option)->takes;
    const char *text = options->values[option], *word;
    char words[256];
    while (text && *text) {
        const size_t length = strcspn(text, ",");
        size_t i = 0;
        while ((word = cli_word(takes, option, i)) != NULL &&
               (strlen(word) != length || memcmp(word, text, length) != 0))
            i++;
        if (!word) {
            cli_list_words(takes, option, " or ", words, sizeof words);
            return cli_refuse(options, option, words);
        }
        text += length + (text[length] == ',');
    }
    return true;
}

int cli_check_table(const struct cli_arguments *options)
{
    struct plx_table_options settled;
    return read_options(options, &settled) && check_words(options, CLI_ROWS) &&
                   check_words(options, CLI_COLUMNS)
               ? CLI_OK
               : CLI_USAGE;
}

int cli_make_table(const struct cli_arguments *options, const char *const *paths,
                   const struct plx_table_names *names, size_t count, char **text, size_t *length)
{
    struct plx_table_options settled;
    struct plx_error error;
    if (!read_options(options, &settled))
        return CLI_USAGE;
    settled.names = names;
    settled.network = cli_network();
    return plx_table(paths, count, &settled, text, length, &error) ? cli_fail(&error) : CLI_OK;
}

static int run(struct cli_arguments *arguments)
{
    char *text;
    size_t length;
    int code = cli_make_table(arguments, arguments->operands, NULL, (size_t)arguments->operand_count, &text,
                              &length);
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
    .summary = "Show results of `perplex eval` as a table.",
    .details = DETAILS,
    .mask = CLI_TABLE,
    .least = 1,
    .most = INT_MAX,
    .run = run,
    .first = CLI_TAKES_RESULT,
    .others = CLI_TAKES_RESULT,
    .examples = EXAMPLES,
};
