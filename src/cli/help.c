/* What --help prints, and the command help. */
#include "cli.h"

#include <string.h>

#define WIDTH       79u
#define HELP_COLUMN 30u

/* Characters, not bytes of UTF-8. */
static unsigned count_columns(const char *text, size_t length)
{
    unsigned columns = 0;
    for (size_t i = 0; i < length; i++)
        columns += ((unsigned char)text[i] & 0xC0) != 0x80;
    return columns;
}

void cli_print_wrapped(FILE *stream, const char *text, unsigned column, unsigned indent)
{
    while (*text) {
        const size_t length = strcspn(text, " \n");
        const unsigned columns = count_columns(text, length);
        if (column > indent && column + 1 + columns > WIDTH) {
            fprintf(stream, "\n%*s", (int)indent, "");
            column = indent;
        }
        if (column > indent) {
            fputc(' ', stream);
            column++;
        }
        fprintf(stream, "%.*s", (int)length, text);
        column += columns;
        text += length;
        if (*text == '\n') {
            fprintf(stream, "\n%*s", (int)indent, "");
            column = indent;
        }
        text += *text != '\0';
    }
    fputc('\n', stream);
}

void cli_help(const struct cli_command *command, enum cli_option option, char *text, size_t capacity)
{
    const struct cli_option_row *row = cli_option_row(option);
    const char *place = strstr(row->help, "%s");
    char words[256];
    if (option == CLI_JSON)
        snprintf(words, sizeof words, "schema %s", command->schema);
    else if (option == CLI_UNKNOWN && command->mask == CLI_DIVERGENCE)
        snprintf(words, sizeof words, "unk, skip, error"); /* what distributions have */
    else if (option == CLI_UNKNOWN && command->mask == CLI_CONVERT)
        snprintf(words, sizeof words, "unk, error"); /* what becomes an id */
    else if (option == CLI_VOCAB)
        snprintf(words, sizeof words, "%s",
                 command->mask == CLI_CONVERT ? "the ids of a corpus; or a model that has one"
                                              : "a neural model (default: beside the weights)");
    else
        cli_list_words(row->takes, option, ", ", words, sizeof words);
    if (option == CLI_OUTPUT && command->mask == CLI_CHECK) /* the comparison goes to standard output */
        snprintf(text, capacity, "write the new result there, whole or not at all (default: nowhere)");
    else if (option == CLI_DRY_RUN && command->mask == CLI_EVAL)
        snprintf(text, capacity,
                 "score nothing: print what it would take, as JSON (schema perplex.estimate/1)");
    else if (place)
        snprintf(text, capacity, "%.*s%s%s", (int)(place - row->help), row->help, words, place + 2);
    else
        snprintf(text, capacity, "%s", row->help);
}

static void print_option(const struct cli_command *command, enum cli_option option, FILE *stream)
{
    const struct cli_option_row *row = cli_option_row(option);
    char left[64], help[512];
    const char letter[] = {'-', row->letter, ',', '\0'};
    snprintf(left, sizeof left, "  %3s --%s%s%s", row->letter ? letter : "", row->name,
             row->argument ? " " : "", row->argument ? row->argument : "");
    cli_help(command, option, help, sizeof help);
    fprintf(stream, "%-*s", (int)HELP_COLUMN, left);
    if (strlen(left) >= HELP_COLUMN)
        fprintf(stream, "\n%*s", (int)HELP_COLUMN, "");
    cli_print_wrapped(stream, help, HELP_COLUMN, HELP_COLUMN);
}

static void print_examples(const struct cli_command *command, FILE *stream)
{
    fprintf(stream, "\nexamples:\n");
    for (const struct cli_example *example = command->examples; example->command; example++)
        fprintf(stream, "  # %s\n  %s\n", example->does, example->command);
}

#define PRINT_EXIT(code, commands, meaning)       \
    if ((commands)&command->mask) {               \
        fprintf(stream, "  %3d  ", code);         \
        cli_print_wrapped(stream, meaning, 7, 7); \
    }

void cli_print_help(const struct cli_command *command, FILE *stream)
{
    fprintf(stream, "usage: perplex %s %s\n\n", command->name, command->operands);
    cli_print_wrapped(stream, command->summary, 0, 0);
    fprintf(stream, "\noptions:\n");
    for (int i = 0; i < CLI_OPTION_COUNT; i++) {
        if (cli_option_row((enum cli_option)i)->commands & command->mask)
            print_option(command, (enum cli_option)i, stream);
    }
    if (command->details) {
        fputc('\n', stream);
        cli_print_wrapped(stream, command->details, 0, 0);
    }
    if (command->examples)
        print_examples(command, stream);
    fprintf(stream, "\nexit codes:\n");
    CLI_EXIT_LIST(PRINT_EXIT)
}

void cli_print_usage(FILE *stream)
{
    const struct cli_command *command;
    fprintf(stream, "perplex: how well a language model predicts a corpus\n\nusage: perplex COMMAND ...\n\n");
    for (size_t i = 0; (command = cli_command(i)) != NULL; i++)
        fprintf(stream, "  %-10s %s\n", command->name, command->summary);
    fprintf(stream, "\n  perplex COMMAND --help   the options of a command\n"
                    "  perplex --version        version, and what is built in\n");
}

static int run(struct cli_arguments *arguments)
{
    if (arguments->operand_count == 0) {
        cli_print_usage(stdout);
        return CLI_OK;
    }
    const struct cli_command *command = cli_find_command(arguments->operands[0]);
    if (!command)
        return cli_no_command(arguments->operands[0]);
    cli_print_help(command, stdout);
    return CLI_OK;
}

static const struct cli_example EXAMPLES[] = {
    {"perplex help eval", "all options of eval"},
    {NULL, NULL},
};

const struct cli_command cli_command_help = {
    .name = "help",
    .operands = "[COMMAND]",
    .needs = "takes one command at most",
    .summary = "List the commands, or the options of one.",
    .mask = CLI_HELPS,
    .least = 0,
    .most = 1,
    .run = run,
    .first = CLI_TAKES_COMMAND,
    .examples = EXAMPLES,
};
