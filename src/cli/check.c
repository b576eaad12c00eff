/* perplex check: evaluate as a baseline was, and gate. */
#include "cli.h"
#include "eval_outputs.h"
#include "evaluation.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char DETAILS[] =
    "MODEL and CORPUS are as for `perplex eval`. The evaluation is that of the baseline, which is a result "
    "of `perplex eval`: its protocol, tokenization, format of the corpus and range of documents hold, so "
    "that there are no options for them. The comparison goes to standard output, the new result only where "
    "-o says.\n\n"
    "Without `--fail-if` the condition is 'nats > +0 significant': the check fails where the model is worse "
    "by more than noise. Where the per-token file of the baseline is still there, tokens are compared one by "
    "one, and the new ones are kept in a file of their own meanwhile (8 bytes each); else the sums of blocks "
    "that every result has.\n\n"
    "`--update-baseline` says that the new result is accepted: it takes the place of the baseline, and the "
    "exit code is 0, whatever the gate says; that is told all the same. Where there is no baseline yet, it "
    "is made under the protocol that suits the model and the corpus; one under another protocol is made by "
    "`perplex eval -o`. A result whose perplexity is not finite is no baseline. The old per-token file stays "
    "as it is, and is not the new baseline's: later checks are paired by tokens again where `--per-token` "
    "has another name for a new one.\n\n" CLI_CONDITIONS;

static const struct cli_example EXAMPLES[] = {
    {"perplex check model.arpa test.txt --baseline old.json", "is the model worse, by more than noise?"},
    {"perplex check model.arpa test.txt --baseline old.json --fail-if 'ppl > +1%'",
     "or by more than a percent?"},
    {"perplex check model.arpa test.txt --baseline old.json --format junit",
     "for a server of continuous integration"},
    {"perplex check model.arpa test.txt --baseline old.json --update-baseline -q",
     "what the next ones are measured by"},
    {NULL, NULL},
};

#define SCRATCH_TEXT 512

/* What the comparison reads and nobody keeps: files in a folder of their own. "" where there is none. */
struct scratch {
    char folder[SCRATCH_TEXT], result[SCRATCH_TEXT + 16], tokens[SCRATCH_TEXT + 16];
};

static enum plx_status open_scratch(struct scratch *scratch, struct plx_error *error)
{
    const char *parent = getenv("TMPDIR"); /* NOLINT(concurrency-mt-unsafe) nobody sets it */
    const int length = snprintf(scratch->folder, sizeof scratch->folder, "%s/perplex-check-XXXXXX",
                                parent && *parent ? parent : "/tmp");
    if ((size_t)length >= sizeof scratch->folder) {
        errno = ENAMETOOLONG;
    } else if (mkdtemp(scratch->folder)) {
        snprintf(scratch->result, sizeof scratch->result, "%s/result.json", scratch->folder);
        snprintf(scratch->tokens, sizeof scratch->tokens, "%s/tokens.npy", scratch->folder);
        return PLX_OK;
    }
    *error = (struct plx_error){.status = PLX_IO,
                                .os_error = errno,
                                .line = PLX_NOWHERE,
                                .column = PLX_NOWHERE,
                                .offset = PLX_NOWHERE};
    snprintf(error->message, sizeof error->message, "no folder can be made in %.300s: %s",
             parent && *parent ? parent : "/tmp", strerror(errno)); /* NOLINT(concurrency-mt-unsafe) */
    *scratch->folder = '\0';
    return PLX_IO;
}

static void close_scratch(struct scratch *scratch)
{
    if (!*scratch->folder)
        return;
    unlink(scratch->result);
    unlink(scratch->tokens);
    rmdir(scratch->folder);
    *scratch->folder = '\0';
}

struct check {
    struct cli_arguments *arguments;
    enum plx_comparison_format format;
    struct plx_gate *gate;         /* NULL: the usual one */
    struct plx_baseline *baseline; /* NULL: there is none yet */
    struct cli_progress progress;
    struct scratch scratch;
    unsigned threads;
};

static const enum cli_option OUTPUTS[] = {CLI_OUTPUT, CLI_PER_TOKEN, CLI_PER_DOCUMENT};

#define OUTPUT_COUNT (sizeof OUTPUTS / sizeof *OUTPUTS)

/* Standard output is the comparison's, which reads the others again. */
static bool check_outputs(const struct cli_arguments *arguments)
{
    const char *baseline = arguments->values[CLI_BASELINE];
    for (size_t i = 0; i < OUTPUT_COUNT; i++) {
        const char *path = arguments->values[OUTPUTS[i]];
        struct stat facts;
        if (path && arguments->values[CLI_UPDATE_BASELINE] && plx_output_same(baseline, path)) {
            fprintf(stderr, "perplex: --%s cannot go where the baseline goes\n",
                    cli_option_row(OUTPUTS[i])->name);
            return false;
        }
        if (!path || (!plx_output_same(NULL, path) && (stat(path, &facts) != 0 || S_ISREG(facts.st_mode))))
            continue;
        fprintf(stderr, "perplex: --%s goes to a file here: standard output is for the comparison\n",
                cli_option_row(OUTPUTS[i])->name);
        return false;
    }
    return true;
}

