/* Plans, read from their files. */
#include "plan.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define SCHEMA "perplex.plan/1"

/* The most that a name can add to the names of files. */
#define FILE_NAME_BYTES 60

static const struct {
    const char *name, *plural;
    const char *const *members; /* that an entry has beside options */
} AXES[] = {
    [PLAN_MODEL] = {"model", "models", (const char *const[]){"name", "path", "mix", NULL}},
    [PLAN_CORPUS] = {"corpus", "corpora", (const char *const[]){"name", "path", "paths", NULL}},
    [PLAN_PROTOCOL] = {"protocol", "protocols", (const char *const[]){"name", NULL}},
};

const char *cli_axis_name(enum plan_axis axis)
{
    return AXES[axis].name;
}

void *cli_allocate(size_t count, size_t size)
{
    void *memory = calloc(count ? count : 1, size);
    if (memory)
        return memory;
    fprintf(stderr, "perplex: memory is exhausted\n");
    exit(plx_status_exit_code(PLX_MEMORY));
}

char *cli_text(const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    /* NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized): it is initialized */
    const int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    char *text = cli_allocate((size_t)length + 1, 1);
    vsnprintf(text, (size_t)length + 1, format, arguments);
    va_end(arguments);
    return text;
}

/* Says what is wrong with a setting; false. */
static bool refuse(const struct cli_plan *plan, const struct plx_setting *setting, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static bool refuse(const struct cli_plan *plan, const struct plx_setting *setting, const char *format, ...)
{
    char message[1024], shown[1024];
    va_list arguments;
    va_start(arguments, format);
    /* NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized): it is initialized */
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    plx_text_visible(message, shown, sizeof shown);
    return cli_refuse_setting(plan->config, setting, shown);
}

static bool expect(const struct cli_plan *plan, const struct plx_setting *setting, enum plx_setting_kind kind)
{
    static const char *const KINDS[] = {[PLX_SETTING_TEXT] = "a string",
                                        [PLX_SETTING_NUMBER] = "a number",
                                        [PLX_SETTING_BOOLEAN] = "true or false",
                                        [PLX_SETTING_OBJECT] = "an object",
                                        [PLX_SETTING_ARRAY] = "an array"};
    if (setting->kind == kind)
        return true;
    return refuse(plan, setting, " takes %s, not %s", KINDS[kind], KINDS[setting->kind]);
}

static bool take_text(const struct cli_plan *plan, const struct plx_setting *setting, const char **text)
{
    if (!expect(plan, setting, PLX_SETTING_TEXT))
        return false;
    *text = setting->value;
    return *setting->value || refuse(plan, setting, " is empty");
}

/* Inputs are read for their hashes, and then by each cell. */
static bool take_file(const struct cli_plan *plan, const struct plx_setting *setting, const char **file)
{
    if (!take_text(plan, setting, file))
        return false;
    return strcmp(*file, "-") != 0 ||
           refuse(plan, setting,
                  ": what a plan names is read more than once, which standard input cannot be");
}

/* A setting that nobody knows; ended by NULL: those that there are. */
static bool refuse_member(const struct cli_plan *plan, const struct plx_setting *setting, const char *of,
                          const char *const *known)
{
    struct cli_nearest nearest = {setting->key, NULL, 0};
    for (size_t i = 0; known[i]; i++)
        cli_nearest_try(&nearest, known[i]);
    return refuse(plan, setting, ": %s has no such member%s%s%s", of, nearest.best ? "; did you mean " : "",
                  nearest.best ? nearest.best : "", nearest.best ? "?" : "");
}

/* An option of `perplex eval` that says how, and not where to. */
static bool take_option(const struct cli_plan *plan, const struct plx_setting *object,
                        const struct plx_setting *setting, const char *const *others,
                        struct cli_arguments *options)
{
    const enum cli_option option = cli_find_option(setting->key);
    if (option == CLI_SUMMARY || option == CLI_QUIET)
        return refuse(plan, setting, ": cells print nothing");
    if (option == CLI_SHARD)
        return refuse(plan, setting, ": cells are whole");
    if (option < CLI_OPTION_COUNT && cli_option_row(option)->takes == CLI_TAKES_FILE &&
        setting->kind == PLX_SETTING_TEXT) {
        const char *file;
        if (!take_file(plan, setting, &file))
            return false;
    }
    return cli_take_setting(&cli_command_eval, plan->config, object, setting, others, options);
}

/* What a name is in names of files: "./-x y" becomes "-x-y" there, and never begins with a dot. */
static char *make_file_name(const char *name)
{
    static const char SAFE[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._+=@";
    char *made = cli_allocate(FILE_NAME_BYTES + 1, 1);
    for (size_t i = 0; i < FILE_NAME_BYTES && name[i]; i++) {
        made[i] = name[i];
        if (!strchr(SAFE, made[i]))
            made[i] = '-';
    }
    if (*made == '.')
        *made = '-';
    return made;
}

/* What a file is called where the plan does not say it: without its folder, as in tables; of a URL without
   what may be secret; of "corpus:NAME/SPLIT" the name and the split; of "openai:MODEL@URL" the model. */
static char *name_of_file(const char *file)
{
    const char *colon = strchr(file, ':'), *server = strstr(file, "@http");
    if (colon && server && colon < server) {
        const char *model = server;
        while (model[-1] != '/' && model[-1] != ':')
            model--;
        return cli_text("%.*s", (int)(server - model), model);
    }
    const bool url = strstr(file, "://") != NULL, named = plx_corpus_is_named(file);
    const size_t length = url ? strcspn(file, "?#") : strlen(file);
    const char *base = file + length, *host = url ? strstr(file, "://") + 3 : file;
    while (base > file && base[-1] != '/' && !(named && base[-1] == ':'))
        base--;
    if (named && base[-1] == '/') {
        do
            base--;
        while (base[-1] != '/' && base[-1] != ':');
    }
    for (const char *at = host; url && at < file + length && *at != '/'; at++) { /* user and password */
        if (*at == '@' && base <= at)
            base = at + 1;
    }
    if (base < file + length)
        return cli_text("%.*s", (int)(file + length - base), base);
    return cli_text("%s", url ? "url" : file);
}

/* The files of a corpus, or the models to be mixed in. */
static bool take_files(const struct cli_plan *plan, const struct plx_setting *array, struct plan_entry *entry)
{
    if (!expect(plan, array, PLX_SETTING_ARRAY))
        return false;
    if (array->member_count == 0)
        return refuse(plan, array, " is empty");
    entry->files = cli_allocate(array->member_count, sizeof *entry->files);
    for (; (size_t)entry->file_count < array->member_count; entry->file_count++) {
        if (!take_file(plan, array->members + entry->file_count, entry->files + entry->file_count))
            return false;
    }
    return true;
}

static bool take_one_file(const struct cli_plan *plan, const struct plx_setting *setting,
                          struct plan_entry *entry)
{
    entry->files = cli_allocate(1, sizeof *entry->files);
    entry->file_count = 1;
    return take_file(plan, setting, entry->files);
}

static bool take_mixed(const struct cli_plan *plan, const struct plx_setting *array,
                       struct cli_arguments *options)
{
    if (!expect(plan, array, PLX_SETTING_ARRAY))
        return false;
    if (array->member_count >= PLX_MIXTURE_MOST)
        return refuse(plan, array, " has %zu models; %d can be mixed in at most", array->member_count,
                      PLX_MIXTURE_MOST - 1);
    for (size_t i = 0; i < array->member_count; i++) {
        const char *file, *colon;
        if (!take_text(plan, array->members + i, &file))
            return false;
        if ((colon = strchr(file, ':')) != NULL && strcmp(colon, ":-") == 0)
            return refuse(plan, array->members + i, " cannot be standard input");
        options->mixed[options->mixed_count++] = file;
        options->values[CLI_MIX] = file;
        options->paths[CLI_MIX] = array->path;
    }
    return true;
}

static bool take_member(const struct cli_plan *plan, enum plan_axis axis, const struct plx_setting *object,
                        const struct plx_setting *setting, struct plan_entry *entry)
{
    const char *key = setting->key, *name;
    if (strcmp(key, "name") == 0) {
        if (!take_text(plan, setting, &name))
            return false;
        entry->name = cli_text("%s", name);
        return true;
    }
    if (axis != PLAN_PROTOCOL &&
        (strcmp(key, "path") == 0 || (axis == PLAN_CORPUS && !strcmp(key, "paths")))) {
        if (entry->files)
            return refuse(plan, setting, ": \"path\" and \"paths\" exclude each other");
        return strcmp(key, "path") == 0 ? take_one_file(plan, setting, entry)
                                        : take_files(plan, setting, entry);
    }
    if (axis == PLAN_MODEL && strcmp(key, "mix") == 0)
        return take_mixed(plan, setting, &entry->options);
    return take_option(plan, object, setting, AXES[axis].members, &entry->options);
}

/* What the entry is called if it does not say so. */
static char *default_name(enum plan_axis axis, const struct plan_entry *entry)
{
    const char *preset = entry->options.values[CLI_PROTOCOL];
    if (axis == PLAN_PROTOCOL)
        return cli_text("%s", preset ? preset : "default");
    return name_of_file(entry->files[0]);
}

static bool check_name(const struct cli_plan *plan, enum plan_axis axis, const struct plx_setting *setting,
                       const struct plan_entry *entry)
{
    for (const struct plan_entry *other = plan->entries[axis]; other < entry; other++) {
        if (strcmp(other->file_name, entry->file_name) == 0)
            return refuse(plan, setting, ": \"%s\" is what %s is called too: give them \"name\"s %s",
                          entry->name, other->place,
                          strcmp(other->name, entry->name) == 0 ? "of their own"
                                                                : "that differ in letters or digits");
    }
    return true;
}

static bool read_entry(struct cli_plan *plan, enum plan_axis axis, const struct plx_setting *setting)
{
    struct plan_entry *entry = plan->entries[axis] + plan->counts[axis]++;
    entry->place = setting->path;
    if (setting->kind == PLX_SETTING_TEXT && axis == PLAN_PROTOCOL) {
        const char *name;
        if (!take_text(plan, setting, &name))
            return false;
        entry->options.values[CLI_PROTOCOL] = name;
        entry->options.paths[CLI_PROTOCOL] = setting->path;
    } else if (setting->kind == PLX_SETTING_TEXT) {
        if (!take_one_file(plan, setting, entry))
            return false;
    } else if (setting->kind != PLX_SETTING_OBJECT) {
        return refuse(plan, setting, " takes a string or an object");
    }
    for (size_t i = 0; i < setting->member_count; i++) {
        if (!take_member(plan, axis, setting, setting->members + i, entry))
            return false;
    }
    if (axis != PLAN_PROTOCOL && !entry->files)
        return refuse(plan, setting, ": \"path\" is missing");
    if (!entry->name)
        entry->name = default_name(axis, entry);
    entry->file_name = make_file_name(entry->name);
    return check_name(plan, axis, setting, entry);
}

static bool read_axis(struct cli_plan *plan, enum plan_axis axis, const struct plx_setting *array)
{
    if (!expect(plan, array, PLX_SETTING_ARRAY))
        return false;
    if (array->member_count == 0)
        return refuse(plan, array, " is empty");
    plan->entries[axis] = cli_allocate(array->member_count, sizeof *plan->entries[axis]);
    for (size_t i = 0; i < array->member_count; i++) {
        if (!read_entry(plan, axis, array->members + i))
            return false;
    }
    return true;
}

/* true, or what the names of the files end with. */
static bool take_ending(const struct cli_plan *plan, const struct plx_setting *setting,
                        const char *const *endings, const char **ending)
{
    if (setting->kind == PLX_SETTING_BOOLEAN) {
        *ending = strcmp(setting->value, "true") == 0 ? endings[0] : NULL;
        return true;
    }
    for (size_t i = 0; setting->kind == PLX_SETTING_TEXT && endings[i]; i++) {
        if (strcmp(endings[i], setting->value) != 0)
            continue;
        *ending = setting->value;
        return true;
    }
    return refuse(plan, setting, " takes true, false, \"%s\", \"%s\", \"%s\" or \"%s\"", endings[0],
                  endings[1], endings[2], endings[3]);
}

static bool read_options(struct cli_plan *plan, const struct plx_setting *object)
{
    static const char *const TOKENS[] = {"jsonl.gz", "jsonl", "npy", "npy.gz", NULL},
                             *const DOCUMENTS[] = {"jsonl", "jsonl.gz", "csv", "csv.gz", NULL},
                             *const OTHERS[] = {"per_token", "per_document", NULL};
    if (!expect(plan, object, PLX_SETTING_OBJECT))
        return false;
    for (size_t i = 0; i < object->member_count; i++) {
        const struct plx_setting *setting = object->members + i;
        const bool fine = strcmp(setting->key, OTHERS[0]) == 0
                              ? take_ending(plan, setting, TOKENS, &plan->per_token)
                          : strcmp(setting->key, OTHERS[1]) == 0
                              ? take_ending(plan, setting, DOCUMENTS, &plan->per_document)
                              : take_option(plan, object, setting, OTHERS, &plan->options);
        if (!fine)
            return false;
    }
    return true;
}

const struct plan_entry *cli_plan_entry(const struct cli_plan *plan, enum plan_axis axis, const char *name)
{
    for (size_t i = 0; i < plan->counts[axis]; i++) {
        if (strcmp(plan->entries[axis][i].name, name) == 0)
            return plan->entries[axis] + i;
    }
    return NULL;
}

static bool check_choice(const struct cli_plan *plan, const struct plx_setting *setting)
{
    static const char *const KNOWN[] = {"model", "corpus", "protocol", NULL};
    struct cli_nearest nearest = {setting->value, NULL, 0};
    int axis = 0;
    const char *name;
    while (axis < PLAN_AXES && strcmp(setting->key, AXES[axis].name) != 0)
        axis++;
    if (axis == PLAN_AXES)
        return refuse_member(plan, setting, "such a choice", KNOWN);
    if (!take_text(plan, setting, &name))
        return false;
    if (cli_plan_entry(plan, (enum plan_axis)axis, name))
        return true;
    for (size_t i = 0; i < plan->counts[axis]; i++)
        cli_nearest_try(&nearest, plan->entries[axis][i].name);
    return refuse(plan, setting, ": there is no %s \"%s\"%s%s%s", AXES[axis].name, name,
                  nearest.best ? "; did you mean " : "", nearest.best ? nearest.best : "",
                  nearest.best ? "?" : "");
}

/* `only` and `skip`: all that they name must be there. */
static bool check_choices(const struct cli_plan *plan, const struct plx_setting *array)
{
    if (!array)
        return true;
    if (!expect(plan, array, PLX_SETTING_ARRAY))
        return false;
    for (size_t i = 0; i < array->member_count; i++) {
        const struct plx_setting *choice = array->members + i;
        if (!expect(plan, choice, PLX_SETTING_OBJECT))
            return false;
        for (size_t k = 0; k < choice->member_count; k++) {
            if (!check_choice(plan, choice->members + k))
                return false;
        }
    }
    return true;
}

static bool check_schema(const struct cli_plan *plan, const struct plx_setting *root)
{
    const struct plx_setting *schema = plx_setting_member(root, "schema");
    if (!schema)
        return refuse(plan, root, ": \"schema\" is missing; a plan has \"schema\": \"" SCHEMA "\"");
    return schema->kind == PLX_SETTING_TEXT && strcmp(schema->value, SCHEMA) == 0
               ? true
               : refuse(plan, schema, " is not \"" SCHEMA "\"");
}

/* What `perplex table` takes. */
static bool read_table(struct cli_plan *plan, const struct plx_setting *object)
{
    if (!expect(plan, object, PLX_SETTING_OBJECT))
        return false;
    plan->table.config = plx_config_name(plan->config);
    for (size_t i = 0; i < object->member_count; i++) {
        if (!cli_take_setting(&cli_command_table, plan->config, object, object->members + i, NULL,
                              &plan->table))
            return false;
    }
    return true;
}

static bool read_member(struct cli_plan *plan, const struct plx_setting *setting)
{
    static const char *const KNOWN[] = {"schema",  "description", "results", "models", "corpora", "protocols",
                                        "options", "only",        "skip",    "table",  NULL};
    const char *key = setting->key, *text;
    for (int axis = 0; axis < PLAN_AXES; axis++) {
        if (strcmp(key, AXES[axis].plural) == 0)
            return read_axis(plan, (enum plan_axis)axis, setting);
    }
    if (strcmp(key, "schema") == 0)
        return true;
    if (strcmp(key, "description") == 0)
        return take_text(plan, setting, &text);
    if (strcmp(key, "results") == 0)
        return take_text(plan, setting, &plan->results);
    if (strcmp(key, "options") == 0)
        return read_options(plan, setting);
    if (strcmp(key, "table") == 0)
        return read_table(plan, setting);
    const bool only = strcmp(key, "only") == 0;
    if (!only && strcmp(key, "skip") != 0)
        return refuse_member(plan, setting, "a plan", KNOWN);
    *(only ? &plan->only : &plan->skip) = setting;
    return true;
}

static bool read_plan(struct cli_plan *plan)
{
    const struct plx_setting *root = plx_config_root(plan->config);
    if (!check_schema(plan, root))
        return false;
    for (size_t i = 0; i < root->member_count; i++) {
        if (!read_member(plan, root->members + i))
            return false;
    }
    for (int axis = PLAN_MODEL; axis <= PLAN_CORPUS; axis++) {
        if (plan->counts[axis] == 0)
            return refuse(plan, root, ": \"%s\" is missing", AXES[axis].plural);
    }
    if (plan->counts[PLAN_PROTOCOL] == 0) { /* the one that suits model and corpus */
        plan->entries[PLAN_PROTOCOL] = cli_allocate(1, sizeof *plan->entries[PLAN_PROTOCOL]);
        *plan->entries[PLAN_PROTOCOL] =
            (struct plan_entry){.name = cli_text("default"), .file_name = cli_text("default"), .place = "$"};
        plan->counts[PLAN_PROTOCOL] = 1;
    }
    return check_choices(plan, plan->only) && check_choices(plan, plan->skip);
}

static enum plx_status hash_plan(struct cli_plan *plan, const struct plx_source_options *options,
                                 struct plx_error *error)
{
    struct plx_source *source;
    enum plx_status status = plx_source_open(plx_config_name(plan->config), options, &source, error);
    if (status)
        return status;
    status = plx_source_sha256(source, plan->sha256, error);
    plx_source_close(source);
    return status;
}

int cli_read_plan(const char *name, struct cli_plan *plan)
{
    const struct plx_source_options options = {
        .network = cli_network(), .interrupted = cli_interrupted, .fingerprint = true};
    struct plx_error error;
    *plan = (struct cli_plan){.results = "results"};
    if (strcmp(name, "-") == 0) {
        fprintf(stderr, "perplex: a plan is a file or a URL: it is named in what `perplex run` writes\n");
        return CLI_USAGE;
    }
    if (plx_config_open_tree(name, &options, &plan->config, &error) || hash_plan(plan, &options, &error))
        return cli_fail(&error);
    return read_plan(plan) ? CLI_OK : CLI_USAGE;
}

void cli_release_plan(struct cli_plan *plan)
{
    for (int axis = 0; axis < PLAN_AXES; axis++) {
        for (size_t i = 0; i < plan->counts[axis]; i++) {
            free(plan->entries[axis][i].name);
            free(plan->entries[axis][i].file_name);
            free(plan->entries[axis][i].files);
        }
        free(plan->entries[axis]);
    }
    plx_config_close(plan->config);
}
