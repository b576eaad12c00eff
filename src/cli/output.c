#include "cli.h"

#include <errno.h>
#include <glob.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

int cli_fail(const struct plx_error *error)
{
    char text[1536];
    plx_error_format(error, text, sizeof text);
    fprintf(stderr, "perplex: %s\n", text);
    return plx_status_exit_code(error->status);
}

int cli_fail_output(const char *path, const struct plx_error *error)
{
    if (error->os_error == EPIPE) {
        if (plx_output_same(NULL, path))
            signal(SIGPIPE, SIG_DFL); /* even where who started us has ignored it */
        raise(SIGPIPE);
    }
    return cli_fail(error);
}

void cli_print_warnings(const struct plx_warning *warnings, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char message[4 * sizeof warnings[i].message]; /* it may quote what stands in a file */
        plx_text_visible(warnings[i].message, message, sizeof message);
        fprintf(stderr, "perplex: warning: %s", message);
        if (warnings[i].count > 1)
            fprintf(stderr, " (%llu times)", (unsigned long long)warnings[i].count);
        if (warnings[i].line)
            fprintf(stderr, " (%sline %llu)", warnings[i].count > 1 ? "first in " : "",
                    (unsigned long long)warnings[i].line);
        fputc('\n', stderr);
    }
}

/* Only of what is a file for long: a terminal or a pipe may well be read and written. */
static bool is_replaced(const char *output, const char *input)
{
    struct stat facts;
    return stat(input, &facts) == 0 && S_ISREG(facts.st_mode) && plx_output_same(output, input);
}

/* The same of the manifest of a corpus that has a name, where that is a path. */
static bool is_manifest(const char *output, const char *name)
{
    char path[4096];
    const size_t length = plx_manifest_path_length(name);
    if (length == 0 || length >= sizeof path)
        return false;
    memcpy(path, name, length);
    path[length] = '\0';
    return is_replaced(output, path);
}

/* The same of an input as it is given: "-", or perhaps a pattern, which the library expands alike. */
static bool is_input(const char *output, const char *given)
{
    glob_t found;
    bool same = false;
    if (strcmp(given, "-") == 0)
        return is_replaced(output, "/dev/stdin");
    if (plx_corpus_is_named(given))
        return is_manifest(output, strchr(given, ':') + 1);
    if (is_replaced(output, given))
        return true;
    if (strstr(given, "://") || !strpbrk(given, "*?["))
        return false;
    /* Only GLOB_TILDE would make it unsafe for threads: it looks users up. */
    if (glob(given, GLOB_NOSORT, NULL, &found) != 0) /* NOLINT(concurrency-mt-unsafe) */
        return false;                                /* it shows when the input is opened */
    for (size_t i = 0; i < found.gl_pathc && !same; i++)
        same = is_replaced(output, found.gl_pathv[i]);
    globfree(&found);
    return same;
}

/* False, with a message, if the output is that input. `option` is the one that names it, or NULL. */
static bool check_pair(const char *option, const char *path, const char *input)
{
    char shown[2][512];
    if (!path || !input || !is_input(path, input))
        return true;
    plx_text_visible(path, shown[0], sizeof shown[0]);
    plx_text_visible(strcmp(input, "-") == 0 ? "standard input" : input, shown[1], sizeof shown[1]);
    fprintf(stderr, "perplex: %s%s%s%s would overwrite what is read: %s\n", option ? "--" : "",
            option ? option : "", option ? " " : "", shown[0], shown[1]);
    return false;
}

bool cli_check_overwritten(const char *output, const char *input)
{
    return check_pair(NULL, output, input);
}

/* The same of all that the arguments name. */
static bool check_all(const char *name, const char *path, const struct cli_arguments *arguments)
{
    static const enum cli_option inputs[] = {CLI_VOCAB,    CLI_TOKEN_BYTES, CLI_CONFIG,   CLI_CLASS_WEIGHTS,
                                             CLI_MIX_TUNE, CLI_COUNTS,      CLI_BASELINE, CLI_BASE_TOKENS};
    for (int k = 0; k < arguments->operand_count; k++) {
        if (!check_pair(name, path, arguments->operands[k]))
            return false;
    }
    for (size_t k = 0; k < sizeof inputs / sizeof *inputs; k++) {
        if (!check_pair(name, path, arguments->values[inputs[k]]))
            return false;
    }
    for (int k = 0; k < arguments->new_tokens_count; k++) {
        if (!check_pair(name, path, arguments->new_tokens[k]))
            return false;
    }
    for (int k = 0; k < arguments->mixed_count; k++) {
        const char *colon = strchr(arguments->mixed[k], ':');
        if (colon && !check_pair(name, path, colon + 1))
            return false;
    }
    for (int k = 0; k < arguments->token_file_count; k++) {
        if (!check_pair(name, path, arguments->token_files[k]))
            return false;
    }
    return true;
}

bool cli_check_inputs(const struct cli_arguments *arguments)
{
    static const enum cli_option outputs[] = {CLI_OUTPUT, CLI_PER_TOKEN, CLI_PER_DOCUMENT};
    for (size_t i = 0; i < sizeof outputs / sizeof *outputs; i++) {
        if (!check_all(cli_option_row(outputs[i])->name, arguments->values[outputs[i]], arguments))
            return false;
    }
    return true;
}

bool cli_check_inputs_kept(const char *output, const struct cli_arguments *arguments)
{
    return check_all(NULL, output, arguments);
}

int cli_check_output(const char *path)
{
    struct plx_error error;
    return plx_output_check(path, &error) ? cli_fail(&error) : CLI_OK;
}

enum plx_status cli_write_status(const char *path, const char *text, size_t length, struct plx_error *error)
{
    struct plx_output *output;
    cli_catch_signals(); /* nothing may be left beside the file */
    enum plx_status status = plx_output_open(path, &output, error);
    if (status == PLX_OK)
        status = plx_output_write(output, text, length, error);
    if (status == PLX_OK)
        return plx_output_commit(output, error);
    plx_output_discard(output);
    return status;
}

int cli_write(const char *path, const char *text, size_t length)
{
    struct plx_error error;
    return cli_write_status(path, text, length, &error) ? cli_fail_output(path, &error) : CLI_OK;
}
