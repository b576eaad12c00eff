/* Completions for zsh. */
#include "manual.h"

static const char HEAD[] = "#compdef perplex\n"
                           "# Made by perplex-manual: changes here get lost.\n"
                           "\n"
                           "_perplex_results() {\n"
                           "    _files -g '*.json(-.)'\n"
                           "}\n"
                           "\n";

static const char MAIN[] = "_perplex() {\n"
                           "    local curcontext=$curcontext state line ret=1\n"
                           "    local -A opt_args\n"
                           "    _arguments -C \\\n"
                           "        '(- : *)'{-h,--help}'[what perplex can do]' \\\n"
                           "        '(- : *)--version[version, and what is built in]' \\\n"
                           "        '1:command:_perplex_commands' \\\n"
                           "        '*::argument:->arguments' && ret=0\n"
                           "    [[ $state == arguments ]] || return ret\n"
                           "    curcontext=\"${curcontext%:*:*}:perplex-$words[1]:\"\n"
                           "    case $words[1] in\n";

/* Inside single quotes, where `special` characters need a backslash. */
static void write_quoted(FILE *stream, const char *text, const char *special)
{
    for (; *text; text++) {
        for (const char *at = special; *at; at++) {
            if (*at == *text)
                fputc('\\', stream);
        }
        if (*text == '\'')
            fputs("'\\''", stream);
        else
            fputc(*text, stream);
    }
}

static bool open_ended(const char *word)
{
    const char *end = word;
    while (*end)
        end++;
    return end > word && end[-1] == ':';
}

/* The words as an action: those that need more behind them get no space. */
static void write_words(FILE *stream, enum cli_takes takes, enum cli_option option)
{
    char text[128];
    fputs("{ compadd --", stream);
    for (size_t i = 0; cli_completed_word(takes, option, i, text, sizeof text); i++) {
        if (!open_ended(text))
            fprintf(stream, " %s", text);
    }
    for (size_t i = 0; cli_completed_word(takes, option, i, text, sizeof text); i++) {
        if (!open_ended(text))
            continue;
        fputs("; compadd -S \"\" -- ", stream);
        write_quoted(stream, text, ":");
    }
    fputs(" }", stream);
}

static void write_action(FILE *stream, enum cli_takes takes, enum cli_option option)
{
    switch (takes) {
    case CLI_TAKES_FILE: fputs("_files", stream); break;
    case CLI_TAKES_MODEL: fputs("_perplex_model", stream); break;
    case CLI_TAKES_RESULT: fputs("_perplex_results", stream); break;
    case CLI_TAKES_COMMAND: fputs("_perplex_commands", stream); break;
    default:
        if (cli_word(takes, option, 0))
            write_words(stream, takes, option);
        else
            fputc(' ', stream);
    }
}

static void write_option(FILE *stream, enum cli_option option)
{
    const struct cli_option_row *row = cli_option_row(option);
    char help[256];
    cli_short_help(option, help, sizeof help);
    fputs("            ", stream);
    if (row->letter)
        fprintf(stream, "'(-%c --%s)'{-%c%s,--%s%s}'[", row->letter, row->name, row->letter,
                row->argument ? "+" : "", row->name, row->argument ? "=" : "");
    else
        fprintf(stream, "'--%s%s[", row->name, row->argument ? "=" : "");
    write_quoted(stream, help, "[]\\");
    fputc(']', stream);
    if (row->argument) {
        fprintf(stream, ":%s:", row->argument);
        write_action(stream, row->takes, option);
    }
    fputs("' \\\n", stream);
}

static void write_operand(FILE *stream, const char *place, enum cli_takes takes)
{
    if (takes == CLI_TAKES_NOTHING)
        return;
    fprintf(stream, "            '%s:%s:", place,
            takes == CLI_TAKES_MODEL          ? "model"
            : takes == CLI_TAKES_RESULT       ? "result"
            : takes == CLI_TAKES_COMMAND      ? "command"
            : takes == CLI_TAKES_CACHE_ACTION ? "action"
            : takes == CLI_TAKES_CORPUS       ? "corpus"
            : takes == CLI_TAKES_TEXT         ? "text"
                                              : "file");
    write_action(stream, takes, CLI_OPTION_COUNT);
    fputs("' \\\n", stream);
}

static void write_command(FILE *stream, const struct cli_command *command)
{
    fprintf(stream, "    (%s)\n        _arguments -s -S \\\n", command->name);
    for (int i = 0; i < CLI_OPTION_COUNT; i++) {
        if (cli_takes_option(command, (enum cli_option)i))
            write_option(stream, (enum cli_option)i);
    }
    write_operand(stream, "1", command->first);
    write_operand(stream, "*", command->others);
    fputs("            && ret=0\n        ;;\n", stream);
}

void cli_write_zsh(FILE *stream)
{
    const struct cli_command *command;
    char text[128];
    fputs(HEAD, stream);
    fputs("_perplex_model() {\n    _alternative 'files:file:_files'", stream);
    for (size_t i = 0; cli_completed_word(CLI_TAKES_MODEL, CLI_OPTION_COUNT, i, text, sizeof text); i++) {
        fputs(" 'names:model without a file:{ compadd -S \"\" -- ", stream);
        write_quoted(stream, text, ":");
        fputs(" }'", stream);
    }
    fputs("\n}\n\n_perplex_commands() {\n    local -a commands=(\n", stream);
    for (size_t i = 0; (command = cli_command(i)) != NULL; i++) {
        fprintf(stream, "        '%s:", command->name);
        write_quoted(stream, command->summary, ":\\");
        fputs("'\n", stream);
    }
    fputs("    )\n    _describe -t commands command commands\n}\n\n", stream);
    fputs(MAIN, stream);
    for (size_t i = 0; (command = cli_command(i)) != NULL; i++)
        write_command(stream, command);
    fputs("    esac\n    return ret\n}\n\n_perplex \"$@\"\n", stream);
}
