/* perplex cache: what was downloaded. */
#include "cli.h"

#include <string.h>
#include <time.h>

#define SECONDS_A_DAY 86400ULL
#define HASH_SHOWN    16

static const char DETAILS[] =
    "What comes from a URL is kept by its SHA-256, and the server is asked each time whether it has changed. "
    "ACTION is one of\n"
    "`list`: what there is: size, day of the last use, beginning of the hash, and the URL, without what may "
    "be secret in it.\n"
    "`verify`: reads everything, and names what is not what its hash says. Nothing is removed.\n"
    "`prune`: removes downloads that nobody carries on, damaged files, and those that no URL leads to any "
    "more; with `--older-than` also what has not been used for so long, with `--all` everything.\n"
    "`path`: the folder; with WHAT, the file of a URL, of its last part, or of the beginning of a hash.\n"
    "The folder is `PERPLEX_CACHE`, else `perplex` in `XDG_CACHE_HOME`, which is `~/.cache` where it is not "
    "set. With an empty `PERPLEX_CACHE` nothing is kept, and every URL is read anew.";

static const struct cli_example EXAMPLES[] = {
    {"perplex cache list", "what was downloaded"},
    {"perplex cache verify", "whether it is whole"},
    {"perplex cache prune --older-than 90", "remove what has not been used for three months"},
    {"perplex cache path", "the folder"},
    {NULL, NULL},
};

/* Of so many bytes, in a few digits. */
static void print_size(uint64_t bytes)
{
    static const char *const UNITS[] = {"kB", "MB", "GB", "TB"};
    double value = (double)bytes * 1e-3;
    size_t unit = 0;
    if (bytes < 1000) {
        printf("%5llu  B", (unsigned long long)bytes);
        return;
    }
    for (; value >= 999.95 && unit < 3; unit++)
        value *= 1e-3;
    printf("%5.1f %s", value, UNITS[unit]);
}

static void print_day(int64_t seconds)
{
    const time_t when = (time_t)seconds;
    const struct tm *parts = gmtime(&when);
    char day[32];
    if (parts && strftime(day, sizeof day, "%Y-%m-%d", parts) > 0)
        printf("  %s", day);
    else
        printf("  %-10s", "?");
}

static void print_label(const char *label)
{
    char shown[4096];
    plx_text_visible(label, shown, sizeof shown);
    puts(shown);
}

static void print_item(const struct plx_cache_item *item)
{
    print_size(item->size);
    print_day(item->used);
    printf("  %.*s  ", HASH_SHOWN, item->sha256);
    if (item->state == PLX_CACHE_DAMAGED)
        printf("DAMAGED  ");
    print_label(item->origin_count ? item->origins[0].label : "(no URL leads to it)");
    for (size_t i = 1; i < item->origin_count; i++) {
        printf("%*s", (int)(2 + 8 + 10 + 2 + HASH_SHOWN + 2), "");
        print_label(item->origins[i].label);
    }
}

static void print_sum(const struct plx_cache_list *list)
{
    print_size(list->bytes);
    printf("  in %zu file%s", list->count, list->count == 1 ? "" : "s");
    if (list->partial_count) {
        printf(", and ");
        print_size(list->partial_bytes);
        printf(" of %zu unfinished download%s", list->partial_count, list->partial_count == 1 ? "" : "s");
    }
    putchar('\n');
}

static int print_json(const char *cache, const struct plx_cache_list *list)
{
    struct plx_error error;
    char *text;
    size_t length;
    if (plx_cache_json(cache, list, &text, &length, &error))
        return cli_fail(&error);
    const int code = cli_write(NULL, text, length);
    plx_text_free(text);
    return code;
}

static int list_contents(const struct cli_arguments *arguments, const char *cache)
{
    struct plx_cache_list list;
    struct plx_error error;
    int code = CLI_OK;
    if (plx_cache_list(cache, &list, &error))
        return cli_fail(&error);
    if (arguments->values[CLI_JSON]) {
        code = print_json(cache, &list);
    } else {
        for (size_t i = 0; i < list.count; i++)
            print_item(list.items + i);
        print_sum(&list);
    }
    plx_cache_list_release(&list);
    return code;
}

static enum plx_status verify_all(struct plx_cache_list *list, size_t *whole, size_t *damaged,
                                  struct plx_error *error)
{
    for (size_t i = 0; i < list->count; i++) {
        struct plx_cache_item *item = list->items + i;
        const enum plx_status status = plx_cache_verify(item, cli_interrupted, NULL, error);
        if (status)
            return status;
        *whole += item->state == PLX_CACHE_WHOLE;
        *damaged += item->state == PLX_CACHE_DAMAGED;
    }
    return PLX_OK;
}

