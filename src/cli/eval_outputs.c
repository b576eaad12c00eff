/* What `perplex eval` writes: the result, what stands beside it, and a summary in its place. */
#include "eval_outputs.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Two outputs in one place would spoil each other. */
static bool check_apart(const char *a, const char *a_path, const char *b, const char *b_path,
                        const char *hint)
{
    char shown[512];
    if (!plx_output_same(a_path, b_path))
        return true;
    plx_text_visible(b_path ? b_path : "", shown, sizeof shown);
    fprintf(stderr, "perplex: %s and %s cannot both go to %s%s\n", a, b,
            plx_output_same(NULL, b_path) ? "standard output" : shown, hint);
    return false;
}

/* What is asked for of the result is written with it. The table of --explain is printed, too. */
static bool check_lost(const struct cli_arguments *arguments)
{
    static const enum cli_option of_result[] = {
        CLI_DISTRIBUTIONS, CLI_TEMPERATURE, CLI_LABEL_SMOOTHING, CLI_IGNORE_ID, CLI_CLASS_WEIGHTS,
        CLI_FOCAL,         CLI_BREAKDOWN,   CLI_WORST,           CLI_BEST,      CLI_EXPLAIN};
    char origin[1024];
    if (!arguments->values[CLI_SUMMARY] || arguments->values[CLI_OUTPUT])
        return true;
    for (size_t i = 0; i < sizeof of_result / sizeof *of_result; i++) {
        const bool printed = of_result[i] == CLI_EXPLAIN && !arguments->values[CLI_QUIET];
        if (!arguments->values[of_result[i]] || printed)
            continue;
        cli_origin(arguments, of_result[i], origin, sizeof origin);
        fprintf(stderr, "perplex: %s is part of the result, which --summary replaces: -o FILE writes it\n",
                origin);
        return false;
    }
    return true;
}

/* Of the result at that path, to be freed; NULL without memory. */
static char *journal_path(const char *result)
{
    const size_t capacity = strlen(result) + sizeof ".journal";
    char *path = malloc(capacity);
    if (path)
        snprintf(path, capacity, "%s.journal", result);
    return path;
}

/* Whether there is a file that a journal can lie beside. That folders are none is said of all outputs. */
static bool check_beside(const struct cli_arguments *arguments)
{
    const char *result = arguments->values[CLI_OUTPUT];
    struct stat facts;
    char origin[1024], shown[512];
    cli_origin(arguments, CLI_RESUME, origin, sizeof origin);
    if (!result || strcmp(result, "-") == 0) {
        fprintf(stderr, "perplex: %s needs -o FILE: its journal lies beside that file\n", origin);
        return false;
    }
    const bool there = stat(result, &facts) == 0 && !S_ISDIR(facts.st_mode);
    if (!there || (S_ISREG(facts.st_mode) && !plx_output_same(NULL, result)))
        return true;
    plx_text_visible(result, shown, sizeof shown);
    fprintf(stderr, "perplex: %s: %s %s, and the journal lies beside a file\n", origin, shown,
            S_ISREG(facts.st_mode) ? "is standard output" : "is not a regular file");
    return false;
}

/* A journal lies beside a file, and is neither another output nor anything that is read. */
static bool check_journal(const struct cli_arguments *arguments)
{
    static const enum cli_option beside[] = {CLI_PER_TOKEN, CLI_PER_DOCUMENT};
    const char *result = arguments->values[CLI_OUTPUT];
    if (!arguments->values[CLI_RESUME])
        return true;
    if (!check_beside(arguments))
        return false;
    char *path = journal_path(result);
    bool apart = true;
    for (size_t i = 0; path && apart && i < sizeof beside / sizeof *beside; i++) {
        const char *other = arguments->values[beside[i]];
        char name[64];
        snprintf(name, sizeof name, "--%s", cli_option_row(beside[i])->name);
        apart = !other || check_apart("the journal", path, name, other, "");
    }
    for (int i = 0; path && apart && i < arguments->operand_count; i++)
        apart = cli_check_overwritten(path, arguments->operands[i]);
    free(path);
    return apart;
}

bool cli_check_outputs(const struct cli_arguments *arguments)
{
    static const struct {
        const char *name;
        enum cli_option option;
    } beside[] = {{"--per-token", CLI_PER_TOKEN}, {"--per-document", CLI_PER_DOCUMENT}};
    const char *result = arguments->values[CLI_OUTPUT], *tokens = arguments->values[CLI_PER_TOKEN];
    const bool summary = arguments->values[CLI_SUMMARY] != NULL;
    if (!check_lost(arguments) || !check_journal(arguments))
        return false;
    if (summary && result && !check_apart("the result", result, "--summary", NULL, ""))
        return false;
    for (size_t i = 0; i < sizeof beside / sizeof *beside; i++) {
        const char *path = arguments->values[beside[i].option];
        if (summary && path && !check_apart(beside[i].name, path, "--summary", NULL, ""))
            return false;
        if (path && (result || !summary) &&
            !check_apart("the result", result, beside[i].name, path,
                         result ? "" : "; -o FILE moves the result"))
            return false;
    }
    const char *documents = arguments->values[CLI_PER_DOCUMENT];
    return !tokens || !documents || check_apart("--per-token", tokens, "--per-document", documents, "");
}

void cli_discard_outputs(const struct cli_outputs *outputs)
{
    plx_per_token_discard(outputs->tokens);
    plx_per_document_discard(outputs->documents);
    plx_summary_discard(outputs->summary);
    plx_journal_close(outputs->journal);
}

