#include "cli.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void print_version(void)
{
    char text[128];
    printf("perplex %s\n", plx_version());
    for (size_t i = 0; plx_version_component(i, text, sizeof text); i++)
        printf("  %s\n", text);
    printf("  models:");
    for (size_t i = 0; plx_model_format_name(i); i++)
        printf(" %s", plx_model_format_name(i));
    printf("\n  corpora:");
    for (size_t i = 0; plx_corpus_format_name(i); i++)
        printf(" %s", plx_corpus_format_name(i));
    printf("\n");
}

static int run_command(const struct cli_command *command, int argc, char **argv)
{
    struct cli_arguments arguments;
    const int code = cli_parse(command, argc, argv, &arguments);
    if (code != CLI_OK)
        return code;
    if (arguments.values[CLI_HELP]) {
        cli_print_help(command, stdout);
        return CLI_OK;
    }
    if (!cli_check_inputs(&arguments))
        return CLI_USAGE;
    return command->run(&arguments);
}

/* What went to stdout through stdio must have arrived. */
static int finish(int code)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return code;
    perror("perplex: cannot write standard output");
    return code == CLI_OK ? plx_status_exit_code(PLX_IO) : code;
}

/* Neither a command nor one of the options that stand alone. */
static int refuse_first(const char *name)
{
    char shown[256];
    plx_text_visible(name, shown, sizeof shown);
    if (*name == '-')
        fprintf(stderr, "perplex: there is no option %s without a command\n", shown);
    else
        cli_no_command(name);
    fprintf(stderr, "perplex: `perplex --help` lists the commands\n");
    return CLI_USAGE;
}

/* Files that are opened later would stand in their place, and messages go into results. As they are opened
   here, the input cannot be read and the outputs cannot be written, as if they were not there. */
static bool fill_standard_descriptors(void)
{
    for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; descriptor++) {
        const int way = descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY;
        if (fcntl(descriptor, F_GETFD) < 0 && open("/dev/null", way | O_NOCTTY) != descriptor)
            return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";
    if (!fill_standard_descriptors())
        return plx_status_exit_code(PLX_IO);
    cli_ignore_limits();
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
        cli_print_usage(stdout);
        return finish(CLI_OK);
    }
    if (strcmp(name, "--version") == 0 && argc > 2) {
        fprintf(stderr, "perplex: --version stands alone\n");
        return CLI_USAGE;
    }
    if (strcmp(name, "--version") == 0) {
        print_version();
        return finish(CLI_OK);
    }
    const struct cli_command *command = cli_find_command(name);
    if (command)
        return finish(run_command(command, argc - 1, argv + 1));
    if (argc > 1)
        return refuse_first(name);
    cli_print_usage(stderr);
    return CLI_USAGE;
}
