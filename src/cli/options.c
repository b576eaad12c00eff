#include "cli.h"

#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define OPTION_ROW(id, name, letter, argument, takes, commands, help) \
    {name, letter, argument, CLI_TAKES_##takes, commands, help},
static const struct cli_option_row OPTIONS[CLI_OPTION_COUNT] = {CLI_OPTION_LIST(OPTION_ROW)};
#undef OPTION_ROW

/* getopt_long returns this + the option's number. */
#define FIRST_CODE 1000

const struct cli_option_row *cli_option_row(enum cli_option option)
{
    return OPTIONS + option;
}

enum cli_option cli_find_option(const char *name)
{
    int option = 0;
    for (; option < CLI_OPTION_COUNT; option++) {
        const char *ours = OPTIONS[option].name, *given = name;
        while (*ours && (*ours == *given || (*ours == '-' && *given == '_'))) {
            ours++;
            given++;
        }
        if (*ours == *given)
            break;
    }
    return (enum cli_option)option;
}

static int usage_error(const struct cli_command *command)
{
    fprintf(stderr, "perplex: `perplex %s --help` explains\n", command->name);
    return CLI_USAGE;
}

/* Tables for getopt_long out of the options that the command takes. */
static void build_tables(const struct cli_command *command, struct option *rows, char *letters)
{
    *letters++ = ':'; /* tell a missing argument from an unknown option */
    for (int i = 0; i < CLI_OPTION_COUNT; i++) {
        if (!(OPTIONS[i].commands & command->mask))
            continue;
        *rows++ = (struct option){OPTIONS[i].name, OPTIONS[i].argument ? required_argument : no_argument,
                                  NULL, FIRST_CODE + i};
        if (OPTIONS[i].letter) {
            *letters++ = OPTIONS[i].letter;
            if (OPTIONS[i].argument)
                *letters++ = ':';
        }
    }
    *rows = (struct option){0};
    *letters = '\0';
}

static int find_letter(const struct cli_command *command, int letter)
{
    int i = 0;
    while (i < CLI_OPTION_COUNT && (OPTIONS[i].letter != letter || !(OPTIONS[i].commands & command->mask)))
        i++;
    return i;
}

/* The command's option that resembles the name most, NULL if none does. */
static const char *nearest_option(const struct cli_command *command, const char *argument)
{
    char name[64];
    struct cli_nearest nearest = {name, NULL, 0};
    if (strncmp(argument, "--", 2) != 0)
        return NULL;
    snprintf(name, sizeof name, "%.*s", (int)strcspn(argument + 2, "="), argument + 2);
    for (int i = 0; i < CLI_OPTION_COUNT; i++) {
        if (OPTIONS[i].commands & command->mask)
            cli_nearest_try(&nearest, OPTIONS[i].name);
    }
    return nearest.best;
}

/* getopt_long has returned '?': there is no such option, or it takes no value. */
static int unknown_option(const struct cli_command *command, const char *argument)
{
    const char *nearest = nearest_option(command, argument);
    char shown[256];
    plx_text_visible(argument, shown, sizeof shown);
    if (optopt >= FIRST_CODE)
        fprintf(stderr, "perplex: --%s takes no value\n", OPTIONS[optopt - FIRST_CODE].name);
    else if (optopt != 0) /* a letter, perhaps among others */
        fprintf(stderr, "perplex: %s has no option -%c\n", command->name, optopt);
    else if (nearest)
        fprintf(stderr, "perplex: %s has no option %s; did you mean --%s?\n", command->name, shown, nearest);
    else
        fprintf(stderr, "perplex: %s has no option %s\n", command->name, shown);
    return usage_error(command);
}

/* An empty name is a slip of the shell, such as a variable that is not set; in a message it would hardly be
   seen. */
static bool check_names(const struct cli_command *command, const struct cli_arguments *arguments)
{
    for (int i = 0; i < CLI_OPTION_COUNT; i++) {
        const char *value = arguments->values[i];
        if ((OPTIONS[i].takes == CLI_TAKES_FILE || OPTIONS[i].takes == CLI_TAKES_RESULT) && value && !*value)
            return cli_refuse(arguments, (enum cli_option)i, "the name of a file");
    }
    for (int i = 0; i < arguments->operand_count && command->first != CLI_TAKES_COMMAND; i++) {
        if (!*arguments->operands[i]) {
            fprintf(stderr, "perplex: operand %d of %s is empty: \"\" is the name of no file\n", i + 1,
                    command->name);
            return false;
        }
    }
    return true;
}

/* One more value of an option that may be repeated. */
static bool add_value(const struct cli_arguments *arguments, int option, const char **values, int *count,
                      int most)
{
    if (*count == most) {
        fprintf(stderr, "perplex: --%s can be given %d times at most\n", OPTIONS[option].name, most);
        return false;
    }
    values[(*count)++] = arguments->values[option];
    return true;
}

/* True for options that are not repeated. */
static bool add_repeated(struct cli_arguments *arguments, int option)
{
    switch (option) {
    case CLI_MIX: /* the first model has a place too */
        return add_value(arguments, option, arguments->mixed, &arguments->mixed_count, PLX_MIXTURE_MOST - 1);
    case CLI_FAIL_IF:
        return add_value(arguments, option, arguments->conditions, &arguments->condition_count,
                         CLI_CONDITIONS_MOST);
    case CLI_TOKEN_FILE:
        return add_value(arguments, option, arguments->token_files, &arguments->token_file_count,
                         CLI_TOKEN_FILES_MOST);
    case CLI_NEW_TOKENS:
        return add_value(arguments, option, arguments->new_tokens, &arguments->new_tokens_count,
                         CLI_NEW_TOKENS_MOST);
    default: return true;
    }
}

/* A key on the command line, where everybody who can list processes sees it, is not even repeated in an
   error, whatever option it is given to: those that only begin like --api-key-file, too. */
static bool check_no_key(int argc, char **argv)
{
    static const char name[] = "--api-key-file";
    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++) {
        const size_t length = strcspn(argv[i], "=");
        if (strncmp(argv[i], "--api", strlen("--api")) != 0 ||
            (length == strlen(name) && strncmp(argv[i], name, length) == 0))
            continue;
        fprintf(stderr, "perplex: a key is not given on the command line, where others can see it: "
                        "PERPLEX_API_KEY in the environment holds it, or the file of --api-key-file\n");
        return false;
    }
    return true;
}

