/* The protocol that the options ask for: a preset, changed field by field. */
#include "cli.h"

#include <string.h>

/* The message begins with the field's name: where its value comes from takes its place. */
static enum plx_status name_origin(const struct cli_arguments *arguments, enum cli_option option,
                                   enum plx_status status, struct plx_error *error)
{
    const size_t name = strlen(cli_option_row(option)->name);
    char origin[1024], message[sizeof error->message];
    cli_origin(arguments, option, origin, sizeof origin);
    memcpy(message, error->message, sizeof message);
    snprintf(error->message, sizeof error->message, "%.*s%s", (int)(sizeof message / 2), origin,
             message + name);
    return status;
}

enum plx_status cli_set_protocol(const struct cli_arguments *arguments, struct plx_protocol *protocol,
                                 struct plx_error *error)
{
    const char *name;
    char text[2 * PLX_SYMBOL_TEXT];
    for (size_t i = 0; plx_protocol_field(protocol, i, &name, text, sizeof text, NULL); i++) {
        const enum cli_option option = cli_find_option(name);
        const char *value = option < CLI_OPTION_COUNT ? arguments->values[option] : NULL;
        const enum plx_status status =
            value ? plx_protocol_set(protocol, cli_option_row(option)->name, value, error) : PLX_OK;
        if (status)
            return name_origin(arguments, option, status, error);
    }
    return PLX_OK;
}

/* The preset that has been asked for; NULL if none has. */
static const struct plx_protocol *named_preset(const struct cli_arguments *arguments)
{
    const char *name = arguments->values[CLI_PROTOCOL];
    return name ? plx_protocol_find(name) : NULL;
}

enum plx_token_kind cli_token_kind(const struct cli_arguments *arguments, size_t chosen)
{
    const struct plx_protocol *preset = named_preset(arguments);
    if (arguments->values[CLI_TOKENS])
        return (enum plx_token_kind)(chosen + PLX_TOKENS_WORD);
    return preset && plx_protocol_wants_letters(preset) ? PLX_TOKENS_CHARACTER : PLX_TOKENS_AUTO;
}

enum plx_status cli_check_protocol(const struct cli_arguments *arguments, struct plx_error *error)
{
    const struct plx_protocol *preset = named_preset(arguments);
    struct plx_protocol protocol = *(preset ? preset : plx_protocol_preset(0));
    const enum plx_status status = cli_set_protocol(arguments, &protocol, error);
    return status || !preset ? status : plx_protocol_check(&protocol, error);
}

enum plx_status cli_choose_protocol(const struct cli_arguments *arguments, const struct plx_model_info *model,
                                    const struct plx_corpus *corpus, struct plx_protocol *protocol,
                                    struct plx_error *error)
{
    const struct plx_protocol *preset = named_preset(arguments);
    const char *tool = arguments->values[CLI_SUMMARY];
    struct plx_corpus_info info;
    plx_corpus_info(corpus, &info);
    if (preset || !tool || !plx_summary_protocol(tool, model, protocol))
        *protocol = *(preset ? preset : plx_protocol_default(model, &info));
    const enum plx_status status = cli_set_protocol(arguments, protocol, error);
    return status ? status : plx_protocol_check(protocol, error);
}

/* A preset for characters and bytes, and other tokens. */
static bool check_tokens(const struct cli_arguments *arguments, const struct plx_protocol *preset)
{
    const char *tokens = arguments->values[CLI_TOKENS];
    enum plx_token_kind kind = PLX_TOKENS_CHARACTER;
    if (!tokens || !plx_protocol_wants_letters(preset) || !plx_token_kind_parse(tokens, &kind) ||
        kind == PLX_TOKENS_CHARACTER || kind == PLX_TOKENS_BYTE)
        return true;
    char origin[1024];
    cli_origin(arguments, CLI_TOKENS, origin, sizeof origin);
    fprintf(stderr, "perplex: %s %s: the protocol %s is for tokens that are characters or bytes\n", origin,
            tokens, preset->name);
    return false;
}

bool cli_check_preset(const struct cli_arguments *arguments)
{
    const char *name = arguments->values[CLI_PROTOCOL];
    struct cli_nearest nearest = {name, NULL, 0};
    const struct plx_protocol *preset;
    char shown[256], origin[1024];
    if (!name)
        return true;
    if (plx_protocol_find(name))
        return check_tokens(arguments, plx_protocol_find(name));
    for (size_t i = 0; (preset = plx_protocol_preset(i)) != NULL; i++)
        cli_nearest_try(&nearest, preset->name);
    plx_text_visible(name, shown, sizeof shown);
    cli_origin(arguments, CLI_PROTOCOL, origin, sizeof origin);
    fprintf(stderr, "perplex: %s%sthere is no protocol \"%s\"; ",
            arguments->paths[CLI_PROTOCOL] ? origin : "", arguments->paths[CLI_PROTOCOL] ? ": " : "", shown);
    if (nearest.best)
        fprintf(stderr, "did you mean %s?\n", nearest.best);
    else
        fprintf(stderr, "`perplex protocols` names them\n");
    return false;
}
