/* perplex report: results as a page. */
#include "cli.h"

#include <limits.h>
#include <unistd.h>

static const char DETAILS[] =
    "A RESULT is a path, an http(s):// URL, or \"-\" for standard input: what `perplex eval` has written. "
    "The "
    "page is one file that needs no other: plots are drawn in it, nothing is loaded from elsewhere, and it "
    "can "
    "be read without scripts. It shows what the results have: `--breakdown all`, `--worst 20`, "
    "`--distributions` and `--explain` of `perplex eval` each add to it, and `--per-token` the text in the "
    "colours of what tokens cost. Of several results the first is the "
    "base that the others are held against.";

static const struct cli_example EXAMPLES[] = {
    {"perplex report ngram.json -o page.html", "the numbers, their protocol, and where the loss is"},
    {"perplex report old.json new.json -o page.html", "two results side by side, the first as the base"},
    {NULL, NULL},
};

/* Nobody reads a page on a terminal. */
static bool check_output(const struct cli_arguments *arguments)
{
    if (arguments->values[CLI_OUTPUT] || !isatty(STDOUT_FILENO))
        return true;
    fprintf(stderr, "perplex: a page is nothing for a terminal: name a file with -o page.html\n");
    return false;
}

static enum plx_status write_page(const struct cli_arguments *arguments, struct plx_error *error)
{
    const struct plx_report_options options = {.title = arguments->values[CLI_TITLE],
                                               .per_token = arguments->token_files,
                                               .per_token_count = (size_t)arguments->token_file_count,
                                               .destination = arguments->values[CLI_OUTPUT],
                                               .network = cli_network(),
                                               .interrupted = cli_interrupted};
    struct plx_output *output;
    cli_catch_signals(); /* nothing may be left beside the file */
    enum plx_status status = plx_output_open(arguments->values[CLI_OUTPUT], &output, error);
    if (status == PLX_OK)
        status =
            plx_report_write(arguments->operands, (size_t)arguments->operand_count, &options, output, error);
    if (status == PLX_OK)
        return plx_output_commit(output, error);
    plx_output_discard(output);
    return status;
}

static bool check_token_files(const struct cli_arguments *arguments)
{
    if (arguments->token_file_count <= arguments->operand_count)
        return true;
    fprintf(stderr, "perplex: there are more per-token files than results\n");
    return false;
}

static int run(struct cli_arguments *arguments)
{
    struct plx_error error;
    if (!check_output(arguments) || !cli_check_standard_input(arguments, 0) || !cli_check_inputs(arguments) ||
        !check_token_files(arguments))
        return CLI_USAGE;
    return write_page(arguments, &error) ? cli_fail_output(arguments->values[CLI_OUTPUT], &error) : CLI_OK;
}

const struct cli_command cli_command_report = {
    .name = "report",
    .operands = "RESULT... [options]",
    .needs = "needs a result",
    .summary = "Show results of `perplex eval` as one page of HTML with plots.",
    .details = DETAILS,
    .mask = CLI_REPORT,
    .least = 1,
    .most = INT_MAX,
    .run = run,
    .first = CLI_TAKES_RESULT,
    .others = CLI_TAKES_RESULT,
    .examples = EXAMPLES,
};
