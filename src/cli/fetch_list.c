/* What corpora there are by name, for people and as JSON. */
#include "cli.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define FIELD_COLUMN 13u

/* The splits that are in the cache. */
static size_t count_cached(const struct plx_manifest_info *info)
{
    size_t count = 0;
    for (size_t i = 0; i < info->split_count; i++) {
        struct plx_cached cached;
        struct plx_error error;
        if (plx_manifest_cached(info->splits + i, cli_network(), &cached, &error) == PLX_OK) {
            free(cached.path);
            count++;
        }
    }
    return count;
}

/* Of the files, each once; 0 where one is not known. */
static uint64_t add_sizes(const struct plx_manifest_info *info)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < info->split_count; i++) {
        const struct plx_manifest_split *split = info->splits + i;
        bool again = false;
        for (size_t k = 0; k < i; k++)
            again |= strcmp(info->splits[k].urls[0], split->urls[0]) == 0;
        if (split->size == 0)
            return 0;
        sum += again ? 0 : split->size;
    }
    return sum;
}

static void format_size(uint64_t bytes, char *text, size_t size)
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB"};
    double value = (double)bytes;
    size_t unit = 0;
    for (; value >= 999.5 && unit + 1 < sizeof units / sizeof *units; unit++)
        value /= 1000;
    snprintf(text, size, bytes == 0 ? "-" : "%.3g %s", value, units[unit]);
}

static void print_visible(const char *text, unsigned column)
{
    const size_t size = plx_text_visible(text, NULL, 0) + 1;
    char *shown = malloc(size);
    if (!shown)
        return;
    plx_text_visible(text, shown, size);
    cli_print_wrapped(stdout, shown, column, FIELD_COLUMN);
    free(shown);
}

/* A line of the table. */
static void print_row(const struct plx_manifest_info *info)
{
    char splits[64] = "", size[32], cached[64];
    const size_t here = count_cached(info);
    for (size_t i = 0; i < info->split_count; i++) {
        const size_t length = strlen(splits);
        snprintf(splits + length, sizeof splits - length, "%s%.30s", i ? " " : "", info->splits[i].name);
    }
    format_size(add_sizes(info), size, sizeof size);
    snprintf(cached, sizeof cached,
             here == 0                   ? "no"
             : here == info->split_count ? "yes"
                                         : "%zu of %zu",
             here, info->split_count);
    printf("%-18s  %-18s  %8s  %-8s  ", info->name, splits, size, cached);
    char licence[256];
    plx_text_visible(info->licence ? info->licence : "see --list NAME", licence, sizeof licence);
    puts(licence);
}

static void print_field(const char *name, const char *text)
{
    if (!text)
        return;
    printf("%-*s", (int)FIELD_COLUMN, name);
    print_visible(text, FIELD_COLUMN);
}

static void print_count(const char *name, uint64_t count)
{
    if (count > 0)
        printf(", %" PRIu64 " %s", count, name);
}

static void print_split(const struct plx_manifest_info *info, const struct plx_manifest_split *split)
{
    struct plx_cached cached;
    struct plx_error error;
    printf("  %-*s%s", (int)FIELD_COLUMN - 2, split->name, split->format ? split->format : "any format");
    if (split->tokens != PLX_TOKENS_AUTO)
        printf(" of %ss", plx_token_kind_name(split->tokens));
    print_count("documents", split->counts.documents);
    print_count("lines", split->counts.lines);
    print_count("words", split->counts.words);
    print_count("tokens", split->counts.tokens);
    print_count("characters", split->counts.characters);
    print_count("bytes", split->counts.bytes);
    puts(split == info->usual ? "; the one that is meant where none is named" : "");
    for (size_t i = 0; i < split->url_count; i++)
        print_field("", split->labels[i]);
    if (split->member)
        print_field("    member", split->member);
    if (split->length > 0)
        printf("%-*s%" PRIu64 " from %" PRIu64 " on\n", (int)FIELD_COLUMN, "    bytes", split->length,
               split->offset);
    print_field("    SHA-256", split->sha256 ? split->sha256 : "not known: what comes first is believed");
    if (plx_manifest_cached(split, cli_network(), &cached, &error) == PLX_OK) {
        print_field("    file", cached.path);
        free(cached.path);
    }
}

static void print_all(const struct plx_manifest_info *info)
{
    print_field("corpus", info->name);
    print_field("title", info->title);
    print_field("", info->description);
    print_field("licence", info->licence);
    print_field(info->licence ? "" : "licence", info->licence_text);
    print_field("citation", info->citation);
    print_field("homepage", info->homepage);
    print_field("manifest", info->file);
    puts("splits");
    for (size_t i = 0; i < info->split_count; i++)
        print_split(info, info->splits + i);
}

/* One after the other; what cannot be read is said, and others are listed all the same. */
static int list(const char *const *names, size_t count, void (*print)(const struct plx_manifest_info *info))
{
    int code = CLI_OK;
    for (size_t i = 0; i < count; i++) {
        struct plx_manifest *manifest;
        struct plx_error error;
        const char *split;
        if (plx_manifest_open(names[i], cli_network(), &manifest, &split, &error)) {
            code = cli_fail(&error);
            continue;
        }
        if (i > 0 && print == print_all)
            putchar('\n');
        print(plx_manifest_info(manifest));
        plx_manifest_close(manifest);
    }
    return code;
}

static int list_json(const char *const *names, size_t count)
{
    struct plx_error error;
    char *text;
    size_t length;
    if (plx_manifests_json(names, count, cli_network(), &text, &length, &error))
        return cli_fail(&error);
    const int code = cli_write(NULL, text, length);
    plx_text_free(text);
    return code;
}

int cli_list_corpora(const struct cli_arguments *arguments)
{
    const bool json = arguments->values[CLI_JSON] != NULL;
    struct plx_error error;
    char **names;
    size_t count;
    if (arguments->operand_count > 0) {
        count = (size_t)arguments->operand_count;
        return json ? list_json(arguments->operands, count) : list(arguments->operands, count, print_all);
    }
    if (plx_manifest_names(cli_network(), &names, &count, &error))
        return cli_fail(&error);
    const int code = json ? list_json((const char *const *)names, count)
                          : list((const char *const *)names, count, print_row);
    plx_manifest_names_free(names, count);
    return code;
}
