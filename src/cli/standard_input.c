/* Standard input among the inputs of a command: it can be read only once. */
#include "cli.h"

#include <string.h>

/* What is to be read from standard input first. */
struct reader {
    const char *role;
    bool twice;
};

static void ask(struct reader *reader, const char *role, const char *name)
{
    if (reader->twice || !name || strcmp(name, "-") != 0)
        return;
    reader->twice = reader->role != NULL;
    if (reader->role == role)
        fprintf(stderr, "perplex: standard input can be read only once\n");
    else if (reader->role)
        fprintf(stderr, "perplex: %s and %s cannot both be standard input\n", reader->role, role);
    reader->role = role;
}

bool cli_check_standard_input(const struct cli_arguments *arguments, int models)
{
    static const struct {
        const char *role;
        enum cli_option option;
    } options[] = {{"protocol file", CLI_CONFIG},        {"vocabulary", CLI_VOCAB},
                   {"bytes of tokens", CLI_TOKEN_BYTES}, {"class weights", CLI_CLASS_WEIGHTS},
                   {"tuning corpus", CLI_MIX_TUNE},      {"training corpus", CLI_COUNTS}};
    static const char model[] = "model", corpus[] = "corpus", mixed[] = "model to mix",
                      tokens[] = "per-token file";
    struct reader reader = {0};
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        ask(&reader, options[i].role, arguments->values[options[i].option]);
    for (int i = 0; i < arguments->operand_count; i++)
        ask(&reader, i < models ? model : corpus, arguments->operands[i]);
    for (int i = 0; i < arguments->mixed_count; i++) {
        const char *colon = strchr(arguments->mixed[i], ':');
        ask(&reader, mixed, colon ? colon + 1 : NULL);
    }
    for (int i = 0; i < arguments->token_file_count; i++)
        ask(&reader, tokens, arguments->token_files[i]);
    return !reader.twice;
}
