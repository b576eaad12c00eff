/* The commands, in the order in which they are listed. */
#include "cli.h"

#include <string.h>

static const struct cli_command *const COMMANDS[] = {
    &cli_command_eval,  &cli_command_run,       &cli_command_compare, &cli_command_check,
    &cli_command_table, &cli_command_report,    &cli_command_merge,   &cli_command_divergence,
    &cli_command_fetch, &cli_command_cache,     &cli_command_inspect, &cli_command_convert,
    &cli_command_serve, &cli_command_protocols, &cli_command_formats, &cli_command_help,
};

#define COMMAND_COUNT (sizeof COMMANDS / sizeof *COMMANDS)

const struct cli_command *cli_command(size_t index)
{
    return index < COMMAND_COUNT ? COMMANDS[index] : NULL;
}

const struct cli_command *cli_find_command(const char *name)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (strcmp(COMMANDS[i]->name, name) == 0)
            return COMMANDS[i];
    }
    return NULL;
}

int cli_no_command(const char *name)
{
    struct cli_nearest nearest = {name, NULL, 0};
    char shown[256];
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        cli_nearest_try(&nearest, COMMANDS[i]->name);
    plx_text_visible(name, shown, sizeof shown);
    fprintf(stderr, "perplex: there is no command \"%s\"", shown);
    if (nearest.best)
        fprintf(stderr, "; did you mean %s?", nearest.best);
    fputc('\n', stderr);
    return CLI_USAGE;
}
