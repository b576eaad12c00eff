/* --config: options out of a file. */
#include "cli.h"

#include <string.h>

/* Not of a file: an output that every run would replace is no part of how a result is made; and what may be
   repeated has no form there. */
static bool may_stand(enum cli_option option)
{
    return option != CLI_HELP && option != CLI_CONFIG && option != CLI_OUTPUT && option != CLI_PER_TOKEN &&
           option != CLI_PER_DOCUMENT && option != CLI_MIX && option != CLI_DRY_RUN;
}

/* The option's name as it is a key: with "_" for "-". */
static void make_key(enum cli_option option, char *key, size_t capacity)
{
    snprintf(key, capacity, "%s", cli_option_row(option)->name);
    while ((key = strchr(key, '-')) != NULL)
        *key = '_';
}

static enum cli_option find_key(const struct cli_command *command, const char *key)
{
    char ours[64];
    if (strcmp(key, "name") == 0) /* as the protocol of a result has it */
        return CLI_PROTOCOL;
    for (int i = 0; i < CLI_OPTION_COUNT; i++) {
        make_key((enum cli_option)i, ours, sizeof ours);
        if ((cli_option_row((enum cli_option)i)->commands & command->mask) && strcmp(ours, key) == 0)
            return (enum cli_option)i;
    }
    return CLI_OPTION_COUNT;
}

bool cli_refuse_setting(const struct plx_config *config, const struct plx_setting *setting,
                        const char *message)
{
    char name[512], path[512];
    const char *given = plx_config_name(config);
    plx_text_visible(strcmp(given, "-") == 0 ? "standard input" : given, name, sizeof name);
    plx_text_visible(setting->path, path, sizeof path);
    fprintf(stderr, "perplex: %s: %s%s\n", name, path, message);
    return false;
}

static bool refuse_key(const struct cli_command *command, const struct plx_config *config,
                       const struct plx_setting *setting, const char *const *others)
{
    char keys[CLI_OPTION_COUNT][64];
    struct cli_nearest nearest = {setting->key, NULL, 0};
    char message[192];
    for (size_t i = 0; others && others[i]; i++)
        cli_nearest_try(&nearest, others[i]);
    for (int i = 0; i < CLI_OPTION_COUNT; i++) {
        make_key((enum cli_option)i, keys[i], sizeof keys[i]);
        if ((cli_option_row((enum cli_option)i)->commands & command->mask) && may_stand((enum cli_option)i))
            cli_nearest_try(&nearest, keys[i]);
    }
    snprintf(message, sizeof message, ": %s has no such option%s%s%s", command->name,
             nearest.best ? "; did you mean " : "", nearest.best ? nearest.best : "",
             nearest.best ? "?" : "");
    return cli_refuse_setting(config, setting, message);
}

static bool fits(enum plx_setting_kind kind, enum cli_takes takes)
{
    switch (takes) {
    case CLI_TAKES_NOTHING: return kind == PLX_SETTING_BOOLEAN;
    case CLI_TAKES_NUMBER: return kind == PLX_SETTING_NUMBER;
    case CLI_TAKES_COUNT:
    case CLI_TAKES_BASE:
    case CLI_TAKES_IDS: return kind != PLX_SETTING_BOOLEAN;
    default: return kind == PLX_SETTING_TEXT;
    }
}

static bool check_kind(const struct plx_config *config, const struct plx_setting *setting,
                       enum cli_takes takes)
{
    static const char *const KINDS[] = {[PLX_SETTING_TEXT] = "a string",
                                        [PLX_SETTING_NUMBER] = "a number",
                                        [PLX_SETTING_BOOLEAN] = "true or false",
                                        [PLX_SETTING_OBJECT] = "an object",
                                        [PLX_SETTING_ARRAY] = "an array"};
    char message[96];
    if (fits(setting->kind, takes))
        return true;
    snprintf(message, sizeof message, " takes %s, not %s",
             takes == CLI_TAKES_NOTHING  ? "true or false"
             : takes == CLI_TAKES_NUMBER ? "a number"
             : takes == CLI_TAKES_COUNT || takes == CLI_TAKES_BASE || takes == CLI_TAKES_IDS
                 ? "a number or a string"
                 : "a string",
             setting->kind == PLX_SETTING_BOOLEAN ? setting->value : KINDS[setting->kind]);
    return cli_refuse_setting(config, setting, message);
}

