/* perplex compare: results beside a baseline, and which are better or worse. */
#include "cli.h"

#include <limits.h>
#include <string.h>

static const char DETAILS[] =
    "BASE and NEW are results of `perplex eval`: paths, http(s):// URLs, or \"-\" for standard input. They "
    "are "
    "comparable where they are of the same tokens: the same corpus, tokenization and protocol (whatever its "
    "name), the same numbers of tokens and of scored tokens. Otherwise the fields in which they differ are "
    "listed, and the exit code is 2. Where these are the tokenization, the numbers of tokens or the units "
    "alone, the figures per byte, character and word may still be compared, and are shown.\n\n"
    "Where the models know different numbers of the tokens, a warning says so: who knows fewer words pays "
    "for "
    "fewer of them.\n\n" CLI_CONDITIONS;

static const struct cli_example EXAMPLES[] = {
    {"perplex compare old.json new.json", "whether the new model is worse: the exit code is 1 then"},
    {"perplex compare old.json new.json --json -o comparison.json", "the same for a program"},
    {"perplex compare old.json new.json --fail-if 'ppl > +0.5%, nats > 9'",
     "whether it is worse than may be: the exit code is 1 then"},
    {NULL, NULL},
};

/* The worst of the verdicts: that of a gate before those that leave it open. */
static int exit_code(const struct plx_comparison *comparison)
{
    bool found[PLX_VERDICT_INCOMPARABLE + 1] = {false};
    for (size_t i = 0; i < plx_comparison_count(comparison); i++)
        found[plx_comparison_verdict(comparison, i)] = true;
    if (found[PLX_VERDICT_INCOMPARABLE])
        fprintf(stderr, "perplex: the results are not comparable\n");
    if (found[PLX_VERDICT_UNDEFINED])
        fprintf(stderr, "perplex: the difference of the results is no number\n");
    if (found[PLX_VERDICT_WORSE])
        return CLI_WORSE;
    if (found[PLX_VERDICT_INCOMPARABLE])
        return plx_status_exit_code(PLX_MISMATCH);
    return found[PLX_VERDICT_UNDEFINED] ? plx_status_exit_code(PLX_NOT_FINITE) : CLI_OK;
}

/* Standard input can be read only once. */
static bool check_inputs(const struct cli_arguments *arguments)
{
    int given = 0;
    for (int i = 0; i < arguments->operand_count; i++)
        given += strcmp(arguments->operands[i], "-") == 0;
    if (given > 1)
        fprintf(stderr, "perplex: standard input can be read only once\n");
    return given <= 1;
}

/* The verdicts decide, unless there is a gate, or the format is that of one. */
static int conclude(const struct cli_arguments *arguments, enum plx_comparison_format format,
                    const struct plx_gate *gate, struct plx_comparison *comparison)
{
    const bool judged = gate || format == PLX_COMPARISON_JUNIT || format == PLX_COMPARISON_GITHUB;
    struct plx_error error;
    if (judged && plx_comparison_judge(comparison, gate, &error))
        return cli_fail_condition(arguments, &error);
    const int code = cli_write_comparison(arguments->values[CLI_OUTPUT], format, comparison);
    if (code != CLI_OK)
        return code;
    return judged ? cli_gate_code(comparison) : exit_code(comparison);
}

static int run(struct cli_arguments *arguments)
{
    const char *const *names = arguments->operands;
    enum plx_comparison_format format;
    struct plx_error error;
    struct plx_gate *gate;
    struct plx_comparison *comparison;
    if (!check_inputs(arguments) || !cli_comparison_format(arguments, &format))
        return CLI_USAGE;
    int code = cli_read_gate(arguments, &gate);
    if (code != CLI_OK)
        return code;
    if (plx_compare(names[0], names + 1, (size_t)arguments->operand_count - 1, NULL, &comparison, &error))
        code = cli_fail(&error);
    else
        code = conclude(arguments, format, gate, comparison);
    plx_comparison_free(comparison);
    plx_gate_free(gate);
    return code;
}

const struct cli_command cli_command_compare = {
    .name = "compare",
    .operands = "BASE NEW... [options]",
    .needs = "needs two results or more",
    .schema = "perplex.comparison/2",
    .summary = "Compare results of `perplex eval`: is NEW worse than BASE?",
    .details = DETAILS,
    .mask = CLI_COMPARE,
    .least = 2,
    .most = INT_MAX,
    .run = run,
    .first = CLI_TAKES_RESULT,
    .others = CLI_TAKES_RESULT,
    .examples = EXAMPLES,
};