int cli_parse(const struct cli_command *command, int argc, char **argv, struct cli_arguments *arguments)
{
    struct option rows[CLI_OPTION_COUNT + 1];
    char letters[2 * CLI_OPTION_COUNT + 2];
    int code;
    *arguments = (struct cli_arguments){0};
    if (!check_no_key(argc, argv))
        return usage_error(command);
    build_tables(command, rows, letters);
    opterr = 0;
    while ((code = getopt_long(argc, argv, letters, rows, NULL)) != -1) {
        if (code == ':') {
            fprintf(stderr, "perplex: %s needs a value\n", argv[optind - 1]);
            return usage_error(command);
        }
        if (code == '?')
            return unknown_option(command, argv[optind - 1]);
        const int option = code >= FIRST_CODE ? code - FIRST_CODE : find_letter(command, code);
        arguments->values[option] = optarg ? optarg : "";
        if (!add_repeated(arguments, option))
            return usage_error(command);
    }
    arguments->operands = (const char *const *)argv + optind;
    arguments->operand_count = argc - optind;
    if (arguments->values[CLI_HELP])
        return CLI_OK;
    if (arguments->operand_count < command->least || arguments->operand_count > command->most) {
        fprintf(stderr, "perplex: %s %s\n", command->name, command->needs);
        return usage_error(command);
    }
    return check_names(command, arguments) ? CLI_OK : usage_error(command);
}

bool cli_number(const struct cli_arguments *arguments, enum cli_option option, unsigned long long least,
                unsigned long long most, unsigned long long *value)
{
    const char *text = arguments->values[option];
    char *end;
    if (!text)
        return true;
    const unsigned long long number = strtoull(text, &end, 10);
    if (*text >= '0' && *text <= '9' && *end == '\0' && strlen(text) < 19 && number >= least &&
        number <= most) {
        *value = number;
        return true;
    }
    char takes[96];
    snprintf(takes, sizeof takes, "a number from %llu to %llu", least, most);
    return cli_refuse(arguments, option, takes);
}

bool cli_choice(const struct cli_arguments *arguments, enum cli_option option, size_t *index)
{
    const char *text = arguments->values[option], *word;
    const enum cli_takes takes = OPTIONS[option].takes;
    char words[256];
    for (size_t i = 0; text && (word = cli_word(takes, option, i)) != NULL; i++) {
        if (strcmp(word, text) != 0)
            continue;
        *index = i;
        return true;
    }
    if (!text)
        return true;
    cli_list_words(takes, option, " or ", words, sizeof words);
    return cli_refuse(arguments, option, words);
}