/* A protocol that is no preset is all of its fields. */
static bool check_custom(const struct plx_config *config, const struct plx_setting *object,
                         const struct plx_setting *custom)
{
    const char *name;
    char text[2 * PLX_SYMBOL_TEXT], message[128];
    for (size_t i = 0; plx_protocol_field(plx_protocol_preset(0), i, &name, text, sizeof text, NULL); i++) {
        if (plx_setting_member(object, name))
            continue;
        snprintf(message, sizeof message,
                 ": \"custom\" is no preset to begin from, so every field must be given; %s is missing",
                 name);
        return cli_refuse_setting(config, custom, message);
    }
    return true;
}

/* The command line wins. */
static void take(struct cli_arguments *arguments, enum cli_option option, const struct plx_setting *setting)
{
    if (arguments->values[option])
        return;
    if (setting->kind == PLX_SETTING_BOOLEAN)
        arguments->values[option] = strcmp(setting->value, "true") == 0 ? "" : NULL;
    else
        arguments->values[option] = setting->value;
    arguments->paths[option] = setting->path;
}

bool cli_take_setting(const struct cli_command *command, const struct plx_config *config,
                      const struct plx_setting *object, const struct plx_setting *setting,
                      const char *const *others, struct cli_arguments *arguments)
{
    const enum cli_option option = find_key(command, setting->key);
    if (option == CLI_OPTION_COUNT)
        return refuse_key(command, config, setting, others);
    if (!may_stand(option))
        return cli_refuse_setting(config, setting, ": only the command line takes this option");
    if (!check_kind(config, setting, cli_option_row(option)->takes))
        return false;
    if (option == CLI_PROTOCOL && strcmp(setting->value, "custom") == 0)
        return check_custom(config, object, setting);
    take(arguments, option, setting);
    return true;
}

/* Adds what the file of --config says. On a mistake says so and returns the exit code. *config is to be
   closed when the arguments are not needed any more, in any case. */
static int read_config(const struct cli_command *command, struct cli_arguments *arguments,
                       struct plx_config **config)
{
    const char *name = arguments->values[CLI_CONFIG];
    const struct plx_setting *setting, *protocol = NULL;
    const struct plx_source_options options = {.network = cli_network(), .interrupted = cli_interrupted};
    struct plx_error error;
    *config = NULL;
    if (!name)
        return CLI_OK;
    if (plx_config_open(name, &options, config, &error))
        return cli_fail(&error);
    arguments->config = plx_config_name(*config);
    for (size_t i = 0; (setting = plx_config_setting(*config, i)) != NULL; i++) {
        const bool names = strcmp(setting->key, "name") == 0 || strcmp(setting->key, "protocol") == 0;
        if (names && protocol)
            cli_refuse_setting(*config, setting, ": \"name\" and \"protocol\" mean the same");
        if ((names && protocol) ||
            !cli_take_setting(command, *config, plx_config_root(*config), setting, NULL, arguments))
            return CLI_USAGE;
        protocol = names ? setting : protocol;
    }
    return CLI_OK;
}

int cli_run_configured(const struct cli_command *command, struct cli_arguments *arguments,
                       bool (*check)(const struct cli_arguments *),
                       int (*settled)(const struct cli_arguments *))
{
    struct plx_config *config;
    if (!check(arguments))
        return CLI_USAGE;
    cli_catch_signals();
    int code = read_config(command, arguments, &config);
    if (code == CLI_OK)
        code = settled(arguments);
    plx_config_close(config);
    return code;
}
