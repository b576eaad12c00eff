/* Gates on the command line: --fail-if and --format. */
#include "cli.h"

#include <string.h>

bool cli_comparison_format(const struct cli_arguments *arguments, enum plx_comparison_format *format)
{
    size_t chosen = arguments->values[CLI_JSON] ? PLX_COMPARISON_JSON : PLX_COMPARISON_TEXT;
    if (!cli_choice(arguments, CLI_COMPARISON_FORMAT, &chosen))
        return false;
    *format = (enum plx_comparison_format)chosen;
    if (!arguments->values[CLI_JSON] || *format == PLX_COMPARISON_JSON)
        return true;
    fprintf(stderr, "perplex: --json and --format %s exclude each other\n",
            arguments->values[CLI_COMPARISON_FORMAT]);
    return false;
}

int cli_fail_condition(const struct cli_arguments *arguments, const struct plx_error *error)
{
    char message[4 * sizeof error->message], hint[4 * sizeof error->hint], place[512];
    if (error->line == PLX_NOWHERE || error->line > (uint64_t)arguments->condition_count ||
        *error->input != '\0')
        return cli_fail(error);
    plx_text_visible(error->message, message, sizeof message);
    plx_text_visible(error->hint, hint, sizeof hint);
    plx_text_point(arguments->conditions[error->line - 1], error->column, place, sizeof place);
    fprintf(stderr, "perplex: --fail-if: %s%s%s\n%s", message, *hint ? "; " : "", hint, place);
    return plx_status_exit_code(error->status);
}

int cli_read_gate(const struct cli_arguments *arguments, struct plx_gate **gate)
{
    struct plx_error error;
    *gate = NULL;
    if (arguments->condition_count == 0)
        return CLI_OK;
    if (plx_gate_parse(arguments->conditions, (size_t)arguments->condition_count, gate, &error))
        return cli_fail_condition(arguments, &error);
    return CLI_OK;
}

int cli_gate_code(const struct plx_comparison *comparison)
{
    const char *reason;
    const enum plx_gate_verdict verdict = plx_comparison_gate(comparison, &reason);
    if (verdict == PLX_GATE_FAILED) {
        fprintf(stderr, "perplex: the gate fails: %s\n", reason);
        return CLI_WORSE;
    }
    if (verdict == PLX_GATE_REFUSED) {
        fprintf(stderr, "perplex: %s\n", reason);
        return plx_status_exit_code(PLX_MISMATCH);
    }
    return CLI_OK;
}

int cli_write_comparison(const char *path, enum plx_comparison_format format,
                         const struct plx_comparison *comparison)
{
    struct plx_error error;
    char *text;
    size_t length;
    if (plx_comparison_write(comparison, format, &text, &length, &error))
        return cli_fail(&error);
    const int code = cli_write(path, text, length);
    plx_text_free(text);
    return code;
}