/* What the comparison reads although nobody has named it. */
static bool check_baseline_tokens(const struct check *check)
{
    const char *read = plx_baseline_per_token(check->baseline);
    for (size_t i = 0; i < OUTPUT_COUNT; i++) {
        const char *written = check->arguments->values[OUTPUTS[i]];
        if (written && read && !cli_check_overwritten(written, read))
            return false;
    }
    return true;
}

static bool check_usage(const struct cli_arguments *arguments)
{
    const char *baseline = arguments->values[CLI_BASELINE], *fingerprint = arguments->values[CLI_FINGERPRINT];
    if (!baseline) {
        fprintf(stderr, "perplex: check needs --baseline FILE, a result of `perplex eval`\n");
        return false;
    }
    if (strcmp(baseline, "-") == 0 || (arguments->values[CLI_UPDATE_BASELINE] && strstr(baseline, "://"))) {
        fprintf(stderr, "perplex: the baseline is %s, so it has to be a file\n",
                strcmp(baseline, "-") == 0 ? "read twice" : "to be replaced");
        return false;
    }
    if (fingerprint && strcmp(fingerprint, "none") == 0) {
        fprintf(stderr, "perplex: --fingerprint none: a gate has to know which model it lets through\n");
        return false;
    }
    return check_outputs(arguments);
}

/* What the baseline was made with, where the user may not or has not said otherwise. */
static void take_settings(struct check *check)
{
    const struct plx_setting *setting;
    struct cli_arguments *arguments = check->arguments;
    arguments->config = arguments->values[CLI_BASELINE];
    for (size_t i = 0; (setting = plx_baseline_setting(check->baseline, i)) != NULL; i++) {
        const enum cli_option option = cli_find_option(setting->key);
        if (arguments->values[option])
            continue;
        arguments->values[option] = setting->value;
        arguments->paths[option] = setting->path;
    }
}

static int open_baseline(struct check *check)
{
    const char *name = check->arguments->values[CLI_BASELINE];
    const bool update = check->arguments->values[CLI_UPDATE_BASELINE] != NULL;
    struct plx_error error;
    const enum plx_status status = plx_baseline_open(name, cli_network(), &check->baseline, &error);
    if (status && error.os_error == ENOENT && update)
        return cli_check_output(name);
    if (status && error.os_error == ENOENT)
        snprintf(error.hint, sizeof error.hint, "--update-baseline makes it");
    if (status)
        return cli_fail(&error);
    if (check->gate && plx_baseline_check(check->baseline, check->gate, &error))
        return cli_fail_condition(check->arguments, &error);
    if (!check_baseline_tokens(check))
        return CLI_USAGE;
    take_settings(check);
    return update ? cli_check_output(name) : CLI_OK;
}

/* Whether the per-token file stays when this is over. */
static bool keeps_tokens(const struct check *check)
{
    const char *tokens = check->arguments->values[CLI_PER_TOKEN];
    return tokens && tokens != check->scratch.tokens;
}

/* Scores, and delivers what has been asked for. */
static int evaluate(struct check *check, struct cli_evaluation *settings, struct plx_result **result)
{
    const struct cli_arguments *arguments = check->arguments;
    const char *tokens = arguments->values[CLI_PER_TOKEN];
    struct cli_outputs outputs;
    struct plx_error error;
    size_t count;
    *result = NULL;
    if (cli_open_outputs(arguments, &outputs, &error))
        return cli_fail(&error);
    cli_connect_outputs(settings, &outputs);
    enum plx_status status = cli_evaluate(arguments, settings, result, &error);
    cli_progress_clear(&check->progress);
    if (status == PLX_OK) /* all of them are files */
        status = plx_result_set_files(*result, keeps_tokens(check) ? tokens : NULL,
                                      arguments->values[CLI_PER_DOCUMENT], &error);
    if (status) {
        cli_discard_outputs(&outputs);
        return cli_fail(&error);
    }
    const struct plx_warning *warnings = plx_result_warnings(*result, &count);
    if (!arguments->values[CLI_QUIET])
        cli_print_warnings(warnings, count);
    return cli_deliver(arguments, *result, &outputs);
}

/* The new result beside the baseline, judged. */
static int compare(struct check *check, struct plx_comparison **comparison)
{
    const struct cli_arguments *arguments = check->arguments;
    const char *result = arguments->values[CLI_OUTPUT], *tokens = arguments->values[CLI_PER_TOKEN];
    const char *name = result == check->scratch.result ? "this run" : result;
    const bool readable = tokens && plx_baseline_per_token(check->baseline);
    const struct plx_compare_options options = {.new_tokens = readable ? &tokens : NULL,
                                                .new_names = &name,
                                                .tokens_pass = tokens == check->scratch.tokens,
                                                .network = cli_network(),
                                                .threads = check->threads,
                                                .interrupted = cli_interrupted};
    struct plx_error error;
    if (plx_compare(arguments->values[CLI_BASELINE], &result, 1, &options, comparison, &error))
        return cli_fail(&error);
    if (plx_comparison_judge(*comparison, check->gate, &error))
        return cli_fail_condition(arguments, &error);
    return CLI_OK;
}