void cli_origin(const struct cli_arguments *arguments, enum cli_option option, char *out, size_t capacity)
{
    const char *path = arguments->paths[option], *config = arguments->config;
    if (!path) {
        snprintf(out, capacity, "--%s", OPTIONS[option].name);
        return;
    }
    char origin[512];
    snprintf(origin, sizeof origin, "%s: %s", strcmp(config, "-") == 0 ? "standard input" : config, path);
    plx_text_visible(origin, out, capacity);
}

bool cli_refuse(const struct cli_arguments *arguments, enum cli_option option, const char *takes)
{
    char origin[1024], shown[256];
    cli_origin(arguments, option, origin, sizeof origin);
    plx_text_visible(arguments->values[option], shown, sizeof shown);
    fprintf(stderr, "perplex: %s takes %s, not \"%s\"\n", origin, takes, shown);
    return false;
}

/* A decimal number; no other spelling of strtod's. */
static bool read_real(const char *text, double *value)
{
    char *end;
    *value = strtod(text, &end);
    return text[strspn(text, "0123456789.eE+-")] == '\0' && end != text && *end == '\0' && isfinite(*value);
}

bool cli_logprob_base(const struct cli_arguments *arguments, double *base)
{
    const char *text = arguments->values[CLI_LOGPROB_BASE];
    if (!text)
        return true;
    if (strcmp(text, "e") == 0) {
        *base = exp(1);
        return true;
    }
    if (read_real(text, base) && *base > 1)
        return true;
    return cli_refuse(arguments, CLI_LOGPROB_BASE, "e or a number greater than 1");
}

bool cli_positive(const struct cli_arguments *arguments, enum cli_option option, double most,
                  const char *takes, double *value)
{
    const char *text = arguments->values[option];
    double number;
    if (!text)
        return true;
    if (!read_real(text, &number) || !(number > 0 && number <= most))
        return cli_refuse(arguments, option, takes);
    *value = number;
    return true;
}

bool cli_ids(const struct cli_arguments *arguments, uint32_t ids[PLX_IGNORED_MAX], size_t *count)
{
    const char *text = arguments->values[CLI_IGNORE_ID];
    char takes[96];
    snprintf(takes, sizeof takes, "up to %d ids of tokens with commas between them", PLX_IGNORED_MAX);
    *count = 0;
    for (const char *at = text; at && *count < PLX_IGNORED_MAX; at++) {
        const size_t digits = strspn(at, "0123456789");
        const unsigned long long id = digits > 0 && digits < 11 ? strtoull(at, NULL, 10) : UINT32_MAX;
        at += digits;
        if (id >= UINT32_MAX || (*at != ',' && *at != '\0'))
            break;
        ids[(*count)++] = (uint32_t)id;
        if (*at == '\0')
            return true;
    }
    return text ? cli_refuse(arguments, CLI_IGNORE_ID, takes) : true;
}

/* Digits up to `end`; none are 0. */
static bool read_digits(const char *text, const char *end, uint64_t *number)
{
    *number = 0;
    for (; text < end; text++) {
        if (*text < '0' || *text > '9' || *number > (UINT64_MAX - 9) / 10)
            return false;
        *number = *number * 10 + (uint64_t)(*text - '0');
    }
    return true;
}

bool cli_documents(const struct cli_arguments *arguments, struct plx_corpus_options *corpus)
{
    const char *text = arguments->values[CLI_DOCUMENTS];
    const char *colon = text ? strchr(text, ':') : NULL;
    uint64_t first, end;
    if (!text)
        return true;
    if (!colon || !read_digits(text, colon, &first) || !read_digits(colon + 1, colon + strlen(colon), &end) ||
        (colon[1] && first >= end))
        return cli_refuse(arguments, CLI_DOCUMENTS, "A:B, A: or :B with numbers A < B of documents, from 0");
    corpus->first_document = first;
    corpus->end_document = end;
    return true;
}

bool cli_shard(const struct cli_arguments *arguments, struct plx_shard *shard)
{
    const char *text = arguments->values[CLI_SHARD];
    const char *slash = text ? strchr(text, '/') : NULL;
    if (!text)
        return true;
    if (slash && read_digits(text, slash, &shard->index) &&
        read_digits(slash + 1, slash + strlen(slash), &shard->count) && shard->index > 0 &&
        shard->index <= shard->count && shard->count <= PLX_SHARDS_MAX)
        return true;
    return cli_refuse(arguments, CLI_SHARD, "I/N, the I-th of N shards, from 1/N to N/N, a million at most");
}
