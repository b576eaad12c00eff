/* perplex compare: two results, and which is the better one. */
#include "cli.h"

#include <string.h>

static const char DETAILS[] =
    "A and B are results of `perplex eval`: paths, http(s):// URLs, or \"-\" for standard input. They are "
    "comparable where they are of the same tokens: the same corpus, tokenization and protocol (whatever its "
    "name), the same numbers of tokens and of scored tokens. Otherwise the fields in which they differ are "
    "listed, and the exit code is 2. Where these are the tokenization, the numbers of tokens or the units "
    "alone, the figures per byte, character and word may still be compared, and are shown.\n\n"
    "Where the models know different numbers of the tokens, a warning says so: who knows fewer words pays "
    "for "
    "fewer of them.";

static const struct cli_example EXAMPLES[] = {
    {"perplex compare old.json new.json", "whether the new model is worse: the exit code is 1 then"},
    {"perplex compare old.json new.json --json -o comparison.json", "the same for a program"},
    {NULL, NULL},
};

static int run(struct cli_arguments *arguments)
{
    const char *const *names = arguments->operands;
    const bool json = arguments->values[CLI_JSON] != NULL;
    struct plx_error error;
    enum plx_verdict verdict;
    char *text;
    size_t length;
    if (strcmp(names[0], "-") == 0 && strcmp(names[1], "-") == 0) {
        fprintf(stderr, "perplex: standard input can be read only once\n");
        return CLI_USAGE;
    }
    if (plx_compare(names[0], names[1], json ? PLX_COMPARISON_JSON : PLX_COMPARISON_TEXT, &verdict, &text,
                    &length, &error))
        return cli_fail(&error);
    const int code = cli_write(arguments->values[CLI_OUTPUT], text, length);
    plx_text_free(text);
    if (code != CLI_OK)
        return code;
    switch (verdict) {
    case PLX_VERDICT_INCOMPARABLE:
        fprintf(stderr, "perplex: the results are not comparable\n");
        return plx_status_exit_code(PLX_MISMATCH);
    case PLX_VERDICT_UNDEFINED:
        fprintf(stderr, "perplex: the difference of the results is no number\n");
        return plx_status_exit_code(PLX_NOT_FINITE);
    case PLX_VERDICT_WORSE: return CLI_WORSE;
    case PLX_VERDICT_SAME:
    case PLX_VERDICT_BETTER: break;
    }
    return CLI_OK;
}

const struct cli_command cli_command_compare = {
    .name = "compare",
    .operands = "A B [options]",
    .needs = "takes two results",
    .schema = "perplex.comparison/1",
    .summary = "Compare two results of `perplex eval`: is B worse than A?",
    .details = DETAILS,
    .mask = CLI_COMPARE,
    .least = 2,
    .most = 2,
    .run = run,
    .first = CLI_TAKES_RESULT,
    .others = CLI_TAKES_RESULT,
    .examples = EXAMPLES,
};
