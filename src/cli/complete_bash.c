/* Completions for bash, 3.2 and newer. */
#include "manual.h"

static const char HEAD[] = "# bash completion for perplex                            -*- shell-script -*-\n"
                           "# Made by perplex-manual: changes here get lost.\n"
                           "\n"
                           "# Offers the words that begin with $cur. $prefix comes before what the user "
                           "sees, $cut is what readline\n"
                           "# has cut off at \"=\" or \":\" and keeps.\n"
                           "_perplex_words()\n"
                           "{\n"
                           "    local word\n"
                           "    for word in \"$@\"; do\n"
                           "        [[ $word == \"$cur\"* ]] || continue\n"
                           "        word=$prefix$word\n"
                           "        COMPREPLY[${#COMPREPLY[@]}]=${word#\"$cut\"}\n"
                           "        [[ $word != *: ]] || compopt -o nospace 2>/dev/null\n"
                           "    done\n"
                           "}\n"
                           "\n"
                           "# Offers folders, and files that end so. Readline's own completion "
                           "takes the place of none.\n"
                           "_perplex_files()\n"
                           "{\n"
                           "    local word\n"
                           "    [[ $cur != [~\\\"\\']* && $cur != *\\\\* ]] || return\n"
                           "    while IFS= read -r word; do\n"
                           "        if [[ -d $word ]]; then\n"
                           "            word=$word/\n"
                           "            compopt -o nospace 2>/dev/null\n"
                           "        elif [[ $word != *\"$1\" ]]; then\n"
                           "            continue\n"
                           "        fi\n"
                           "        printf -v word %q \"$word\"\n"
                           "        word=$prefix$word\n"
                           "        COMPREPLY[${#COMPREPLY[@]}]=${word#\"$cut\"}\n"
                           "    done < <(compgen -f -- \"$cur\")\n"
                           "}\n"
                           "\n";

static const char WALK[] =
    "_perplex()\n"
    "{\n"
    "    local cur='' cut='' prefix='' command='' option='' ended='' operands=0\n"
    "    local words piece i last=-1\n"
    "    words=()\n"
    "    COMPREPLY=()\n"
    "    # Readline cuts words at \"=\" and \":\"; here they are whole.\n"
    "    for ((i = 1; i <= COMP_CWORD; i++)); do\n"
    "        piece=${COMP_WORDS[i]}\n"
    "        if [[ $last -ge 0 && -n $piece && ($piece == [=:]* || ${words[last]} == *[=:]) ]]; then\n"
    "            cut=${words[last]}\n"
    "            words[last]=$cut$piece\n"
    "            [[ $piece != [=:] ]] || cut=$cut$piece\n"
    "        else\n"
    "            last=$((last + 1))\n"
    "            words[last]=$piece\n"
    "            cut=\n"
    "        fi\n"
    "    done\n"
    "    for ((i = 0; i < last; i++)); do\n"
    "        if [[ -n $option ]]; then\n"
    "            option=\n"
    "        elif [[ -z $ended && ${words[i]} == -- ]]; then\n"
    "            ended=1\n"
    "        elif [[ -z $ended && ${words[i]} == -?* ]]; then\n"
    "            case ${words[i]} in\n";

static const char CURRENT[] = "            esac\n"
                              "        elif [[ -z $command ]]; then\n"
                              "            command=${words[i]}\n"
                              "        else\n"
                              "            operands=$((operands + 1))\n"
                              "        fi\n"
                              "    done\n"
                              "    [[ $last -lt 0 ]] || cur=${words[last]}\n"
                              "    if [[ -z $option && -z $ended && $cur == --*=* ]]; then\n"
                              "        option=${cur%%=*}\n"
                              "        prefix=$option=\n"
                              "        cur=${cur#*=}\n"
                              "    fi\n"
                              "\n";

static void write_names(FILE *stream, const struct cli_option_row *row, const char *between)
{
    if (row->letter)
        fprintf(stream, "-%c%s", row->letter, between);
    fprintf(stream, "--%s", row->name);
}

