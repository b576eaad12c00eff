/* perplex protocols: the presets, explained. */
#include "cli.h"

#include <string.h>

#define FIELD_COLUMN 18u

static const char DETAILS[] =
    "Without NAME it lists the presets. With one it says whose rule it is, what every field is, and draws "
    "the "
    "first windows of a small corpus, cut as an evaluation cuts them: what is scored, and what is only seen. "
    "Options of fields change the preset, and what is said and drawn is the protocol that comes of it.\n\n"
    "Where a peer has one option for two of the fields, the preset says how the one follows from the other, "
    "and changing the one does what that option does: `window-1` is a stride that moves by all but one token "
    "of the window (lm-eval, paloma, llm.c), `last:half` scores the second half of a window but for the "
    "target of its last token (llama.cpp), `stride` as many targets as the window moves by "
    "(llama.cpp-stride, fairseq).";

static const struct cli_example EXAMPLES[] = {
    {"perplex protocols", "the presets"},
    {"perplex protocols hf-stride", "fields, rule and windows of one"},
    {"perplex protocols llama.cpp --window 1024", "what changes with the window"},
    {NULL, NULL},
};

static size_t index_of(const char *name)
{
    const struct plx_protocol *preset;
    size_t index = 0;
    while ((preset = plx_protocol_preset(index)) != NULL && strcmp(preset->name, name) != 0)
        index++;
    return index;
}

static void list(void)
{
    const struct plx_protocol *preset;
    for (size_t i = 0; (preset = plx_protocol_preset(i)) != NULL; i++) {
        printf("%-*s", (int)FIELD_COLUMN, preset->name);
        cli_print_wrapped(stdout, plx_protocol_description(i), FIELD_COLUMN, FIELD_COLUMN);
    }
}

/* Every field, beside the preset's own where they differ. */
static void print_fields(const struct plx_protocol *preset, const struct plx_protocol *protocol)
{
    char value[2 * PLX_SYMBOL_TEXT], own[2 * PLX_SYMBOL_TEXT], resolved[2 * PLX_SYMBOL_TEXT];
    struct plx_protocol numbers = *protocol;
    const char *name;
    plx_protocol_resolve(&numbers);
    printf("fields:\n");
    for (size_t i = 0; plx_protocol_field(protocol, i, &name, value, sizeof value, NULL); i++) {
        plx_protocol_field(preset, i, &name, own, sizeof own, NULL);
        plx_protocol_field(&numbers, i, &name, resolved, sizeof resolved, NULL);
        printf("  %-*s%s", (int)FIELD_COLUMN - 2, cli_option_row(cli_find_option(name))->name,
               *value ? value : "(nothing)");
        if (strcmp(value, resolved) != 0)
            printf(" = %s", resolved);
        if (strcmp(value, own) != 0)
            printf("  (%s: %s)", preset->name, *own ? own : "nothing");
        putchar('\n');
    }
}

static enum plx_status explain(size_t index, const struct plx_protocol *protocol, struct plx_error *error)
{
    const struct plx_protocol *preset = plx_protocol_preset(index);
    char *drawing;
    size_t length;
    const enum plx_status status = plx_protocol_draw(protocol, &drawing, &length, error);
    if (status)
        return status;
    printf("%s:", preset->name);
    cli_print_wrapped(stdout, plx_protocol_description(index), (unsigned)strlen(preset->name) + 1, 0);
    putchar('\n');
    cli_print_wrapped(stdout, plx_protocol_rule(index), 0, 0);
    putchar('\n');
    print_fields(preset, protocol);
    printf("\nwindows:\n%s", drawing);
    plx_text_free(drawing);
    return PLX_OK;
}

static enum plx_status print_json(const struct plx_protocol *preset, const struct plx_protocol *protocol,
                                  struct plx_error *error)
{
    char *text;
    size_t length;
    const enum plx_status status = plx_protocols_json(preset, protocol, &text, &length, error);
    if (status == PLX_OK)
        fputs(text, stdout);
    plx_text_free(text);
    return status;
}

/* Fields without a preset are nothing to explain. */
static bool check_fields(const struct cli_arguments *arguments)
{
    const char *name;
    char text[2 * PLX_SYMBOL_TEXT];
    for (size_t i = 0; plx_protocol_field(plx_protocol_preset(0), i, &name, text, sizeof text, NULL); i++) {
        const enum cli_option option = cli_find_option(name);
        if (arguments->operand_count == 0 && arguments->values[option]) {
            fprintf(stderr, "perplex: --%s changes a preset: name one\n", cli_option_row(option)->name);
            return false;
        }
    }
    return true;
}

static int run(struct cli_arguments *arguments)
{
    struct plx_protocol protocol;
    struct plx_error error;
    enum plx_status status = PLX_OK;
    if (!check_fields(arguments))
        return CLI_USAGE;
    if (arguments->operand_count == 0) {
        if (arguments->values[CLI_JSON])
            status = print_json(NULL, NULL, &error);
        else
            list();
        return status ? cli_fail(&error) : CLI_OK;
    }
    arguments->values[CLI_PROTOCOL] = arguments->operands[0];
    if (!cli_check_preset(arguments))
        return CLI_USAGE;
    const size_t index = index_of(arguments->operands[0]);
    protocol = *plx_protocol_preset(index);
    if ((status = cli_set_protocol(arguments, &protocol, &error)) == PLX_OK &&
        (status = plx_protocol_check(&protocol, &error)) == PLX_OK)
        status = arguments->values[CLI_JSON] ? print_json(plx_protocol_preset(index), &protocol, &error)
                                             : explain(index, &protocol, &error);
    return status ? cli_fail(&error) : CLI_OK;
}

const struct cli_command cli_command_protocols = {
    .name = "protocols",
    .operands = "[NAME] [options]",
    .needs = "takes one name at most",
    .schema = "perplex.protocols/1",
    .summary = "Explain the presets of protocols, and draw their windows.",
    .details = DETAILS,
    .mask = CLI_PROTOCOLS,
    .most = 1,
    .run = run,
    .first = CLI_TAKES_PRESET,
    .examples = EXAMPLES,
};