static int verify(const struct cli_arguments *arguments, const char *cache)
{
    struct plx_cache_list list;
    struct plx_error error;
    size_t whole = 0, damaged = 0;
    int code = CLI_OK;
    if (plx_cache_list(cache, &list, &error))
        return cli_fail(&error);
    if (verify_all(&list, &whole, &damaged, &error))
        code = cli_fail(&error);
    else if (arguments->values[CLI_JSON])
        code = print_json(cache, &list);
    else {
        for (size_t i = 0; i < list.count; i++) {
            if (list.items[i].state == PLX_CACHE_DAMAGED)
                print_item(list.items + i);
        }
        printf("%zu of %zu files are what their hashes say\n", whole, whole + damaged);
    }
    if (code == CLI_OK && damaged) {
        fprintf(stderr,
                "perplex: %zu file%s of the cache %s damaged; `perplex cache prune` removes what is\n",
                damaged, damaged == 1 ? "" : "s", damaged == 1 ? "is" : "are");
        code = plx_status_exit_code(PLX_MALFORMED);
    }
    plx_cache_list_release(&list);
    return code;
}

static int prune(const struct cli_arguments *arguments, const char *cache)
{
    struct plx_cache_pruning pruning = {.all = arguments->values[CLI_ALL_CONTENTS] != NULL,
                                        .unused = arguments->values[CLI_OLDER_THAN] != NULL,
                                        .interrupted = cli_interrupted};
    struct plx_cache_pruned pruned;
    struct plx_error error;
    unsigned long long days = 0;
    if (pruning.unused && !cli_number(arguments, CLI_OLDER_THAN, 0, 100000, &days))
        return CLI_USAGE;
    pruning.unused_s = days * SECONDS_A_DAY;
    const enum plx_status status = plx_cache_prune(cache, &pruning, &pruned, &error);
    print_size(pruned.bytes);
    printf(" freed: %zu file%s, %zu unfinished download%s\n", pruned.contents,
           pruned.contents == 1 ? "" : "s", pruned.partials, pruned.partials == 1 ? "" : "s");
    return status ? cli_fail(&error) : CLI_OK;
}

static int print_path(const struct cli_arguments *arguments, const char *cache)
{
    struct plx_cache_list list;
    struct plx_error error;
    size_t index = 0;
    if (arguments->operand_count < 2) {
        puts(cache);
        return CLI_OK;
    }
    enum plx_status status = plx_cache_list(cache, &list, &error);
    if (status)
        return cli_fail(&error);
    status = plx_cache_find(&list, arguments->operands[1], &index, &error);
    if (status == PLX_OK)
        puts(list.items[index].path);
    plx_cache_list_release(&list);
    return status ? cli_fail(&error) : CLI_OK;
}

/* The actions, and which options each takes beside --help. */
static const struct action {
    const char *name;
    int (*run)(const struct cli_arguments *arguments, const char *cache);
    bool json, prunes, what;
} ACTIONS[] = {
    {"list", list_contents, true, false, false},
    {"verify", verify, true, false, false},
    {"prune", prune, false, true, false},
    {"path", print_path, false, false, true},
};

#define ACTION_COUNT (sizeof ACTIONS / sizeof *ACTIONS)

const char *cli_cache_action(size_t index)
{
    return index < ACTION_COUNT ? ACTIONS[index].name : NULL;
}

static const struct action *find_action(const char *name)
{
    char shown[256];
    for (size_t i = 0; i < ACTION_COUNT; i++) {
        if (strcmp(ACTIONS[i].name, name) == 0)
            return ACTIONS + i;
    }
    plx_text_visible(name, shown, sizeof shown);
    fprintf(stderr, "perplex: cache does one of list, verify, prune and path, not \"%s\"\n", shown);
    return NULL;
}

static bool check_options(const struct cli_arguments *arguments, const struct action *action)
{
    static const enum cli_option OPTIONS[] = {CLI_JSON, CLI_OLDER_THAN, CLI_ALL_CONTENTS};
    const bool takes[] = {action->json, action->prunes, action->prunes};
    for (size_t i = 0; i < sizeof OPTIONS / sizeof *OPTIONS; i++) {
        if (arguments->values[OPTIONS[i]] && !takes[i]) {
            fprintf(stderr, "perplex: cache %s takes no --%s\n", action->name,
                    cli_option_row(OPTIONS[i])->name);
            return false;
        }
    }
    if (arguments->operand_count < 2 || action->what)
        return true;
    fprintf(stderr, "perplex: cache %s takes nothing behind it\n", action->name);
    return false;
}

static int run(struct cli_arguments *arguments)
{
    const struct action *action = find_action(arguments->operands[0]);
    if (!action || !check_options(arguments, action))
        return CLI_USAGE;
    const char *cache = cli_network()->cache;
    if (!cache) {
        fprintf(stderr, "perplex: there is no download cache: PERPLEX_CACHE, XDG_CACHE_HOME or HOME would "
                        "say where\n");
        return CLI_USAGE;
    }
    cli_catch_signals();
    return action->run(arguments, cache);
}

const struct cli_command cli_command_cache = {
    .name = "cache",
    .operands = "ACTION [WHAT] [options]",
    .needs = "needs one of list, verify, prune and path",
    .schema = "perplex.cache/1",
    .summary = "Say what was downloaded, check it, and remove what is of no use.",
    .details = DETAILS,
    .mask = CLI_CACHE,
    .least = 1,
    .most = 2,
    .run = run,
    .first = CLI_TAKES_CACHE_ACTION,
    .others = CLI_TAKES_TEXT,
    .examples = EXAMPLES,
};
