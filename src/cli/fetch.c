/* perplex fetch: public corpora by name, verified and kept. */
#include "cli.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

static const char DETAILS[] =
    "NAME is a corpus that `--list` lists, NAME/SPLIT a part of it, and NAME may be the path of a manifest, "
    "which "
    "ends in .json. The file of each split is downloaded, unless it is there, from the first of its URLs "
    "that "
    "gives it; its size, its SHA-256 and the lines, words and whatever else the manifest knows are verified; "
    "and its name and the path of the file, with a tab between them, are printed. Several splits may be "
    "members or ranges of one file.\n\n"
    "`corpus:NAME/SPLIT` is a corpus for all other commands, which download it if need be. Where no split is "
    "named, it is the one that the manifest says.\n\n"
    "Where a manifest has no SHA-256, what comes first is believed, which is said once, and other content is "
    "refused from then on. A page of HTML, such as one to log in by, is not believed.\n\n"
    "Manifests of the same form (schema perplex.manifest/1) in `XDG_CONFIG_HOME`/perplex/corpora, or "
    "~/.config/perplex/corpora, come before those of the program. With `PERPLEX_OFFLINE=1` nothing is "
    "downloaded.";

static const struct cli_example EXAMPLES[] = {
    {"perplex fetch --list", "the corpora, and what of them is there"},
    {"perplex fetch --list wikitext-2", "licence, citation, splits and counts of one"},
    {"perplex fetch wikitext-2/test", "download and verify a split"},
    {NULL, NULL},
};

/* What is shown while something is downloaded. */
struct fetching {
    struct cli_progress progress;
    struct plx_network network;
};

static void show_progress(void *user, const char *name, uint64_t done, uint64_t size)
{
    struct fetching *fetching = user;
    cli_progress_download(&fetching->progress, name, done, size);
}

static void note(void *user, const char *text)
{
    struct fetching *fetching = user;
    cli_progress_clear(&fetching->progress);
    cli_network()->note(cli_network()->user, text);
}

/* How a corpus is called in what is printed: as it has been named. */
static int name_length(const char *name)
{
    const size_t path = plx_manifest_path_length(name);
    return (int)(path ? path : strcspn(name, "/"));
}

static enum plx_status fetch_split(struct fetching *fetching, const char *name,
                                   const struct plx_manifest *manifest,
                                   const struct plx_manifest_split *split, struct plx_error *error)
{
    const struct plx_manifest_fetch options = {
        .network = &fetching->network, .recount = true, .interrupted = cli_interrupted};
    struct plx_cached cached;
    const enum plx_status status = plx_manifest_fetch(manifest, split, &options, &cached, error);
    cli_progress_clear(&fetching->progress);
    if (status)
        return status;
    printf("%.*s/%s\t%s\n", name_length(name), name, split->name, cached.path);
    fflush(stdout);
    free(cached.path);
    return PLX_OK;
}

/* All splits, or the one that is named. */
static enum plx_status fetch(struct fetching *fetching, const char *name, struct plx_error *error)
{
    struct plx_manifest *manifest;
    const struct plx_manifest_split *split;
    const char *wanted;
    enum plx_status status = plx_manifest_open(name, &fetching->network, &manifest, &wanted, error);
    if (status)
        return status;
    const struct plx_manifest_info *info = plx_manifest_info(manifest);
    if (wanted) {
        status = plx_manifest_find_split(manifest, wanted, &split, error);
        if (status == PLX_OK)
            status = fetch_split(fetching, name, manifest, split, error);
    }
    for (size_t i = 0; !wanted && i < info->split_count && status == PLX_OK; i++)
        status = fetch_split(fetching, name, manifest, info->splits + i, error);
    plx_manifest_close(manifest);
    return status;
}

static int fetch_all(const struct cli_arguments *arguments)
{
    struct fetching fetching = {.network = *cli_network()};
    struct plx_error error;
    enum plx_status status = PLX_OK;
    cli_progress_init(&fetching.progress, arguments->values[CLI_QUIET] != NULL);
    fetching.network.progress = show_progress;
    fetching.network.note = note;
    fetching.network.user = &fetching;
    cli_catch_signals();
    for (int i = 0; i < arguments->operand_count && status == PLX_OK; i++)
        status = fetch(&fetching, arguments->operands[i], &error);
    return status ? cli_fail(&error) : CLI_OK;
}

static int run(struct cli_arguments *arguments)
{
    if (arguments->values[CLI_LIST])
        return cli_list_corpora(arguments);
    if (arguments->values[CLI_JSON]) {
        fprintf(stderr, "perplex: --json is of use with --list only\n");
        return CLI_USAGE;
    }
    if (arguments->operand_count == 0) {
        fprintf(stderr, "perplex: fetch needs the name of a corpus; --list lists them\n");
        return CLI_USAGE;
    }
    return fetch_all(arguments);
}

const struct cli_command cli_command_fetch = {
    .name = "fetch",
    .operands = "NAME[/SPLIT]... [options]",
    .needs = "needs the name of a corpus",
    .schema = "perplex.corpora/1",
    .summary = "Download and verify public corpora by name.",
    .details = DETAILS,
    .mask = CLI_FETCH,
    .least = 0,
    .most = INT_MAX,
    .run = run,
    .first = CLI_TAKES_CORPUS,
    .others = CLI_TAKES_CORPUS,
    .examples = EXAMPLES,
};
