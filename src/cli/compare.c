/* perplex compare: results beside a baseline, and which are better or worse. */
#include "cli.h"

#include <limits.h>
#include <string.h>

static const char DETAILS[] =
    "BASE and NEW are results of `perplex eval`: paths, http(s):// URLs, or \"-\" for standard input. They "
    "are comparable where they are of the same tokens: the same corpus, tokenization and protocol (whatever "
    "its name), the same numbers of tokens and of scored tokens. Otherwise the fields in which they differ "
    "are listed with what each does to the number, and the exit code is 2. Where these are the "
    "tokenization, the numbers of tokens or the units alone, the figures per byte, character and word may "
    "still be compared, and are shown.\n\n"
    "NEW is better or worse where the 95 % interval of the difference does not hold 0. With per-token files "
    "of both (`perplex eval --per-token`), which are found by the names that results note, or given by "
    "--base-tokens and --new-tokens, the difference is taken token by token; documents are drawn again and "
    "again, or blocks of neighbours whose length follows from how far they depend on each other, and the "
    "documents and tokens that moved most are listed. Without these files the sums of blocks are paired "
    "that both results carry; where there are too few, the interval is of two results that have nothing to "
    "do with each other, and wider.\n\n"
    "Where the models know different numbers of the tokens, a warning says so: who knows fewer words pays "
    "for fewer of them.\n\n" CLI_CONDITIONS;

static const struct cli_example EXAMPLES[] = {
    {"perplex compare old.json new.json", "whether the new model is worse: the exit code is 1 then"},
    {"perplex compare old.json new.json --json -o comparison.json", "the same for a program"},
    {"perplex compare old.json new.json --new-tokens new.jsonl.gz --moved 20",
     "with a per-token file that lies elsewhere, and more of what moved"},
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
static bool check_standard_input(const struct cli_arguments *arguments)
{
    const char *base_tokens = arguments->values[CLI_BASE_TOKENS];
    int given = base_tokens && strcmp(base_tokens, "-") == 0 ? 1 : 0;
    for (int i = 0; i < arguments->operand_count; i++)
        given += strcmp(arguments->operands[i], "-") == 0;
    for (int i = 0; i < arguments->new_tokens_count; i++)
        given += strcmp(arguments->new_tokens[i], "-") == 0;
    if (base_tokens && strcmp(base_tokens, "-") == 0 && arguments->operand_count > 2) {
        fprintf(stderr, "perplex: --base-tokens is read once for each NEW, standard input only once\n");
        return false;
    }
    if (given > 1)
        fprintf(stderr, "perplex: standard input can be read only once\n");
    return given <= 1;
}

static bool check_new_tokens(const struct cli_arguments *arguments)
{
    const int given = arguments->new_tokens_count, wanted = arguments->operand_count - 1;
    if (given == 0 || given == wanted)
        return true;
    fprintf(stderr, "perplex: --new-tokens is given %d time%s, but there %s %d NEW\n", given,
            given == 1 ? "" : "s", wanted == 1 ? "is" : "are", wanted);
    return false;
}

/* False, with a message, where an option is not as it should be. */
static bool read_options(const struct cli_arguments *arguments, struct plx_compare_options *options)
{
    unsigned long long resamples = 10000, seed = 0, moved = 5, threads = 0;
    size_t resampling = PLX_RESAMPLE_AUTO;
    if (!cli_check_inputs(arguments) || !check_standard_input(arguments) || !check_new_tokens(arguments) ||
        !cli_choice(arguments, CLI_RESAMPLE, &resampling) ||
        !cli_number(arguments, CLI_RESAMPLES, 100, 10000000, &resamples) ||
        !cli_number(arguments, CLI_DRAWING_SEED, 0, 999999999999999999ull, &seed) ||
        !cli_number(arguments, CLI_MOVED, 0, PLX_EXTREMES_MAX, &moved) ||
        !cli_number(arguments, CLI_THREADS, 1, 1024, &threads))
        return false;
    *options = (struct plx_compare_options){
        .base_tokens = arguments->values[CLI_BASE_TOKENS],
        .new_tokens = arguments->new_tokens_count > 0 ? arguments->new_tokens : NULL,
        .output = arguments->values[CLI_OUTPUT],
        .resampling = (enum plx_resampling)resampling,
        .resamples = (size_t)resamples,
        .seed = seed,
        .threads = (unsigned)threads,
        .moved = (size_t)moved,
        .interrupted = cli_interrupted,
    };
    return true;
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

static enum plx_status compare(const struct cli_arguments *arguments, struct plx_compare_options *options,
                               struct plx_comparison **comparison, struct plx_error *error)
{
    const char *const *names = arguments->operands;
    struct cli_progress progress;
    cli_progress_init(&progress, arguments->values[CLI_QUIET] != NULL);
    options->progress = cli_progress_tokens;
    options->user = &progress;
    options->network = cli_network();
    cli_catch_signals();
    const enum plx_status status =
        plx_compare(names[0], names + 1, (size_t)arguments->operand_count - 1, options, comparison, error);
    cli_progress_clear(&progress);
    return status;
}

static int run(struct cli_arguments *arguments)
{
    enum plx_comparison_format format;
    struct plx_compare_options options;
    struct plx_error error;
    struct plx_gate *gate;
    struct plx_comparison *comparison;
    if (!cli_comparison_format(arguments, &format) || !read_options(arguments, &options))
        return CLI_USAGE;
    int code = cli_read_gate(arguments, &gate);
    if (code != CLI_OK)
        return code;
    if (compare(arguments, &options, &comparison, &error))
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