static enum plx_status open_journal(const struct cli_arguments *arguments, struct plx_journal **journal,
                                    struct plx_error *error)
{
    if (!arguments->values[CLI_RESUME])
        return PLX_OK;
    char *path = journal_path(arguments->values[CLI_OUTPUT]);
    if (!path) {
        *error = (struct plx_error){.status = PLX_MEMORY, .message = "no memory for the name of the journal"};
        return PLX_MEMORY;
    }
    const enum plx_status status = plx_journal_open(path, journal, error);
    free(path);
    return status;
}

enum plx_status cli_open_outputs(const struct cli_arguments *arguments, struct cli_outputs *outputs,
                                 struct plx_error *error)
{
    const char *tokens = arguments->values[CLI_PER_TOKEN], *tool = arguments->values[CLI_SUMMARY],
               *documents = arguments->values[CLI_PER_DOCUMENT];
    *outputs = (struct cli_outputs){NULL, NULL, NULL, NULL};
    enum plx_status status = open_journal(arguments, &outputs->journal, error);
    if (status == PLX_OK && tokens)
        status = plx_per_token_open(tokens, &outputs->tokens, error);
    if (status == PLX_OK && documents)
        status = plx_per_document_open(documents, &outputs->documents, error);
    if (status == PLX_OK && tool)
        status = plx_summary_open(tool, NULL, &outputs->summary, error);
    if (status)
        cli_discard_outputs(outputs);
    return status;
}

enum plx_status cli_note_outputs(const struct cli_arguments *arguments, struct plx_result *result,
                                 struct plx_error *error)
{
    const char *tokens = arguments->values[CLI_PER_TOKEN], *documents = arguments->values[CLI_PER_DOCUMENT];
    return plx_result_set_files(result, tokens && !plx_output_same(NULL, tokens) ? tokens : NULL,
                                documents && !plx_output_same(NULL, documents) ? documents : NULL, error);
}

/* The result as JSON, all but the name of its file. */
static enum plx_status write_json(const char *path, const struct plx_result *result,
                                  struct plx_output **output, struct plx_error *error)
{
    char *text = NULL;
    size_t length;
    *output = NULL;
    enum plx_status status = plx_result_json(result, &text, &length, error);
    if (status == PLX_OK && (status = plx_output_open(path, output, error)) == PLX_OK &&
        (status = plx_output_write(*output, text, length, error)) == PLX_OK)
        status = plx_output_finish(*output, error);
    plx_text_free(text);
    return status;
}

/* Everything of the files beside the result but their names. */
static enum plx_status finish_sides(const struct cli_outputs *outputs, struct plx_error *error)
{
    const enum plx_status status = outputs->tokens ? plx_per_token_finish(outputs->tokens, error) : PLX_OK;
    return status || !outputs->documents ? status : plx_per_document_finish(outputs->documents, error);
}

/* Their names, unless what came before has failed. */
static enum plx_status commit_sides(const struct cli_outputs *outputs, enum plx_status status,
                                    struct plx_error *error)
{
    if (status)
        plx_per_token_discard(outputs->tokens);
    else if (outputs->tokens)
        status = plx_per_token_commit(outputs->tokens, error);
    if (status)
        plx_per_document_discard(outputs->documents);
    else if (outputs->documents)
        status = plx_per_document_commit(outputs->documents, error);
    if (status)
        plx_summary_discard(outputs->summary);
    else if (outputs->summary)
        status = plx_summary_commit(outputs->summary, error);
    return status;
}

const char *cli_side_path(const struct cli_arguments *arguments)
{
    const char *tokens = arguments->values[CLI_PER_TOKEN], *documents = arguments->values[CLI_PER_DOCUMENT];
    return tokens && (!documents || plx_output_same(NULL, tokens)) ? tokens : documents;
}

/* Says that nothing is lost where the outputs could not be written. */
static void hint_at_journal(const struct cli_arguments *arguments, struct plx_error *error)
{
    if (arguments->values[CLI_RESUME] && !*error->hint)
        snprintf(error->hint, sizeof error->hint,
                 "what has been scored is kept in %.256s.journal: the same command goes on from there",
                 arguments->values[CLI_OUTPUT]);
}

/* Everything but the names of files, what cannot be taken back last; then these names. */
int cli_deliver(const struct cli_arguments *arguments, const struct plx_result *result,
                const struct cli_outputs *outputs)
{
    const char *path = arguments->values[CLI_OUTPUT], *failed = cli_side_path(arguments);
    struct plx_output *json = NULL;
    struct plx_error error;
    enum plx_status status = finish_sides(outputs, &error);
    if (status == PLX_OK && (path || !outputs->summary)) {
        status = write_json(path, result, &json, &error);
        failed = status ? path : failed;
    }
    if (status == PLX_OK && outputs->summary) {
        status = plx_summary_finish(outputs->summary, result, &error);
        failed = status ? NULL : failed;
    }
    if (status) {
        plx_output_discard(json);
        cli_discard_outputs(outputs);
        hint_at_journal(arguments, &error);
        return cli_fail_output(failed, &error);
    }
    if (json && (status = plx_output_commit(json, &error)))
        failed = path;
    status = commit_sides(outputs, status, &error);
    if (status) {
        plx_journal_close(outputs->journal);
        hint_at_journal(arguments, &error);
    } else {
        status = plx_journal_remove(outputs->journal, &error);
    }
    return status ? cli_fail_output(failed, &error) : CLI_OK;
}
