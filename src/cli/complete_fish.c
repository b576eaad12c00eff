/* Completions for fish. */
#include "manual.h"

static const char HEAD[] = "# fish completion for perplex\n"
                           "# Made by perplex-manual: changes here get lost.\n"
                           "\n"
                           "# Prints the command and the operands before the cursor.\n"
                           "function __perplex_words\n"
                           "    set -l skip\n"
                           "    for word in (commandline -opc)[2..-1]\n"
                           "        if set -q skip[1]\n"
                           "            set -e skip\n"
                           "            set -l skip\n"
                           "            continue\n"
                           "        end\n"
                           "        switch $word\n";

static const char BEHIND[] = "                set skip yes\n"
                             "            case '-?*'\n"
                             "            case '*'\n"
                             "                echo -- $word\n"
                             "        end\n"
                             "    end\n"
                             "end\n"
                             "\n"
                             "# Whether the command is one of these.\n"
                             "function __perplex_is\n"
                             "    set -l words (__perplex_words)\n"
                             "    contains -- \"$words[1]\" $argv\n"
                             "end\n"
                             "\n"
                             "# Whether so many words, the command among them, precede the cursor.\n"
                             "function __perplex_count\n"
                             "    test (count (__perplex_words)) $argv\n"
                             "end\n"
                             "\n";

static void write_quoted(FILE *stream, const char *text)
{
    fputc('\'', stream);
    for (; *text; text++) {
        if (*text == '\'' || *text == '\\')
            fputc('\\', stream);
        fputc(*text, stream);
    }
    fputc('\'', stream);
}

static void write_words(FILE *stream, enum cli_takes takes, enum cli_option option)
{
    char text[128];
    fputs(" -a '", stream);
    for (size_t i = 0; cli_completed_word(takes, option, i, text, sizeof text); i++)
        fprintf(stream, "%s%s", i ? " " : "", text);
    fputc('\'', stream);
}

static void write_valued(FILE *stream)
{
    fputs("            case", stream);
    for (int i = 0; i < CLI_OPTION_COUNT; i++) {
        const struct cli_option_row *row = cli_option_row((enum cli_option)i);
        if (row->argument && row->letter)
            fprintf(stream, " -%c", row->letter);
        if (row->argument)
            fprintf(stream, " --%s", row->name);
    }
    fputc('\n', stream);
}

static void write_commands(FILE *stream)
{
    const struct cli_command *command;
    fputs("complete -c perplex -n '__perplex_count -eq 0' -f\n"
          "complete -c perplex -n '__perplex_count -eq 0' -s h -l help -d 'what perplex can do'\n"
          "complete -c perplex -n '__perplex_count -eq 0' -l version -d 'version, and what is built in'\n",
          stream);
    for (size_t i = 0; (command = cli_command(i)) != NULL; i++) {
        fprintf(stream, "complete -c perplex -n '__perplex_count -eq 0' -a %s -d ", command->name);
        write_quoted(stream, command->summary);
        fputc('\n', stream);
    }
}

static void write_option(FILE *stream, enum cli_option option)
{
    const struct cli_option_row *row = cli_option_row(option);
    const struct cli_command *command;
    char help[256];
    cli_short_help(option, help, sizeof help);
    fputs("complete -c perplex -n '__perplex_is", stream);
    for (size_t i = 0; (command = cli_command(i)) != NULL; i++) {
        if (cli_takes_option(command, option))
            fprintf(stream, " %s", command->name);
    }
    fputc('\'', stream);
    if (row->letter)
        fprintf(stream, " -s %c", row->letter);
    fprintf(stream, " -l %s", row->name);
    if (row->takes == CLI_TAKES_FILE)
        fputs(" -r -F", stream);
    else if (row->argument)
        fputs(" -x", stream);
    if (cli_word(row->takes, option, 0))
        write_words(stream, row->takes, option);
    fputs(" -d ", stream);
    write_quoted(stream, help);
    fputc('\n', stream);
}

/* `count` tells how many words precede the operand. */
static void write_operand(FILE *stream, const struct cli_command *command, const char *count,
                          enum cli_takes takes)
{
    if (takes == CLI_TAKES_FILE) /* as fish does by itself */
        return;
    fprintf(stream, "complete -c perplex -n '__perplex_is %s; and __perplex_count %s'", command->name, count);
    switch (takes) {
    case CLI_TAKES_NOTHING: fputs(" -f", stream); break;
    case CLI_TAKES_RESULT: fputs(" -f -k -a '(__fish_complete_suffix .json)'", stream); break;
    case CLI_TAKES_MODEL:
        write_words(stream, takes, CLI_OPTION_COUNT);
        fputs(" -d 'model without a file'", stream);
        break;
    case CLI_TAKES_CORPUS: write_words(stream, takes, CLI_OPTION_COUNT); break;
    default: fputs(" -f", stream); write_words(stream, takes, CLI_OPTION_COUNT);
    }
    fputc('\n', stream);
}

void cli_write_fish(FILE *stream)
{
    const struct cli_command *command;
    fputs(HEAD, stream);
    write_valued(stream);
    fputs(BEHIND, stream);
    write_commands(stream);
    for (int i = 0; i < CLI_OPTION_COUNT; i++)
        write_option(stream, (enum cli_option)i);
    for (size_t i = 0; (command = cli_command(i)) != NULL; i++) {
        write_operand(stream, command, "-eq 1", command->first);
        write_operand(stream, command, "-gt 1", command->others);
    }
}
