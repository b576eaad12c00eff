/* What --explain says to people. */
#include "cli.h"

#include <string.h>

static int widest_name(const struct plx_result *result)
{
    struct plx_explained explained;
    size_t widest = strlen("protocol");
    for (size_t i = 0; plx_result_explained(result, i, &explained); i++) {
        const size_t length = strlen(explained.protocol);
        widest = length > widest ? length : widest;
    }
    return (int)widest;
}

void cli_print_explained(const struct plx_result *result)
{
    const int width = widest_name(result);
    struct plx_explained explained;
    fprintf(stderr, "%-*s  %11s  %14s  %13s  what makes it differ from %s\n", width, "protocol", "perplexity",
            "nats per token", "bits per byte", plx_result_protocol(result));
    for (size_t i = 0; plx_result_explained(result, i, &explained); i++) {
        const struct plx_metrics *metrics = &explained.metrics;
        if (!explained.allowed) {
            fprintf(stderr, "%-*s  %11s  %14s  %13s  %s\n", width, explained.protocol, "-", "-", "-",
                    explained.reason);
            continue;
        }
        fprintf(stderr, "%-*s  %11.6g  %14.6f  %13.6f  %s", width, explained.protocol, metrics->perplexity,
                metrics->nats_per_token, metrics->bits_per_byte, i == 0 ? "(" : "");
        for (size_t k = 0; k < explained.note_count; k++)
            fprintf(stderr, "%s%s", k == 0 ? "" : ", ", explained.notes[k]);
        fputs(i == 0 ? ")\n" : "\n", stderr);
    }
}
