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
    "MODEL and CORPUS are as for `perplex eval`. The evaluation is that of the baseline, which is a result of "
    "`perplex eval`: its protocol, tokenization, format of the corpus and range of documents hold, so that "
    "there are no options for them. The comparison goes to standard output, the new result only where -o "
    "says.\n\n"
    "Without `--fail-if` the condition is 'nats > +0 significant': the check fails where the model is worse "
    "by more than noise. Where the per-token file of the baseline is still there, tokens are compared one by "
    "one, and the new ones are kept in a file of their own meanwhile (8 bytes each); else the sums of blocks "
    "that every result has.\n\n"
    "`--update-baseline` says that the new result is accepted: it takes the place of the baseline, and the "
    "exit code is 0, whatever the gate says; that is told all the same. Where there is no baseline yet, it is "
    "made under the protocol that suits the model and the corpus; one under another protocol is made by "
    "`perplex eval -o`. A result whose perplexity is not finite is no baseline. Per-token files stay as they "
    "are: give `--per-token` another name for a new one."
    "\n\n" CLI_CONDITIONS;

static const struct cli_example EXAMPLES[] = {
    {"perplex check model.arpa test.txt --baseline result.json", "is the model worse, by more than noise?"},
    {"perplex check model.arpa test.txt --baseline result.json --fail-if 'ppl > +0.5%'",
     "or by more than half a percent?"},
    {"perplex check model.arpa test.txt --baseline result.json --format junit > gate.xml",
     "for a server of continuous integration"},
    {"perplex check model.arpa test.txt --baseline result.json --update-baseline",
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
    if ((size_t)length < sizeof scratch->folder && mkdtemp(scratch->folder)) {
        snprintf(scratch->result, sizeof scratch->result, "%s/result.json", scratch->folder);
        snprintf(scratch->tokens, sizeof scratch->tokens, "%s/tokens.npy", scratch->folder);
        return PLX_OK;
    }
    *error = (struct plx_error){.status = PLX_IO, .os_error = errno, .line = PLX_NOWHERE, .column = PLX_NOWHERE,
                                .offset = PLX_NOWHERE};
    snprintf(error->message, sizeof error->message, "no folder can be made in %.300s: %s",
             parent && *parent ? parent : "/tmp", strerror(errno)); /* NOLINT(concurrency-mt-unsafe) */
    *scratch->folder = '\0';
    return PLX_IO;
}

static void close_scratch(const struct scratch *scratch)
{
    if (!*scratch->folder)
        return;
    unlink(scratch->result);
    unlink(scratch->tokens);
    rmdir(scratch->folder);
}

struct check {
    struct cli_arguments *arguments;
    enum plx_comparison_format format;
    struct plx_gate *gate;
    struct plx_baseline *baseline; /* NULL: there is none yet */
    struct cli_progress progress;
    struct scratch scratch;
};

/* Standard output is the comparison's. */
static bool check_outputs(const struct cli_arguments *arguments)
{
    static const enum cli_option outputs[] = {CLI_OUTPUT, CLI_PER_TOKEN, CLI_PER_DOCUMENT};
    for (size_t i = 0; i < sizeof outputs / sizeof *outputs; i++) {
        const char *path = arguments->values[outputs[i]];
        if (!path || !plx_output_same(NULL, path))
            continue;
        fprintf(stderr, "perplex: --%s cannot be standard output, where the comparison goes\n",
                cli_option_row(outputs[i])->name);
        return false;
    }
    return true;
}

static bool check_usage(const struct cli_arguments *arguments)
{
    const char *baseline = arguments->values[CLI_BASELINE],
               *fingerprint = arguments->values[CLI_FINGERPRINT];
    if (!baseline) {
        fprintf(stderr, "perplex: check needs --baseline FILE, a result of `perplex eval`\n");
        return false;
    }
    if (arguments->values[CLI_UPDATE_BASELINE] && (strcmp(baseline, "-") == 0 || strstr(baseline, "://"))) {
        fprintf(stderr, "perplex: --update-baseline needs a baseline that is a file\n");
        return false;
    }
    if (fingerprint && strcmp(fingerprint, "none") == 0) {
        fprintf(stderr, "perplex: --fingerprint none: a gate has to know which model it lets through\n");
        return false;
    }
    return check_outputs(arguments);
}

/* The conditions of --fail-if, or the usual one. */
static int read_gate(struct check *check)
{
    static const char *const usual = "nats > +0 significant";
    struct plx_error error;
    const int code = cli_read_gate(check->arguments, &check->gate);
    if (code == CLI_OK && !check->gate && plx_gate_parse(&usual, 1, &check->gate, &error))
        return cli_fail(&error);
    return code;
}

/* What the baseline was made with, where the user may not or has not said otherwise. */
static int take_settings(struct check *check)
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
    return CLI_OK;
}

static int open_baseline(struct check *check)
{
    const char *name = check->arguments->values[CLI_BASELINE];
    const bool update = check->arguments->values[CLI_UPDATE_BASELINE] != NULL;
    struct plx_error error;
    const enum plx_status status = plx_baseline_open(name, &check->baseline, &error);
    if (status && error.os_error == ENOENT && update)
        return cli_check_output(name);
    if (status && error.os_error == ENOENT)
        snprintf(error.hint, sizeof error.hint, "--update-baseline makes it");
    if (status)
        return cli_fail(&error);
    if (plx_baseline_check(check->baseline, check->gate, &error))
        return cli_fail_condition(check->arguments, &error);
    const int code = take_settings(check);
    return code != CLI_OK || !update ? code : cli_check_output(name);
}

/* Scores, and delivers what has been asked for. */
static int evaluate(struct check *check, struct cli_evaluation *settings, struct plx_result **result)
{
    const struct cli_arguments *arguments = check->arguments;
    struct cli_outputs outputs;
    struct plx_error error;
    size_t count;
    *result = NULL;
    if (cli_open_outputs(arguments, &outputs, &error))
        return cli_fail(&error);
    cli_connect_outputs(settings, &outputs);
    enum plx_status status = cli_evaluate(arguments, settings, result, &error);
    cli_progress_clear(&check->progress);
    /* One in the scratch folder will not be found again. */
    if (status == PLX_OK && arguments->values[CLI_PER_TOKEN] != check->scratch.tokens)
        status = cli_note_outputs(arguments, *result, &error);
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
                                                .threads = (unsigned)0,
                                                .interrupted = cli_interrupted};
    struct plx_error error;
    if (plx_compare(arguments->values[CLI_BASELINE], &result, 1, &options, comparison, &error))
        return cli_fail(&error);
    if (plx_comparison_judge(*comparison, check->gate, &error))
        return cli_fail_condition(arguments, &error);
    return CLI_OK;
}
