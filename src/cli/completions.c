#include "manual.h"

#include <string.h>

void cli_short_help(enum cli_option option, char *text, size_t capacity)
{
    const char *help = cli_option_row(option)->help, *place = strstr(help, ": %s");
    snprintf(text, capacity, "%.*s", place ? (int)(place - help) : (int)strlen(help), help);
}

const char *cli_completed_word(enum cli_takes takes, enum cli_option option, size_t index, char *text,
                               size_t capacity)
{
    const char *word = cli_word(takes, option, index);
    if (!word)
        return NULL;
    const char *colon = strchr(word, ':');
    const int length = colon ? (int)(colon - word) + 1 : (int)strlen(word);
    /* A model without a file is the name of its format, and more. */
    snprintf(text, capacity, "%.*s%s", length, word, takes == CLI_TAKES_MODEL ? ":" : "");
    return text;
}

bool cli_takes_option(const struct cli_command *command, enum cli_option option)
{
    return (cli_option_row(option)->commands & command->mask) != 0;
}