/* Writes the result over the baseline, or where there is none. */
static int update_baseline(const struct check *check, const struct plx_result *result)
{
    const char *name = check->arguments->values[CLI_BASELINE];
    struct plx_metrics metrics;
    struct plx_error error;
    char *text, shown[512];
    size_t length;
    plx_result_metrics(result, &metrics);
    plx_text_visible(name, shown, sizeof shown);
    if (!isfinite(metrics.perplexity)) {
        fprintf(stderr, "perplex: the perplexity is not finite, which no baseline is: %s stays as it is\n",
                shown);
        return plx_status_exit_code(PLX_NOT_FINITE);
    }
    if (plx_result_json(result, &text, &length, &error))
        return cli_fail(&error);
    const int code = cli_write(name, text, length);
    plx_text_free(text);
    if (code == CLI_OK && !check->arguments->values[CLI_QUIET])
        fprintf(stderr, "perplex: %s is %s: perplexity %.6g; later checks pair by %s\n", shown,
                check->baseline ? "replaced" : "made", metrics.perplexity,
                keeps_tokens(check) ? "tokens" : "blocks (by tokens with --per-token FILE)");
    return code;
}

/* What the gate says is told, but the new result is accepted. */
static int accept(const struct check *check, const struct plx_comparison *comparison,
                  const struct plx_result *result)
{
    const char *reason;
    const enum plx_gate_verdict verdict = plx_comparison_gate(comparison, &reason);
    const int code = update_baseline(check, result);
    if (code == CLI_OK && verdict != PLX_GATE_PASSED && !check->arguments->values[CLI_QUIET])
        fprintf(stderr, "perplex: the gate would %s: %s\n", verdict == PLX_GATE_FAILED ? "fail" : "refuse",
                reason);
    return code;
}

static int conclude(struct check *check, const struct plx_result *result)
{
    struct plx_comparison *comparison = NULL;
    int code = compare(check, &comparison);
    close_scratch(&check->scratch); /* a closed pipe ends the program */
    if (code == CLI_OK)
        code = cli_write_comparison(NULL, check->format, comparison);
    if (code == CLI_OK)
        code = check->arguments->values[CLI_UPDATE_BASELINE] ? accept(check, comparison, result)
                                                             : cli_gate_code(comparison);
    plx_comparison_free(comparison);
    return code;
}

/* The comparison reads files; those that nobody wants go to the scratch folder. */
static enum plx_status choose_files(struct check *check, struct plx_error *error)
{
    const char **values = check->arguments->values;
    const bool tokens = !values[CLI_PER_TOKEN] && check->baseline && plx_baseline_per_token(check->baseline);
    if (values[CLI_OUTPUT] && !tokens)
        return PLX_OK;
    const enum plx_status status = open_scratch(&check->scratch, error);
    if (status == PLX_OK && tokens)
        values[CLI_PER_TOKEN] = check->scratch.tokens;
    if (status == PLX_OK && !values[CLI_OUTPUT])
        values[CLI_OUTPUT] = check->scratch.result;
    return status;
}

static int run_opened(struct check *check)
{
    struct cli_evaluation settings;
    struct plx_result *result = NULL;
    struct plx_error error;
    cli_progress_init(&check->progress, check->arguments->values[CLI_QUIET] != NULL);
    if (!cli_read_evaluation(check->arguments, &check->progress, &settings))
        return CLI_USAGE;
    check->threads = settings.evaluate.threads;
    int code = check->arguments->values[CLI_OUTPUT] ? cli_check_output(check->arguments->values[CLI_OUTPUT])
                                                    : CLI_OK;
    if (code == CLI_OK && choose_files(check, &error))
        code = cli_fail(&error);
    if (code == CLI_OK)
        code = evaluate(check, &settings, &result);
    if (code == CLI_OK)
        code = check->baseline ? conclude(check, result) : update_baseline(check, result);
    plx_result_free(result);
    close_scratch(&check->scratch);
    return code;
}

static int run(struct cli_arguments *arguments)
{
    struct check check = {.arguments = arguments};
    if (!cli_comparison_format(arguments, &check.format) || !check_usage(arguments))
        return CLI_USAGE;
    int code = cli_read_gate(arguments, &check.gate);
    if (code == CLI_OK) {
        cli_catch_signals();
        code = open_baseline(&check);
    }
    if (code == CLI_OK)
        code = run_opened(&check);
    plx_baseline_close(check.baseline);
    plx_gate_free(check.gate);
    return code;
}

const struct cli_command cli_command_check = {
    .name = "check",
    .operands = "MODEL CORPUS... --baseline FILE [options]",
    .needs = "needs a model and a corpus",
    .schema = "perplex.comparison/2",
    .summary = "Score a corpus as a baseline was, and fail if the model is worse.",
    .details = DETAILS,
    .mask = CLI_CHECK,
    .least = 2,
    .most = INT_MAX,
    .run = run,
    .first = CLI_TAKES_MODEL,
    .others = CLI_TAKES_FILE,
    .examples = EXAMPLES,
};
