/* The options that ask where the loss is. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

/* The words of --breakdown, with commas between them. */
static bool read_parts(const struct cli_arguments *arguments, unsigned *parts)
{
    const char *text = arguments->values[CLI_BREAKDOWN];
    char word[32], words[256];
    for (const char *at = text; at;) {
        const size_t length = strcspn(at, ",");
        snprintf(word, sizeof word, "%.*s", (int)(length < sizeof word ? length : sizeof word - 1), at);
        const unsigned part = plx_breakdown_parse(word);
        if (!part) {
            cli_list_words(CLI_TAKES_BREAKDOWN, CLI_BREAKDOWN, " or ", words, sizeof words);
            strncat(words, ", or several with commas between them", sizeof words - strlen(words) - 1);
            return cli_refuse(arguments, CLI_BREAKDOWN, words);
        }
        *parts |= part;
        at = at[length] == ',' ? at + length + 1 : NULL;
    }
    return true;
}

bool cli_read_breakdown(const struct cli_arguments *arguments, struct plx_breakdown_options *options)
{
    unsigned long long worst = 0, best = 0;
    *options = (struct plx_breakdown_options){0};
    if (!read_parts(arguments, &options->parts) ||
        !cli_number(arguments, CLI_WORST, 1, PLX_EXTREMES_MAX, &worst) ||
        !cli_number(arguments, CLI_BEST, 1, PLX_EXTREMES_MAX, &best))
        return false;
    options->worst = (size_t)worst;
    options->best = (size_t)best;
    const bool banded = options->parts & (PLX_BREAKDOWN_FREQUENCY | PLX_BREAKDOWN_ALL);
    const bool explicit = options->parts & PLX_BREAKDOWN_FREQUENCY;
    char origin[1024];
    if (arguments->values[CLI_COUNTS] && !banded) {
        cli_origin(arguments, CLI_COUNTS, origin, sizeof origin);
        fprintf(stderr, "perplex: %s is of use with --breakdown frequency only\n", origin);
        return false;
    }
    if (explicit && !arguments->values[CLI_COUNTS]) {
        cli_origin(arguments, CLI_BREAKDOWN, origin, sizeof origin);
        fprintf(stderr, "perplex: %s frequency needs a training corpus: --counts CORPUS\n", origin);
        return false;
    }
    return true;
}

bool cli_wants_breakdown(const struct plx_breakdown_options *options)
{
    return options->parts || options->worst > 0 || options->best > 0 || options->documents;
}

void cli_print_breakdown(const struct plx_result *result)
{
    struct plx_error error;
    char *text;
    size_t length;
    if (plx_breakdown_text(result, &text, &length, &error) == PLX_OK)
        fwrite(text, 1, length, stderr);
    plx_text_free(text);
}
