/* perplex formats: what this build reads and writes. */
#include "cli.h"

static int run(struct cli_arguments *arguments)
{
    (void)arguments;
    const char *name;
    printf("models:\n");
    for (size_t i = 0; (name = plx_model_format_name(i)) != NULL; i++)
        printf("  %-17s %s\n", name, plx_model_format_description(i));
    printf("\ncorpora:\n");
    for (size_t i = 0; (name = plx_corpus_format_name(i)) != NULL; i++)
        printf("  %-17s %s\n", name, plx_corpus_format_description(i));
    printf("\ncorpora as ids, written (convert --to):\n");
    for (size_t i = 0; (name = plx_ids_format_name(i)) != NULL; i++)
        printf("  %-17s %s\n", name, plx_ids_format_description(i));
    printf("\nper-token files (eval --per-token):\n");
    for (size_t i = 0; (name = plx_per_token_format_name(i)) != NULL; i++)
        printf("  %-17s %s\n", name, plx_per_token_format_description(i));
    printf("\nper-document files (eval --per-document):\n");
    for (size_t i = 0; (name = plx_per_document_format_name(i)) != NULL; i++)
        printf("  %-17s %s\n", name, plx_per_document_format_description(i));
    printf("\ntables (table --format):\n");
    for (size_t i = 0; (name = plx_table_format_name(i)) != NULL; i++)
        printf("  %-17s %s\n", name, plx_table_format_description(i));
    printf("\nsummaries (eval --summary):\n");
    for (size_t i = 0; (name = plx_summary_name(i)) != NULL; i++)
        printf("  %-17s %s\n", name, plx_summary_description(i));
    printf(
        "\nfrom: files, standard input (-), http:// and https:// URLs; gzip (multi-member too) is undone;\n"
        "corpora also out of zip, and of tar that is plain or compressed by gzip, bzip2, xz or zstd "
        "(--member),\nand by their names (corpus:NAME/SPLIT, see `perplex fetch`)\n");
    return CLI_OK;
}

static const struct cli_example EXAMPLES[] = {
    {"perplex formats", "what can be read and written"},
    {NULL, NULL},
};

const struct cli_command cli_command_formats = {
    .name = "formats",
    .operands = "[options]",
    .needs = "takes no operands",
    .summary = "List the formats that can be read and written.",
    .mask = CLI_FORMATS,
    .run = run,
    .examples = EXAMPLES,
};