/* Which options are followed by a value. */
static void write_valued(FILE *stream)
{
    const char *before = "            ";
    for (int i = 0; i < CLI_OPTION_COUNT; i++) {
        const struct cli_option_row *row = cli_option_row((enum cli_option)i);
        if (!row->argument)
            continue;
        fputs(before, stream);
        write_names(stream, row, " | ");
        before = " | \\\n            ";
    }
    fputs(") option=${words[i]} ;;\n", stream);
}

static void write_words(FILE *stream, enum cli_takes takes, enum cli_option option)
{
    char text[128];
    fputs("_perplex_words", stream);
    for (size_t i = 0; cli_completed_word(takes, option, i, text, sizeof text); i++)
        fprintf(stream, " %s", text);
}

/* What each value can be; where nothing is offered, readline completes files. */
static void write_values(FILE *stream)
{
    fputs("    if [[ -n $option ]]; then\n        case $option in\n", stream);
    for (int i = 0; i < CLI_OPTION_COUNT; i++) {
        const enum cli_option option = (enum cli_option)i;
        const struct cli_option_row *row = cli_option_row(option);
        if (!row->argument || row->takes == CLI_TAKES_FILE)
            continue;
        fputs("        ", stream);
        write_names(stream, row, " | ");
        fputs(") ", stream);
        if (cli_word(row->takes, option, 0))
            write_words(stream, row->takes, option);
        else
            fputs("compopt +o default +o bashdefault 2>/dev/null", stream);
        fputs(" ;;\n", stream);
    }
    fputs("        esac\n        return\n    fi\n\n", stream);
}

static void write_flags(FILE *stream)
{
    const struct cli_command *command;
    fputs("    if [[ -z $ended && $cur == -* ]]; then\n        case $command in\n"
          "        '') _perplex_words -h --help --version ;;\n",
          stream);
    for (size_t i = 0; (command = cli_command(i)) != NULL; i++) {
        fprintf(stream, "        %s) _perplex_words", command->name);
        for (int k = 0; k < CLI_OPTION_COUNT; k++) {
            if (!cli_takes_option(command, (enum cli_option)k))
                continue;
            fputc(' ', stream);
            write_names(stream, cli_option_row((enum cli_option)k), " ");
        }
        fputs(" ;;\n", stream);
    }
    fputs("        esac\n        return\n    fi\n\n", stream);
}

static void write_operand(FILE *stream, enum cli_takes takes)
{
    switch (takes) {
    case CLI_TAKES_MODEL:
        write_words(stream, takes, CLI_OPTION_COUNT);
        fputs("; _perplex_files ''", stream);
        break;
    case CLI_TAKES_RESULT: fputs("_perplex_files .json", stream); break;
    case CLI_TAKES_FILE: fputs(":", stream); break;
    case CLI_TAKES_NOTHING: fputs("compopt +o default +o bashdefault 2>/dev/null", stream); break;
    default: write_words(stream, takes, CLI_OPTION_COUNT);
    }
    fputs(" ;;\n", stream);
}

static void write_operands(FILE *stream)
{
    const struct cli_command *command;
    fputs("    case $command:$operands in\n    :*) ", stream);
    write_operand(stream, CLI_TAKES_COMMAND);
    for (size_t i = 0; (command = cli_command(i)) != NULL; i++) {
        fprintf(stream, "    %s:0) ", command->name);
        write_operand(stream, command->first);
        fprintf(stream, "    %s:*) ", command->name);
        write_operand(stream, command->others);
    }
    fputs("    esac\n}\n\ncomplete -o bashdefault -o default -F _perplex perplex\n", stream);
}

void cli_write_bash(FILE *stream)
{
    fputs(HEAD, stream);
    fputs(WALK, stream);
    write_valued(stream);
    fputs(CURRENT, stream);
    write_values(stream);
    write_flags(stream);
    write_operands(stream);
}
